"""Bootstrap intervals for an evaluation: what is drawn together, and the same draws for every figure.

In each draw, recall at a budget has its threshold chosen anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.bootstrap import Statistic, resampled, share
from models.figures import Bools, Figure, Floats, Ints
from models.protocols import quantile
from models.slices import Slice, recall, tested
from models.splits import bound

FEW_USERS = 50
"""Below so many users of about equal size, whole genuine sessions are drawn with all that was made of them."""

_NEAR = 0.1
_TAILS = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class Owners:
    """What the bootstrap draws together."""

    kind: str
    """`user`, or `base`: a genuine session with all that was made of it."""
    numbers: Ints
    users: float
    """As how many users of equal size they count."""

    @classmethod
    def of(cls, meta: pd.DataFrame) -> "Owners":
        """Users where there are enough of them, else genuine sessions."""
        users = cls.by_user(meta)
        return users if users.users >= FEW_USERS else cls("base", bound(meta.assign(user=None)), users.users)

    @classmethod
    def by_user(cls, meta: pd.DataFrame) -> "Owners":
        """Users, however few; those that share a genuine session, of which one was made up for it, are one."""
        users = bound(meta)
        shares = np.bincount(users) / len(users)
        return cls("user", users, float(1 / (shares**2).sum()))


@dataclass(frozen=True, slots=True)
class Sampler:
    """How intervals are made: the same draws for every figure."""

    owners: Ints
    weights: Floats
    """A row for each draw: how often each session was drawn."""

    @classmethod
    def of(cls, owners: Ints, draws: int, seed: int) -> "Sampler":
        """Draws whole owners, with replacement."""
        return cls(owners, resampled(lambda weights: weights, owners, np.ones(len(owners)), draws, seed))

    def figure(self, statistic: Statistic, sessions: int) -> Figure:
        """A statistic with its interval, and the sessions it was measured on; draws without a value are left out."""
        value = float(statistic(np.ones(len(self.owners))))
        if not np.isfinite(value):
            return Figure(None, None, None, sessions)
        found = statistic(self.weights)
        found = found[np.isfinite(found)]
        if not len(found) or self.owners.max() == 0:
            return Figure(value, None, None, sessions)
        low, high = np.quantile(found, _TAILS)
        return Figure(value, float(low), float(high), sessions)

    def share(self, flags: Bools, rows: Ints) -> Figure:
        """The share of flagged sessions among rows, with an interval that does not vanish at 0 or 1."""
        return share(np.asarray(flags[rows], np.bool_), self.owners[rows].tolist())

    def recall(self, slices: Sequence[Slice], budget: float) -> Figure:
        """Recall at the budget; near 0 and 1 the interval is at least that of a share."""
        rows = np.concatenate([one.rows[one.padded] for one in slices] or [np.zeros(0, np.int64)])
        figure = self.figure(recall(slices, budget), tested(slices))
        if figure.value is None or _NEAR <= figure.value <= 1 - _NEAR:
            return figure
        flags = np.concatenate([_found(one, budget) for one in slices])
        plain = share(flags, self.owners[rows].tolist())
        lows = [one.low for one in (figure, plain) if one.low is not None]
        highs = [one.high for one in (figure, plain) if one.high is not None]
        return Figure(figure.value, min(lows, default=None), max(highs, default=None), figure.n)


def _found(one: Slice, budget: float) -> Bools:
    limit = quantile(one.scores[~one.padded], budget)
    return np.asarray(one.scores[one.padded] > limit)
