"""How the columns of some sessions lay: enough of it to be compared with others later, and nothing of any one session.

A model keeps the reference of the genuine sessions that it learnt from, as JSON; see `models/drift.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from models.bootstrap import Clusters, numbered
from models.figures import Floats, Ints

_LEVELS = 51
_DECILE = (_LEVELS - 1) // 10
_DIGITS = 5
_ROUNDED = 2 * 10.0**-_DIGITS
"""Shares that differ by less are the same, so that a reference that was kept has the same bins."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How one column lay: at some of its values, the share of sessions below and up to it; nulls lie below all."""

    values: tuple[float, ...]
    """Distinct and ascending, as 32-bit floats, which features are."""
    below: tuple[float, ...]
    upto: tuple[float, ...]
    nulls: float
    sessions: int
    worth: float
    """So many independent sessions."""

    @classmethod
    def of(cls, column: Floats, users: Clusters | None = None) -> "Spread":
        """The quantiles of a column."""
        known, levels = column[~np.isnan(column)].astype(np.float32), np.linspace(0, 1, _LEVELS)
        values = np.unique(np.quantile(known, levels, method="inverted_cdf")) if len(known) else known
        below, upto, nulls = shares_at(column, values.tolist())
        counted = worths([column], users)[0]
        points = tuple(values.tolist()), tuple(below.tolist()), tuple(upto.tolist())
        return cls(points[0], points[1], points[2], nulls, len(column), counted)

    @property
    def median(self) -> float | None:
        """The middle of what is not null."""
        half = self.nulls + (1 - self.nulls) / 2
        return next(
            (value for value, upto in zip(self.values, self.upto, strict=True) if upto >= half - _ROUNDED), None
        )

    @property
    def edges(self) -> Ints:
        """Where, among the values, the bins of the stability index end."""
        levels = self.nulls + (1 - self.nulls) * np.linspace(0, 1, _LEVELS)[_DECILE::_DECILE]
        found = np.searchsorted(np.asarray(self.upto), levels - _ROUNDED)
        return np.unique(np.minimum(found, len(self.values) - 1)) if self.values else np.zeros(0, np.int64)

    def bins(self, below: Floats, upto: Floats, nulls: float) -> Floats:
        """The share in each bin: null, below all that was known, the deciles, above all that was known."""
        first = below[:1] if len(below) else np.array([nulls])
        return np.diff(np.r_[0.0, nulls, first, upto[self.edges], 1.0])


@dataclass(frozen=True, slots=True)
class Reference:
    """How the columns of some sessions lay: all that is kept of them."""

    columns: Mapping[str, Spread]

    @classmethod
    def of(cls, table: pd.DataFrame, users: Clusters | None = None) -> "Reference":
        """Of a table with a row a session; `users` says whose they are."""
        names = [str(name) for name in table.columns]
        columns = [table[name].to_numpy(np.float64) for name in names]
        counted = worths(columns, users)
        spreads = [replace(Spread.of(one), worth=number) for one, number in zip(columns, counted, strict=True)]
        return cls(dict(zip(names, spreads, strict=True)))

    def plain(self) -> dict[str, Any]:
        """For JSON: short numbers that `read` makes whole again."""
        return {
            name: {
                "values": [float(str(np.float32(value))) for value in one.values],
                "below": [round(share, _DIGITS) for share in one.below],
                "upto": [round(share, _DIGITS) for share in one.upto],
                "nulls": round(one.nulls, _DIGITS),
                "sessions": one.sessions,
                "worth": round(one.worth, 1),
            }
            for name, one in self.columns.items()
        }

    @classmethod
    def read(cls, plain: Mapping[str, Mapping[str, Any]]) -> "Reference":
        """What `plain` gave."""
        return cls({name: _read(name, said) for name, said in plain.items()})


def shares_at(column: Floats, values: Sequence[float]) -> tuple[Floats, Floats, float]:
    """Of a column the shares below and up to each value, and of nulls, which lie below all values."""
    known = np.sort(column[~np.isnan(column)].astype(np.float32))
    nulls, sessions, asked = len(column) - len(known), max(len(column), 1), np.asarray(values, np.float32)
    below, upto = ((nulls + np.searchsorted(known, asked, side)) / sessions for side in ("left", "right"))
    return below, upto, nulls / sessions


def worths(columns: Sequence[Floats], users: Clusters | None) -> list[float]:
    """How many independent sessions there are as far as ranks in each column are concerned; never more than in most.

    The variance between users is set against that of sessions, as `models.bootstrap.effective_size` does for flags.
    With few users that is known roughly, and among a hundred columns some seem freer than they are: hence the bound.
    """
    if users is None:
        return [float(len(column)) for column in columns]
    owners = numbered(users)
    found = [_worth(column, owners) for column in columns]
    return np.minimum(found, np.median(found)).tolist() if found else []


def _worth(column: Floats, owners: Ints) -> float:
    from scipy.stats import rankdata, t

    sessions, users = len(column), int(owners.max(initial=-1)) + 1
    ranks = rankdata(np.nan_to_num(column, nan=-np.inf))
    off = ranks - ranks.mean() if sessions else ranks
    if users < 2 or not off.any():
        return float(users)
    effect = float((np.bincount(owners, off) ** 2).sum()) * users / (users - 1) / float((off**2).sum())
    if effect == 0:  # no user differs from the others: their sessions count one by one
        return float(sessions)
    sure = float(t.ppf(0.975, max(sessions - 1, 1)) / t.ppf(0.975, users - 1)) ** 2
    return max(1.0, min(float(sessions), sessions / effect * sure))


def _read(name: str, said: Mapping[str, Any]) -> Spread:
    lists = [tuple(map(float, said[part])) for part in ("values", "below", "upto")]
    sizes = ", ".join(str(len(one)) for one in lists)
    if len({len(one) for one in lists}) != 1:
        raise ValueError(f"the reference of {name} has {sizes} numbers: train the model again")
    values = tuple(float(np.float32(value)) for value in lists[0])
    return Spread(values, lists[1], lists[2], float(said["nulls"]), int(said["sessions"]), float(said["worth"]))
