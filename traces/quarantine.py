"""The quarantine: what could not be read, with its file, line, reason and raw bytes."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from traces.format import About, Columns
from traces.reading import Refused
from traces.store import QUARANTINE, State, Store

_HELD = 64_000_000


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One record in the quarantine."""

    file: str
    """The file it stands in."""
    line: int
    """The line it starts on; 0 where the file as a whole could not be read."""
    reason: str
    """Why, as a slug."""
    detail: str
    """What exactly is wrong."""
    format: str | None
    """The format of its file, where that is known."""
    raw: bytes
    """Its bytes, or as many as fit."""
    whole: bool
    """Whether these are all of its bytes."""
    about: str
    """The options its file was read with, as JSON."""


class Refusals:
    """What one batch refuses: held up to a bound, then written as parts that no commit names yet."""

    def __init__(self, store: Store, number: int) -> None:
        self.files: set[str] = set()
        """The files that the batch has read; what the quarantine had of them before is replaced."""
        self._store = store
        self._number = number
        self._held: list[pa.Table] = []
        self._bytes = 0
        self._parts: list[str] = []

    def add(self, format: str | None, about: About, refused: Refused) -> None:
        """Keeps one refused record of the file that `about` names."""
        self.files.add(_outer(about.file))
        options = json.dumps({**asdict(about), "zone": str(about.zone)})
        record = refused.record
        row = Quarantined(
            about.file, record.line, refused.reason, refused.detail, format, record.raw, record.whole, options
        )
        self._hold(pa.Table.from_pylist([asdict(row)], schema=QUARANTINE))

    def parts(self, state: State) -> tuple[list[str], list[str]]:
        """The quarantine's parts that a commit must add, and those it must remove."""
        removed = []
        for part in state.of("quarantine"):
            files = self._store.whole_part(part)["file"].unique().to_pylist()
            gone = [file for file in files if _outer(file) in self.files]
            if gone:
                for left in self._store.part(part, ~pc.field("file").isin(gone)):
                    self._hold(left)
                removed.append(part)
        self._write()
        return self._parts, removed

    def _hold(self, rows: pa.Table) -> None:
        self._held.append(rows)
        self._bytes += rows.nbytes
        if self._bytes > _HELD:
            self._write()

    def _write(self) -> None:
        if self._held:
            part = f"quarantine/{self._number:08}-{len(self._parts)}.parquet"
            self._parts.append(self._store.write_part(part, [pa.concat_tables(self._held)]))
            self._held, self._bytes = [], 0


def quarantined(store: Store) -> Iterator[Quarantined]:
    """What is in the quarantine, part by part."""
    for part in store.state().of("quarantine"):
        for table in store.part(part):
            yield from (Quarantined(**row) for row in table.to_pylist())


def about_of(record: Quarantined) -> About:
    """The options that a record's file was read with."""
    options = json.loads(record.about)
    return About(**{**options, "zone": ZoneInfo(options["zone"]), "columns": Columns(**options["columns"])})


def _outer(file: str) -> str:
    """The archive that a member lies in, or the file itself."""
    return file.partition("!/")[0]
