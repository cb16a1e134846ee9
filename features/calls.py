"""Tool calls with their results: what a call does whatever its tool is called, to which file, and what came of it."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

import msgspec
from xxhash import xxh3_64_intdigest

from traces.schema import Turn

Action = Literal[
    "read", "search", "edit", "write", "run", "test", "plan", "fetch", "delegate", "delete", "save", "other"
]


class Call(msgspec.Struct, frozen=True):
    """One tool call, and what came of it."""

    turn: int
    """The turn of the call."""
    result: int | None
    """The turn of its result; null where there is none."""
    action: Action
    """What it does, as far as its name and its command line say."""
    path: str | None
    """The file that it reads or changes, where its arguments name one."""
    names: tuple[str, ...]
    """The last parts of the paths of all files that it names."""
    same: int | None
    """The latest earlier call (its place among the calls) of the same tool with the same arguments."""
    arguments: int
    """A hash of tool and arguments."""
    outcome: int | None
    """A hash of the result's text."""
    failed: bool
    """Whether the result is an error."""
    old: int | None = None
    """For an edit: a hash of the text that it replaces."""
    new: int | None = None
    """For an edit: a hash of the text that it puts there."""


_NAMES: tuple[tuple[Action, str], ...] = (
    ("plan", r"todo|taskcreate|taskupdate|tasklist|plan|report_intent|checklist"),
    ("delegate", r"^task$|^agent|subagent|sessions_send|spawn"),
    ("fetch", r"fetch|web_?search|browser|curl|wget|url"),
    ("edit", r"edit|replace|patch|insert|update|cancel|book"),
    ("write", r"write|create|save"),
    ("search", r"grep|glob|search|find|^ls$|list"),
    ("read", r"read|view|open|cat|goto|scroll|^get_|status|history|output"),
    ("delete", r"delete|remove"),
    ("run", r"bash|shell|exec|python|terminal|process|run|command"),
)
_BY_NAME = tuple((action, re.compile(pattern, re.IGNORECASE)) for action, pattern in _NAMES)
_START = r"(?:^|[\"'`;&|(\n] ?)"
_IN_SHELL: tuple[tuple[Action, re.Pattern[str]], ...] = (
    ("save", re.compile(r"\bgit (commit|push|merge|tag)\b|\bgh (pr|issue|release) (create|merge|comment|close)")),
    ("test", re.compile(r"pytest|\btest(s|ing)?\b|vitest|jest|\blint\b|tsc\b|mypy|ruff|cargo check|go vet|\bbuild\b")),
    ("delete", re.compile(_START + r"(rm|rmdir|git rm|git checkout --|git restore|git reset --hard|git clean) ")),
    ("read", re.compile(_START + r"(cat|head|tail|less|sed -n|nl|get-content) (?!.*(?:>|<<))")),
    ("search", re.compile(_START + r"(grep|rg|find|ls|fd|tree|git (status|log|diff|show|branch))\b")),
    ("write", re.compile(r">>?\s*[\w./~$-]*\w|\btee |\bmkdir |\btouch |\bcp |\bmv ")),
)
_SIGNS: dict[Action, tuple[str, ...]] = {
    "save": ("git ", "gh "),
    "test": ("test", "jest", "lint", "tsc", "mypy", "ruff", "cargo check", "go vet", "build"),
    "delete": ("rm ", "rmdir ", "git "),
    "read": ("cat ", "head ", "tail ", "less ", "sed -n ", "nl ", "get-content "),
    "search": ("grep", "rg", "find", "ls", "fd", "tree", "git "),
    "write": (">", "tee ", "mkdir ", "touch ", "cp ", "mv "),
}
"""Without one of these a pattern finds nothing; they are looked for first, as that is ten times quicker."""
_PATH_KEYS = ("file_path", "path", "filename", "file", "filePath", "notebook_path", "target_file", "file_name")
_OLD_KEYS = ("old_string", "old_str", "oldString", "oldText", "search")
_NEW_KEYS = ("new_string", "new_str", "newString", "newText", "replace", "content", "file_text", "contents")
_COMMAND_KEYS = ("command", "cmd", "raw", "input", "code", "pattern")
_PATH = re.compile(r"(?:[\w.~-]*/)+[\w.-]+|\b[\w-]+\.[A-Za-z]\w{0,5}\b")
_LOOKED_AT = 400
_ERROR_WITHIN = 200
_ERROR_SIGNS = ("error", "exception", "traceback", "exit code", "fatal:", "fail", "not found", "no such", "denied")
_ERROR = re.compile(
    r"^\W*(?:\w*error\b(?! ?s? ?[:=]? ?(?:0|none|null))|\w*exception\b|traceback|exit code:? [1-9]|fatal:"
    r"|fail(?:ed|ure)?\b)"
    r"|command not found|no such file|permission denied|string to replace not found|is_error.{0,4}true"
)
"""What an error begins with, in small letters; here, too, the signs are looked for first."""


@lru_cache(4096)
def _named(tool: str) -> Action:
    return next((action for action, pattern in _BY_NAME if pattern.search(tool)), "other")


def action_of(call: Turn) -> Action:
    """What the call does; of a command line the first 400 characters are looked into."""
    action = _named(call.tool_name or "")
    if action != "run":
        return action
    line = (call.tool_arguments or "")[:_LOOKED_AT]
    return next((found for found, pattern in _IN_SHELL if _has(line, _SIGNS[found]) and pattern.search(line)), "run")


def _has(text: str, signs: Sequence[str]) -> bool:
    return any(map(text.__contains__, signs))


def calls_of(turns: Sequence[Turn]) -> tuple[Call, ...]:
    """The session's calls in order, each with its result: by its id, else the next result after it."""
    results = _results(turns)
    latest: dict[int, int] = {}
    calls: list[Call] = []
    for place, turn in enumerate(turns):
        if turn.kind == "tool_call":
            result = results.get(place)
            digest = _digest(f"{turn.tool_name}\0{turn.tool_arguments}")
            calls.append(_call(turn, place, result, turns, latest.get(digest), digest))
            latest[digest] = len(calls) - 1
    return tuple(calls)


def _call(turn: Turn, place: int, result: int | None, turns: Sequence[Turn], same: int | None, digest: int) -> Call:
    action = action_of(turn)
    path, names, old, new = _details(turn, action)
    came = None if result is None else turns[result]
    outcome = None if came is None or came.text is None else _digest(came.text)
    return Call(place, result, action, path, names, same, digest, outcome, failed(came), old, new)


def failed(result: Turn | None) -> bool:
    """Whether a result is an error: the source says so, or its first 200 characters do; most sources say nothing."""
    if result is None or not result.text or result.is_error:
        return bool(result and result.is_error)
    head = result.text[:_ERROR_WITHIN].lower()
    return _has(head, _ERROR_SIGNS) and _ERROR.search(head) is not None


def _results(turns: Sequence[Turn]) -> dict[int, int]:
    """The place of each call's result."""
    by_id: dict[str, int] = {}
    open: list[int] = []
    found: dict[int, int] = {}
    for place, turn in enumerate(turns):
        if turn.kind == "tool_call":
            if turn.call_id:
                by_id[turn.call_id] = place
            else:
                open.append(place)
        elif turn.kind == "tool_result":
            call = by_id.pop(turn.call_id, None) if turn.call_id else open.pop(0) if open else None
            if call is not None:
                found[call] = place
    return found


def _details(turn: Turn, action: Action) -> tuple[str | None, tuple[str, ...], int | None, int | None]:
    """The file that a call is about, the names of all files in it and, for an edit, the text before and after."""
    fields = _fields(turn.tool_arguments or "")
    path = _first(fields, _PATH_KEYS)
    if path is None or action == "search":
        command = _first(fields, _COMMAND_KEYS) or (turn.tool_arguments or "" if not fields else "")
        named = _paths(command[:_LOOKED_AT])
        path = path or (named[-1] if named else None)
    else:
        named = [path]
    names = tuple(dict.fromkeys([_last(one) for one in named]))
    if action not in ("edit", "write"):
        return path, names, None, None
    old, new = _first(fields, _OLD_KEYS), _first(fields, _NEW_KEYS)
    return path, names, _digest(old) if old else None, _digest(new) if new else None


def _paths(command: str) -> list[str]:
    """The paths in a command line. Pieces without a slash or a dot, in which there is none, are not searched."""
    return _PATH.findall(" ".join([piece for piece in command.split() if "/" in piece or "." in piece]))


def _last(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _fields(arguments: str) -> dict[str, Any]:
    try:
        fields = msgspec.json.decode(arguments)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _first(fields: dict[str, Any], keys: Sequence[str]) -> str | None:
    for key in keys:
        value = fields.get(key)
        if isinstance(value, str) and value:
            return value
    return None


def _digest(text: str) -> int:
    return xxh3_64_intdigest(text.encode(errors="replace"))
