"""Shares over time: of the newest days and of as many days before, again and again; and whether one has changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from models.bootstrap import Clusters, share
from models.figures import Bools, Figure, Ints

FACTOR = 1.5
"""A share has changed only if it is that many times what it was, or that part of it. Weeks differ honestly: there are
holidays, deadlines and new colleagues. A smaller change is no reason to wake anybody."""
POINTS = 0.005
"""And only if it has changed by half a percentage point: from 0.1 % to 0.2 % is a factor of two, and nothing."""
SURE = 0.99
"""And only if the intervals of both sides, each of so much confidence, do not overlap: by chance that happens in fewer
than one of a thousand comparisons."""


@dataclass(frozen=True, slots=True)
class Period:
    """A share among what fell in one period, with its 95 % interval."""

    first: datetime
    share: Figure


@dataclass(frozen=True, slots=True)
class Rate:
    """A share in the newest period, beside that of the earlier ones together."""

    name: str
    what: str
    """Of what it is the share."""
    now: Figure
    before: Figure
    periods: tuple[Period, ...]
    """Oldest first, the newest among them; those in which there was nothing are left out."""
    changed: bool
    """Surely, and by enough to matter."""

    @property
    def told(self) -> bool:
        """Whether there is something on both sides."""
        return self.now.n > 0 and self.before.n > 0


def numbered_periods(times: Sequence[datetime | None], until: datetime, days: int, periods: int) -> Ints:
    """The number of periods back from `until` in which each time falls: 0 the newest, -1 none of these or unknown."""
    if days < 1 or periods < 2:
        raise ValueError(f"{periods} periods of {days} days: it takes two of a day at least")
    length = timedelta(days=days)
    back = [-1 if time is None or time > until else int((until - time) / length) for time in times]
    return np.array([place if place < periods else -1 for place in back], np.int64)


def rate(
    name: str, what: str, flags: Bools, period: Ints, users: Clusters, until: datetime, days: int
) -> Rate:  # fmt: skip
    """A share, now and before, from rows that know their period; intervals take the rows of one user together."""
    owners = np.asarray(users, object)

    def among(rows: Bools, confidence: float = 0.95) -> Figure:
        return share(flags[rows], _some(owners, rows), confidence=confidence)

    newest, earlier = period == 0, period > 0
    found = [
        Period(until - timedelta(days=days * (int(place) + 1)), among(period == place))
        for place in sorted({int(one) for one in period if one >= 0}, reverse=True)
    ]
    changed = differs(among(newest, SURE), among(earlier, SURE))
    return Rate(name, what, among(newest), among(earlier), tuple(found), changed)


def differs(now: Figure, before: Figure) -> bool:
    """Whether two shares differ by a factor, by points, and without their intervals overlapping."""
    sides = (now.value, now.low, now.high, before.value, before.low, before.high)
    if any(side is None for side in sides):
        return False
    value, low, high, was, was_low, was_high = (float(side) for side in sides if side is not None)
    apart = low > was_high or high < was_low
    factor = value >= FACTOR * was or value * FACTOR <= was
    return apart and factor and abs(value - was) >= POINTS


def _some(owners: Any, rows: Bools) -> Clusters:
    return [owner for owner, row in zip(owners, rows, strict=True) if row]
