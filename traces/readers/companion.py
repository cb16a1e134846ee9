"""Files that agents keep beside their sessions and that hold no session of their own: pointers, indexes, prompt logs.

They are recognised so that a folder can be taken in whole without unknown files; what they say stands in the sessions
themselves. Known are OpenClaw's trajectory pointers, runtime trajectories (a second record of the same session) and
`sessions.json`; Claude Code's `sessions-index.json`, `history.jsonl` and `agent-*.meta.json`; Codex's
`session_index.jsonl` and `history.jsonl`; Gemini CLI's `logs.json`; and Winnow's own labels beside sessions that
people have judged.
"""

from collections.abc import Iterable

import msgspec

from traces.format import About, Format, Head, Record
from traces.json_text import decode
from traces.records import values
from traces.schema import Session

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_KEYS = (
    {"display", "pastedContents", "timestamp", "project"},
    {"id", "thread_name", "updated_at"},
    {"sessionId", "messageId", "type", "message", "timestamp"},
    {"session_id", "label", "why"},
)


class Companion:
    """Takes in records that say nothing of their own; refuses what is no JSON object."""

    def __init__(self, about: About) -> None:
        self._about = about

    def add(self, record: Record) -> Iterable[Session]:
        """Takes one record; gives nothing."""
        decode(record.raw, _OBJECT)
        return ()

    def finish(self) -> Iterable[Session]:
        """Nothing."""
        return ()


def _matches(head: Head) -> bool:
    if not head.objects:
        return False
    first = head.objects[0]
    if head.name.startswith("agent-") and head.name.endswith(".meta.json") and "agentType" in first:
        return True
    if str(first.get("traceSchema")).startswith("openclaw-trajectory"):
        return True
    if first.keys() == {"session_id", "ts", "text"} or any(keys <= first.keys() for keys in _KEYS):
        return True
    return _is_index(first) or _is_store(first)


def _is_index(first: dict[str, object]) -> bool:
    """Whether it is Claude Code's index of a project's sessions."""
    entries = first.get("entries")
    if "version" not in first or not isinstance(entries, list):
        return False
    known = [isinstance(entry, dict) and {"sessionId", "fullPath"} <= entry.keys() for entry in entries[:1]]
    return all(known) if known else "originalPath" in first


def _is_store(first: dict[str, object]) -> bool:
    """Whether it is OpenClaw's `sessions.json`, which maps a session's key to its id and counters."""
    return bool(first) and all(
        isinstance(value, dict) and {"sessionId", "updatedAt"} <= value.keys() for value in list(first.values())[:1]
    )


FORMAT = Format(
    name="companion",
    title="Files beside sessions without one of their own (indexes, pointers, prompt logs)",
    matches=_matches,
    records=values,
    reader=Companion,
)
