"""Logs of model calls, a line each: by trace id (as tools around Langfuse write), or LiteLLM's requests and payloads.

A prompt by itself is a turn each time it is sent. LiteLLM's requests send the whole history again each time and name
no session: a request belongs to the run whose last answer it holds, and begins a new one if it holds none. Requests
that were never answered are retries. Not read: costs, and what a log says of keys and deployments.
"""

import re
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

import msgspec

from traces.format import About, Format, Head, Record, Unreadable
from traces.json_text import Count, decode
from traces.readers.spans.blocks import Piece
from traces.readers.spans.cutting import documents
from traces.readers.spans.messages import pieces, says_messages
from traces.readers.spans.runs import Runs
from traces.readers.spans.steps import Step, Steps
from traces.readers.spans.usage import Reported, Usage, report_of, usage_of, usage_reported
from traces.schema import Session
from traces.times import time_of


class Asked(msgspec.Struct):
    """What was asked of a model."""

    model: str | None = None
    messages: Any = None
    prompt: Any = None
    user: str | None = None


class Output(msgspec.Struct):
    """One of the answers, as SWE-agent's log has it."""

    message: str | None = None
    tool_calls: list[Any] | None = None


class Metadata(msgspec.Struct):
    """What LiteLLM knows of a request."""

    user_api_key_user_id: str | None = None
    user_api_key_end_user_id: str | None = None
    usage_object: Reported | None = None


class Line(msgspec.Struct):
    """One line: a call; or a request or a response by itself."""

    traceId: str | None = None  # noqa: N815
    trace_id: str | None = None
    session_id: str | None = None
    startTime: str | float | None = None  # noqa: N815
    endTime: str | float | None = None  # noqa: N815
    timestamp: str | float | None = None
    type: str | None = None
    call_type: str | None = None
    level: str | None = None
    status: str | None = None
    model: str | None = None
    input: Asked | str | list[Any] | None = None
    request: Asked | None = None
    prompt: str | None = None
    output: Any = None
    messages: Any = None
    response: Any = None
    outputs: list[Output] | None = None
    request_params: Asked | None = None
    usage: Reported | None = None
    input_tokens: Count | None = None
    output_tokens: Count | None = None
    prompt_tokens: Count | None = None
    completion_tokens: Count | None = None
    end_user: str | None = None
    user: str | None = None
    metadata: Metadata | str | None = None


_LINE = msgspec.json.Decoder(Line)
_GLOBAL = re.compile("[0-9A-Fa-f-]{16,}")
_NOBODY = (None, "", "default_user_id")


class CallLog:
    """Reads one line a record; holds a request back until its response comes."""

    def __init__(self, about: About) -> None:
        self._about = about
        self._steps = Steps(FORMAT.name, about)
        self._runs = Runs()
        self._names: dict[str, str] = {}
        self._asked: Step | None = None
        self._number = 0

    def add(self, record: Record) -> Iterable[Session]:
        """Takes one call, request or response."""
        line = decode(record.raw, _LINE)
        content = blake2b(record.raw.strip(), digest_size=16).hexdigest()
        step = self._step(line)
        if line.type == "response":
            self._respond(step, content)
        elif line.type == "request":
            self._settle()
            step.trace = self._runs.of(step.said, content)
            self._asked = step
        elif line.call_type is None and line.request is None:
            step.session = self._names.setdefault(step.trace, _unique(step.trace, content))
            step.alone = not says_messages(_sent(line))
            self._keep(step)
        else:
            step.trace = line.session_id or self._runs.of(step.said, line.trace_id or content, line.trace_id)
            self._keep(step)
        return ()

    def finish(self) -> Iterable[Session]:
        """The sessions of all calls."""
        self._settle()
        return self._steps.sessions()

    def _step(self, line: Line) -> Step:
        asked = _asked(line)
        known = line.metadata if isinstance(line.metadata, Metadata) else Metadata()
        users = (line.end_user, known.user_api_key_end_user_id, known.user_api_key_user_id, line.user, asked.user)
        start = time_of(line.startTime if line.startTime is not None else line.timestamp, self._about.zone)
        trace = line.traceId or line.trace_id
        if (
            line.type not in ("request", "response")
            and trace is None
            and line.call_type is None
            and line.request is None
        ):
            raise Unreadable("wrong-type", "a call without a trace - at `$.traceId`")
        failed = line.level in ("ERROR", "error") or line.status == "failure"
        return Step(
            trace=trace or "",
            span="",
            does="call",
            user=next((user for user in users if user not in _NOBODY), None),
            model=line.model
            or asked.model
            or (line.response.get("model") if isinstance(line.response, dict) else None),
            start=start,
            end=time_of(line.endTime, self._about.zone) if line.type != "response" else start,
            failed=failed or None,
            replied=line.type != "request" and not failed,
            said=tuple(pieces(_sent(line), "user")),
            answered=tuple(_answered(line)),
            usage=_usage(line, known),
        )

    def _respond(self, step: Step, content: str) -> None:
        """Joins a response to the request before it; one without a request is a call of which no more is known."""
        asked = self._asked
        if asked is None:
            step.trace = self._runs.of((), content)
            asked = self._asked = step
        asked.answered, asked.usage, asked.replied = step.answered, step.usage, True
        asked.end, asked.model = step.start, step.model or asked.model
        self._settle()

    def _settle(self) -> None:
        if self._asked is not None:
            self._keep(self._asked)
            self._asked = None

    def _keep(self, step: Step) -> None:
        self._number += 1
        step.span = str(self._number)
        self._runs.answer(step)
        self._steps.add(step)


def _unique(trace: str, content: str) -> str:
    """A trace's id; made one with what it begins with where it is too plain to be unique beyond its file."""
    return trace if _GLOBAL.fullmatch(trace) else f"{trace}-{content[:8]}"


def _asked(line: Line) -> Asked:
    return line.request or line.request_params or (line.input if isinstance(line.input, Asked) else Asked())


def _sent(line: Line) -> Any:
    """What was sent to the model, wherever it stands."""
    asked, bare = _asked(line), None if isinstance(line.input, Asked) else line.input
    return next(
        (one for one in (line.messages, asked.messages, line.prompt, asked.prompt, bare) if one is not None), None
    )


def _answered(line: Line) -> list[Piece]:
    if line.response not in (None, "", {}):
        return pieces(line.response, "assistant")
    if line.outputs is None:
        return pieces(line.output, "assistant")
    messages = ({"role": "assistant", "content": one.message, "tool_calls": one.tool_calls} for one in line.outputs)
    return [piece for message in messages for piece in pieces(message, "assistant")]


def _usage(line: Line, known: Metadata) -> Usage:
    in_answer = line.response.get("usage") if isinstance(line.response, dict) else None
    for reported in (known.usage_object, report_of(in_answer), line.usage):
        if reported is not None:
            return usage_reported(reported)
    input = line.input_tokens if line.prompt_tokens is None else line.prompt_tokens
    return usage_of(input, None, line.output_tokens if line.completion_tokens is None else line.completion_tokens)


def _matches(head: Head) -> bool:
    first = head.objects[0] if head.objects else {}
    if first.get("type") in ("request", "response") and "timestamp" in first:
        return bool({"messages", "request_params", "outputs", "response"} & first.keys())
    if isinstance(asked := first.get("request"), dict) and "response" in first:
        return "messages" in asked
    if {"call_type", "startTime", "model"} <= first.keys():
        return "messages" in first or "response" in first
    return {"traceId", "startTime"} <= first.keys() and "id" not in first and bool({"input", "prompt"} & first.keys())


FORMAT = Format(
    name="call-log",
    title="Logs of model calls (by trace id; LiteLLM requests, responses and payloads)",
    matches=_matches,
    records=documents,
    reader=CallLog,
    spread=True,
)
