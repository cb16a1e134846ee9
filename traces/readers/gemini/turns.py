"""The turns that a message makes, as `Draft.add` takes them."""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any

from traces.readers.gemini.parts import result_of, text_of, thinking_of
from traces.readers.gemini.prompts import pieces
from traces.readers.gemini.records import Call, Line, Tokens
from traces.times import time_of

_ERRORS = {"success": False, "error": True, "cancelled": True}


def told(line: Line, zone: tzinfo, person: bool) -> list[dict[str, Any]]:
    """The turns of what a user, or the program, said."""
    time = time_of(line.timestamp, zone)
    if line.type != "user":
        text = text_of(line.content)
        return [{"role": "system", "kind": "message", "text": text, "time": time}] if text else []
    return [
        {"role": "user", "kind": "message", "text": text, "time": time, "typed": typed and person}
        for text, typed in pieces(line)
    ]


def answered(line: Line, zone: tzinfo) -> list[dict[str, Any]]:
    """The turns made from one answer of the model: thinking, text, tool calls, and their results."""
    turns = [{"role": "assistant"} | turn for turn in _said(line, zone)]
    if turns:
        turns[0] |= _counts(line.tokens)
    return turns + [_result(call, zone) for call in line.tool_calls or () if call.result is not None]


def _said(line: Line, zone: tzinfo) -> Iterator[dict[str, Any]]:
    time = time_of(line.timestamp, zone)
    thoughts = line.thoughts or []
    if thinking := "\n".join(f"**{it.subject}** {it.description}" for it in thoughts) or thinking_of(line.content):
        began = time_of(thoughts[0].timestamp, zone) if thoughts else None
        yield {"kind": "thinking", "text": thinking, "time": began or time}
    if (text := text_of(line.content)).strip():
        yield {"kind": "message", "text": text, "time": time}
    for call in line.tool_calls or ():
        yield _call(call, time)


def _call(call: Call, time: datetime | None) -> dict[str, Any]:
    arguments = bytes(call.args).decode() or None
    return {
        "kind": "tool_call",
        "time": time,
        "tool_name": call.name,
        "tool_arguments": arguments,
        "call_id": call.id,
    }


def _result(call: Call, zone: tzinfo) -> dict[str, Any]:
    return {
        "role": "tool",
        "kind": "tool_result",
        "text": result_of(call.result),
        "time": time_of(call.timestamp, zone),
        "tool_name": call.name,
        "call_id": call.id,
        "is_error": _ERRORS.get(call.status or ""),
    }


def _counts(tokens: Tokens | None) -> dict[str, Any]:
    """The token counts of a call; none where they are the zeros that stand for unknown."""
    if tokens is None or not (tokens.input or tokens.output):
        return {}
    return {
        "input_tokens": tokens.input + (tokens.tool or 0),
        "cached_tokens": tokens.cached,
        "output_tokens": tokens.output + (tokens.thoughts or 0),
    }
