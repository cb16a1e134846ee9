"""Fingerprints: whether two sorts of sessions that should not differ can be told apart, and by what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from models.bootstrap import Clusters, interval, numbered
from models.figures import Bools, Figure, Floats, Ints, auc
from models.forest import Forest, Params, Part

BAND = (0.45, 0.55)
"""An AUC within these is as good as chance."""
LEAST = 20
"""So few sessions of a source say nothing."""

_PARAMS = Params(trees=120, leaves=7, least=10)
_FOLDS = 5
_DRAWS = 400


@dataclass(frozen=True, slots=True)
class Told:
    """How well something tells the two sorts apart."""

    by: str
    """What tells them apart: a classifier on a source, or one column."""
    auc: Figure

    @property
    def state(self) -> str:
        """`within` the band; `outside` with all of its interval; `doubtful` in between."""
        low, high = BAND
        if self.auc.value is None or self.auc.low is None or self.auc.high is None:
            return "unknown"
        if low <= self.auc.value <= high:
            return "within"
        return "outside" if self.auc.low > high or self.auc.high < low else "doubtful"


def by_classifier(
    table: pd.DataFrame, second: Bools, pairs: Clusters, groups: Sequence[str | None], seed: int = 0
) -> list[Told]:
    """A classifier trained to tell the second sort from the first, over all sessions and for each group of enough.

    Sessions that belong together (`pairs`) are never on both sides, and are drawn together for the interval.
    """
    found = [Told("all", told(table, second, pairs, seed))]
    names = pd.Series([group or "unknown" for group in groups])
    for name in sorted(set(names)):
        rows = np.flatnonzero((names == name).to_numpy())
        own = numbered(pairs)[rows]
        if len(set(own.tolist())) >= LEAST:
            found.append(Told(name, told(table.iloc[rows], second[rows], own, seed)))
    return found


def by_column(
    table: pd.DataFrame, second: Bools, pairs: Clusters, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> list[Told]:
    """Each column alone, the furthest from chance first; null counts as the least value."""
    found = []
    for done, name in enumerate(table.columns, 1):
        values = np.asarray(table[name], np.float64)
        lowest = np.where(np.isnan(values), -np.inf, values)
        figure = interval(partial(auc, _ranked(lowest), second), pairs, draws=_DRAWS)
        found.append(Told(str(name), figure))
        progress(done, len(table.columns))
    return sorted(found, key=lambda one: -abs((one.auc.value or 0.5) - 0.5))


def told(
    table: pd.DataFrame, second: Bools, pairs: Clusters, seed: int = 0, weights: Floats | None = None,
    categories: Sequence[str] = (),
) -> Figure:  # fmt: skip
    """The AUC of a classifier on sessions that it was not trained on, with its interval."""
    owners = numbered(pairs)
    given = np.ones(len(second)) if weights is None else weights
    scores = np.zeros(len(second))
    for rest, part in _parts(owners, seed):
        trained = Part(table.iloc[rest], second[rest].astype(np.float64), given[rest])
        forest = Forest.fit(trained, replace(_PARAMS, seed=seed), categories=categories)
        # Each fold's scores are brought to ranks: fold models do not share a scale.
        scores[part] = _ranked(forest.raw(table.iloc[part])) / len(part)
    return interval(partial(auc, scores, second), owners, given, draws=_DRAWS)


def _parts(owners: Ints, seed: int) -> list[tuple[Ints, Ints]]:
    order = np.random.default_rng(seed).permutation(int(owners.max()) + 1)
    part = (order % min(_FOLDS, len(order)))[owners]
    return [(np.flatnonzero(part != one), np.flatnonzero(part == one)) for one in range(int(part.max()) + 1)]


def _ranked(values: Floats) -> Floats:
    return np.unique(values, return_inverse=True)[1].astype(np.float64)
