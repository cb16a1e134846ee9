"""What trials come to: one judgement of each session, and the figures by which models are compared."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.figures import Bools, Figure, Floats, Ints, auc
from models.protocols import Sessions, Trial, quantile
from models.sampling import Sampler
from models.slices import families, mean_of, pooled, recall, slices, tested


@dataclass(frozen=True, slots=True)
class Once:
    """One judgement of each session, by a model that had not seen it; NaN for a session that was not tested."""

    raw: Floats
    threshold: Floats
    trial: Ints
    """Which trial judged it; -1 where none did."""
    trials: tuple[Trial, ...]

    @property
    def tested(self) -> Bools:
        """Which sessions were judged at all."""
        return self.trial >= 0

    @property
    def flagged(self) -> Bools:
        """Which sessions are above their trial's threshold."""
        return np.asarray(self.raw > self.threshold)

    def probability(self, prevalence: float) -> Floats:
        """Calibrated, for a base rate."""
        found = np.full(len(self.raw), np.nan)
        for number, trial in enumerate(self.trials):
            rows = self.trial == number
            found[rows] = trial.fitted.calibration.probability(self.raw[rows], prevalence)
        return found


def summary(
    trials: Sequence[Trial], sessions: Sessions, sampler: Sampler, scores: Sequence[Floats] | None = None
) -> tuple[Figure, Figure, Figure | None, Figure]:
    """Mean recall over left-out families at 1 % and 0.1 %, that of the worst at 1 %, and the mean AUC."""
    parts = [slices(trials, sessions, name, scores=scores) for name in families(trials)]
    count = tested([one for part in parts for one in part])
    first, second = (sampler.figure(mean_of([recall(part, budget) for part in parts]), count)
                     for budget in (0.01, 0.001))  # fmt: skip
    each = [sampler.recall(part, 0.01) for part in parts]
    worst = min((one for one in each if one.value is not None), key=lambda one: one.value or 0.0, default=None)
    return first, second, worst, sampler.figure(mean_of([pooled(part, auc) for part in parts]), count)


def once(trials: Sequence[Trial], sessions: Sessions, budget: float, own: bool, seed: int = 0) -> Once:
    """One judgement a session; where several models judged one, that which had not seen its strategy, else any.

    The threshold is the quantile of the fold's own genuine sessions (`own`), or was fixed beforehand.
    """
    count, null = len(sessions.meta), sessions.null()
    strategies = sessions.meta["strategy"].astype(str).to_numpy()
    raw, threshold = np.full(count, np.nan), np.full(count, np.nan)
    chosen, best = np.full(count, -1, np.int64), np.full(count, -1.0)
    rng = np.random.default_rng(seed)
    for number, trial in enumerate(trials):
        rows = trial.rows
        limit = quantile(trial.raw[null[rows]], budget) if own else trial.fitted.beforehand(budget)[0]
        seen = np.isin(strategies[rows], np.unique(strategies[trial.fold.train]))
        wish = rng.random(len(rows)) + np.where(null[rows] | seen, 0.0, 1.0)
        better = wish > best[rows]
        place = rows[better]
        raw[place], threshold[place] = trial.raw[better], limit
        chosen[place], best[place] = number, wish[better]
    return Once(raw, threshold, chosen, tuple(trials))


def unseen_strategy(judged: Once, sessions: Sessions) -> Bools:
    """Which sessions were judged by a model that had seen nothing made in the same way."""
    strategies = sessions.meta["strategy"].astype(str).to_numpy()
    found = np.zeros(len(strategies), np.bool_)
    for number, trial in enumerate(judged.trials):
        rows = np.flatnonzero(judged.trial == number)
        found[rows] = ~np.isin(strategies[rows], np.unique(strategies[trial.fold.train]))
    return found
