"""What an estimate is worth: the truth's mean where it says so much, and how far the truth is spread about it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from models.figures import Floats

_LEVELS = tuple(round(0.05 * step, 2) for step in range(21))
_BINS, _LEAST = 12, 15
_TAIL = 0.05


@dataclass(frozen=True, slots=True)
class Spread:
    """A rising curve from estimates to the truth's mean, and the truth's quantiles along it; all within 0 and 1."""

    estimates: tuple[float, ...]
    """Where the curve has its corners, ascending."""
    means: tuple[float, ...]
    """The truth's mean there (isotonic regression)."""
    middles: tuple[float, ...]
    """The middles of stretches of estimates that hold equally many sessions, ascending."""
    quantiles: tuple[tuple[float, ...], ...]
    """For each of them, the quantiles of the truth, from the least to the greatest in steps of a twentieth."""

    @classmethod
    def fit(cls, estimates: Floats, truth: Floats) -> "Spread":
        """Learns from estimates of sessions that were not learned from, and their truth."""
        from sklearn.isotonic import IsotonicRegression

        curve = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(estimates, truth)
        order = np.argsort(estimates, kind="stable")
        count = int(np.clip(len(order) // _LEAST, 1, _BINS))
        middles = list[float]()
        quantiles = list[tuple[float, ...]]()
        for part in np.array_split(order, count):
            middle = float(np.median(estimates[part]))
            if middles and middle <= middles[-1]:
                continue
            middles.append(middle)
            quantiles.append(tuple(np.quantile(truth[part], _LEVELS).round(5).tolist()))
        corners, means = curve.X_thresholds_.round(6).tolist(), curve.y_thresholds_.round(6).tolist()
        return cls(tuple(corners), tuple(means), tuple(middles), tuple(quantiles))

    @classmethod
    def of(cls, said: dict[str, Any]) -> "Spread":
        """What `dataclasses.asdict` gave, after it was JSON."""
        rows = tuple(tuple(row) for row in said["quantiles"])
        return cls(tuple(said["estimates"]), tuple(said["means"]), tuple(said["middles"]), rows)

    def at(self, estimate: float, probability: float = 1.0) -> tuple[float, float, float]:
        """The truth's mean, and the bounds that hold nine tenths of it, where it is 0 but for this probability."""
        if not (np.isfinite(estimate) and np.isfinite(probability)):
            return (float("nan"),) * 3
        mean = float(np.interp(estimate, self.estimates, self.means)) * probability
        low, high = (self._quantile(estimate, level, probability) for level in (_TAIL, 1 - _TAIL))
        return mean, min(low, mean), max(high, mean)

    def _quantile(self, estimate: float, level: float, probability: float) -> float:
        beyond = level - (1 - probability)
        if beyond <= 0:
            return 0.0
        along = [float(np.interp(estimate, self.middles, column)) for column in zip(*self.quantiles, strict=True)]
        return float(np.interp(beyond / probability, _LEVELS, along))
