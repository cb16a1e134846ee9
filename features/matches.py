"""Which earlier sessions are like a session, and which of its prompts were sent before: by its user, by colleagues."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from features.hashing import Floats, Ints, distinct
from features.neighbours import Entries, Trail, banded, entries_of, likeness, trail
from features.outlines import DAY, Outlines

_DAYS_BACK, _PEOPLE_BACK, _ASKS_BACK = 28, 32, 6

Pairs = tuple[Ints, Ints]


@dataclass(frozen=True, slots=True)
class Alike:
    """Earlier sessions that may be like a session, with their likeness by each sketch; 0 where one has none."""

    number: Ints
    """Which they are."""
    words: Floats
    skeletons: Floats
    actions: Floats
    member: Ints
    """The day that each began on; for colleagues' sessions, a number for each colleague."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Prompts that were sent before."""

    share: float
    """The share of the session's prompts of four words or more; null where it has none."""
    number: Ints
    """Earlier sessions in which they were sent."""


class Matches:
    """The likenesses among one kind of sessions: a user's own, or colleagues'."""

    def __init__(self, outlines: Outlines, entries: Sequence[Entries], span: float, own: bool) -> None:
        self._outlines, self._span, self._own = outlines, span, own
        scope = outlines.user if own else outlines.group
        days = np.floor(np.nan_to_num(outlines.start) / DAY).astype(np.int64)
        self._member = days if own else outlines.user
        self._most = _DAYS_BACK if own else _PEOPLE_BACK
        *bands, asks = entries
        self._trails = [trail(one, scope, self._member, outlines) for one in bands]
        self._asks = trail(asks, scope, np.arange(outlines.size) if own else outlines.user, outlines)

    def alike(self, first: int, end: int, also: Sequence[Ints] | None = None) -> Iterator[Alike]:
        """For each session from `first` to `end`, the earlier ones that were met, and those that are named as well."""
        size = max(1, self._outlines.size)
        met = [owner * size + other for owner, other in self._met(first, end)]
        met += [number * size + others for number, others in enumerate(also or (), first)]
        owner, other = self._kept(*np.divmod(distinct(_joined(met)), size))
        words, skeletons, actions = likeness(self._outlines, owner, other)
        for a, b in pairwise(np.searchsorted(owner, np.arange(first, end + 1)).tolist()):
            yield Alike(other[a:b], words[a:b], skeletons[a:b], actions[a:b], self._member[other[a:b]])

    def asked(self, first: int, end: int) -> Iterator[Asked]:
        """For each session from `first` to `end`, its prompts that were sent before."""
        asks, size = self._asks, max(1, self._outlines.size)
        met = [entry * size + other for entry, other in self._steps(asks, first, end, _ASKS_BACK)]
        entry, other = np.divmod(distinct(_joined(met)), size)
        past = self._past(asks.session[entry].astype(np.int64), other)
        entry, other = entry[past], other[past]
        seen = distinct(entry)
        for a, b in pairwise(asks.starts[first : end + 1].tolist()):
            c, d = np.searchsorted(seen, (a, b)).tolist()
            e, f = np.searchsorted(entry, (a, b)).tolist()
            yield Asked((d - c) / (b - a) if b > a else float("nan"), distinct(other[e:f]) if f > e else other[:0])

    def _met(self, first: int, end: int) -> Iterator[Pairs]:
        for one in self._trails:
            for entry, other in self._steps(one, first, end, self._most):
                yield one.session[entry].astype(np.int64), other

    def _steps(self, one: Trail, first: int, end: int, most: int) -> Iterator[Pairs]:
        return one.met(first, end, self._outlines, self._span, most)

    def _kept(self, owner: Ints, other: Ints) -> Pairs:
        kept = self._past(owner, other)
        return owner[kept], other[kept]

    def _past(self, owner: Ints, other: Ints) -> np.typing.NDArray[np.bool_]:
        """Whether the other had ended and is of the past; among colleagues, also somebody else's."""
        over = self._outlines.over(owner, other)
        return over if self._own else over & (self._outlines.user[owner] != self._outlines.user[other])


def entries(outlines: Outlines) -> list[Entries]:
    """What sessions with a user and a start are found by: bands of their sketches, and their prompts."""
    placed = (outlines.user >= 0) & ~np.isnan(outlines.start)
    bands = [
        banded(sketches, np.flatnonzero(there & placed))
        for sketches, there in zip(outlines.sketches, outlines.sketched, strict=True)
    ]
    session = np.repeat(np.arange(outlines.size), np.diff(outlines.ask_starts))
    known = placed[session]
    return [*bands, entries_of(session[known], outlines.ask[known], outlines.size)]


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, np.int64), *parts])
