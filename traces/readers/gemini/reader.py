"""Reads a chat message by message."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any

import msgspec

from traces.draft import Draft
from traces.format import About, Content, Format, Head, Record, Unreadable
from traces.json_text import decode
from traces.readers.gemini.records import Document, Line
from traces.readers.gemini.turns import answered, told
from traces.readers.places import placed
from traces.records import document, lines
from traces.schema import Session
from traces.times import time_of

_MARK = b"\xef\xbb\xbf"
_BLANK = _MARK + b" \t\r\n"
_LINE = msgspec.json.Decoder(Line)
_DOCUMENT = msgspec.json.Decoder(Document)


class Gemini:
    """Reads one message a record; holds the last one back, since the next record may be the same one, further on."""

    def __init__(self, about: About) -> None:
        self._about = about
        self._draft: Draft | None = None
        self._pending: tuple[str, list[dict[str, Any]]] = ("", [])
        self._seen: set[str] = set()

    def add(self, record: Record) -> Iterable[Session]:
        """Takes one record; hands the session over in parts when it has grown too long to hold."""
        line = record.context if isinstance(record.context, Line) else decode(record.raw, _LINE)
        if line.id is not None:
            self._message(line, line.id, record.raw)
        elif line.session_id is not None:
            self._begin(line, line.session_id)
        elif not line.set and line.rewind_to is None:
            raise Unreadable("missing-field", "there is neither an id nor a sessionId")
        return (self._draft.take(),) if self._draft is not None and self._draft.full else ()

    def finish(self) -> Iterable[Session]:
        """The session; none from a file without a turn."""
        self._flush()
        return (self._draft.take(),) if self._draft is not None and self._draft.turns else ()

    def _begin(self, line: Line, session_id: str) -> Draft:
        started = time_of(line.start_time, self._about.zone)
        if self._draft is None:
            self._draft = Draft(session_id, FORMAT.name, self._about.file)
        self._draft.header(
            user_id=self._about.user,
            source=self._about.source,
            agent="gemini-cli",
            project=line.directories[0] if line.directories else line.project_hash,
            origin="subagent" if line.kind == "subagent" else None,
            started=started,
        )
        return self._draft

    def _message(self, line: Line, key: str, raw: bytes) -> None:
        """Keeps a message's turns in the place of those that an earlier form of it made."""
        answer = line.type == "gemini"
        person = self._draft is None or self._draft.known("origin") != "subagent"
        turns = answered(line, self._about.zone) if answer else told(line, self._about.zone, person)
        draft = self._draft or self._begin(Line(), blake2b(raw, digest_size=16).hexdigest())
        if key != self._pending[0]:
            self._flush()
            if key in self._seen:
                return
            self._seen.add(key)
        self._pending = (key, turns)
        draft.header(model=line.model if answer else None)

    def _flush(self) -> None:
        if self._draft is not None:
            for turn in self._pending[1]:
                self._draft.add(**turn)
        self._pending = ("", [])


def _records(content: Content) -> Iterator[Record]:
    """The header and the messages, whether they are lines or stand in one document."""
    with content.open() as stream:
        first = b""
        while not first.strip(_BLANK) and (first := stream.readline(64 * 1024)):
            pass
    if first.strip(_BLANK) != b"{":
        yield from lines(content)
        return
    for whole in document(content):
        yield from _parts(whole)


def _parts(whole: Record) -> Iterator[Record]:
    raw = whole.raw.removeprefix(_MARK)
    try:
        header, messages = _LINE.decode(raw), _DOCUMENT.decode(raw).messages
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        yield whole
        return
    if messages:
        yield Record(raw[: raw.index(bytes(messages[0]))], 1, context=header)
    for part, line in placed(raw, messages, 1):
        yield Record(part, line)


def _matches(head: Head) -> bool:
    return any("sessionId" in found and "projectHash" in found for found in head.objects)


FORMAT = Format(
    name="gemini",
    title="Gemini CLI chats (~/.gemini/tmp/*/chats/session-*.json, .jsonl)",
    matches=_matches,
    records=_records,
    reader=Gemini,
)
