"""Drift: whether sessions lie as those did that a model learnt from, one column at a time.

Two questions are asked of a column. *How far* is it from where it was: the population stability index (PSI) over the
deciles of training, nulls in a bin of their own. *How sure* is that: the better of two two-sample tests, Kolmogorov and
Smirnov's, nulls below all values, which sees the middle move, and Pearson's on the same bins, which sees the tails;
corrected for there being two, and for the number of columns (Holm), on as many independent sessions as there are:
those of one user are alike. Only a column that is both sure and far has moved, so that a hundred columns, or a million
sessions, do not cry wolf. Not covered: columns that move only together, each lying as before.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from models.bootstrap import Clusters
from models.figures import Bools, Floats
from models.reference import Reference, Spread, shares_at, worths

MOVED = 0.1
"""The PSI from which a column has moved. Credit scoring has used 0.1 and 0.25 for decades: for a bell curve that keeps
its width, 0.1 is a shift by a third of its standard deviation. Below that, models lose next to nothing."""
FAR = 0.25
"""The PSI from which it has moved far: half a standard deviation."""
SEEN = 0.2
"""The Kolmogorov–Smirnov distance that belongs to `FAR`. Where there are too few sessions to be sure of such a one,
nothing can be told: to find nothing then would mean nothing."""
ALPHA = 0.001
"""The chance that a report finds any column moved though none is: with one report a night, once in three years."""

How = Literal["same", "moved", "far", "untold"]

_ORDER: tuple[How, ...] = ("far", "moved", "same", "untold")


@dataclass(frozen=True, slots=True)
class Moved:
    """Where one column lies now, against where it lay."""

    column: str
    psi: float
    """The stability index, less what chance alone is expected to add."""
    gap: float
    """The Kolmogorov–Smirnov distance: the largest difference between the two cumulative shares."""
    p: float
    """The chance to see as much where nothing has moved, corrected for the number of columns."""
    how: How
    then: float | None
    now: float | None
    """Medians."""
    nulls_then: float
    nulls_now: float


@dataclass(frozen=True, slots=True)
class Drift:
    """All columns against a reference: those that have moved first, the farthest before the others."""

    against: str
    sessions: int
    columns: tuple[Moved, ...]

    def of(self, *how: How) -> tuple[Moved, ...]:
        """The columns of which this is said."""
        return tuple(one for one in self.columns if one.how in how)

    @property
    def told(self) -> bool:
        """Whether there are enough sessions to say anything: for half of the columns at least."""
        return 2 * len(self.of("untold")) < len(self.columns)


@dataclass(frozen=True, slots=True)
class Sides:
    """A drift, and both sides of it."""

    drift: Drift
    reference: Reference
    table: pd.DataFrame


def drift(reference: Reference, table: pd.DataFrame, against: str, users: Clusters | None = None) -> Drift:
    """The columns that both have, against the reference; `users` says whose the table's sessions are."""
    names = [name for name in reference.columns if name in table.columns]
    if not names or not len(table):
        return Drift(against, len(table), ())
    columns = [table[name].to_numpy(np.float64) for name in names]
    spreads, counted = [reference.columns[name] for name in names], worths(columns, users)
    found = [_compared(*one) for one in zip(spreads, columns, counted, strict=True)]
    chances = holm([chance for _, _, chance, _ in found])
    rows = []
    for name, column, (psi, gap, _, independent), p in zip(names, columns, found, chances, strict=True):
        then, now = reference.columns[name], Spread.of(column)
        how = _how(psi, p, independent, len(names))
        rows.append(Moved(name, psi, gap, p, how, then.median, now.median, then.nulls, now.nulls))
    return Drift(
        against, len(table), tuple(sorted(rows, key=lambda one: (_ORDER.index(one.how), -one.psi, one.column)))
    )


def holm(chances: Sequence[float]) -> list[float]:
    """Holm's correction: of all columns that have not moved, any falls below a level with no more than that chance."""
    order = np.argsort(chances, kind="stable")
    raised = np.asarray(chances)[order] * np.arange(len(chances), 0, -1)
    found = np.empty(len(chances))
    found[order] = np.minimum(np.maximum.accumulate(raised), 1.0)
    return [float(one) for one in found]


def finest(independent: float, columns: int) -> float:
    """The smallest gap of which so many sessions could make sure, among so many columns."""
    return math.sqrt(math.log(4 * columns / ALPHA) / (2 * independent))


def _compared(then: Spread, column: Floats, counted: float) -> tuple[float, float, float, float]:
    """The stability index, the gap, the chance of either, and how many independent sessions that rests on."""
    below, upto, nulls = shares_at(column, then.values)
    was_below, was_upto = np.asarray(then.below), np.asarray(then.upto)
    gap = float(np.max(np.abs(np.r_[nulls - then.nulls, below - was_below, upto - was_upto])))
    shares = then.bins(below, upto, nulls), then.bins(was_below, was_upto, then.nulls)
    independent = counted * then.worth / (counted + then.worth)
    chance = min(1.0, 2 * min(_smirnov(gap, independent), _pearson(*shares, counted, then.worth)))
    return _stability(*shares, counted, then.worth), gap, chance, independent


def _smirnov(gap: float, independent: float) -> float:
    from scipy.special import kolmogorov

    root = math.sqrt(independent)
    return float(kolmogorov((root + 0.12 + 0.11 / root) * gap))  # Stephens' correction for few sessions


def _pearson(now: Floats, then: Floats, now_worth: float, then_worth: float) -> float:
    from scipy.stats import chi2

    pooled = (now * now_worth + then * then_worth) / (now_worth + then_worth)
    used = pooled > 1e-9
    if used.sum() < 2:
        return 1.0
    off = ((now - then)[used] ** 2 / pooled[used]).sum() / (1 / now_worth + 1 / then_worth)
    return float(chi2.sf(off, int(used.sum()) - 1))


def _stability(now: Floats, then: Floats, now_worth: float, then_worth: float) -> float:
    """The index without what chance adds to it; an empty bin counts as half a session."""
    least = 0.5 / min(now_worth, then_worth)
    some, other = np.maximum(now, least), np.maximum(then, least)
    index = float(((some - other) * np.log(some / other)).sum())
    used: Bools = (now > 0) | (then > 0)
    return max(0.0, index - (int(used.sum()) - 1) * (1 / now_worth + 1 / then_worth))


def _how(psi: float, p: float, independent: float, columns: int) -> How:
    if p < ALPHA and psi >= MOVED:
        return "far" if psi >= FAR else "moved"
    return "untold" if finest(independent, columns) > SEEN else "same"
