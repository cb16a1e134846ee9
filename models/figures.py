"""Figures by which a model is judged, all weighted, each for many weightings of the same sessions at once.

Every figure takes scores (or probabilities), labels (true: padded) and weights of shape `(…, sessions)`, and gives one
value for each weighting: NaN where it is undefined. A session with a NaN score is unscored: it is never flagged, and
calibration leaves it out.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_TINY = 1e-12
_BINS = 15


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its confidence interval, each null where it is undefined."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    """The sessions that it was measured on."""


def auc(scores: Floats, labels: Bools, weights: Floats | None = None) -> Floats:
    """The chance that a padded session scores above a genuine one; ties count half."""
    padded, genuine, _ = _steps(scores, labels, weights)
    below = genuine.sum(-1, keepdims=True) - np.cumsum(genuine, -1)
    return _ratio((padded * (below + 0.5 * genuine)).sum(-1), padded.sum(-1) * genuine.sum(-1))


def average_precision(scores: Floats, labels: Bools, weights: Floats | None = None) -> Floats:
    """The precision at each padded session, averaged; tied sessions are taken together."""
    padded, genuine, _ = _steps(scores, labels, weights)
    hits, alarms = np.cumsum(padded, -1), np.cumsum(genuine, -1)
    precision = np.divide(hits, hits + alarms, out=np.zeros_like(hits), where=hits + alarms > 0)
    return _ratio((padded * precision).sum(-1), padded.sum(-1))


def recall_at(scores: Floats, labels: Bools, weights: Floats | None = None, *, budget: float) -> Floats:
    """The share of padded sessions found where at most `budget` of the genuine ones are flagged.

    Of tied sessions, all are flagged or none. The threshold is the best on these very sessions: this says how well
    scores separate, not what a threshold that was chosen beforehand will do.
    """
    padded, genuine, scored = _steps(scores, labels, weights)
    alarms = _ratio(np.cumsum(genuine, -1), genuine.sum(-1, keepdims=True))
    found = _ratio(np.cumsum(padded, -1), padded.sum(-1, keepdims=True))
    best = np.where((alarms <= budget + _TINY) & scored, found, 0.0).max(-1, initial=0.0)
    defined = (padded.sum(-1) > 0) & (genuine.sum(-1) > 0)
    return np.where(defined, best, np.nan)


def flagged_share(scores: Floats, among: Bools, weights: Floats | None = None, *, threshold: float) -> Floats:
    """The share of the sessions in `among` that score above the threshold.

    Among genuine ones that is the false-positive rate, among padded ones the recall.
    """
    given = _given(weights, scores)[..., among]
    return _ratio((given * (scores[among] > threshold)).sum(-1), given.sum(-1))


def ece(probabilities: Floats, labels: Bools, weights: Floats | None = None, *, bins: int = _BINS) -> Floats:
    """The expected calibration error over bins of equal mass; tied probabilities share a bin.

    It is never 0: of a perfectly calibrated model it still shows the noise of each bin, more so under resampling.
    """
    known = ~np.isnan(probabilities)
    chances, truth, given = probabilities[known], labels[known], _given(weights, probabilities)[..., known]
    if not len(chances):
        return np.full(given.shape[:-1], np.nan)
    order = np.argsort(chances, kind="stable")
    starts = _bins(chances[order], given.reshape(-1, given.shape[-1]).mean(0)[order], bins)
    gaps = np.add.reduceat((given * (chances - truth))[..., order], starts, axis=-1)
    return _ratio(np.abs(gaps).sum(-1), given.sum(-1))


def brier(probabilities: Floats, labels: Bools, weights: Floats | None = None) -> Floats:
    """The mean squared error of the probabilities."""
    known = ~np.isnan(probabilities)
    given = _given(weights, probabilities)[..., known]
    return _ratio((given * (probabilities[known] - labels[known]) ** 2).sum(-1), given.sum(-1))


def log_loss(probabilities: Floats, labels: Bools, weights: Floats | None = None) -> Floats:
    """The mean of minus the log of the probability that was given to the truth."""
    known = ~np.isnan(probabilities)
    given = _given(weights, probabilities)[..., known]
    truth = np.where(labels[known], probabilities[known], 1 - probabilities[known])
    return _ratio((given * -np.log(np.maximum(truth, _TINY))).sum(-1), given.sum(-1))


def at_rate(labels: Bools, rate: float, weights: Floats | None = None) -> Floats:
    """Weights under which the share of padded sessions is `rate`; they sum to 1."""
    if not 0 < rate < 1:
        raise ValueError(f"a base rate of {rate} is not between 0 and 1")
    given = _given(weights, labels)
    padded = _ratio(given * labels, (given * labels).sum(-1, keepdims=True))
    genuine = _ratio(given * ~labels, (given * ~labels).sum(-1, keepdims=True))
    return rate * padded + (1 - rate) * genuine


def _steps(scores: Floats, labels: Bools, weights: Floats | None) -> tuple[Floats, Floats, Bools]:
    """The padded and the genuine mass at each score, the highest first, and whether it is a score at all."""
    if not len(scores):
        raise ValueError("there is no session to measure on")
    lowest = np.where(np.isnan(scores), -np.inf, scores)
    order = np.argsort(-lowest, kind="stable")
    ranked, truth = lowest[order], labels[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    given = _given(weights, scores)[..., order]
    padded = np.add.reduceat(given * truth, starts, axis=-1)
    genuine = np.add.reduceat(given * ~truth, starts, axis=-1)
    return padded, genuine, ranked[starts] > -np.inf


def _bins(ranked: Floats, given: Floats, bins: int) -> Ints:
    """Where each bin starts among ascending probabilities, so that bins weigh about the same."""
    before = np.cumsum(given) - given
    wanted = np.floor(bins * before / max(float(given.sum()), _TINY)).astype(np.int64)
    changes = np.flatnonzero(np.r_[True, wanted[1:] != wanted[:-1]])
    return np.unique(np.searchsorted(ranked, ranked[changes], side="left"))


def _given(weights: Floats | None, like: npt.NDArray[Any]) -> Floats:
    return np.ones(len(like)) if weights is None else np.asarray(weights, np.float64)


def _ratio(part: Floats, whole: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(whole > 0, np.divide(part, whole), np.nan))
