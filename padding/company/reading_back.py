"""Sessions as files, and files read again: what the truth says of turns must be true of the turns that ingest makes."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO

from msgspec.structs import replace

from padding.company.writing_claude_code import claude_code_file, claude_code_lines
from padding.company.writing_codex import codex_file, codex_lines
from padding.company.writing_otel import otel_file, otel_lines
from traces.format import About
from traces.readers import claude_code, codex, otel
from traces.reading import Reading
from traces.schema import Session, Turn

_READERS = {"claude-code": claude_code.FORMAT, "codex": codex.FORMAT, "otel": otel.FORMAT}


@dataclass(frozen=True, slots=True)
class _Held:
    data: bytes

    def open(self) -> BinaryIO:
        return BytesIO(self.data)


def file_of(session: Session) -> PurePosixPath:
    """Where the session's file lies, from its person's folder on."""
    if session.format == "claude-code":
        return "claude_code" / claude_code_file(session)
    return "codex" / codex_file(session) if session.format == "codex" else "otel" / otel_file(session)


def content_of(session: Session, history: Sequence[Turn] = ()) -> bytes:
    """What the session adds to its file."""
    if session.format == "claude-code":
        return b"".join(claude_code_lines(session, history))
    return b"".join(codex_lines(session) if session.format == "codex" else otel_lines(session))


def as_read(session: Session) -> Session | None:
    """The session as its reader will read it; null where the format cannot hold its turns one for one."""
    about = About(file=session.file, user=session.user_id, source=session.source)
    reading = Reading(_Held(content_of(session)), _READERS[session.format], about)
    found = [part for part in reading.sessions() if isinstance(part, Session)]
    if len(found) != 1 or reading.refused:
        return None
    read = replace(found[0], category=session.category)
    alike = [(turn.role, turn.kind, turn.text) for turn in read.turns] == [
        (turn.role, turn.kind, turn.text) for turn in session.turns
    ]
    return read if alike and read.session_id == session.session_id else None
