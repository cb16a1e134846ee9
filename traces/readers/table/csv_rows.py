"""Rows of a CSV file."""

import csv
import io
import re
from collections.abc import Iterator

from traces.format import Content, Record, Unreadable
from traces.readers.table.csv_cells import LONGEST_ROW, Lines, rows
from traces.readers.table.csv_dialect import HEADER, dialect_of, encoding_of
from traces.readers.table.names import PERSON, TEXT, column
from traces.readers.table.row import Row

_SAMPLE = 64 * 1024
_UNDECODED = re.compile("[\ud800-\udfff]")


def csv_rows(content: Content) -> Iterator[Record]:
    """Rows, each of one or several lines; a header that is repeated is passed over."""
    with content.open() as stream:
        sample = stream.read(_SAMPLE)
    encoding = encoding_of(sample)
    dialect = dialect_of(sample.decode(encoding, "replace"))
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_ROW))
    with content.open() as stream:
        text = Lines(io.TextIOWrapper(stream, encoding, "surrogateescape", newline=""))
        header: list[str] | None = None
        names: tuple[str, ...] = ()
        for cells in rows(text, dialect):
            taken = "".join(text.taken)
            raw = taken.encode(encoding, "surrogateescape")
            if not taken.isascii() and _UNDECODED.search(taken):
                cells = Unreadable("invalid-encoding", f"the row is not {encoding}")
            if isinstance(cells, Unreadable):
                yield Record(raw, text.number, context=Row(names, broken=cells))
            elif header is None:
                header, names = cells, tuple(map(str.strip, cells))
            elif cells != header:
                yield Record(raw, text.number, context=Row(names, cells))


def is_csv(head: bytes) -> bool:
    """Whether a file begins with a row of names, among them the person's and the text's."""
    encoding = encoding_of(head)
    if b"\0" in head[:HEADER].split(b"\n", 1)[0] and not encoding.startswith("utf-16"):
        return False
    text = head.decode(encoding, "replace")
    names = next(rows(Lines(io.StringIO(text, newline="")), dialect_of(text)), None)
    return isinstance(names, list) and all(column(tuple(names), kind) is not None for kind in (PERSON, TEXT))
