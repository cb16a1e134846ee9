"""Sessions as Claude Code leaves them: one event a line, a model call spread over lines that repeat its usage.

Sub-agents get files of their own (`agent-<id>.jsonl`) in the folder of their parent. A resumed session's file begins
with a copy of what it resumes. Not written: snapshots of files, and what only the agent's own screen needs.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from random import Random
from typing import Any

import msgspec

from padding.company.chance import dice, letters, uuid
from padding.company.model_calls import Round, rounds
from traces.schema import Session, Turn

_PLACEHOLDERS = (1, 2, 3, 5, 8)


def claude_code_file(session: Session) -> PurePosixPath:
    """Where the session's file lies, from the agent's folder on."""
    folder = re.sub(r"[^A-Za-z0-9]", "-", session.project or "-")
    return PurePosixPath("projects", folder, f"{session.session_id.rpartition('/')[2]}.jsonl")


def claude_code_lines(session: Session, history: Sequence[Turn] = ()) -> Iterator[bytes]:
    """The lines of the session's file; `history` is copied to its beginning, times and all."""
    writing = _Writing(session)
    if session.parent_id is None and history:
        yield msgspec.json.encode({"type": "summary", "summary": "Resumed", "leafUuid": writing.id()}) + b"\n"
    yield from writing.lines(history)
    yield from writing.lines(session.turns[len(history) :])


class _Writing:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._rng: Random = dice("claude-code", session.session_id)
        self._parent: str | None = None
        name, _, agent = session.session_id.partition("/agent-")
        self._frame: dict[str, Any] = {
            "isSidechain": bool(agent),
            **({"agentId": agent} if agent else {}),
            "userType": "external",
            "cwd": session.project,
            "sessionId": name,
            "version": session.agent_version,
            "gitBranch": "main",
            **({"entrypoint": "sdk-cli"} if session.origin == "automation" else {}),
        }

    def id(self) -> str:
        return uuid(self._rng)

    def lines(self, turns: Sequence[Turn]) -> Iterator[bytes]:
        for one in rounds(turns):
            for turn in one.said:
                yield self._said(turn)
            yield from self._call(one)
            for turn in one.results:
                yield self._line("user", turn.time, {"message": {"role": "user", "content": [_result(turn)]}})

    def _said(self, turn: Turn) -> bytes:
        if turn.role == "system":
            return self._line("system", turn.time, {"content": turn.text, "level": "info"})
        meta = {"isMeta": True} if turn.typed is False and self._session.origin != "subagent" else {}
        return self._line("user", turn.time, {"message": {"role": "user", "content": turn.text}, **meta})

    def _call(self, one: Round) -> Iterator[bytes]:
        if not one.wrote:
            return
        message = {"model": self._session.model, "id": f"msg_01{letters(self._rng, 22)}", "type": "message"}
        message["role"] = "assistant"
        first, last = one.wrote[0], one.wrote[-1]
        for turn in one.wrote:
            usage = _usage(first, final=turn is last, guess=self._rng.choice(_PLACEHOLDERS))
            content = {"content": [_block(turn)], "stop_reason": None}
            told = {"message": {**message, **content, **({"usage": usage} if usage else {})}}
            yield self._line("assistant", turn.time, told)

    def _line(self, kind: str, time: datetime | None, content: dict[str, Any]) -> bytes:
        own = self.id()
        stamp = {"timestamp": None if time is None else _stamp(time)}
        line = {"parentUuid": self._parent, **self._frame, "type": kind, **content, "uuid": own, **stamp}
        self._parent = own
        return msgspec.json.encode(line) + b"\n"


def _stamp(time: datetime) -> str:
    kept = "milliseconds" if time.microsecond % 1000 == 0 else "microseconds"
    return time.isoformat(timespec=kept).replace("+00:00", "Z")


def _usage(first: Turn, final: bool, guess: int) -> dict[str, Any] | None:
    """The call's usage as each of its lines repeats it; the output is known on the last one only."""
    if first.input_tokens is None and first.output_tokens is None:
        return None
    usage: dict[str, Any] = {}
    if first.input_tokens is not None:
        new = first.input_tokens - (first.cached_tokens or 0)
        usage["input_tokens"] = min(new, 3)
        usage["cache_creation_input_tokens"] = new - min(new, 3)
        if first.cached_tokens is not None:
            usage["cache_read_input_tokens"] = first.cached_tokens
    if first.output_tokens is not None:
        usage["output_tokens"] = first.output_tokens if final else min(guess, first.output_tokens)
    return {**usage, "service_tier": "standard"}


def _block(turn: Turn) -> dict[str, Any]:
    if turn.kind == "thinking":
        return {"type": "thinking", "thinking": turn.text, "signature": ""}
    if turn.kind == "tool_call":
        return {"type": "tool_use", "id": turn.call_id, "name": turn.tool_name, "input": _input(turn.tool_arguments)}
    return {"type": "text", "text": turn.text}


def _input(arguments: str | None) -> Any:
    """The arguments as they stand where they are an object on one line; else as a field of one."""
    if arguments is None:
        return {}
    try:
        if "\n" not in arguments and isinstance(msgspec.json.decode(arguments), dict):
            return msgspec.Raw(arguments.encode())
    except (msgspec.DecodeError, RecursionError):
        pass  # no JSON, or nested deeper than can be read: a text like any other
    return {"raw": arguments}


def _result(turn: Turn) -> dict[str, Any]:
    failed = {} if turn.is_error is None else {"is_error": turn.is_error}
    return {"tool_use_id": turn.call_id, "type": "tool_result", "content": turn.text, **failed}
