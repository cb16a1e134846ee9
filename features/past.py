"""What was known when a session began: its user's earlier sessions, those that are like it, and how colleagues stood.

A session is known to have begun from its start on, and all else of it from its end on; it counts until the window has
passed since its end. Sessions that began at the same
moment do not know of each other; neither do kin, nor a session and the sub-agents of its family.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from features.hashing import Flags, Floats, Ints
from features.matches import Alike, Asked, Matches, entries
from features.outlines import DAY, Outlines, Sketches
from features.standing import Standing, Standings

_MOST_OWN, _LATEST = 2_000, 8
_BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Earlier:
    """The user's own sessions that began before, the first one first; of very many the latest 2,000."""

    number: Ints
    """Which they are."""
    age: Floats
    """Seconds from their start to this session's."""
    over: Flags
    """Whether they had ended by then."""
    lasted: Floats
    """Seconds from their start to their end; of those that had not ended, to now."""
    begun: Flags
    """Whether it was the user, and no other session, that began them."""
    tokens: Floats
    """0 where unknown, and where they had not ended."""
    days: Ints
    """How many days ago they began: at 0, within twelve hours; so no time zone matters."""

    @property
    def weeks(self) -> int:
        """How many whole weeks ago the first of them began."""
        return int(self.age.max(initial=0.0) // (7 * DAY))


@dataclass(frozen=True, slots=True)
class Past:
    """A session and what was known at its start."""

    number: int
    """Which session it is."""
    start: float
    """Seconds; null where unknown."""
    tokens: float
    sketched: tuple[bool, bool, bool]
    """Whether it can be compared by words, by skeletons and by actions."""
    earlier: Earlier
    """The user's own sessions before it."""
    latest: tuple[Sketches, ...]
    """The sketches of skeletons of the latest eight of them that had ended, as far as they have one."""
    alike: Alike
    """Those that may be like it."""
    asked: Asked
    """Its prompts that the user had sent before."""
    peers_alike: Alike
    """Colleagues' sessions that may be like it."""
    peers_asked: Asked
    """Its prompts that colleagues had sent before."""
    standing: Standing
    """How the user stood among colleagues."""

    @property
    def known(self) -> bool:
        """Whether an earlier session of the user had ended."""
        return bool(self.earlier.over.any())

    @property
    def surrounded(self) -> bool:
        """Whether there were colleagues."""
        return self.standing.peers > 0


class Pasts:
    """The pasts of many sessions, each made when it is asked for."""

    def __init__(self, outlines: Outlines, window_days: int) -> None:
        self._outlines, self._span = outlines, window_days * DAY
        found_by = entries(outlines)
        self._own = Matches(outlines, found_by, self._span, own=True)
        self._peers = Matches(outlines, found_by, self._span, own=False)
        self._standings = Standings(outlines, window_days)
        self._order = np.argsort(outlines.user, kind="stable")
        self._firsts = np.searchsorted(outlines.user[self._order], np.arange(outlines.user.max(initial=-1) + 2))
        self._place = np.empty(outlines.size, np.int64)
        self._place[self._order] = np.arange(outlines.size)

    def of(self, first: int, end: int) -> Iterator[Past]:
        """The pasts of the sessions from `first` to `end`, in their order; only a part of them is held at a time."""
        for start in range(first, end, _BLOCK):
            yield from self._block(start, min(end, start + _BLOCK))

    def _block(self, first: int, end: int) -> Iterator[Past]:
        held = self._outlines
        every = [self._earlier(number) for number in range(first, end)]
        latest = [one.number[one.over][-_LATEST:] for one in every]
        found = zip(
            every,
            latest,
            self._own.alike(first, end, latest),
            self._own.asked(first, end),
            self._peers.alike(first, end),
            self._peers.asked(first, end),
            strict=True,
        )
        for number, (earlier, last, alike, asked, peers_alike, peers_asked) in enumerate(found, first):
            words, skeletons, actions = (bool(there[number]) for there in held.sketched)
            yield Past(
                number=number,
                start=float(held.start[number]),
                tokens=float(held.tokens[number]),
                sketched=(words, skeletons, actions),
                earlier=earlier,
                latest=tuple(held.sketches[1][last[held.sketched[1][last]]]),
                alike=alike,
                asked=asked,
                peers_alike=peers_alike,
                peers_asked=peers_asked,
                standing=self._standings.of(number),
            )

    def _earlier(self, number: int) -> Earlier:
        held = self._outlines
        start, user, place = held.start[number], held.user[number], self._place[number]
        listed = user >= 0 and not np.isnan(start)
        own = self._order[max(self._firsts[user], place - _MOST_OWN) : place] if listed else self._order[:0]
        own = own[held.end[own] >= start - self._span]
        own = own[held.apart(np.full(len(own), number), own)]
        over = held.end[own] <= start
        age = start - held.start[own]
        return Earlier(
            number=own,
            age=age,
            over=over,
            lasted=np.minimum(held.end[own], start) - held.start[own],
            begun=~held.led[own],
            tokens=np.where(over, np.nan_to_num(held.tokens[own]), 0.0),
            days=np.rint(age / DAY).astype(np.int64),
        )
