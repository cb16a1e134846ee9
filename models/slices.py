"""What is ranked among what: the sessions of one fold, and figures over all folds that never mix two models' scores.

Recall at a budget takes, in each fold, the best threshold on the genuine sessions of that very fold, which were not
trained on. False positives are counted on genuine sessions as they were; made look-alikes are counted apart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from models.bootstrap import Statistic
from models.figures import Bools, Floats, Ints, recall_at
from models.protocols import Sessions, Trial
from models.splits import is_padded

Measure = Callable[[Floats, Bools, Floats], Floats]
"""A figure of scores, labels and weights."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Some of one fold's sessions: what is ranked among what."""

    rows: Ints
    scores: Floats
    padded: Bools


def slices(
    trials: Sequence[Trial], sessions: Sessions, family: str | None = None, among: Bools | None = None,
    scores: Sequence[Floats] | None = None,
) -> list[Slice]:  # fmt: skip
    """Of each trial the padded sessions, or those of one family that it left out, among genuine ones.

    Genuine are those in `among`, or genuine sessions as they were; `scores` take the place of the model's.
    """
    padded, genuine = is_padded(sessions.meta), sessions.null() if among is None else among
    families = sessions.meta["family"].to_numpy()
    found = []
    for place, trial in enumerate(trials):
        if family is not None and family not in trial.fold.left_out:
            continue
        wanted = padded & (families == family) if family is not None else padded
        kept = (wanted | genuine)[trial.rows]
        given = trial.raw if scores is None else scores[place]
        if (wanted[trial.rows]).any() and genuine[trial.rows].any():
            found.append(Slice(trial.rows[kept], given[kept], padded[trial.rows][kept]))
    return found


def families(trials: Sequence[Trial]) -> list[str]:
    """The families that were left out, by name."""
    return sorted({name for trial in trials for name in trial.fold.left_out})


def tested(parts: Sequence[Slice]) -> int:
    """How many padded sessions are in them, each counted once."""
    return len(np.unique(np.concatenate([one.rows[one.padded] for one in parts]))) if parts else 0


def pooled(slices: Sequence[Slice], measure: Measure) -> Statistic:
    """A measure over slices: that of each, weighed by its padded sessions; scores of two models are never mixed."""

    def statistic(weights: Floats) -> Floats:
        found = np.zeros(weights.shape[:-1])
        mass = np.zeros(weights.shape[:-1])
        for one in slices:
            given = weights[..., one.rows]
            value = measure(one.scores, one.padded, given)
            counts = np.where(np.isnan(value), 0.0, (given * one.padded).sum(-1))
            found, mass = found + np.nan_to_num(value) * counts, mass + counts
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(mass > 0, found / mass, np.nan))

    return statistic


def recall(slices: Sequence[Slice], budget: float) -> Statistic:
    """Recall at a budget, of which each slice has its own best threshold."""
    return pooled(slices, partial(recall_at, budget=budget))


def mean_of(statistics: Sequence[Statistic]) -> Statistic:
    """The mean of statistics, those that a draw leaves undefined left out."""

    def statistic(weights: Floats) -> Floats:
        values = np.stack([one(weights) for one in statistics])
        known = ~np.isnan(values)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.nan_to_num(values).sum(0) / known.sum(0))

    return statistic
