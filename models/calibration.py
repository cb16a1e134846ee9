"""Raw scores become probabilities, fitted on sessions that the model has not seen, for any base rate.

Three methods: isotonic regression, beta calibration (three parameters), and Venn–Abers, which also says how sure it is.
A calibration is a few numbers and is kept as JSON. It assumes that only the base rate differs between the calibration
set and where it is used, not what padded or genuine sessions look like.
"""

import json
from dataclasses import dataclass

import numpy as np

from models.bootstrap import Clusters, numbered
from models.curves import METHODS, Numbers, bounds_at
from models.figures import Bools, Floats, Ints, at_rate, brier, ece, log_loss


@dataclass(frozen=True, slots=True)
class Calibration:
    """How raw scores (log-odds) become probabilities."""

    method: str
    """`isotonic`, `beta` or `venn-abers`."""
    rate: float
    """The weighted share of padded sessions that it was fitted on."""
    sessions: int
    """How many these were; no probability is nearer to 0 or 1 than so many can show."""
    numbers: Numbers
    """The knots or coefficients, by their names."""

    def probability(self, scores: Floats, prevalence: float | None = None) -> Floats:
        """The probability of padding where `prevalence` of all sessions are padded; that of the fit where it is null.

        NaN stays NaN.
        """
        known = np.nan_to_num(np.asarray(scores, np.float64))
        return self._moved(METHODS[self.method].apply(self.numbers, known), scores, prevalence)

    def interval(self, scores: Floats, prevalence: float | None = None) -> tuple[Floats, Floats]:
        """What Venn–Abers says if the session is genuine and if it is padded: one of both is calibrated."""
        if self.method != "venn-abers":
            raise ValueError(f"a {self.method} calibration has no intervals; fit a venn-abers one")
        lower, upper = bounds_at(self.numbers, np.asarray(scores, np.float64))
        return self._moved(lower, scores, prevalence), self._moved(upper, scores, prevalence)

    def to_json(self) -> str:
        """As JSON; `from_json` gives an equal one."""
        said = {"method": self.method, "rate": self.rate, "sessions": self.sessions}
        return json.dumps({**said, "numbers": {name: list(values) for name, values in self.numbers.items()}})

    @classmethod
    def from_json(cls, text: str | bytes) -> "Calibration":
        """The calibration that was written; a method that is not known is a `ValueError`."""
        read = json.loads(text)
        if read["method"] not in METHODS:
            raise ValueError(f"{read['method']!r} is no known calibration; known are {', '.join(METHODS)}")
        numbers = {name: tuple(map(float, values)) for name, values in read["numbers"].items()}
        return cls(read["method"], float(read["rate"]), int(read["sessions"]), numbers)

    def _moved(self, chances: Floats, scores: Floats, prevalence: float | None) -> Floats:
        """Within what the sessions can show, at another base rate: the odds are multiplied."""
        least = 1 / (self.sessions + 2)
        inside = np.clip(chances, least, 1 - least)
        if prevalence is not None:
            if not 0 < prevalence < 1:
                raise ValueError(f"a prevalence of {prevalence} is not between 0 and 1")
            odds = prevalence / (1 - prevalence) / (self.rate / (1 - self.rate))
            inside = inside * odds / (inside * odds + 1 - inside)
        return np.where(np.isnan(scores), np.nan, inside)


def fit(scores: Floats, labels: Bools, weights: Floats | None = None, method: str = "beta") -> Calibration:
    """Fits a calibration on held-out scores; sessions without a score (NaN) are left out."""
    if method not in METHODS:
        raise ValueError(f"{method!r} is no known calibration; known are {', '.join(METHODS)}")
    known = np.isfinite(scores)
    given = np.ones(len(scores)) if weights is None else np.asarray(weights, np.float64)
    raw, truth, given = np.asarray(scores, np.float64)[known], np.asarray(labels, np.bool_)[known], given[known]
    padded, genuine = float(given[truth].sum()), float(given[~truth].sum())
    if not (padded > 0 and genuine > 0):
        raise ValueError(
            f"a calibration needs padded and genuine sessions; there are {int(truth.sum())} padded "
            f"and {int((~truth).sum())} genuine ones with a score and a weight"
        )
    numbers = METHODS[method].fit(raw, truth, given * len(given) / given.sum())
    return Calibration(method, padded / (padded + genuine), len(raw), numbers)


@dataclass(frozen=True, slots=True)
class Compared:
    """How well one method did on sessions that it was not fitted on."""

    method: str
    ece: float
    brier: float
    log_loss: float


def compare(
    scores: Floats,
    labels: Bools,
    users: Clusters,
    weights: Floats | None = None,
    *,
    prevalence: float | None = None,
    folds: int = 5,
    seed: int = 0,
) -> tuple[Compared, ...]:
    """All methods cross-validated by user, the best first: that of the least log loss, which no cheating improves.

    With a prevalence, probabilities and figures are those for it.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    known = np.isfinite(scores)
    raw, truth, owners = (
        np.asarray(scores, np.float64)[known],
        np.asarray(labels, np.bool_)[known],
        numbered(users)[known],
    )
    given = (np.ones(len(scores)) if weights is None else np.asarray(weights, np.float64))[known]
    folder = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    parts = list(folder.split(raw, truth, owners))
    judged = at_rate(truth, prevalence, given) if prevalence else given
    rows = [_compared(one, raw, truth, given, judged, parts, prevalence) for one in METHODS]
    return tuple(sorted(rows, key=lambda row: row.log_loss))


def _compared(
    method: str,
    scores: Floats,
    labels: Bools,
    weights: Floats,
    judged: Floats,
    parts: list[tuple[Ints, Ints]],
    prevalence: float | None,
) -> Compared:
    chances = np.full(len(scores), np.nan)
    for seen, unseen in parts:
        fitted = fit(scores[seen], labels[seen], weights[seen], method)
        chances[unseen] = fitted.probability(scores[unseen], prevalence)
    found = (float(figure(chances, labels, judged)) for figure in (ece, brier, log_loss))
    return Compared(method, *found)
