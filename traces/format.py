"""What a trace format is: how it is recognised, cut into records, and read.

A reader module under `traces/readers/` defines one `FORMAT`. Reading is pushed one record at a time, so that a record
that cannot be read costs only itself: the caller catches `Unreadable`, quarantines the record and goes on.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import BinaryIO, Protocol
from zoneinfo import ZoneInfo

from traces.schema import Session

UTC = ZoneInfo("UTC")


class Unreadable(Exception):
    """Something in a trace that cannot be read: a reason slug, and what exactly is wrong."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a submission table hold what (see `traces/readers/table/`)."""

    person: str | None = None
    """The column with the person's id; guessed from its name where not given."""
    text: str | None = None
    """The column with the text that was submitted."""
    time: str | None = None
    """The column with the time of the submission."""
    shift_gap_minutes: float = 240.0
    """A pause of this many minutes ends a person's shift."""


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a file besides its bytes, handed to its reader."""

    file: str
    """Its name as sessions will carry it."""
    user: str | None = None
    """Whose sessions these are where the trace does not say (`--user`)."""
    source: str | None = None
    """The collection the file belongs to (`--source`)."""
    zone: tzinfo = UTC
    """The zone of times that name none (`--time-zone`)."""
    columns: Columns = field(default_factory=Columns)
    """For submission tables."""
    pseudonymise: bool = False
    """Whether user ids are replaced before they are stored (`--pseudonymise`)."""


@dataclass(frozen=True, slots=True)
class Record:
    """One piece of a file that is read or quarantined as a whole: a line, a document, a span, a row."""

    raw: bytes
    """Its bytes as they stand in the (decompressed) file."""
    line: int
    """The line it starts on, from 1; 0 where lines mean nothing."""
    whole: bool = True
    """False where it was too long to hold and has been cut."""
    context: object = None
    """What the splitter knows and the bytes do not say (a span's resource, say)."""


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a file, enough to recognise its format."""

    name: str
    """The file's own name, without folders."""
    data: bytes
    """Its first bytes, decompressed, at most 64 KiB."""
    objects: tuple[dict[str, object], ...]
    """The JSON objects it starts with: whole lines, elements of an array, or one document, the last perhaps cut."""
    members: tuple[str, ...] = ()
    """The members' names, for a zip archive."""


class Content(Protocol):
    """A file's bytes, decompressed and with a bound on how far they may expand."""

    def open(self) -> BinaryIO:
        """A fresh stream from the first byte; seekable when the file is stored plain."""
        ...


class Reader(Protocol):
    """Makes sessions from one file's records.

    `add` raises `Unreadable` before it changes anything when a record is bad. A session may be handed over in parts,
    when it is too long to hold: each part goes on where the last one ended, under the same session id.
    """

    def add(self, record: Record) -> Iterable[Session]:
        """Takes the next record; gives the sessions, or parts of one, that are complete now."""
        ...

    def finish(self) -> Iterable[Session]:
        """Gives what is left when the file has ended."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """One trace format."""

    name: str
    """Slug; what `Session.format` says."""
    title: str
    """Its name for people, with where such files come from."""
    matches: Callable[[Head], bool]
    """Whether a file that begins like this has the format. Exactly one format may say yes."""
    records: Callable[[Content], Iterator[Record]]
    """Cuts the file into records (see `traces/records.py`)."""
    reader: Callable[[About], Reader]
    """Makes a reader for one file."""
    spread: bool = False
    """Whether one session's records may lie in several files (spans exported by the hour, say), to be put together."""
