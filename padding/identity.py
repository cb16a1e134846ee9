"""The look of ids: seen in a session, and made anew in the same look."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from numpy.random import Generator

from padding.work import Work

_NUMBERED = re.compile(r"(.*?)(\d{1,9})")
_RUNS = re.compile(r"[0-9a-f]{6,}|[0-9A-F]{6,}|[0-9A-Za-z]{8,}")
_STAMPS = (
    (re.compile(r"\d{4}-\d\d-\d\d[T_]\d\d:\d\d:\d\d"), "%Y-%m-%d{}%H:%M:%S"),
    (re.compile(r"\d{4}-\d\d-\d\d[T_]\d\d-\d\d-\d\d"), "%Y-%m-%d{}%H-%M-%S"),
    (re.compile(r"\d{4}-\d\d-\d\d[T_]\d\d-\d\d"), "%Y-%m-%d{}%H-%M"),
    (re.compile(r"\d{8}[T_]\d{6}"), "%Y%m%d{}%H%M%S"),
)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"\d\d([:-])\d\d\1\d\d(?!\d)")
_LAST = re.compile(r"\d+(?=\D*$)")
_HEX, _UPPER = "0123456789abcdef", "0123456789ABCDEF"
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class CallIds:
    """How a source names its calls."""

    example: str | None = None
    """One of its ids; null where calls have none."""
    prefix: str | None = None
    """What stands before the number where ids are the call's place in the session."""

    @classmethod
    def observed(cls, work: Work) -> "CallIds":
        """How this session's calls are named."""
        calls = [turn for step in work.steps for turn in step.calls if turn.call_id]
        if not calls:
            return cls()
        example = calls[-1].call_id or ""
        return cls(example, _prefix([turn.call_id or "" for turn in calls[:20]], calls[0].index))

    def made(self, place: int, rng: Generator) -> str | None:
        """An id for the call at this place."""
        if self.prefix is not None:
            return f"{self.prefix}{place}"
        return None if self.example is None else remade(self.example, rng)

    def place(self, call_id: str | None, index: int) -> int:
        """By how much a numbered id departs from the turn's index; 0 where ids are not numbered."""
        if self.prefix is None or not call_id or not call_id.startswith(self.prefix):
            return 0
        number = call_id[len(self.prefix) :]
        return int(number) - index if number.isdigit() else 0


def _prefix(ids: list[str], first: int) -> str | None:
    """What stands before the numbers, where ids are numbers that rise with the places of their turns."""
    found = [match for match in map(_NUMBERED.fullmatch, ids) if match]
    numbers = [int(match[2]) for match in found]
    rising = all(one < other for one, other in pairwise(numbers))
    if len(found) < len(ids) or len({match[1] for match in found}) > 1 or not rising or numbers[0] > 2 * first + 8:
        return None
    return found[0][1]


def moved(name: str, by: timedelta) -> str | None:
    """The same name telling a time that is later by so much; null where it tells none."""
    for stamp, style in _STAMPS:
        found = stamp.search(name)
        if found is None:
            continue
        exact = style.format("T" if "T" in found[0] else "_")
        try:
            told = (datetime.strptime(found[0], exact).replace(tzinfo=UTC) + by).strftime(exact)
        except (ValueError, OverflowError):  # digits that are no date
            continue
        return name[: found.start()] + told + name[found.end() :]
    return None


def remade(example: str, rng: Generator) -> str:
    """Another id of the same look: random parts drawn anew, words and separators kept, times moved."""
    told = moved(example, timedelta(seconds=60 + int(rng.random() * 3_000_000)))
    if told is not None:
        return told
    if _UUID.fullmatch(example):
        return _uuid(example, rng)
    made = _UUID.sub(lambda match: _uuid(match[0], rng), example)
    if made == example:
        made = _RUNS.sub(lambda match: _drawn(match[0], rng), example)
    if made == example:
        made = _TIME.sub(
            lambda match: match[1].join(f"{n:02}" for n in rng.integers(0, (24, 60, 60)).tolist()), example
        )
    if made == example:
        made = _LAST.sub(lambda match: _number(max(len(match[0]), 5), rng), example)
    return made if made != example else f"{example}-{int(rng.integers(2, 10**6))}"


def _number(digits: int, rng: Generator) -> str:
    return str(1 + int(rng.random() * 9)) + _drawn("0" * (digits - 1), rng, "0123456789")


def _uuid(example: str, rng: Generator) -> str:
    """A random id of the same version; the time at the head of version 7 is kept but for its last digits."""
    raw = _drawn(example.replace("-", ""), rng, _HEX)
    head = example[:8] if example[14] == "7" else raw[:8]
    return f"{head}-{raw[8:12]}-{example[14]}{raw[13:16]}-{example[19]}{raw[17:20]}-{raw[20:]}"


def _drawn(run: str, rng: Generator, alphabet: str | None = None) -> str:
    if alphabet is None:
        if run.isalpha() and (run.islower() or run.istitle()):  # a word
            return run
        alphabet = _alphabet(run)
    places = rng.integers(0, len(alphabet), len(run)).tolist()
    return "".join([alphabet[place] for place in places])


def _alphabet(run: str) -> str:
    if run.isdigit():
        return "0123456789"
    if all(c in _HEX for c in run):
        return _HEX
    return _UPPER if all(c in _UPPER for c in run) else _LETTERS
