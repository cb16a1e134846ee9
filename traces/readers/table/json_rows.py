"""Rows written as JSON: objects, a line each or in an array."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, islice

from traces.format import Content, Record, Unreadable
from traces.json_text import decode
from traces.readers.table.row import OBJECT, Row
from traces.records import lines, values

_FIRST_ROWS = 100
_BEFORE = b"\xef\xbb\xbf \t\r\n"


def is_json(head: bytes) -> bool:
    """Whether a file begins as JSON does."""
    return head.lstrip(_BEFORE).startswith((b"{", b"["))


def json_rows(content: Content, head: bytes) -> Iterator[Record]:
    """Lines, or an array of objects. A row need not have every column: those of the first rows are put together."""
    records = (values if head.lstrip(_BEFORE).startswith(b"[") else lines)(content)
    first = list(islice(records, _FIRST_ROWS))
    names: dict[str, None] = {}
    for record in first:
        with suppress(Unreadable):  # it is refused when its turn comes
            found = decode(record.raw, OBJECT)
            names.update(dict.fromkeys(found))
    row = Row(tuple(names))
    for record in chain(first, records):
        yield Record(record.raw, record.line, record.whole, row)
