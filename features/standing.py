"""How a user stood among colleagues at the last midnight (UTC) before a session: what each had used in recent weeks.

Once a day and not at every start, so that the cost is linear; the window is a day shorter for that.
"""

from dataclasses import dataclass
from math import nan

import numpy as np

from features.hashing import Floats
from features.measures import middle, ratio
from features.outlines import DAY, Outlines

_LEAST_PEERS = 4
_TOKENS, _SESSIONS, _PROMPTS = range(3)


class Colleagues:
    """What each person of a group had in one window; figures are put in order once, whoever is then set beside them."""

    def __init__(self, totals: Floats) -> None:
        self._totals = totals
        self._ordered: dict[tuple[int, int | None], Floats] = {}

    def __len__(self) -> int:
        return len(self._totals)

    def ordered(self, part: int, whole: int | None) -> Floats:
        """Everybody's total, or one total against another, from the least on; of those who have both."""
        if (part, whole) not in self._ordered:
            there = (self._totals[:, part] > 0) & (self._totals[:, part if whole is None else whole] > 0)
            self._ordered[part, whole] = np.sort(_figure(self._totals[there].T, part, whole))
        return self._ordered[part, whole]


@dataclass(frozen=True, slots=True)
class Standing:
    """Totals of sessions that ended in the window before the last midnight."""

    own: Floats
    """The user's tokens, sessions (sub-agents' not counted) and prompts."""
    group: Colleagues
    """The same of each person of the group who began a session."""
    within: bool
    """Whether the user is one of these."""

    @property
    def peers(self) -> int:
        """How many colleagues began a session."""
        return len(self.group) - self.within

    def rank(self, part: int, whole: int | None = None) -> float:
        """The share of colleagues who had less, ties by half; of a total, or of one total against another."""
        ordered, count = self._ordered(part, whole)
        if not count:
            return nan
        own = _figure(self.own, part, whole)
        less, upto = np.searchsorted(ordered, own), np.searchsorted(ordered, own, "right") - self.within
        return float((less + upto) / (2 * count))

    def times_usual(self, part: int, whole: int | None = None) -> float:
        """The user's figure against the middle one of the colleagues'."""
        ordered, count = self._ordered(part, whole)
        if not count:
            return nan
        own = float(_figure(self.own, part, whole))
        places = np.array([(count - 1) // 2, count // 2])
        if self.within:
            places += places >= np.searchsorted(ordered, own)
        return ratio(own, middle(ordered[places]))

    def _ordered(self, part: int, whole: int | None) -> tuple[Floats, int]:
        """The group's figures, and how many are colleagues'; none where either side says too little."""
        if not (self.own[part] > 0 and self.own[part if whole is None else whole] > 0):
            return _NOTHING, 0
        ordered = self.group.ordered(part, whole)
        count = len(ordered) - self.within
        return ordered, count if count >= _LEAST_PEERS else 0


def _figure(totals: Floats, part: int, whole: int | None) -> Floats:
    return np.asarray(totals[part] if whole is None else totals[part] / totals[whole])


_NOTHING: Floats = np.zeros(0)
NOBODY = Standing(np.zeros(3), Colleagues(np.zeros((0, 3))), False)
"""Where it is not known who or when."""


class Standings:
    """The standing of each session's user, day by day."""

    def __init__(self, outlines: Outlines, window_days: int) -> None:
        self._outlines, self._span = outlines, (window_days - 1) * DAY
        people = np.stack([outlines.group + 1, outlines.user], axis=1)
        listed, self._person = np.unique(people, axis=0, return_inverse=True)
        self._person = self._person.ravel()
        self._group, self._named = listed[:, 0], listed[:, 1] >= 0
        self._ended = np.argsort(outlines.end, kind="stable")
        self._ends = outlines.end[self._ended]
        self._midnight = np.nan
        self._totals: Floats = np.zeros((len(listed), 3))
        self._groups: dict[int, Colleagues] = {}
        self._parts = np.stack([np.nan_to_num(outlines.tokens), ~outlines.led, outlines.prompts], axis=1).astype(float)

    def of(self, number: int) -> Standing:
        """Quick where sessions are asked for by ascending start."""
        held, own = self._outlines, self._person[number]
        if held.user[number] < 0 or np.isnan(held.start[number]):
            return NOBODY
        self._until(float(held.start[number] // DAY * DAY))
        totals, kin = self._totals, held.kin_of(number)
        if len(kin):
            ends = held.end[kin]
            kin = kin[(ends >= self._midnight - self._span) & (ends <= self._midnight)]
            totals = totals.copy()
            np.subtract.at(totals, self._person[kin], self._parts[kin])
        group = self._colleagues(int(self._group[own]), totals)
        return Standing(totals[own], group, bool(totals[own, _SESSIONS] > 0))

    def _until(self, midnight: float) -> None:
        """Makes the totals those of the window before this midnight."""
        if midnight == self._midnight:
            return
        self._midnight, self._groups = midnight, {}
        first = np.searchsorted(self._ends, midnight - self._span)
        numbers = self._ended[first : np.searchsorted(self._ends, midnight, "right")]
        for part in range(3):
            weights = self._parts[numbers, part]
            self._totals[:, part] = np.bincount(self._person[numbers], weights, minlength=len(self._totals))

    def _colleagues(self, group: int, totals: Floats) -> Colleagues:
        """The people of a group who were there in this window; kept as long as nobody's totals are other than all's."""
        if totals is self._totals and group in self._groups:
            return self._groups[group]
        there = (self._group == group) & self._named & (totals[:, _SESSIONS] > 0)
        found = Colleagues(totals[there])
        if totals is self._totals:
            self._groups[group] = found
        return found
