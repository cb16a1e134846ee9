"""The threshold for a false-positive budget, with a guarantee that holds for any model and any distribution.

The Neyman–Pearson umbrella: of n genuine held-out scores, the smallest one is taken that is exceeded by more than the
budget of all genuine sessions with a probability of at most 1 - confidence, as the binomial distribution has it.

It holds for sessions that come as those n came. Of the traffic that is judged, only a slice drawn by chance says how
its genuine sessions lie (`Own`): from few of them the threshold can be estimated, which is no promise.
"""

from dataclasses import dataclass
from math import ceil, floor, log

import numpy as np

from models.bootstrap import Clusters, effective_size
from models.figures import Bools, Floats

_LEVELS = (0.1, 0.05, 0.02, 0.01)
"""Shares of highest scores at which it is looked how alike the sessions of one user are."""
ENOUGH = 30
"""From so many genuine sessions, drawn by chance from the traffic itself, its threshold is estimated. Not tuned: it is
the number from which a sample is commonly taken to say something about the whole."""


class TooFewGenuine(ValueError):
    """There are too few genuine sessions to promise such a budget."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A session is flagged where its score is above the value, not where it equals it."""

    value: float
    budget: float
    confidence: float | None
    """Of the promise; null where the threshold is an estimate, and promises nothing."""
    genuine: int
    """The genuine sessions that it was chosen on."""
    worth: int
    """How many independent ones they were taken for."""
    flagged: int
    """How many of them it flags."""

    def flags(self, scores: Floats) -> Bools:
        """Which sessions are flagged; a NaN (unscored) never is."""
        return np.asarray(scores > self.value)


@dataclass(frozen=True, slots=True)
class Own:
    """Genuine sessions of the very traffic that is judged, drawn by chance."""

    raw: Floats
    """Their scores, by trees that have not seen them."""
    stands_for: Floats
    """How many sessions each stands for: the inverse of its chance to be drawn, or anything in proportion to it."""

    @classmethod
    def none(cls) -> "Own":
        """Of traffic of which nothing is known."""
        return cls(np.zeros(0), np.zeros(0))

    @property
    def is_enough(self) -> bool:
        """Whether there are so many that they say more of this traffic than sessions from elsewhere do."""
        return len(self.raw) >= ENOUGH

    @property
    def worth(self) -> int:
        """How many sessions of equal chance they are worth (Kish)."""
        total = float(self.stands_for.sum())
        return floor(total**2 / float((self.stands_for**2).sum()) + 1e-9) if total else 0

    def threshold(self, budget: float = 0.01, confidence: float = 0.95) -> Threshold:
        """The lowest threshold at which so much of the traffic's genuine use is flagged as the budget allows.

        With as many as a promise takes it is the promise, for which fewer may lie above; with fewer an estimate, which
        may be too low as well as too high. That the sessions of one user are alike is left out of account.
        """
        _check(budget, confidence)
        above = allowed(self.worth, budget, confidence)
        order = np.argsort(-self.raw, kind="stable")
        scores, shares = self.raw[order], np.cumsum(self.stands_for[order]) / self.stands_for.sum()
        share = budget if above is None else above / self.worth
        value = float(scores[min(int((shares <= share + 1e-12).sum()), len(scores) - 1)])
        sure = None if above is None else confidence
        return Threshold(value, budget, sure, len(scores), self.worth, int((scores > value).sum()))


def choose(
    genuine: Floats, *, budget: float = 0.01, confidence: float = 0.95, users: Clusters | None = None
) -> Threshold:
    """The lowest threshold that keeps the budget; `TooFewGenuine` says how many sessions it would take.

    Without `users` the guarantee is exact for independent sessions drawn as those to come; ties only make it safer.
    The sessions of one user are not independent. With `users` they count for as many as they are worth, at the level
    where users differ most (see `effective_size`); that is an approximation of survey statistics, tested by
    simulation. To take one session of each user would be exact, but it would throw away nearly all that is known of
    an organisation of 200 people, and promise something about people instead of sessions.
    No guarantee reaches other sources or other times than those of the scores: measure these apart.
    """
    scores = np.sort(np.asarray(genuine, np.float64))
    if not np.isfinite(scores).all():
        bad = int((~np.isfinite(scores)).sum())
        raise ValueError(f"{bad} of {len(scores)} genuine scores are not finite; leave unscored sessions out")
    worth = len(scores) if users is None else _worth(np.asarray(genuine, np.float64), users)
    above = allowed(worth, budget, confidence)
    if above is None:
        raise TooFewGenuine(_refusal(len(scores), worth, needed(budget, confidence), budget, confidence))
    flagged = floor(above / worth * len(scores) + 1e-9)
    value = float(scores[len(scores) - flagged - 1])
    return Threshold(value, budget, confidence, len(scores), worth, int((scores > value).sum()))


def needed(budget: float, confidence: float = 0.95) -> int:
    """The least number of independent genuine sessions for which there is a threshold: 299 for 1 % at 95 %."""
    _check(budget, confidence)
    count = max(1, ceil(log(1 - confidence) / log(1 - budget)) - 1)
    while (1 - budget) ** count > 1 - confidence + 1e-12:  # rounding of the quotient may be off by one
        count += 1
    return count


def allowed(sessions: int, budget: float, confidence: float = 0.95) -> int | None:
    """How many of so many genuine sessions may lie above the threshold; null where even none is too many."""
    from scipy.stats import binom

    if sessions < needed(budget, confidence):
        return None
    above = np.arange(sessions)
    # P(at most `above` of them exceed a threshold whose true rate is the budget) is the risk of having it so low.
    safe = binom.cdf(above, sessions, budget) <= 1 - confidence + 1e-12
    return int(above[safe][-1])


def _worth(scores: Floats, users: Clusters) -> int:
    """The effective number of sessions at the level where the sessions of one user are most alike."""
    if len(users) != len(scores):
        raise ValueError(f"there are {len(scores)} scores but {len(users)} users")
    sizes = []
    for level in _LEVELS:
        flags = scores > np.quantile(scores, 1 - level, method="lower")
        if 0 < flags.sum() < len(flags):
            sizes.append(effective_size(flags, users))
    return floor(min(sizes, default=effective_size(np.zeros(len(scores), np.bool_), users)))


def _refusal(sessions: int, worth: int, wanted: int, budget: float, confidence: float) -> str:
    said = f"{sessions} genuine sessions are too few to promise, with {confidence:.0%} confidence, that at most "
    said += f"{budget:.2%} are flagged: it takes {wanted}"
    if worth < sessions:
        more = ceil(wanted * sessions / max(worth, 1))
        said += f" independent ones, and these, of users whose sessions are alike, are worth {worth}; "
        return said + f"about {more} sessions of as many more users would do, or a larger budget"
    return said + "; add genuine sessions or allow a larger budget"


def _check(budget: float, confidence: float) -> None:
    for name, value in (("false-positive budget", budget), ("confidence", confidence)):
        if not 0 < value < 1:
            raise ValueError(f"a {name} of {value} is not between 0 and 1")
