"""Cuts a CSV's text into rows of cells, so that a row that is broken costs only its first line."""

import csv
import re
from collections import deque
from collections.abc import Iterator
from typing import Any, TextIO

from traces.format import Unreadable

LONGEST_ROW = 16 * 1024 * 1024
"""How many characters a row may have."""

_DELIMITER_LINE = re.compile(r"sep=.\r?\n")


class Lines:
    """A text's lines, as `csv` takes them: the lines of the row in hand are kept, and can be given back."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        first = self._read().removeprefix("\ufeff")
        named = _DELIMITER_LINE.fullmatch(first) is not None
        self._back = deque[str]() if named or not first else deque([first])
        self.number = 2 if named else 1
        """The line that the row in hand starts on."""
        self.taken: list[str] = []
        """Its lines so far."""
        self._chars = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else self._read()
        if not line:
            raise StopIteration
        self.taken.append(line)
        self._chars += len(line)
        if self._chars > LONGEST_ROW:
            raise csv.Error(f"the row is longer than {LONGEST_ROW:,} characters, or a quote is never closed")
        return line

    def _read(self) -> str:
        try:
            return self._text.readline(LONGEST_ROW)
        except UnicodeDecodeError as error:
            raise Unreadable("invalid-encoding", str(error)) from error

    def next_row(self) -> None:
        """Begins a new row."""
        self.number += len(self.taken)
        self.taken = []
        self._chars = 0

    def give_back(self) -> None:
        """Leaves the row its first line only."""
        self._back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def rows(text: Lines, dialect: dict[str, Any]) -> Iterator[list[str] | Unreadable]:
    """Each row's cells, as many as the first row has, or what is wrong with it; blank lines are passed over."""
    reader = csv.reader(text, strict=True, **dialect)
    width = 0
    while True:
        text.next_row()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            text.give_back()
            reader = csv.reader(text, strict=True, **dialect)
            yield Unreadable("broken-row", str(error))
            continue
        width = width or len(cells)
        if len(cells) > width and not any(cells[width:]):
            del cells[width:]
        if cells and len(cells) != width:
            text.give_back()
            yield Unreadable("wrong-columns", f"the row has {len(cells)} cells, the header {width}")
        elif cells:
            yield cells
