"""Writing a text to a file as the host's agent does: one of its own write calls, with another text and another name."""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from msgspec.structs import replace
from numpy.random import Generator

from padding.asks import terms
from padding.envelope import shown as shown_as
from padding.homes import at_home
from padding.material import Material
from padding.parts import copied
from padding.work import Exchange, Piece, Step, Work
from traces.schema import Turn

_CONTENTS, _PATHS = ("content", "file_text", "contents"), ("file_path", "path", "filename")
_PATH = re.compile(r'"(?:file_path|path|filename)": ?"((?:[^"\\]|\\.)+)"')
_RANGE = re.compile(r', ?"(?:offset|limit|view_range)": ?(?:\d+|\[[^\]]*\])')
_NO_WORD = re.compile(r"\W+")
_OVER = re.compile(r"overw|updated", re.IGNORECASE)
_FENCE = "```"
_CUT = 2500
_TRIES = 8


def ways(host: Work, material: Material, rng: Generator) -> list[Step]:
    """Steps that show how the host's agent writes a file, its own ones first; none where nothing shows it."""
    own = Material.own_steps(host, "write")[-_TRIES:]
    found = _new([copied(step) for step in own if _filled(step, "", "x.md")])
    if found:
        return found
    drawn = (material.step(host, rng, "write") for _ in range(_TRIES))
    shown = _new([step for step in drawn if step is not None and _filled(step, "", "x.md")])
    return [at_home(Exchange((), (step,)), host).steps[0] for step in shown]


def _new(steps: list[Step]) -> list[Step]:
    """Those that made a file, if there are any, rather than those that were told that they wrote over one."""
    return [step for step in steps if not any(_OVER.search(turn.text or "") for turn in step.results)] or steps


def written(text: str, shown: Sequence[Step], rng: Generator, name: str = "") -> Step:
    """A step that writes this text, in one of the ways shown."""
    step = shown[int(rng.random() * len(shown))]
    return _filled(step, text, name or name_of(text, rng)) or step


def read_back(look: Step, write: Step, text: str) -> Step:
    """A look that shows this text, at the file that was written; without lines' numbers that it asked for before."""
    path = next((found[1] for call in write.calls if (found := _PATH.search(call.tool_arguments or ""))), None)
    step = shown_as(look, text)
    if path is None:
        return step
    return Step(tuple(replace(p, turn=_at(p.turn, path)) if p.turn.kind == "tool_call" else p for p in step.pieces))


def _at(call: Turn, path: str) -> Turn:
    arguments = call.tool_arguments or ""
    found = _PATH.search(arguments)
    if found is None:
        return call
    told = arguments[: found.start(1)] + path + arguments[found.end(1) :]
    return replace(call, tool_arguments=_RANGE.sub("", told))


def name_of(text: str, rng: Generator) -> str:
    """A file's name for the text, by what it speaks of."""
    words = [_as_name(term) for term in terms(text)[:12]]
    words = [word for word in words if 3 < len(word) < 28] or ["notes"]
    start = int(rng.random() * len(words))
    return "-".join(words[start : start + 1 + int(rng.random() * 2)]) + (".md" if rng.random() < 0.8 else ".txt")


@lru_cache(8192)
def _as_name(term: str) -> str:
    return _NO_WORD.sub("-", term.lower()).strip("-_")


def _filled(step: Step, text: str, name: str) -> Step | None:
    place = next((n for n, piece in enumerate(step.pieces) if piece.turn.kind == "tool_call"), None)
    if place is None or sum(piece.turn.kind == "tool_call" for piece in step.pieces) > 1:
        return None
    call = step.pieces[place].turn
    made = _arguments(call.tool_arguments or "", text, name)
    if made is None:
        return None
    arguments, old, new = made
    pieces = [piece for piece in step.pieces if piece.turn.role == "tool" or piece.turn.kind == "tool_call"]
    return Step(tuple(_told(piece, arguments, old, new) for piece in pieces))


def _told(piece: Piece, arguments: str, old: str, new: str) -> Piece:
    """The call with its arguments; the result with the new name, and without what it showed of the old text."""
    if piece.turn.kind == "tool_call":
        return replace(piece, turn=replace(piece.turn, tool_arguments=arguments))
    said = (piece.turn.text or "").split("\n", 1)[0]
    said = said.split(" Here's the result")[0]
    return replace(piece, turn=replace(piece.turn, text=said.replace(old, new) if old else said, original_chars=None))


def _arguments(arguments: str, text: str, name: str) -> tuple[str, str, str] | None:
    """The call's arguments with this text in them, the old path and the new one."""
    given = _given(arguments)
    if given is None:
        return None
    raw = given.get("raw")
    if isinstance(raw, str):
        return _raw(raw, text, name)
    content = next((key for key in _CONTENTS if isinstance(given.get(key), str)), None)
    path = next((key for key in _PATHS if isinstance(given.get(key), str)), None)
    if content is None or path is None:
        return None
    old, new = given[path], str(_renamed(given[path], name))
    made = json.dumps({**given, path: new, content: text}, ensure_ascii=False)
    return _cut(made), old, new


@lru_cache(1024)
def _given(arguments: str) -> dict[str, Any] | None:
    """What the arguments say, if they are an object; read only, as all texts are written in a few ways."""
    try:
        given = json.loads(arguments)
    except ValueError:
        return None
    return given if isinstance(given, dict) else None


def _raw(raw: str, text: str, name: str) -> tuple[str, str, str] | None:
    """Arguments that the source has as plain text: a fenced block, or JSON of which the end is cut off."""
    if raw.startswith(_FENCE):
        return json.dumps({"raw": f"{_FENCE}markdown\n{text}\n{_FENCE}"[:_CUT]}, ensure_ascii=False), "", ""
    path, content = _PATH.search(raw), next((key for key in _CONTENTS if f'"{key}": "' in raw), None)
    if path is None or content is None:
        return None
    old = json.loads(f'"{path[1]}"')
    new = _renamed(old, name)
    key = path[0].split('"')[1]
    made = json.dumps({key: new, content: text}, ensure_ascii=False)
    return _cut(made), old, new


def _renamed(path: str, name: str) -> str:
    if "\\" in path:
        return path[: path.rfind("\\") + 1] + name
    return _folder_of(path) + name if "/" in path else name


@lru_cache(4096)
def _folder_of(path: str) -> str:
    return str(PurePosixPath(path).with_name("x"))[:-1]


def _cut(arguments: str) -> str:
    """Arguments as sources have them that cut long ones: as text, without its end."""
    return arguments if len(arguments) <= _CUT else json.dumps({"raw": arguments[:_CUT]}, ensure_ascii=False)
