"""A row of a table, however the table is written, and what its cells say: whose it is, what was submitted, and when."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import msgspec

from traces.format import Unreadable
from traces.times import time_of

OBJECT = msgspec.json.Decoder(dict[str, Any])
"""Reads a row that is written as a JSON object."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""What moments are counted from."""

MICROSECOND = timedelta(microseconds=1)
"""What they are counted in."""

_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ](\d{1,2})(:.*))?")


@dataclass(frozen=True, slots=True)
class Row:
    """What a record's bytes do not say: the columns' names, the cells where they are cut already, what is wrong."""

    names: tuple[str, ...]
    cells: Sequence[object] | None = None
    broken: Unreadable | None = None


def person_of(value: object) -> str:
    """The person's id."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # what a column of numbers with gaps becomes
    if isinstance(value, bool) or not isinstance(value, (str, int, type(None))):
        raise Unreadable("wrong-type", f"a person's id cannot be a {type(value).__name__}")
    person = "" if value is None else str(value).strip()
    if not person:
        raise Unreadable("missing-person", "the row does not say whose it is")
    return person


def text_of(value: object) -> str:
    """The text; a row without any is a submission of nothing."""
    if isinstance(value, Unreadable):
        raise value
    if not isinstance(value, (str, type(None))):
        raise Unreadable("wrong-type", f"a text cannot be a {type(value).__name__}")
    return value or ""


def moment_of(value: object, zone: tzinfo) -> int:
    """The time, in microseconds."""
    if isinstance(value, Unreadable):
        raise value
    try:
        moment = time_of(value, zone)
    except Unreadable:
        if not isinstance(value, str):
            raise
        moment = time_of(_tidied(value), zone)
    if moment is None:
        raise Unreadable("missing-time", "the row has no time")
    return (moment - EPOCH) // MICROSECOND


def _tidied(time: str) -> str:
    """A time with the year first in the form that ISO gives it."""
    time = time.strip().removesuffix(" UTC")
    found = _YEAR_FIRST.fullmatch(time)
    if found is None:
        return time
    clock = f" {found[4]:0>2}{found[5]}" if found[4] else ""
    return f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}{clock}"
