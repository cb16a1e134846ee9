"""Tiny sessions for the tests of features: turns said in a few words, one after the other."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

from msgspec.structs import replace

from traces.schema import Session, Turn

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def asked(text: str, at: float | None = None, typed: bool | None = True) -> list[Turn]:
    return [Turn(0, "user", "message", text, time=_time(at), typed=typed)]


def said(text: str, at: float | None = None, **fields: Any) -> list[Turn]:
    return [Turn(0, "assistant", "message", text, time=_time(at), **fields)]


def thought(text: str) -> list[Turn]:
    return [Turn(0, "assistant", "thinking", text)]


def called(tool: str, result: str | None, at: float | None = None, error: bool | None = None, **put: Any) -> list[Turn]:
    """A call and, unless it is null, its result."""
    call = Turn(0, "assistant", "tool_call", tool_name=tool, tool_arguments=json.dumps(put), time=_time(at))
    return [call] if result is None else [call, Turn(0, "tool", "tool_result", result, time=_time(at), is_error=error)]


def shell(command: str, result: str = "done", at: float | None = None) -> list[Turn]:
    return called("Bash", result, at, command=command)


def read(path: str, result: str = "text") -> list[Turn]:
    return called("Read", result, file_path=path)


def wrote(path: str, content: str = "text") -> list[Turn]:
    return called("Write", "written", file_path=path, content=content)


def edited(path: str, old: str, new: str) -> list[Turn]:
    return called("Edit", "edited", file_path=path, old_string=old, new_string=new)


def session(*parts: Iterable[Turn], name: str = "s", **header: Any) -> Session:
    turns = chain.from_iterable(parts)
    numbered = tuple(_placed(turn, place) for place, turn in enumerate(turns))
    return Session(**{"session_id": name, "format": "test", "file": "test.json", "turns": numbered, **header})


def _placed(turn: Turn, place: int) -> Turn:
    return replace(turn, index=place)


def _time(at: float | None) -> datetime | None:
    return None if at is None else START + timedelta(seconds=at)
