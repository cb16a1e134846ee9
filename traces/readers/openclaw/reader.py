"""Reads an entry at a time into a tree, and tells its active branch."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec
from msgspec import UnsetType

from traces.draft import Draft
from traces.format import About, Format, Head, Record, Unreadable
from traces.json_text import decode
from traces.readers.openclaw.records import Entry, Usage
from traces.readers.openclaw.turns import Said, said
from traces.records import lines
from traces.schema import Origin, Session
from traces.times import time_of

_MOST_HELD = 64_000_000
_ENTRY = msgspec.json.Decoder(Entry)


class Node(NamedTuple):
    """An entry's place in the tree, and what it says."""

    parent: str | None
    said: Said
    time: datetime | None


class OpenClaw:
    """Reads one entry a record; holds the tree until the file ends, since a later entry may leave a branch."""

    def __init__(self, about: About) -> None:
        self._about = about
        self._draft: Draft | None = None
        self._agent = "pi"
        self._origin: Origin | None = None
        self._forked: datetime | None = None
        self._nodes: dict[str, Node] = {}
        self._tip: str | None = None
        self._met = 0
        self._held = 0
        self._last: tuple[str | None, Usage | None] = (None, None)

    def add(self, record: Record) -> Iterable[Session]:
        """Takes one entry; hands the path so far over when there is too much to hold."""
        entry = decode(record.raw, _ENTRY)
        time = time_of(entry.timestamp, self._about.zone)
        if entry.type == "message" and entry.message is None:
            raise Unreadable("missing-field", "a message entry has no message")
        if entry.type == "session" and entry.id is None:
            raise Unreadable("no-session-id", "the session's header has no id")
        if self._draft is None:
            self._begin(entry, time, record.raw)
        if (entry.custom_type or "").startswith("openclaw"):
            self._agent = "openclaw"
        if entry.type == "leaf" and entry.append_mode != "side":
            self._tip = entry.target_id or self._tip
        elif entry.type not in ("session", "leaf"):
            self._place(entry, time)
            self._held += len(record.raw)
        return self._hand_over() if self._held > _MOST_HELD else ()

    def finish(self) -> Iterable[Session]:
        """The session; none from a file without a turn."""
        return self._hand_over()

    def _begin(self, entry: Entry, time: datetime | None, raw: bytes) -> None:
        """Opens the session; where its header could not be read, one named by the first entry that could."""
        key = entry.id if entry.type == "session" else None
        self._draft = Draft(key or blake2b(raw, digest_size=16).hexdigest(), FORMAT.name, self._about.file)
        if key is not None:
            self._draft.header(project=entry.cwd, started=time)
            self._forked = time if entry.parent_session else None
        if ".openclaw" in (entry.cwd or ""):
            self._agent = "openclaw"

    def _place(self, entry: Entry, time: datetime | None) -> None:
        """Puts an entry under its parent; under the last one where the file does not have its parent."""
        self._met += 1
        key = entry.id or f"line {self._met}"
        if key in self._nodes:
            return
        parent = self._tip if isinstance(entry.parent_id, UnsetType) else entry.parent_id
        if parent is not None and parent not in self._nodes:
            parent = self._tip if self._tip != key else None
        copied = self._forked is not None and time is not None and time < self._forked
        self._nodes[key] = Node(parent, said(entry, copied), time)
        if entry.append_mode != "side":
            self._tip = key

    def _hand_over(self) -> Iterable[Session]:
        path: list[Node] = []
        key = self._tip
        while key is not None and key in self._nodes:
            path.append(self._nodes[key])
            key = path[-1].parent
        self._nodes, self._held = {}, 0
        if self._draft is None:
            return ()
        for node in reversed(path):
            self._tell(self._draft, node)
        if not self._draft.turns:
            return ()
        about = self._about
        self._draft.header(user_id=about.user, source=about.source, agent=self._agent, origin=self._origin)
        return (self._draft.take(),)

    def _tell(self, draft: Draft, node: Node) -> None:
        """Adds an entry's turns, unless they only repeat the answer before them."""
        turns, usage, model, sender, origin = node.said
        if not turns or (turns[0]["role"] == "assistant" and self._repeated(turns, usage)):
            return
        if self._origin in (None, "automation"):
            self._origin = origin or self._origin
        draft.header(model=model, user_id=sender)
        first = draft.next_index
        for turn in turns:
            draft.add(**turn, time=node.time)
        if usage is not None:
            draft.amend(
                first,
                input_tokens=usage.all_input,
                cached_tokens=usage.cache_read,
                output_tokens=usage.output,
            )

    def _repeated(self, turns: list[dict[str, Any]], usage: Usage | None) -> bool:
        """Whether an answer says the same, at the same cost, as the one before it."""
        text = next((turn["text"] for turn in turns if turn["kind"] == "message"), None)
        repeated = usage is not None and (text, usage) == self._last
        self._last = (text, usage)
        return repeated


def _matches(head: Head) -> bool:
    for found in head.objects:
        if found.get("type") == "session" and {"id", "timestamp"} <= found.keys():
            return True
        message = found.get("message")
        if found.get("type") == "message" and "parentId" in found and isinstance(message, dict) and "role" in message:
            return True
    return False


FORMAT = Format(
    name="openclaw",
    title="OpenClaw and pi sessions (agents/*/sessions/*.jsonl, ~/.pi/agent/sessions/**/*.jsonl)",
    matches=_matches,
    records=lines,
    reader=OpenClaw,
)
