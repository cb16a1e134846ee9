"""The three curves from raw score to chance, each fitted and kept as a few numbers; all rise with the score."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from models.figures import Bools, Floats
from models.venn_abers import bounds

Numbers = Mapping[str, tuple[float, ...]]

_RIDGE = 1e4
"""The inverse of a hair of ridge, so that data which one score separates has a finite answer."""


@dataclass(frozen=True, slots=True)
class Method:
    """A way to turn scores into chances: fitted on scores, labels and weights of mean 1; applied to scores."""

    fit: Callable[[Floats, Bools, Floats], Numbers]
    apply: Callable[[Numbers, Floats], Floats]


def _fit_isotonic(scores: Floats, labels: Bools, weights: Floats) -> Numbers:
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression().fit(scores, labels, sample_weight=weights)
    return {"at": tuple(fitted.X_thresholds_.tolist()), "chance": tuple(fitted.y_thresholds_.tolist())}


def _isotonic(numbers: Numbers, scores: Floats) -> Floats:
    return np.asarray(np.interp(scores, numbers["at"], numbers["chance"]))


def _fit_beta(scores: Floats, labels: Bools, weights: Floats) -> Numbers:
    """Logistic regression on log s and -log(1-s); it only rises: a slope that came out negative is left out."""
    from sklearn.linear_model import LogisticRegression

    sides, used = _sides(scores), [0, 1]
    while used:
        fitted = LogisticRegression(C=_RIDGE, tol=1e-8, max_iter=1000).fit(
            sides[:, used], labels, sample_weight=weights
        )
        slopes = dict(zip(used, fitted.coef_[0].tolist(), strict=True))
        if min(slopes.values()) >= 0:
            return {"slopes": (slopes.get(0, 0.0), slopes.get(1, 0.0)), "intercept": (float(fitted.intercept_[0]),)}
        used.remove(min(slopes, key=lambda side: slopes[side]))
    rate = float((weights * labels).sum() / weights.sum())  # the scores say nothing, or the contrary
    return {"slopes": (0.0, 0.0), "intercept": (float(np.log(rate / (1 - rate))),)}


def _beta(numbers: Numbers, scores: Floats) -> Floats:
    log_odds = _sides(scores) @ np.array(numbers["slopes"]) + numbers["intercept"][0]
    return np.asarray(np.exp(-np.logaddexp(0, -log_odds)))


def _sides(scores: Floats) -> Floats:
    """For s the probability that the log-odds mean: log s and -log(1-s), exact at both ends."""
    return np.stack([-np.logaddexp(0, -scores), np.logaddexp(0, scores)], axis=-1)


def _fit_venn_abers(scores: Floats, labels: Bools, weights: Floats) -> Numbers:
    at, lower, upper = bounds(scores, labels, weights)
    # Only steps are kept; p0 begins at its scores, p1 ends at them.
    begins = np.flatnonzero(np.diff(lower)) + 1
    ends = np.flatnonzero(np.diff(upper))
    return {
        "begins": tuple(at[begins - 1].tolist()),
        "if_genuine": tuple(lower[np.r_[0, begins]].tolist()),
        "ends": tuple(at[ends].tolist()),
        "if_padded": tuple(upper[np.r_[ends, len(at)]].tolist()),
    }


def bounds_at(numbers: Numbers, scores: Floats) -> tuple[Floats, Floats]:
    """What Venn–Abers says of each score if the session is genuine, and if it is padded."""
    lower = np.array(numbers["if_genuine"])[np.searchsorted(numbers["begins"], scores, side="right")]
    upper = np.array(numbers["if_padded"])[np.searchsorted(numbers["ends"], scores, side="left")]
    return lower, upper


def _venn_abers(numbers: Numbers, scores: Floats) -> Floats:
    """The probability that regrets least whichever of both bounds is right, by log loss."""
    lower, upper = bounds_at(numbers, scores)
    return upper / (1 - lower + upper)


METHODS = {
    "isotonic": Method(_fit_isotonic, _isotonic),
    "beta": Method(_fit_beta, _beta),
    "venn-abers": Method(_fit_venn_abers, _venn_abers),
}
