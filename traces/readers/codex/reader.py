"""Reads a rollout line by line."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import blake2b

import msgspec

from traces.draft import Draft
from traces.format import About, Format, Head, Record
from traces.json_text import decode
from traces.readers.codex.prompts import pieces
from traces.readers.codex.records import Event, Item, Line, Meta, Note, Usage, said
from traces.readers.codex.results import failed, joined, result
from traces.readers.codex.tokens import Tokens
from traces.records import lines
from traces.schema import Session
from traces.times import time_of

_PAUSE = timedelta(seconds=0.25)
_PERSON = {"human": True, "subagent": False, None: True}
_UNNAMED = {
    "local_shell_call": "local_shell",
    "web_search_call": "web_search",
    "tool_search_call": "tool_search",
    "image_generation_call": "image_generation",
}
_LINE = msgspec.json.Decoder(Line)


class Codex:
    """Reads one line a record; a file holds one session."""

    def __init__(self, about: About) -> None:
        self._about = about
        self._draft: Draft | None = None
        self._tokens = Tokens()
        self._tools: dict[str, str] = {}
        self._copying = False
        self._before: datetime | None = None

    def add(self, record: Record) -> Iterable[Session]:
        """Takes one line; hands the session over in parts when it has grown too long to hold."""
        line = decode(record.raw, _LINE)
        time = time_of(line.timestamp, self._about.zone)
        read = said(line, record.raw)
        if isinstance(read, Meta):
            self._begin(read)
        time = self._own(time)
        if isinstance(read, Item):
            self._converse(self._known(record.raw), read, time)
        elif isinstance(read, Event):
            self._happened(read, record.raw)
        elif isinstance(read, Note):
            self._noted(self._known(record.raw), read, time)
        return (self._draft.take(),) if self._draft is not None and self._draft.full else ()

    def finish(self) -> Iterable[Session]:
        """The session; none from a file without a turn."""
        return (self._draft.take(),) if self._draft is not None and self._draft.turns else ()

    def _begin(self, meta: Meta) -> None:
        started = time_of(meta.timestamp, self._about.zone)
        if self._draft is not None:
            self._copying = self._copying or meta.id != self._draft.known("session_id")
            return
        self._draft = self._opened(meta.id)
        self._draft.header(
            agent_version=meta.cli_version,
            project=meta.cwd,
            origin=meta.origin,
            parent_id=meta.parent,
            started=started,
        )

    def _opened(self, session_id: str) -> Draft:
        draft = Draft(session_id, FORMAT.name, self._about.file)
        draft.header(user_id=self._about.user, source=self._about.source, agent=FORMAT.name)
        return draft

    def _known(self, raw: bytes) -> Draft:
        """The session; where its header could not be read, one named by the first line that could."""
        if self._draft is None:
            self._draft = self._opened(blake2b(raw, digest_size=16).hexdigest())
        return self._draft

    def _own(self, time: datetime | None) -> datetime | None:
        """A line's time; none in the copy that a fork begins with, which ends at the first pause."""
        if self._copying and time is not None and self._before is not None and time - self._before >= _PAUSE:
            self._copying = False
            self._tokens.interrupted()
        self._before = time or self._before
        return None if self._copying else time

    def _happened(self, event: Event, raw: bytes) -> None:
        if event.type in ("turn_aborted", "task_started", "turn_started"):
            self._tokens.interrupted()
        elif event.type == "token_count" and event.info is not None and not self._tokens.again(event.info):
            self._count(self._known(raw), event.info.last_token_usage)

    def _noted(self, draft: Draft, note: Note, time: datetime | None) -> None:
        draft.header(model=note.model)
        if note.message:
            self._tokens.claim(draft, draft.add("system", "message", note.message, time=time))
            self._tokens.prompted()
        if note.usage is not None:
            self._tokens.billed()
            self._count(draft, note.usage)

    def _count(self, draft: Draft, usage: Usage) -> None:
        if not self._copying:
            self._tokens.used(draft, usage)

    def _converse(self, draft: Draft, item: Item, time: datetime | None) -> None:
        if item.type == "message":
            self._message(draft, item, time)
        elif item.type == "agent_message":
            if text := joined(item.content):
                draft.add("user", "message", text, time=time)
        elif item.type == "reasoning":
            if text := joined(item.content) or joined(item.summary):
                self._tokens.turn(draft, draft.add("assistant", "thinking", text, time=time))
        elif item.type.endswith("_call"):
            self._call(draft, item, time)
        elif item.type.endswith("_output"):
            name = self._tools.pop(item.call_id or "", item.name)
            error = failed(item)
            draft.add(
                "tool", "tool_result", result(item), time=time, tool_name=name, call_id=item.call_id, is_error=error
            )

    def _message(self, draft: Draft, item: Item, time: datetime | None) -> None:
        if item.role == "user":
            self._tokens.prompted()
            person = False if self._copying else _PERSON.get(draft.known("origin"))
            for text, injected in pieces(item):
                draft.add("user", "message", text, time=time, typed=False if injected else person)
        elif text := joined(item.content):
            if item.role == "assistant":
                self._tokens.turn(draft, draft.add("assistant", "message", text, time=time))
            else:
                draft.add("system", "message", text, time=time)

    def _call(self, draft: Draft, item: Item, time: datetime | None) -> None:
        name = item.name or _UNNAMED.get(item.type, item.type)
        arguments = item.input or item.revised_prompt or bytes(item.arguments or item.action).decode() or None
        call_id = item.call_id or item.id
        if item.call_id:
            self._tools[item.call_id] = name
        index = draft.add(
            "assistant", "tool_call", time=time, tool_name=name, tool_arguments=arguments, call_id=call_id
        )
        self._tokens.turn(draft, index)


def _matches(head: Head) -> bool:
    for found in head.objects:
        payload = found.get("payload")
        if isinstance(payload, dict) and found.get("type") in ("session_meta", "turn_context", "response_item"):
            return True
        if found.get("type") == "event_msg" and isinstance(payload, dict) and "type" in payload:
            return True
        if found.get("record_type") == "state" and len(found) == 1:
            return True
    first = head.objects[0] if head.objects else {}
    return {"id", "timestamp", "instructions"} <= first.keys() and "type" not in first


FORMAT = Format(
    name="codex",
    title="Codex rollouts (~/.codex/sessions/**/rollout-*.jsonl)",
    matches=_matches,
    records=lines,
    reader=Codex,
)
