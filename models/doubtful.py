"""Labels that may be wrong, listed for a person, and less trust in genuine sessions that look padded.

Both take out-of-fold scores: those of a model that has not seen the session. Nothing here changes a label.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.figures import Bools, Floats


@dataclass(frozen=True, slots=True)
class Doubt:
    """One session whose label the model contradicts."""

    session_id: str
    labelled: str
    """`padded` or `genuine`, as it is labelled."""
    probability: float
    """The probability of padding that a model gave that had not seen it."""
    margin: float
    """How much more probable the other label is; the list begins with the largest."""


def doubts(probabilities: Floats, labels: Bools, session_ids: Sequence[str]) -> tuple[Doubt, ...]:
    """The sessions whose label is probably wrong, the likeliest first, by confident learning.

    A session is doubted where it looks more like the other label than that label's own sessions do on average
    (Northcutt, Jiang and Chuang, 2021), and more like it than like its own. A list to read, never to relabel by.
    """
    known = ~np.isnan(probabilities)
    means = [float(side.mean()) if len(side) else np.inf for side in _sides(probabilities, labels, known)]
    found = []
    for row in np.flatnonzero(known).tolist():
        padded, chance = bool(labels[row]), float(probabilities[row])
        other, own = (1 - chance, chance) if padded else (chance, 1 - chance)
        if other >= means[0 if padded else 1] and other > own:
            found.append(Doubt(session_ids[row], "padded" if padded else "genuine", chance, other - own))
    return tuple(sorted(found, key=lambda doubt: (-doubt.margin, doubt.session_id)))


def _sides(probabilities: Floats, labels: Bools, known: Bools) -> tuple[Floats, Floats]:
    """How sure the model is of genuine sessions, and of padded ones."""
    return 1 - probabilities[known & ~labels], probabilities[known & labels]


@dataclass(frozen=True, slots=True)
class Trust:
    """How much each session counts, where genuine traffic holds some padding."""

    padded_share: float
    """The share of the genuine sessions taken to be padding."""
    weights: Floats
    """1 for padded and for trusted sessions; for other genuine ones the probability of being genuine after all."""


def trust(
    probabilities: Floats, labels: Bools, trusted: Bools | None = None, padded_share: float | None = None
) -> Trust:
    """The positive–unlabelled correction: "genuine" traffic is a mixture, and what looks padded counts for less.

    Probabilities are those for a base rate of one half: `calibration.probability(scores, 0.5)`. With a share a of
    padding in the traffic, a session whose odds are r is padding with probability a·r. The share is that given, or
    the largest that the scores leave possible (see `most_padding`). `trusted` are genuine for sure, such as verdicts
    and made look-alikes, and take no part.

    It assumes that padding in traffic looks like padding in the laboratory; padding of another kind keeps its weight.
    A session without a score keeps it as well.
    """
    known = ~np.isnan(probabilities)
    unlabelled = ~labels & known if trusted is None else ~labels & ~trusted & known
    padded = labels & known
    weights = np.ones(len(labels))
    if not unlabelled.any() or not padded.any():
        return Trust(0.0, weights)
    share = padded_share if padded_share is not None else most_padding(probabilities[padded], probabilities[unlabelled])
    if not 0 <= share < 1:
        raise ValueError(f"a padded share of {share} is not between 0 and 1")
    chances = np.clip(probabilities[unlabelled], 1e-9, 1 - 1e-9)
    weights[unlabelled] = 1 - np.minimum(1, share * chances / (1 - chances))
    return Trust(share, weights)


def most_padding(padded: Floats, unlabelled: Floats, risk: float = 0.1) -> float:
    """The share of padding among unlabelled sessions, by the scores that padded ones have (best bin estimation).

    At any score, padding in the traffic is at most as common as sessions above it are, over how common they are among
    padded ones. The score is taken where that bound, with its noise, is least (Garg and others, 2021). Genuine work
    that looks padded at every score makes the estimate too large: it is a bound from above.
    """
    levels = np.unique(padded)
    above = 1 - np.searchsorted(np.sort(padded), levels, side="left") / len(padded)
    common = 1 - np.searchsorted(np.sort(unlabelled), levels, side="left") / len(unlabelled)
    noise = np.sqrt(np.log(4 / risk) / 2 / len(padded)) + np.sqrt(np.log(4 / risk) / 2 / len(unlabelled))
    best = int(np.argmin((common + noise) / above))
    return float(min(common[best] / above[best], 1 - 1e-9))
