"""Sessions as Codex leaves them: a rollout whose items are what went to and came from the model, with token events.

Not written: the base instructions, encrypted reasoning, and rate limits.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

import msgspec

from padding.company.model_calls import Round, rounds
from traces.schema import Session, Turn

_EXIT = re.compile(r"(?:Chunk ID: .*\n)?(?:Wall time: .*\n)?(?:Process exited with code|Exit code:) (-?\d+)\n")


def codex_file(session: Session) -> PurePosixPath:
    """Where the session's file lies, from the agent's folder on."""
    assert session.started is not None
    name = f"rollout-{session.started:%Y-%m-%dT%H-%M-%S}-{session.session_id}.jsonl"
    return PurePosixPath("sessions", f"{session.started:%Y/%m/%d}", name)


def codex_lines(session: Session) -> Iterator[bytes]:
    """The lines of the session's file."""
    yield _line(session.started, "session_meta", _meta(session))
    context = {"cwd": session.project, "approval_policy": "on-request", "model": session.model, "summary": "auto"}
    total = [0, 0, 0]
    for one in rounds(session.turns):
        for turn in one.said:
            yield _item(turn.time, _message(turn))
            if turn.typed:
                yield _line(turn.time, "event_msg", {"type": "user_message", "message": turn.text, "images": []})
        if one.prompted:
            yield _line(one.said[-1].time, "turn_context", context)
        for turn in one.wrote:
            yield _item(turn.time, _written(turn))
        yield from _tokens(one, total)
        for turn in one.results:
            yield _item(turn.time, _result(turn))


def _meta(session: Session) -> dict[str, Any]:
    source: Any = {"human": "cli", "automation": "exec"}.get(session.origin, "unknown")
    if session.origin == "subagent":
        source = {"subagent": {"thread_spawn": {"parent_thread_id": session.parent_id, "depth": 1}}}
    return {
        "id": session.session_id,
        "timestamp": _stamp(session.started),
        "cwd": session.project,
        "originator": "codex_exec" if session.origin == "automation" else "codex_cli_rs",
        "cli_version": session.agent_version,
        "source": source,
    }


def _message(turn: Turn) -> dict[str, Any]:
    role = "user" if turn.role == "user" else "developer"
    return {"type": "message", "role": role, "content": [{"type": "input_text", "text": turn.text}]}


def _written(turn: Turn) -> dict[str, Any]:
    if turn.kind == "thinking":
        return {"type": "reasoning", "summary": [{"type": "summary_text", "text": turn.text}], "content": None}
    if turn.kind == "message":
        return {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": turn.text}]}
    call = {"name": turn.tool_name, "call_id": turn.call_id}
    if turn.tool_name == "apply_patch":
        return {"type": "custom_tool_call", "status": "completed", **call, "input": turn.tool_arguments or ""}
    return {"type": "function_call", **call, "arguments": turn.tool_arguments or "{}"}


def _result(turn: Turn) -> dict[str, Any]:
    kind = "custom_tool_call_output" if turn.tool_name == "apply_patch" else "function_call_output"
    found = _EXIT.match(turn.text or "")
    said = None if found is None else found[1] != "0"
    output: Any = turn.text or ""
    if said != turn.is_error:
        output = {"content": turn.text, "success": not turn.is_error}
        if turn.is_error is None:
            output = [{"type": "input_text", "text": turn.text}]
    return {"type": kind, "call_id": turn.call_id, "output": output}


def _tokens(one: Round, total: list[int]) -> Iterator[bytes]:
    """The event that tells a call's tokens; where there are none to tell, one by which no later call's are mistaken."""
    if not one.wrote:
        return
    first, time = one.wrote[0], one.wrote[-1].time
    if first.input_tokens is None or first.output_tokens is None:
        yield _line(time, "event_msg", {"type": "task_started"})
        return
    last = [first.input_tokens, first.cached_tokens or 0, first.output_tokens]
    total[:] = [before + now for before, now in zip(total, last, strict=True)]
    info = {"total_token_usage": _usage(total), "last_token_usage": _usage(last), "model_context_window": 272_000}
    yield _line(time, "event_msg", {"type": "token_count", "info": info, "rate_limits": None})


def _usage(counts: list[int]) -> dict[str, int]:
    return {
        "input_tokens": counts[0],
        "cached_input_tokens": counts[1],
        "output_tokens": counts[2],
        "reasoning_output_tokens": 0,
        "total_tokens": counts[0] + counts[2],
    }


def _item(time: datetime | None, item: dict[str, Any]) -> bytes:
    return _line(time, "response_item", item)


def _line(time: datetime | None, kind: str, payload: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"timestamp": _stamp(time), "type": kind, "payload": payload}) + b"\n"


def _stamp(time: datetime | None) -> str | None:
    if time is None:
        return None
    kept = "milliseconds" if time.microsecond % 1000 == 0 else "microseconds"
    return time.isoformat(timespec=kept).replace("+00:00", "Z")
