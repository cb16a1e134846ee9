"""Gathers rows into each person's shifts."""

import os
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from datetime import timedelta
from hashlib import blake2b
from typing import BinaryIO

from traces.draft import Draft
from traces.files import head_of
from traces.format import About, Content, Format, Head, Record, Unreadable
from traces.json_text import decode
from traces.readers.table.csv_rows import csv_rows, is_csv
from traces.readers.table.json_rows import is_json, json_rows
from traces.readers.table.names import PERSON, TEXT, TIME, column, is_submission
from traces.readers.table.parquet_rows import parquet_rows
from traces.readers.table.row import EPOCH, MICROSECOND, OBJECT, Row, moment_of, person_of, text_of
from traces.schema import Session

_NO_TIME = -(2**63)
_PARQUET = b"PAR1"


class Table:
    """Reads one row a record; gives the shifts at the end."""

    def __init__(self, about: About) -> None:
        self._about = about
        self._texts: BinaryIO = tempfile.TemporaryFile()
        self._end = 0
        self._rows: dict[str, array[int]] = {}
        self._names: tuple[str, ...] | None = None
        self._places: tuple[int, int, int | None] = (0, 0, None)

    def add(self, record: Record) -> Iterable[Session]:
        """Takes one row."""
        row = record.context
        if not isinstance(row, Row):
            raise Unreadable("wrong-type", "it is not a row")
        if row.broken is not None:
            raise row.broken
        person, text, time = self._cells(row, record.raw)
        rows = self._rows.setdefault(person, array("q"))
        rows.extend((time, self._end, len(text)))
        self._end += self._texts.write(text)
        return ()

    def finish(self) -> Iterable[Session]:
        """Each person's shifts, in the order of their times."""
        gap = timedelta(minutes=self._about.columns.shift_gap_minutes) // MICROSECOND
        with self._texts:
            self._texts.flush()
            for person, rows in self._rows.items():
                shift: list[int] = []
                for place in sorted(range(0, len(rows), 3), key=rows.__getitem__):
                    if shift and rows[place] - rows[shift[-1]] > gap:
                        yield from self._shift(person, rows, shift)
                        shift = []
                    shift.append(place)
                yield from self._shift(person, rows, shift)

    def _shift(self, person: str, rows: "array[int]", shift: list[int]) -> Iterator[Session]:
        first = self._text(rows, shift[0])
        key = f"{person}\0{rows[shift[0]]}\0{first}"
        draft = Draft(blake2b(key.encode(), digest_size=16).hexdigest(), FORMAT.name, self._about.file)
        draft.header(user_id=person, source=self._about.source, origin="human")
        for place in shift:
            time = None if rows[place] == _NO_TIME else EPOCH + timedelta(microseconds=rows[place])
            draft.add("user", "message", self._text(rows, place), time=time, typed=True)
            if draft.full:
                yield draft.take()
        if draft.pending:
            yield draft.take()

    def _text(self, rows: "array[int]", place: int) -> str:
        return os.pread(self._texts.fileno(), rows[place + 2], rows[place + 1]).decode()

    def _cells(self, row: Row, raw: bytes) -> tuple[str, bytes, int]:
        """The row's person, its text as UTF-8, and its time in microseconds."""
        if row.names is not self._names:
            self._places = self._found(row.names)
            self._names = row.names
        cells = row.cells
        if cells is None:
            found = decode(raw, OBJECT)
            cells = [found.get(name) for name in row.names]
        person, text, time = self._places
        moment = _NO_TIME if time is None else moment_of(cells[time], self._about.zone)
        return person_of(cells[person]), text_of(cells[text]).encode(), moment

    def _found(self, names: tuple[str, ...]) -> tuple[int, int, int | None]:
        asked = self._about.columns
        person = column(names, PERSON, asked.person)
        text = column(names, TEXT, asked.text)
        if person is None or text is None:
            what = "person" if person is None else "text"
            raise Unreadable(
                "missing-column", f"no column of {', '.join(map(repr, names))} is known to hold the {what}"
            )
        return person, text, column(names, TIME, asked.time)


def _records(content: Content) -> Iterator[Record]:
    """A record for each row, by what the file begins with."""
    head = head_of(content)
    if head.startswith(_PARQUET):
        return parquet_rows(content)
    return json_rows(content, head) if is_json(head) else csv_rows(content)


def _matches(head: Head) -> bool:
    if head.members:
        return False
    if is_json(head.data):
        return bool(head.objects) and is_submission(head.objects[0])
    return head.data.startswith(_PARQUET) or is_csv(head.data)


FORMAT = Format(
    name="table",
    title="Submission tables (CSV, JSON lines or Parquet with a person, a text and a time)",
    matches=_matches,
    records=_records,
    reader=Table,
)
