"""What a call's arguments name, a file or a command line, and the same call about another, in its own style."""

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from padding.work import Step
from traces.schema import Turn

_FILE_KEYS = ("file_path", "filePath", "path", "notebook_path")
_TEXT_KEYS = ("content", "file_text")
_LINE_KEYS = ("command", "cmd")
_PART_KEYS = ("offset", "limit", "view_range", "start_line", "end_line")
_ASKING_KEYS = ("justification", "with_escalated_permissions", "timeout", "timeout_ms", "run_in_background")
_WINDOWS = re.compile(r"powershell|[A-Za-z]:\\|Set-Location|Get-Content", re.IGNORECASE)
_WORDS = re.compile(r"[A-Za-z]{3,12}")
_SHELL = re.compile(r"bash|shell|exec|terminal", re.IGNORECASE)
_QUOTED_LINE = re.compile(r"^([^`\n]{3,160}\n\n)?`([^`]+)`$")
_QUOTED_FILE = re.compile(r"^`([^`\s]+\.\w+)`$")
_FENCED = re.compile(r"^```(\w*)\n")


def in_shell(step: Step) -> bool:
    """Whether the step runs a Unix shell's command line and sees what it prints."""
    call = next(iter(step.calls), None)
    if call is None or not step.results or line_in(call) is None:
        return False
    return not _WINDOWS.search(call.tool_arguments or "")


def line_in(call: Turn) -> str | None:
    """The command line that a call runs; null where it is no shell's."""
    if not _SHELL.search(call.tool_name or ""):
        return None
    given = _given(call)
    for key in _LINE_KEYS:
        line = given.get(key)
        if isinstance(line, list) and line:
            line = line[-1]
        if isinstance(line, str):
            return line
    quoted = _QUOTED_LINE.match(str(given.get("raw") or ""))
    return quoted[2] if quoted else None


def with_line(call: Turn, line: str, why: str) -> Turn:
    """The call with another command line, and that reason where its source gives reasons."""
    given = _given(call)
    for key in _LINE_KEYS:
        if isinstance(given.get(key), list):
            given[key] = [*given[key][:-1], line]
        elif key in given:
            given[key] = line
    given = {key: value for key, value in given.items() if key not in _ASKING_KEYS}
    if "description" in given:
        given["description"] = why
    quoted = _QUOTED_LINE.match(str(given.get("raw") or ""))
    if quoted:
        given["raw"] = f"{why}\n\n`{line}`" if quoted[1] else f"`{line}`"
    return _giving(call, given)


def file_in(call: Turn) -> str | None:
    """The file that a call names; null where it names none that can be exchanged."""
    given = _given(call)
    for key in _FILE_KEYS:
        if isinstance(given.get(key), str):
            return str(given[key])
    raw = str(given.get("raw") or "")
    quoted = _QUOTED_FILE.match(raw)
    if quoted:
        return quoted[1]
    found = re.search(r'"(?:file_?[pP]ath|path)": ?"((?:[^"\\]|\\.)+)"', raw)
    return None if found is None else found[1].replace("\\\\", "\\")


def words_of(path: str) -> list[str]:
    """Words that a file is named with."""
    name = path.replace("\\", "/").rpartition("/")[2]
    return _WORDS.findall(name.partition(".")[0].lower())


def with_file(call: Turn, path: str, text: str | None = None, longest: int = 0) -> Turn | None:
    """The call about another file, with another text where it writes one; null where that cannot be said.

    Arguments longer than `longest` are cut where the call's source had cut its own.
    """
    given = _given(call)
    raw = str(given.get("raw") or "")
    fenced = _FENCED.match(raw)
    if text is not None and fenced:  # exported Markdown: what is written, without the path
        return _giving(call, {"raw": f"```{path.rpartition('.')[2]}\n{text}"[: longest - 3] + "```"})
    if _QUOTED_FILE.match(raw):
        return _giving(call, {"raw": f"`{path}`"}) if text is None else None
    if raw:
        found = file_in(call)
        key = re.search(r'"(file_?[pP]ath|path)":', raw)
        if found is None or key is None:
            return call if fenced else None
        if text is None:
            return _giving(call, {"raw": raw.replace(found.replace("\\", "\\\\"), path)})
        given = {key[1]: path} | ({} if text is None else {_TEXT_KEYS[key[1] == "path"]: text})
    elif not any(key in given for key in _FILE_KEYS):
        return None
    given = {key: path if key in _FILE_KEYS else value for key, value in given.items() if key not in _PART_KEYS}
    if text is not None:
        given = {key: text if key in _TEXT_KEYS else value for key, value in given.items()}
    return _giving(call, given, longest)


def suiting(step: Step, edit: Callable[[Turn], Turn | None], path: str | None = None) -> Step:
    """The step with its calls edited, and with that path where its results name the file of before."""
    before = file_in(step.calls[0]) if path is not None else None
    pieces = []
    for piece in step.pieces:
        turn = piece.turn
        if turn.kind == "tool_call":
            turn = edit(turn) or turn
        elif turn.kind == "tool_result" and before and path and turn.text:
            turn = replace(turn, text=turn.text.replace(before, path))
        pieces.append(replace(piece, turn=turn))
    return Step(tuple(pieces))


def _given(call: Turn) -> dict[str, Any]:
    arguments = call.tool_arguments or ""
    return dict(_parsed(arguments)) if arguments.startswith("{") else {}


@lru_cache(4096)
def _parsed(arguments: str) -> Mapping[str, Any]:
    try:
        given = json.loads(arguments)
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}


def _giving(call: Turn, given: dict[str, Any], longest: int = 0) -> Turn:
    tight = '":"' in (call.tool_arguments or "")[:80]
    made = json.dumps(given, ensure_ascii=False, separators=(",", ":") if tight else (", ", ": "))
    if longest and len(made) > longest:
        made = json.dumps({"raw": made[:longest]}, ensure_ascii=False)
    return replace(call, tool_arguments=made)
