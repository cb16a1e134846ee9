"""The padded share of a session: how much of it is padding, from what its turns show, with its error.

Trees judge each turn; their chances are summed, weighted by the turns' sizes, and the sum is calibrated on sessions of
users that the trees had not seen. It is an estimate: no turn is proven to be padding by it.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.bootstrap import Clusters, numbered
from models.figures import Bools, Floats, Ints
from models.forest import Forest, Params, Part
from models.spread import Spread

_CURVES = "share.json"
_JUDGES = ("of_all", "of_padded")
_FOLDS, _LEAST_SESSIONS = 3, 20
_MOST_TURNS = 40
"""Turns of a session that are learned from, at most."""

TURNS = Params(trees=150, rate=0.1, leaves=31, least=40, columns=0.4, rows=0.7, smooth=20.0)
"""How trees are grown on turns, of which there are many more than sessions."""


class TooFewPadded(ValueError):
    """There are not enough padded sessions to learn from where padding is."""


@dataclass(frozen=True, slots=True)
class Share:
    """The estimated padded share of one session."""

    share: float
    """The share of the session's weight that is padding, on average over sessions that look so."""
    low: float
    """In nine of ten such sessions the true share is between this"""
    high: float
    """and this."""
    weight: float
    """All its turns' weights together: its tokens, or its characters."""

    @property
    def padded(self) -> float:
        """How much of the weight is padding."""
        return self.share * self.weight


@dataclass(frozen=True, slots=True)
class Judge:
    """Trees that judge turns, and what the sum of their chances is worth."""

    forest: Forest
    spread: Spread

    @classmethod
    def fit(
        cls, turns: pd.DataFrame, target: Floats, shares: Floats, numbers: Ints, owners: Ints, params: Params
    ) -> "Judge":
        """Grows trees on all turns; what calibrates comes from trees that had not seen the user."""
        drawn, chances = _drawn(shares, numbers), np.empty(len(target))
        for seen, unseen in _folds(numbers, owners, params.seed):
            chances[unseen] = _grown(turns, target, drawn, seen, params).probability(turns.iloc[unseen])
        spread = Spread.fit(_sums(numbers, shares * chances), _sums(numbers, shares * target))
        return cls(_grown(turns, target, drawn, np.arange(len(target)), params), spread)


class ShareModel:
    """Estimates padded shares from tables with a row a turn.

    One judge has learned from all sessions. The other has learned from padded ones only, where in them the padding is:
    it serves where the probability that a session is padded at all is known from elsewhere.
    """

    def __init__(self, of_all: Judge, of_padded: Judge, made_by: str) -> None:
        self._of_all, self._of_padded = of_all, of_padded
        self.made_by = made_by
        """The fingerprint of the turns' columns that it was fitted on."""

    @classmethod
    def fit(
        cls,
        turns: pd.DataFrame,
        padded: Bools,
        weights: Floats,
        sessions: Clusters,
        users: Clusters | None = None,
        params: Params = TURNS,
        made_by: str = "",
    ) -> "ShareModel":
        """Learns from turns of padded and of genuine sessions; the latter have no padded turn.

        `sessions` and `users` are given for each turn; every session counts the same, however long.
        """
        numbers = numbered(sessions)
        owners = numbers if users is None else numbered(users)
        target, shares = np.asarray(padded, np.float64), _shares(weights, numbers)
        of_all = Judge.fit(turns, target, shares, numbers, owners, params)
        rows = np.flatnonzero((_sums(numbers, shares * target) > 0)[numbers])
        own = np.unique(numbers[rows], return_inverse=True)[1]
        of_padded = Judge.fit(turns.iloc[rows], target[rows], shares[rows], own, owners[rows], params)
        return cls(of_all, of_padded, made_by)

    def share(self, turns: pd.DataFrame, weights: Floats, probability: float | None = None) -> Share:
        """The share of one session.

        Without the `probability` of its being padded at all, it is what sessions of the training set that look so had,
        and so holds for its mixture of padded and genuine ones. Null (NaN) where nothing in it has a weight.
        """
        held = None if probability is None else np.array([probability])
        [found] = self.shares(turns, weights, np.zeros(len(turns), np.int64), held)
        return found

    def shares(
        self, turns: pd.DataFrame, weights: Floats, sessions: Clusters, probabilities: Floats | None = None
    ) -> list[Share]:
        """The shares of many sessions, in the order in which their first turns come; one probability a session."""
        if not len(turns):
            return []
        numbers = numbered(sessions)
        sums = _sums(numbers, weights)
        if probabilities is not None and len(probabilities) != len(sums):
            raise ValueError(f"there are {len(sums)} sessions but {len(probabilities)} probabilities")
        judge = self._of_all if probabilities is None else self._of_padded
        found = _sums(numbers, _shares(weights, numbers) * judge.forest.probability(turns))
        found[sums <= 0] = np.nan
        given = np.ones(len(sums)) if probabilities is None else np.asarray(probabilities, np.float64)
        rows = zip(found.tolist(), given.tolist(), sums.tolist(), strict=True)
        return [Share(*judge.spread.at(one, chance), weight) for one, chance, weight in rows]

    def chances(self, turns: pd.DataFrame) -> Floats:
        """For each turn, the chance that it is padding if its session is padded at all; not calibrated.

        It orders the turns of a session, and says nothing of whether there is any padding.
        """
        return self._of_padded.forest.probability(turns)

    def to_files(self, folder: Path) -> None:
        """Writes the trees as LightGBM's text, and the rest as JSON."""
        folder.mkdir(parents=True, exist_ok=True)
        said: dict[str, Any] = {"made_by": self.made_by}
        for name, judge in zip(_JUDGES, (self._of_all, self._of_padded), strict=True):
            (folder / f"{name}.txt").write_text(judge.forest.text, encoding="utf-8")
            said[name] = asdict(judge.spread)
        (folder / _CURVES).write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def from_files(cls, folder: Path) -> "ShareModel":
        """The model that was written there."""
        said = json.loads((folder / _CURVES).read_text(encoding="utf-8"))
        texts = [(folder / f"{name}.txt").read_text(encoding="utf-8") for name in _JUDGES]
        forests = map(Forest.from_text, texts)
        of_all, of_padded = (
            Judge(forest, Spread.of(said[name])) for name, forest in zip(_JUDGES, forests, strict=True)
        )
        return cls(of_all, of_padded, said["made_by"])


def _sums(numbers: Ints, values: Floats) -> Floats:
    return np.asarray(np.bincount(numbers, values), np.float64)


def _shares(weights: Floats, numbers: Ints) -> Floats:
    """The share of each turn in the weight of its session; 0 where the session has none."""
    sums = _sums(numbers, weights)[numbers]
    return np.divide(weights, sums, out=np.zeros(len(numbers)), where=sums > 0)


def _drawn(shares: Floats, numbers: Ints) -> Floats:
    """How often each turn is drawn where a session's weight is drawn from at so many points, evenly spread.

    So what learning costs goes by the sessions, and turns that weigh next to nothing are seldom learned from.
    """
    order = np.argsort(numbers, kind="stable")
    ends = np.cumsum(shares[order]) * _MOST_TURNS
    drawn = np.empty(len(shares))
    drawn[order] = np.diff(np.floor(ends + 0.5), prepend=0.0)
    return drawn


def _grown(turns: pd.DataFrame, target: Floats, drawn: Floats, rows: Ints, params: Params) -> Forest:
    kept = rows[drawn[rows] > 0]
    if not len(kept):
        raise ValueError(f"none of {len(rows)} turns has a weight: give their characters or tokens")
    weights = drawn[kept] * len(kept) / drawn[kept].sum()
    return Forest.fit(Part(turns.iloc[kept], target[kept], weights), params)


def _folds(numbers: Ints, owners: Ints, seed: int) -> Iterator[tuple[Ints, Ints]]:
    """Rows to learn from and rows to be calibrated on, such that no user is on both sides."""
    from sklearn.model_selection import GroupKFold

    first = np.unique(numbers, return_index=True)[1]
    people = len(np.unique(owners[first]))
    if len(first) < _LEAST_SESSIONS or people < 2:
        raise TooFewPadded(
            f"{len(first)} sessions of {people} users are too few to estimate padded shares: "
            f"it takes {_LEAST_SESSIONS} padded ones, of two users or more"
        )
    folder = GroupKFold(min(_FOLDS, people), shuffle=True, random_state=seed)
    for seen, unseen in folder.split(first, groups=owners[first]):
        yield np.flatnonzero(np.isin(numbers, seen)), np.flatnonzero(np.isin(numbers, unseen))
