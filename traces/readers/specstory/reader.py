"""SpecStory's messages into turns; a file is one session, and one more for its sub-agents."""

import re
from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b

from traces.draft import Draft
from traces.format import About, Format, Head, Record, Unreadable
from traces.readers.specstory.calls import Call, call_of
from traces.readers.specstory.preamble import SESSION, TIME, Preamble, preamble
from traces.readers.specstory.records import HEADER, Piece, messages, pieces
from traces.readers.specstory.texts import told_apart, trimmed
from traces.schema import Session
from traces.times import time_of

_MODEL = re.compile(r"(?:model )?([^\s,][^,]*)")


class SpecStory:
    """Reads one message a record; keeps the session, and one for its sub-agents."""

    def __init__(self, about: About) -> None:
        self._about = about
        self._preamble = Preamble(None, None, None, b"")
        self._main: Draft | None = None
        self._side: Draft | None = None
        self._command: datetime | None = None

    def add(self, record: Record) -> Iterable[Session]:
        """Takes one message, or what stands before the first one."""
        try:
            header, *parts = pieces(record)
        except UnicodeDecodeError as error:
            raise Unreadable("invalid-utf8", f"{error.object[error.start : error.end]!r} is not UTF-8") from error
        found = HEADER.match(header[1].strip().encode()) if header[0] == "header" else None
        if found is None:
            self._preamble = preamble(record.raw, self._about)
            return ()
        said_by, marker, inside = (part.decode() if part else "" for part in found.groups())
        timed = TIME.search(inside)
        time = time_of(timed[1], self._about.zone) if timed else None
        model = _MODEL.match(inside[: timed.start()] if timed else inside)
        draft = self._draft(record.raw, side="sidechain" in marker)
        if said_by == "User":
            self._user(draft, parts, time)
        else:
            self._command = None
            if model is not None and not model[1].startswith(("<", "mode ")):
                draft.header(model=model[1].strip())
            late = timed is not None and timed[1][10] == " "
            _add_agent(draft, parts, time, late=late, asked="sidechain" in marker and model is None)
        return [draft.take() for draft in (self._main, self._side) if draft is not None and draft.full]

    def finish(self) -> Iterable[Session]:
        """Gives the session, and its sub-agents' if there were any."""
        return [draft.take() for draft in (self._main, self._side) if draft is not None and draft.turns]

    def _draft(self, raw: bytes, *, side: bool) -> Draft:
        known = self._preamble
        if known.session_id is None:
            own = blake2b(known.raw + raw.strip(b"- \r\n"), digest_size=16).hexdigest()
            known = self._preamble = Preamble(own, known.agent, known.started, known.raw)
        draft = self._side if side else self._main
        if draft is None:
            draft = Draft(
                f"{known.session_id}/sidechain" if side else str(known.session_id), FORMAT.name, self._about.file
            )
            draft.header(
                user_id=self._about.user,
                source=self._about.source,
                agent=known.agent,
                origin="subagent" if side else "human",
                parent_id=known.session_id if side else None,
                started=None if side else known.started,
            )
            self._main, self._side = (self._main, draft) if side else (draft, self._side)
        return draft

    def _user(self, draft: Draft, pieces: list[Piece], time: datetime | None) -> None:
        """A user's message; the text that a command stands for follows it with the same time."""
        text = trimmed("".join(text for _, text in pieces))
        command = text.startswith(("<command-message>", "<command-name>"))
        expanded = not command and time is not None and time == self._command
        self._command = time if command or expanded else None
        for piece, injected in told_apart(text):
            draft.add("user", "message", piece, time=time, typed=not (injected or expanded))


def _add_agent(draft: Draft, pieces: list[Piece], time: datetime | None, *, late: bool, asked: bool) -> None:
    """An agent's message, or (`asked`) a parent's to its sub-agent; `late` if a tool's time is that of its result."""
    before = "header"
    called: str | None = None
    for kind, text in pieces:
        if kind == "text":
            if before != "header":
                text = text.lstrip("\n").removeprefix("---\n")
            if (text := trimmed(text)).strip():
                draft.add("user" if asked else "assistant", "message", text, time=time)
                called = None
        elif kind == "think":
            thinking = text.partition("</summary>")[2].rpartition("</details>")[0].strip("\n")
            if thinking.strip():
                draft.add("assistant", "thinking", thinking, time=time)
        else:
            call = call_of(text)
            if called != call.name or call.arguments or call.result:
                _add_call(draft, call, time, late=late and bool(call.result))
            called = call.name
        before = kind


def _add_call(draft: Draft, call: Call, time: datetime | None, *, late: bool) -> None:
    begun, ended = (None, time) if late else (time, None)
    draft.add("assistant", "tool_call", time=begun, tool_name=call.name, tool_arguments=call.arguments or None)
    if call.result:
        draft.add("tool", "tool_result", call.result, time=ended, tool_name=call.name, is_error=call.is_error)


def _matches(head: Head) -> bool:
    data = head.data[:1500].lstrip(b"\xef\xbb\xbf \t\r\n")
    if data.startswith((b"<!-- Generated by SpecStory", b"## SpecStory")):
        return True
    return any(SESSION.match(line.decode(errors="replace").strip()) for line in data.splitlines()[:8])


FORMAT = Format(
    name="specstory",
    title="SpecStory exports (.specstory/history/*.md)",
    matches=_matches,
    records=messages,
    reader=SpecStory,
)
