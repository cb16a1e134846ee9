"""How a CSV is written: its encoding, its delimiter and its quoting, found from its beginning."""

import codecs
import io
from itertools import islice
from typing import Any

from traces.format import Unreadable
from traces.readers.table.csv_cells import Lines, rows
from traces.readers.table.names import PERSON, TEXT, TIME, column

HEADER = 16 * 1024
"""How long the first line may be."""

_FIRST_ROWS = 100


def encoding_of(sample: bytes) -> str:
    """UTF-16 by its mark, else UTF-8, else that of old spreadsheets, if most lines that are not ASCII are no UTF-8."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16-le" if sample.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    foreign = [line for line in sample.split(b"\n")[:_FIRST_ROWS] if not line.isascii()]
    return "cp1252" if 2 * sum(map(_is_utf8, foreign)) < len(foreign) else "utf-8"


def _is_utf8(line: bytes) -> bool:
    try:
        codecs.utf_8_decode(line, "strict", False)  # the last line of a sample may be cut inside a character
    except UnicodeDecodeError:
        return False
    return True


def dialect_of(text: str) -> dict[str, Any]:
    """The delimiter and the quoting under which most columns are known and most rows are sound."""
    header = text[:HEADER].split("\n", 1)[0]
    dialects: list[dict[str, Any]] = []
    for mark in [mark for mark in ",;\t|" if mark in header] or [","]:
        dialects.append({"delimiter": mark, "quotechar": '"'})
        if '\\"' in text:
            dialects.append({"delimiter": mark, "quotechar": '"', "escapechar": "\\"})
        if f"{mark}'" in text:
            dialects.append({"delimiter": mark, "quotechar": "'"})
    return max(dialects, key=lambda dialect: _fit(text, dialect)) if len(dialects) > 1 else dialects[0]


def _fit(text: str, dialect: dict[str, Any]) -> tuple[int, float, int]:
    first = list(islice(rows(Lines(io.StringIO(text, newline="")), dialect), _FIRST_ROWS))
    if not first or isinstance(first[0], Unreadable):
        return 0, 0.0, 0
    names = tuple(first[0])
    known = sum(column(names, kind) is not None for kind in (PERSON, TEXT, TIME))
    return known, sum(isinstance(row, list) for row in first) / len(first), len(names)
