"""Confidence intervals that know that the sessions of one user are alike: whole users are drawn, not sessions.

A statistic is a function from weights `(…, sessions)` to one value a weighting, such as
`partial(auc, scores, labels)`; the difference of two models is the difference of two statistics, over the same draws.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from models.figures import Bools, Figure, Floats, Ints

Statistic = Callable[[Floats], Floats]
Clusters = Sequence[Any] | npt.NDArray[Any]
"""For each session, whose it is; sessions of one user, or made from one session, are drawn together."""

_CELLS = 500_000
"""Weights held at once: small enough to stay in the cache's neighbourhood, large enough to be quick."""


def interval(
    statistic: Statistic,
    users: Clusters,
    weights: Floats | None = None,
    *,
    draws: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
    method: Literal["percentile", "bca"] = "percentile",
) -> Figure:
    """A statistic with its bootstrap interval; draws in which it is undefined are left out.

    With few users (under about 20) the interval is too narrow; with one it says nothing, and is null.
    `share` is better for a share near 0 or 1, where all draws may agree.
    """
    owners = numbered(users)
    given = np.ones(len(owners)) if weights is None else np.asarray(weights, np.float64)
    value = float(statistic(given))
    if owners.max(initial=0) == 0 or not np.isfinite(value):
        return Figure(_or_none(value), None, None, len(owners))
    found = resampled(statistic, owners, given, draws, seed)
    found = found[np.isfinite(found)]
    if not len(found):
        return Figure(value, None, None, len(owners))
    tails = np.array([(1 - confidence) / 2, (1 + confidence) / 2])
    if method == "bca":
        tails = _accelerated(tails, found, value, _without_each(statistic, owners, given))
    low, high = np.quantile(found, tails)
    return Figure(value, float(low), float(high), len(owners))


def difference(first: Statistic, second: Statistic, users: Clusters, **options: Any) -> Figure:
    """How much larger the first is than the second, both on the same draws; options are those of `interval`."""
    return interval(lambda weights: first(weights) - second(weights), users, **options)


def resampled(statistic: Statistic, owners: Ints, weights: Floats, draws: int, seed: int) -> Floats:
    """The statistic on so many draws of users with replacement."""
    users, rng = int(owners.max()) + 1, np.random.default_rng(seed)
    chunk = max(1, _CELLS // len(owners))
    found = []
    for start in range(0, draws, chunk):
        counts = rng.multinomial(users, np.full(users, 1 / users), size=min(chunk, draws - start))
        found.append(statistic(counts[:, owners] * weights))
    return np.concatenate(found)


def share(flags: Bools, users: Clusters, *, confidence: float = 0.95) -> Figure:
    """The share of sessions that are flagged, with the exact binomial interval for as many as they are worth.

    This is Korn and Graubard's interval of survey statistics. Unlike a bootstrap it does not shrink to nothing where
    no session, or every session, is flagged.
    """
    from scipy.stats import beta

    if not len(flags):
        return Figure(None, None, None, 0)
    worth, value, tail = effective_size(flags, users), float(np.mean(flags)), (1 - confidence) / 2
    hits, misses = value * worth, (1 - value) * worth
    low = float(beta.ppf(tail, hits, misses + 1)) if hits > 0 else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, misses)) if misses > 0 else 1.0
    return Figure(value, low, high, len(flags))


def effective_size(flags: Bools, users: Clusters) -> float:
    """How many independent sessions these are worth, as far as this share is concerned; never more than there are.

    The variance between users is set against that of independent sessions, and few users cost a little more, since
    they say little about that variance. Where all flags agree nothing tells it, and each user counts as one session.
    """
    from scipy.stats import t

    owners = numbered(users)
    sessions, count, value = len(owners), int(owners.max(initial=-1)) + 1, float(np.mean(flags))
    if count < 2 or value in {0.0, 1.0}:
        return float(count)
    of_users = np.bincount(owners, np.asarray(flags, np.float64) - value)
    effect = float((of_users**2).sum()) * count / (count - 1) / (sessions * value * (1 - value))
    sure = float(t.ppf(0.975, sessions - 1) / t.ppf(0.975, count - 1)) ** 2
    return max(1.0, min(float(sessions), sessions / effect * sure))


def numbered(users: Clusters) -> Ints:
    """Users as 0, 1, 2, …; a session of nobody known is a user of its own."""
    numbers: dict[Any, int] = {}
    keys = (("nobody", place) if _unknown(user) else user for place, user in enumerate(users))
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)


def _unknown(user: Any) -> bool:
    return user is None or bool(user != user)  # NaN, as pandas writes what is missing


def _without_each(statistic: Statistic, owners: Ints, weights: Floats) -> Floats:
    users = int(owners.max()) + 1
    chunk = max(1, _CELLS // len(owners))
    parts = [np.arange(start, min(start + chunk, users)) for start in range(0, users, chunk)]
    found = np.concatenate([statistic((owners != part[:, None]) * weights) for part in parts])
    return np.asarray(found[np.isfinite(found)])


def _accelerated(tails: Floats, found: Floats, value: float, without: Floats) -> Floats:
    """The quantiles that mend bias and skewness (Efron's BCa)."""
    from scipy.stats import norm

    below = (np.sum(found < value) + 0.5 * np.sum(found == value)) / len(found)
    bias = float(norm.ppf(np.clip(below, 1 / len(found), 1 - 1 / len(found))))
    gaps = without.mean() - without if len(without) else np.zeros(1)
    spread = float((gaps**2).sum()) ** 1.5
    pace = float((gaps**3).sum()) / (6 * spread) if spread > 0 else 0.0
    normal = bias + norm.ppf(tails)
    return np.asarray(norm.cdf(bias + normal / (1 - pace * normal)))


def _or_none(value: float) -> float | None:
    return value if np.isfinite(value) else None
