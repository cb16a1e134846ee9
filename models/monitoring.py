"""What a night's figures say together: fine, look into it, or train again, with the reasons in plain words.

Drift says that sessions have changed, not that the model has become worse; only auditors' verdicts on sessions that
were drawn by chance say that. So what auditors found comes first, then scores, then what scores are made of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.bootstrap import share
from models.drift import Drift, Moved
from models.figures import Figure
from models.periods import Rate
from models.rates import BUDGET

AGREE = 0.8
"""Where two auditors agree less often, and surely so, no model can be told right from wrong by their labels: a model
that is right nine times in ten seems wrong in a fifth of all cases."""
PAIRS = 20
"""Sessions that two auditors judged, from which their agreement says anything: with 20, a share of 0.8 is known as 0.56
to 0.94."""
NAMED = 5
"""So many columns are named in a reason; the table has them all."""

Call = Literal["fine", "investigate", "retrain", "cannot tell"]


@dataclass(frozen=True, slots=True)
class Signs:
    """Everything that was measured; what could not be is null, and `missing` says why."""

    scores: Drift | None
    """Scores against those of the genuine sessions of training that its trees did not see."""
    features: Drift | None
    """Features against those of the genuine sessions of training."""
    lately: Drift | None
    """Features against those of the periods before."""
    rates: tuple[Rate, ...]
    agreement: Figure
    """How often the first two auditors of a session decided the same, knowing nothing of each other."""
    false_positives: Figure
    """Of genuine sessions the share that is flagged, from what was drawn by chance."""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Something that was found, and what it alone would call for."""

    call: Call
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do, why, and about what nothing can be said."""

    call: Call
    reasons: tuple[Reason, ...]
    """The gravest first."""
    untold: tuple[str, ...]


def verdict(signs: Signs, budget: float = BUDGET) -> Verdict:
    """What to do about these signs.

    `retrain` where the model's promise is broken or scores have left their place, `investigate` where something else
    has changed, `fine` where enough was measured and nothing has, `cannot tell` where no drift could be measured.
    """
    grave = tuple(Reason("retrain", text) for text in _grave(signs, budget))
    light = tuple(Reason("investigate", text) for text in _light(signs))
    untold = _untold(signs)
    if grave or light:
        return Verdict("retrain" if grave else "investigate", (*grave, *light), untold)
    if not any(one and one.told for one in (signs.scores, signs.features, signs.lately)):
        return Verdict("cannot tell", (), untold)
    return Verdict("fine", (Reason("fine", "nothing that could be measured has moved"),), untold)


def agreement(pairs: Sequence[tuple[str, str]]) -> Figure:
    """How often two decisions on one session are the same, with its interval."""
    return share(np.array([one == other for one, other in pairs], bool), range(len(pairs)))


def false_positives(precision: Figure, prevalence: Figure, flagged: int, unflagged: int) -> Figure:
    """The share of genuine sessions that is flagged, of all sessions of a model, from what its random slice says.

    Flagged sessions are counted, and of these `1 - precision` are genuine; genuine are `1 - prevalence` of all. The
    interval takes the far ends of both, so that it is rather too wide.
    """
    everything, reviewed = flagged + unflagged, prevalence.n
    if not flagged:
        return Figure(0.0, 0.0, 0.0, reviewed) if everything else Figure(None, None, None, 0)
    ends = (precision.value, precision.low, precision.high, prevalence.value, prevalence.low, prevalence.high)
    if any(end is None for end in ends):
        return Figure(None, None, None, reviewed)
    right, right_low, right_high, padded, padded_low, padded_high = (float(end) for end in ends if end is not None)

    def rate(precise: float, prevalent: float) -> float:
        accused, genuine = flagged * (1 - precise), everything * (1 - prevalent)
        return min(1.0, accused / genuine) if genuine > 0 else 1.0

    return Figure(rate(right, padded), rate(right_high, padded_low), rate(right_low, padded_high), reviewed)


def _grave(signs: Signs, budget: float) -> tuple[str, ...]:
    """What only another model mends."""
    found = []
    low = signs.false_positives.low
    if low is not None and low > budget:
        found.append(
            f"of genuine sessions {_percent(signs.false_positives)} are flagged, which is surely more than the "
            f"{budget:.1%} that were promised"
        )
    if signs.scores and signs.scores.of("far"):
        found.append(
            f"scores lie far from those of genuine sessions in training ({_named(signs.scores.of('far'))}): either "
            "genuine use has changed, or far more is padded than before; what was drawn by chance tells which"
        )
    if signs.features and _elsewhere(signs.features):
        found.append("more than half of all features lie far from where they lay in training: the model has not learnt "
                     f"from such sessions ({_named(signs.features.of('far'))})")  # fmt: skip
    return tuple(found)


def _elsewhere(drift: Drift) -> bool:
    """Whether so many columns lie far away that these are sessions of another kind."""
    return 2 * len(drift.of("far")) > len(drift.columns)


def _light(signs: Signs) -> tuple[str, ...]:
    """What a person should look into."""
    found = []
    if signs.scores and signs.scores.of("moved"):
        found.append(f"scores have moved against training ({_named(signs.scores.of('moved'))})")
    for drift in (signs.features, signs.lately):
        moved = drift.of("moved", "far") if drift else ()
        if drift and moved and not (drift is signs.features and _elsewhere(drift)):
            number = f"{len(moved)} of {len(drift.columns)} features have" if len(moved) > 1 else "one feature has"
            found.append(f"{number} moved against {drift.against}: {_named(moved)}")
    found += [
        f"of {rate.what} {_percent(rate.now)} are {rate.name}, before it were {_percent(rate.before)}"
        for rate in signs.rates
        if rate.changed
    ]
    agreed = signs.agreement
    if agreed.n >= PAIRS and agreed.high is not None and agreed.high < AGREE:
        found.append(f"two auditors agree on {_percent(agreed)} of sessions, surely less than {AGREE:.0%}: settle with "
                     "them what padding is before anything is learnt from their verdicts")  # fmt: skip
    return tuple(found)


def _untold(signs: Signs) -> tuple[str, ...]:
    found = list(signs.missing)
    for what, drift in (("scores", signs.scores), ("features", signs.features), ("features", signs.lately)):
        if drift and not drift.told:
            more = "more " if drift.of("moved", "far") else ""
            found.append(
                f"whether {more}{what} have moved against {drift.against}: {drift.sessions:,} sessions are too few"
            )
    found += [f"whether the share {rate.name} has changed: {_lacking(rate)}" for rate in signs.rates if not rate.told]
    if signs.agreement.n < PAIRS:
        found.append(f"whether auditors agree: {signs.agreement.n} sessions were judged by two, it takes {PAIRS}")
    return tuple(found)


def _lacking(rate: Rate) -> str:
    return f"there are no {rate.what} {'in the newest period' if not rate.now.n else 'before it'}"


def _named(moved: Sequence[Moved]) -> str:
    said = [f"{one.column} (stability index {one.psi:.2f}, {_way(one)})" for one in moved[:NAMED]]
    return ", ".join(said) + (f" and {len(moved) - NAMED} more" if len(moved) > NAMED else "")


def _way(one: Moved) -> str:
    if abs(one.nulls_now - one.nulls_then) >= one.gap / 2:
        return f"null in {one.nulls_then:.0%} before, in {one.nulls_now:.0%} now"
    if one.then is None or one.now is None or one.then == one.now:
        return f"cumulative shares differ by up to {one.gap:.2f}"
    return f"median {one.then:.3g} before, {one.now:.3g} now"


def _percent(figure: Figure) -> str:
    if figure.value is None:
        return "an unknown share"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.1%}"
    return f"{figure.value:.1%} ({figure.low:.1%} to {figure.high:.1%})"
