"""Sessions as ATIF v1.7, one trajectory a line, such that reading them again gives the same sessions.

What ATIF has no place for (a turn's own time inside a step, error flags, who typed) stands in `extra`.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Raw

from traces.schema import Session, Turn

VERSION = "ATIF-v1.7"

_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_SOURCES = {"user": "user", "system": "system", "assistant": "agent", "tool": "system"}


def atif_lines(sessions: Iterable[Session]) -> Iterator[bytes]:
    """One line of ATIF, newline included, for each session."""
    for session in sessions:
        yield msgspec.json.encode(trajectory(session)) + b"\n"


def trajectory(session: Session) -> dict[str, Any]:
    """One session as an ATIF document."""
    agent = {"name": session.agent or "unknown", "version": session.agent_version or "unknown"}
    extra = {
        "user_id": session.user_id,
        "source": session.source,
        "category": session.category,
        "cwd": session.project,
        "origin": session.origin,
        "parent_session": session.parent_id,
        "format": session.format,
        "file": session.file,
        "started": _time(session.started),
    }
    return {
        "schema_version": VERSION,
        "session_id": session.session_id,
        "agent": _known({**agent, "model_name": session.model}),
        "steps": list(_steps(session.turns)),
        "extra": {name: value for name, value in extra.items() if value is not None or name == "started"},
    }


def _steps(turns: Iterable[Turn]) -> Iterator[dict[str, Any]]:
    names: dict[str | None, str | None] = {}
    step: dict[str, Any] | None = None
    number = 0
    for turn in turns:
        if step is None or not _joins(step, turn):
            if step is not None:
                yield step
            number += 1
            step = _opened(number, turn)
        _put(step, turn, names)
    if step is not None:
        yield step


def _joins(step: dict[str, Any], turn: Turn) -> bool:
    """Whether the turn, added to this step, would be read back right after what the step holds."""
    if _has_tokens(turn):
        return False
    if turn.kind == "tool_result":
        return step["source"] == "agent" or "observation" in step or "tool_calls" in step
    if turn.role != "assistant" or step["source"] != "agent" or "observation" in step:
        return False
    if _time(turn.time) != step.get("timestamp") or "extra" in step:
        return False
    if turn.kind == "tool_call":
        return True
    return turn.kind == "message" and bool(turn.text) and not step["message"] and "tool_calls" not in step


def _opened(number: int, turn: Turn) -> dict[str, Any]:
    metrics = {
        "prompt_tokens": turn.input_tokens,
        "cached_tokens": turn.cached_tokens,
        "completion_tokens": turn.output_tokens,
    }
    step = {
        "step_id": number,
        "timestamp": None if turn.kind == "tool_result" else _time(turn.time),
        "source": _SOURCES[turn.role],
        "message": "",
        "metrics": _known(metrics) or None,
    }
    return _known(step)


def _put(step: dict[str, Any], turn: Turn, names: dict[str | None, str | None]) -> None:
    if turn.kind == "tool_result":
        step.setdefault("observation", {"results": []})["results"].append(_result(turn, names))
    elif turn.kind == "tool_call":
        names[turn.call_id] = turn.tool_name
        step.setdefault("tool_calls", []).append(_call(turn))
    elif turn.kind == "thinking":
        step["reasoning_content"] = turn.text
        if turn.original_chars is not None:
            step["extra"] = {"original_chars": turn.original_chars}
    else:
        step["message"] = turn.text or ""
        extra: dict[str, Any] = _known({"original_chars": turn.original_chars})
        if turn.role == "user":
            extra["typed"] = turn.typed
        if not turn.text and (turn.role == "assistant" or turn.text is None):
            extra["message"] = turn.text
        if extra:
            step["extra"] = extra


def _call(turn: Turn) -> dict[str, Any]:
    arguments, extra = _arguments(turn.tool_arguments)
    extra |= _known({"original_chars": turn.original_chars})
    call = {"tool_call_id": turn.call_id or "", "function_name": turn.tool_name or "", "arguments": arguments}
    return {**call, "extra": extra} if extra else call


def _arguments(text: str | None) -> tuple[Raw, dict[str, Any]]:
    """The arguments as they stand where they are one JSON object on one line; else beside an empty object."""
    if text is not None and text.startswith("{") and "\n" not in text and "\r" not in text:
        try:
            _OBJECT.decode(text)
        except (msgspec.DecodeError, RecursionError):
            pass  # nothing is lost: the text goes beside the object, as it is
        else:
            return Raw(text.encode()), {}
    return Raw(b"{}"), {"arguments": text}


def _result(turn: Turn, names: dict[str | None, str | None]) -> dict[str, Any]:
    extra = _known({"timestamp": _time(turn.time), "original_chars": turn.original_chars, "is_error": turn.is_error})
    if turn.tool_name != names.get(turn.call_id):
        extra["tool_name"] = turn.tool_name
    return _known({"source_call_id": turn.call_id, "content": turn.text, "extra": extra or None})


def _has_tokens(turn: Turn) -> bool:
    return (turn.input_tokens, turn.cached_tokens, turn.output_tokens) != (None, None, None)


def _time(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
