"""Figures about how near texts are to each other in meaning, which features of language share."""

from math import nan

import numpy as np

from features.hashing import Flags, Floats, Ints
from features.meaning import Chosen, Meaning
from features.measures import share
from features.seen import Seen

_NOTHING = 1e-3  # vectors are kept in half precision


def meaning(seen: Seen) -> Meaning:
    """What a session's texts mean; an error where no vectors were made."""
    if seen.meaning is None:
        raise ValueError("features of language need vectors: name an encoder's `Vectors` (`vectors=…`)")
    return seen.meaning


def nearest_earlier(likeness: Floats) -> Floats:
    """The likeness of each text to the nearest one before it, from the second on."""
    below = np.where(np.tri(len(likeness), k=-1, dtype=bool), likeness, -np.inf)
    return np.asarray(below[1:].max(axis=1)) if len(likeness) > 1 else np.zeros(0)


def apart(likeness: Floats) -> float:
    """How far texts are from each other, on average: 0 is all the same, 1 nothing in common; null below two."""
    size = len(likeness)
    if size < 2:
        return nan
    distance = 1 - (likeness.sum() - np.trace(likeness)) / (size * (size - 1))
    return float(distance) if distance > _NOTHING else 0.0


def to_others(likeness: Floats) -> Floats:
    """The likeness of each text to the others, on average."""
    return np.asarray((likeness.sum(axis=1) - np.diag(likeness)) / max(1, len(likeness) - 1))


def topics(likeness: Floats) -> float:
    """The effective number of topics: texts of one meaning count once, unlike ones each; null without texts."""
    if not len(likeness):
        return nan
    weights = np.linalg.eigvalsh(likeness / len(likeness))
    weights = weights[weights > _NOTHING / len(likeness)]
    weights /= weights.sum()
    return float(np.exp(-(weights * np.log(weights)).sum()))


def topics_for_each(likeness: Floats) -> float:
    """The effective number of topics, from 0 where all texts mean the same to 1 where each has its own."""
    return (topics(likeness) - 1) / (len(likeness) - 1) if len(likeness) > 1 else nan


def lagged(chosen: Chosen, likeness: Floats, lag: int) -> tuple[Ints, Floats]:
    """The texts whose companion so many exchanges before is there, by place, and their likeness to it."""
    earlier = np.searchsorted(chosen.exchange, chosen.exchange - lag)
    places = np.flatnonzero(chosen.exchange[np.minimum(earlier, len(earlier) - 1)] == chosen.exchange - lag)
    return places, likeness[places, earlier[places]]


def beyond(likeness: Floats, own: Flags, others: Flags) -> Floats:
    """By how much each row is nearer to its own columns than to the others; null where it lacks either."""
    return _means(likeness, own) - _means(likeness, others)


def above(likeness: Floats, own: Flags, others: Flags) -> Floats:
    """For each row, the share of the other columns that its own are nearer than; null where it lacks either."""
    nearness = _means(likeness, own)[:, None]
    beaten = (likeness < nearness) + 0.5 * (likeness == nearness)
    return np.where(own.any(axis=1), _means(beaten, others), nan)


def change(values: Floats, least: int = 2) -> float:
    """The second half's mean less the first half's, of those that are not null; null below so many in a half."""
    held = values[~np.isnan(values)]
    half = len(held) // 2
    return share(held[half:]) - share(held[:half]) if half >= least else nan


def _means(likeness: Floats, flags: Flags) -> Floats:
    count = flags.sum(axis=1)
    return np.where(count > 0, (likeness * flags).sum(axis=1) / np.maximum(count, 1), nan)
