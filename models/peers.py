"""The detector beside others, on the same sessions, each at its own best threshold for the same false positives.

A peer is a score for each session, higher for more suspicious, or null where it cannot judge one. Those that need the
sessions themselves are worked out by `flows/peers.py`; here are those that need the features alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.figures import Bools, Figure, Floats, Ints
from models.outcomes import summary
from models.plan import Plan, weighed
from models.protocols import Sessions, Step, Trial, quantile
from models.report import Cell, Table
from models.sampling import Sampler
from models.splits import is_padded

_TREES = 100
_WIDEST = 5.0


@dataclass(frozen=True, slots=True)
class Peer:
    """Something else that judges sessions without being trained here."""

    name: str
    scores: Floats
    """One a session, in the order of the sessions; NaN where it cannot judge."""
    says: str
    """What it goes by, and why it cannot judge what it cannot."""


def compared(
    trials: Sequence[Trial], sessions: Sessions, peers: Sequence[Peer], missing: Mapping[str, str], sampler: Sampler,
    step: Step,
) -> Table:  # fmt: skip
    """All of them on the trials of families that were left out."""
    rows: list[tuple[Cell, ...]] = [("Winnow", *_figures(trials, sessions, [trial.raw for trial in trials], sampler))]
    for name, fit in LEARNT.items():
        told = step(name)
        scores = []
        for done, trial in enumerate(trials, 1):
            scores.append(fit(sessions, trial.fold.train, trial.fold.test))
            told(done, len(trials))
        rows.append((name, *_figures(trials, sessions, scores, sampler)))
    for peer in peers:
        given = [peer.scores[trial.rows] for trial in trials]
        rows.append((peer.name, *_figures(trials, sessions, given, sampler)))
    columns = ("judge", "mean recall at 1%", "mean recall at 0.1%", "worst family at 1%", "AUC",
               "look-alikes flagged at 1%", "sessions it can judge")  # fmt: skip
    notes = [
        "The same folds of left-out families; each judge has its best threshold on the genuine sessions of each fold. "
        "A session that a judge cannot judge is never flagged; ties are flagged together or not at all. Logistic "
        "regression and isolation forest learn from the same features and the same training sessions.",
        *(f"{peer.name}: {peer.says}" for peer in peers),
        *(f"{name}: not run. {why}" for name, why in missing.items()),
    ]
    return Table("peers", "Peers on the same sessions", columns, tuple(rows), tuple(notes))


def logistic_regression(sessions: Sessions, train: Ints, test: Ints) -> Floats:
    """Linear in scaled features and in which are null; log-odds."""
    from sklearn.linear_model import LogisticRegression

    seen, unseen = _prepared(sessions, train, test)
    model = LogisticRegression(C=0.1, max_iter=300)
    model.fit(seen, is_padded(sessions.meta)[train], sample_weight=weighed(sessions.meta.iloc[train], Plan()))
    return np.asarray(model.decision_function(unseen), np.float64)


def isolation_forest(sessions: Sessions, train: Ints, test: Ints) -> Floats:
    """How easily a session is isolated from genuine ones as they were."""
    from sklearn.ensemble import IsolationForest

    seen, unseen = _prepared(sessions, train, test)
    model = IsolationForest(n_estimators=_TREES, random_state=0).fit(seen[sessions.null()[train]])
    return np.asarray(-model.score_samples(unseen), np.float64)


LEARNT: Mapping[str, Any] = {"logistic regression": logistic_regression, "isolation forest": isolation_forest}
"""Peers that learn from the training part of each fold."""


def _prepared(sessions: Sessions, train: Ints, test: Ints) -> tuple[Floats, Floats]:
    """Medians for nulls, robust scaling, and a column for each that can be null."""
    names = [column.name for column in sessions.columns]
    seen, unseen = (sessions.table.iloc[rows][names].to_numpy(np.float64) for rows in (train, test))
    absent = np.isnan(seen)
    filled = np.where(absent.all(0), 0.0, seen)
    low, middle, high = np.nanquantile(filled, (0.1, 0.5, 0.9), axis=0)
    spread = np.where(high > low, high - low, 1.0)
    told = absent.any(0) & ~absent.all(0)

    def scaled(values: Floats) -> Floats:
        numbers = np.clip((values - middle) / spread, -_WIDEST, _WIDEST)
        return np.hstack([np.nan_to_num(numbers, nan=0.0), np.isnan(values)[:, told]])

    return scaled(seen), scaled(unseen)


def _figures(
    trials: Sequence[Trial], sessions: Sessions, scores: Sequence[Floats], sampler: Sampler
) -> tuple[Cell, ...]:
    return (*summary(trials, sessions, sampler, scores), _made(trials, sessions, scores, sampler),
            _judged(trials, scores))  # fmt: skip


def _made(trials: Sequence[Trial], sessions: Sessions, scores: Sequence[Floats], sampler: Sampler) -> Figure:
    """The share of made look-alikes above the threshold, over all folds that they were in."""
    null, padded = sessions.null(), is_padded(sessions.meta)
    hits, tries = np.zeros(len(null)), np.zeros(len(null))
    for trial, given in zip(trials, scores, strict=True):
        made: Bools = (~null & ~padded)[trial.rows]
        limit = quantile(given[null[trial.rows]], 0.01)
        np.add.at(hits, trial.rows[made], given[made] > limit)
        np.add.at(tries, trial.rows[made], 1)
    mean = np.divide(hits, tries, out=np.zeros(len(hits)), where=tries > 0)

    def statistic(weights: Floats) -> Floats:
        given = weights * (tries > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((given * mean).sum(-1) / given.sum(-1))

    return sampler.figure(statistic, int((tries > 0).sum()))


def _judged(trials: Sequence[Trial], scores: Sequence[Floats]) -> float:
    known = [~np.isnan(given) for given in scores]
    return float(np.concatenate(known).mean()) if trials else float("nan")
