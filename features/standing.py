"""How a user stood among colleagues at the last midnight (UTC) before a session: what each had used in recent weeks.

Once a day and not at every start, so that the cost is linear; the window is a day shorter for that.
"""

from dataclasses import dataclass
from math import nan

import numpy as np

from features.hashing import Floats, Ints
from features.measures import middle, ratio
from features.outlines import DAY, Outlines

_LEAST_PEERS = 4
_TOKENS, _SESSIONS, _PROMPTS = range(3)


@dataclass(frozen=True, slots=True)
class Standing:
    """Totals of sessions that ended in the window before the last midnight."""

    own: Floats
    """The user's tokens, sessions (sub-agents' not counted) and prompts."""
    peers: Floats
    """The same of each colleague who began a session (colleagues × 3)."""

    def rank(self, part: int, whole: int | None = None) -> float:
        """The share of colleagues who had less, ties by half; of a total, or of one total against another."""
        own, peers = self._figures(part, whole)
        if not len(peers):
            return nan
        return (np.count_nonzero(peers < own) + np.count_nonzero(peers <= own)) / (2 * len(peers))

    def times_usual(self, part: int, whole: int | None = None) -> float:
        """The user's figure against the middle one of the colleagues'."""
        own, peers = self._figures(part, whole)
        return ratio(own, middle(peers)) if len(peers) else nan

    def _figures(self, part: int, whole: int | None) -> tuple[float, Floats]:
        """The user's figure, and those of the colleagues who have one; none where either says too little."""
        needed = part if whole is None else whole
        there = (self.peers[:, part] > 0) & (self.peers[:, needed] > 0)
        if not (self.own[part] > 0 and self.own[needed] > 0) or np.count_nonzero(there) < _LEAST_PEERS:
            return nan, self.peers[:0, 0]
        peers = self.peers[there]
        if whole is None:
            return float(self.own[part]), peers[:, part]
        return float(self.own[part] / self.own[whole]), peers[:, part] / peers[:, whole]


NOBODY = Standing(np.zeros(3), np.zeros((0, 3)))
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
        self._groups: dict[int, Ints] = {}
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
        near = self._near(int(self._group[own]))
        near = near[(near != own) & (totals[near, _SESSIONS] > 0)]
        return Standing(totals[own], totals[near])

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

    def _near(self, group: int) -> Ints:
        """The people of a group who were there in this window."""
        if group not in self._groups:
            self._groups[group] = np.flatnonzero(
                (self._group == group) & self._named & (self._totals[:, _SESSIONS] > 0)
            )
        return self._groups[group]
