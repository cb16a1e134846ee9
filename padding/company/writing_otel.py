"""Sessions as OpenTelemetry GenAI spans, OTLP/JSON: a line for each export, a trace for each prompt.

A call's input holds the answer before it and what is new, as from an application that cuts its history. The spans do
not say who typed, who started a session, and on what it worked; a call that wrote several pieces has one time for all.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from random import Random
from typing import Any

import msgspec

from padding.company.chance import dice, hexadecimal
from padding.company.model_calls import Round, rounds
from traces.schema import Session, Turn

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_ROLES = {"user": "user", "assistant": "assistant", "tool": "tool", "system": "user"}


def otel_file(session: Session) -> PurePosixPath:
    """The file of the day that the session began on."""
    return PurePosixPath(f"{session.started:%Y-%m-%d}.jsonl")


def otel_lines(session: Session) -> Iterator[bytes]:
    """The lines that the session adds to its file."""
    rng = dice("otel", session.session_id)
    trace = _Trace(session, rng)
    before: list[Turn] = []
    for one in rounds(session.turns, apart=True):
        if one.prompted and trace.spans:
            yield trace.export()
            trace = _Trace(session, rng, trace.instructions)
        trace.add(one, before)
        before = [*one.wrote, *one.results]
    yield trace.export()


class _Trace:
    """What one prompt set off."""

    def __init__(self, session: Session, rng: Random, instructions: Sequence[Turn] = ()) -> None:
        self.spans: list[dict[str, Any]] = []
        self.instructions = [*instructions]
        self._session = session
        self._rng = rng
        self._trace, self._root = hexadecimal(rng, 32), hexadecimal(rng, 16)
        self._times: list[datetime] = []

    def add(self, one: Round, before: Sequence[Turn]) -> None:
        self.instructions += [turn for turn in one.said if turn.role == "system"]
        sent = [*before, *(turn for turn in one.said if turn.role != "system")]
        start = (one.said or before or one.wrote)[-1].time
        end = one.wrote[0].time if one.wrote else start
        self._span(start, end, _call(self._session, one, sent, self.instructions))
        for turn in one.results:
            self._span(end, turn.time, _tool(turn, one.wrote), turn.is_error)

    def export(self) -> bytes:
        session = self._session
        holder = _span(self._trace, self._root, None, min(self._times), max(self._times), _agent(session))
        return _export(session, [holder, *self.spans])

    def _span(
        self, start: datetime | None, end: datetime | None, told: dict[str, Any], failed: bool | None = None
    ) -> None:
        self._times += filter(None, (start, end))
        own = hexadecimal(self._rng, 16)
        self.spans.append(_span(self._trace, own, self._root, start, end, told, failed))


def _call(session: Session, one: Round, sent: Sequence[Turn], instructions: Sequence[Turn]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": session.model,
        "gen_ai.response.model": session.model,
        "gen_ai.input.messages": _messages(sent),
    }
    if instructions:
        told["gen_ai.system_instructions"] = _text([{"type": "text", "content": turn.text} for turn in instructions])
    if not one.wrote:
        return {**told, "error.type": "cancelled"}
    first = one.wrote[0]
    told["gen_ai.output.messages"] = _messages(one.wrote)
    counts = {
        "gen_ai.usage.input_tokens": first.input_tokens,
        "gen_ai.usage.output_tokens": first.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": first.cached_tokens,
    }
    return told | {name: count for name, count in counts.items() if count is not None}


def _tool(turn: Turn, wrote: Sequence[Turn]) -> dict[str, Any]:
    arguments = next((call.tool_arguments for call in wrote if call.call_id == turn.call_id), None)
    return {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": turn.tool_name,
        "gen_ai.tool.call.id": turn.call_id,
        **({} if arguments is None else {"gen_ai.tool.call.arguments": arguments}),
        "gen_ai.tool.call.result": turn.text or "",
    }


def _agent(session: Session) -> dict[str, Any]:
    return {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": session.agent,
        "gen_ai.agent.version": session.agent_version,
    }


def _messages(turns: Sequence[Turn]) -> str:
    """Turns as messages; those of one role that follow one another are one."""
    messages: list[dict[str, Any]] = []
    for turn in turns:
        role = _ROLES[turn.role]
        if not messages or messages[-1]["role"] != role or role in ("user", "tool"):
            messages.append({"role": role, "parts": []})
        messages[-1]["parts"].append(_part(turn))
    return _text(messages)


def _part(turn: Turn) -> dict[str, Any]:
    if turn.kind == "thinking":
        return {"type": "reasoning", "content": turn.text}
    if turn.kind == "tool_call":
        return {"type": "tool_call", "id": turn.call_id, "name": turn.tool_name, "arguments": turn.tool_arguments}
    if turn.kind == "tool_result":
        return {"type": "tool_call_response", "id": turn.call_id, "response": turn.text or ""}
    return {"type": "text", "content": turn.text}


def _span(
    trace: str,
    span: str,
    parent: str | None,
    start: datetime | None,
    end: datetime | None,
    attributes: dict[str, Any],
    failed: bool | None = None,
) -> dict[str, Any]:
    operation = attributes["gen_ai.operation.name"]
    of = attributes.get("gen_ai.tool.name") or attributes.get("gen_ai.request.model") or ""
    return {
        "traceId": trace,
        "spanId": span,
        **({"parentSpanId": parent} if parent else {}),
        "name": f"{operation} {of}".strip(),
        "kind": 3 if operation == "chat" else 1,
        "startTimeUnixNano": _nanoseconds(start),
        "endTimeUnixNano": _nanoseconds(end),
        "attributes": [_attribute(key, value) for key, value in attributes.items()],
        "status": {} if failed is None else {"code": 2 if failed else 1},
    }


def _export(session: Session, spans: list[dict[str, Any]]) -> bytes:
    service = {"service.name": session.agent, "service.version": session.agent_version}
    for span in spans:
        span["attributes"].append(_attribute("gen_ai.conversation.id", session.session_id))
        span["attributes"].append(_attribute("user.id", session.user_id))
    group = {
        "resource": {"attributes": [_attribute(key, value) for key, value in service.items()]},
        "scopeSpans": [{"scope": {"name": "assistant"}, "spans": spans}],
    }
    return msgspec.json.encode({"resourceSpans": [group]}) + b"\n"


def _attribute(key: str, value: Any) -> dict[str, Any]:
    return {"key": key, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}


def _nanoseconds(time: datetime | None) -> str:
    assert time is not None
    return str((time - _EPOCH) // timedelta(microseconds=1) * 1000)


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
