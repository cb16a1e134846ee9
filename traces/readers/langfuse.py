"""Langfuse exports: traces with their observations, traces and observations apart, sessions, and the API's pages.

Files come from the API (one object, or `{"data": [...]}`), from the interface's export (arrays) or from scheduled
exports (JSON lines, with names in snake case, and times in UTC that do not say so). A trace only holds its
observations: what it says itself counts where no generation in it says anything. Not read: scores, prompts, and
observations that are nobody's turn (spans, events, retrievers, embeddings, evaluators, guardrails).
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from traces.format import UTC, About, Format, Head, Record, Unreadable
from traces.json_text import Count, decode
from traces.readers.spans.blocks import Piece, json_text, result_text
from traces.readers.spans.cutting import spans
from traces.readers.spans.messages import embedded, pieces, says_messages
from traces.readers.spans.steps import Doing, Step, Steps, later
from traces.readers.spans.usage import Usage, usage_of
from traces.schema import Role, Session
from traces.times import time_of

_KINDS: dict[str, Doing] = {"GENERATION": "call", "TOOL": "tool", "AGENT": "agent"}
_OTHERS = {"SPAN", "EVENT", "CHAIN", "RETRIEVER", "EMBEDDING", "EVALUATOR", "GUARDRAIL"}
_CACHED = ("input_cached_tokens", "cache_read_input_tokens", "input_cache_read", "cached_tokens")
_OF_TRACES = {
    *("sessionId", "userId", "release", "public", "tags", "htmlPath", "environment", "projectId", "observations"),
    *("session_id", "user_id", "project_id", "bookmarked"),
}


class OldUsage(msgspec.Struct):
    """Counts of an observation as Langfuse summed them up before it kept details."""

    input: Count | None = None
    output: Count | None = None
    unit: str | None = None


class Item(msgspec.Struct):
    """A trace, an observation or a session; scheduled exports write names in snake case."""

    id: str
    type: str | None = None
    name: str | None = None
    timestamp: str | None = None
    input: Any = None
    output: Any = None
    model: str | None = None
    level: str | None = None
    release: str | None = None
    latency: float | None = None
    usage: OldUsage | None = None
    usageDetails: dict[str, Count | None] | None = None  # noqa: N815
    usage_details: dict[str, Count | None] | None = None
    traceId: str | None = None  # noqa: N815
    trace_id: str | None = None
    sessionId: str | None = None  # noqa: N815
    session_id: str | None = None
    userId: str | None = None  # noqa: N815
    user_id: str | None = None
    startTime: str | None = None  # noqa: N815
    start_time: str | None = None
    endTime: str | None = None  # noqa: N815
    end_time: str | None = None
    parentObservationId: str | None = None  # noqa: N815
    parent_observation_id: str | None = None
    providedModelName: str | None = None  # noqa: N815
    provided_model_name: str | None = None
    observations: "list[Item | str] | None" = None
    traces: "list[Item] | None" = None


_ITEM = msgspec.json.Decoder(Item)


class Langfuse:
    """Reads one trace or observation a record; a trace's observations may come apart from it, in any order."""

    def __init__(self, about: About) -> None:
        self._steps = Steps(FORMAT.name, about)

    def add(self, record: Record) -> Iterable[Session]:
        """Takes one trace with what it holds, one observation, or one session with its traces."""
        if isinstance(record.context, Unreadable):
            raise record.context
        for span, parent, step in list(_unpacked(decode(record.raw, _ITEM))):
            self._steps.link(*span, parent)
            if step is not None:
                self._steps.add(step)
        return ()

    def finish(self) -> Iterable[Session]:
        """The sessions of all traces."""
        return self._steps.sessions()


_Unpacked = tuple[tuple[str, str], str | None, Step | None]
"""A trace's and a span's id, the id of the span's parent, and what it tells."""


def _unpacked(item: Item) -> Iterator[_Unpacked]:
    if item.traces is not None:
        for trace in item.traces:
            yield from _trace(trace, item.id)
    elif item.type is not None or item.traceId or item.trace_id:
        yield _observation(item, item.traceId or item.trace_id or item.id)
    else:
        yield from _trace(item, item.sessionId or item.session_id)


def _trace(item: Item, session: str | None) -> Iterator[_Unpacked]:
    start = time_of(item.timestamp, UTC)
    step = Step(
        trace=item.id,
        span=item.id,
        does="agent",
        session=session,
        user=item.userId or item.user_id,
        service=item.name,
        version=item.release,
        start=start,
        end=later(start, item.latency),
        said=tuple(_pieces(item.input, "user")),
        answered=tuple(_pieces(item.output, "assistant")),
    )
    yield (item.id, item.id), None, step
    for observation in item.observations or ():
        if isinstance(observation, Item):
            yield _observation(observation, item.id)


def _observation(item: Item, trace: str) -> _Unpacked:
    parent = item.parentObservationId or item.parent_observation_id or trace
    does = _KINDS.get((item.type or "").upper())
    if does is None:
        return (trace, item.id), parent, None
    failed = True if item.level == "ERROR" else None
    step = Step(
        trace=trace,
        span=item.id,
        parent=parent,
        does=does,
        session=item.sessionId or item.session_id,
        user=item.userId or item.user_id,
        agent=item.name if does == "agent" else None,
        model=item.model or item.providedModelName or item.provided_model_name,
        start=time_of(item.startTime or item.start_time, UTC),
        end=time_of(item.endTime or item.end_time, UTC),
        failed=failed,
    )
    if does == "tool":
        step.tool = _tool(item, failed)
    else:
        step.said, step.answered = tuple(_pieces(item.input, "user")), tuple(_pieces(item.output, "assistant"))
        step.alone = does == "call" and not says_messages(embedded(item.input))
        step.usage = _usage(item)
    return (trace, item.id), parent, step


def _pieces(value: Any, role: Role) -> list[Piece]:
    """What was said or answered; what are no messages is an application's own data, and one text."""
    found = embedded(value)
    if says_messages(found):
        return pieces(found, role)
    return pieces(json_text(value) if isinstance(value, list) else value, role)


def _tool(item: Item, failed: bool | None) -> Piece:
    output = embedded(item.output)
    told = pieces(output, "tool") if says_messages(output) else []
    return Piece(
        "tool",
        "tool_result",
        told[0].text if told else result_text(item.output),
        item.name,
        None if item.input is None else json_text(item.input),
        told[0].call_id if told else None,
        failed,
    )


def _usage(item: Item) -> Usage:
    """Kinds of input, and of output, are summed up as Langfuse does, unless the total says that they overlap."""
    details = {kind: count for kind, count in (item.usageDetails or item.usage_details or {}).items() if count}
    if not details:
        old = item.usage
        return usage_of(old.input, None, old.output) if old is not None and old.unit in (None, "TOKENS") else Usage()
    inputs = [count for kind, count in details.items() if "input" in kind or kind == "prompt_tokens"]
    outputs = [count for kind, count in details.items() if "output" in kind or kind == "completion_tokens"]
    cached = next((details[kind] for kind in _CACHED if kind in details), None)
    if sum(inputs) + sum(outputs) > details.get("total", details.get("total_tokens", sum(inputs) + sum(outputs))):
        inputs, outputs = [max(inputs, default=0)], [max(outputs, default=0)]
    return usage_of(sum(inputs), cached, sum(outputs))


def _matches(head: Head) -> bool:
    first = head.objects[0] if head.objects else {}
    if isinstance(page := first.get("data"), list) and page and isinstance(page[0], dict):
        first = page[0]
    if "id" not in first:
        return False
    if {"traceId", "trace_id"} & first.keys():
        return str(first.get("type")) in (*_KINDS, *_OTHERS) and bool({"startTime", "start_time"} & first.keys())
    return {"createdAt", "projectId", "traces"} <= first.keys() or (
        "timestamp" in first and len(_OF_TRACES & first.keys()) > 2
    )


FORMAT = Format(
    name="langfuse",
    title="Langfuse exports (traces with observations, API pages, scheduled exports)",
    matches=_matches,
    records=spans,
    reader=Langfuse,
    spread=True,
)
