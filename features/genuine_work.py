"""Language: where a session's prompts lie beside those of genuine work, as a fitted `Reference` knows it.

These are features only where a reference is given. They know what the training sessions were about, no more: an honest
session about something else is far from them too.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from features.feature import LANGUAGE, SPEECH, feature, strongest
from features.hashing import Floats, Ints
from features.likeness import meaning
from features.measures import share
from features.reference import DIRECTIONS, Reference
from features.seen import Seen


def _reference(seen: Seen) -> Reference:
    reference = meaning(seen).reference
    if reference is None:
        raise ValueError("features of genuine work need a reference (`reference=…`)")
    return reference


def _near(seen: Seen) -> Floats:
    """The likeness of each prompt to each middle of genuine prompts."""
    return np.asarray(meaning(seen).vectors @ _reference(seen).middles.T, np.float64)


def _far(seen: Seen) -> Floats:
    return np.asarray(1 - _near(seen).max(axis=1, initial=-1))


def _strangest(seen: Seen) -> Ints:
    return strongest(meaning(seen).prompts.turns, _far(seen))


high = partial(feature, LANGUAGE, SPEECH, "high", _strangest)
context = partial(feature, LANGUAGE, SPEECH, "context", _strangest)


@high()
def far_from_genuine(seen: Seen) -> float:
    """How far prompts are in meaning from the nearest kind of prompts of genuine work, on average.

    Honest: work of a kind that the training sessions had none of.
    """
    return share(_far(seen))


@high()
def farthest_from_genuine(seen: Seen) -> float:
    """How far the strangest prompt is in meaning from the nearest kind of prompts of genuine work.

    Honest: one odd question, or a text that is pasted in.
    """
    return float(_far(seen).max()) if len(_far(seen)) else np.nan


@context()
def genuine_kinds(seen: Seen) -> float:
    """How many kinds of genuine prompts this session's belong to, for each prompt.

    Honest: a day's errands are of many kinds, one task of one.
    """
    return len(np.unique(_near(seen).argmax(axis=1))) / len(_near(seen)) if len(_near(seen)) else np.nan


def _along(place: int) -> Callable[[Seen], float]:
    def measure(seen: Seen) -> float:
        reference = _reference(seen)
        if place >= len(reference.directions) or not len(meaning(seen).vectors):
            return np.nan
        return float((meaning(seen).vectors.mean(axis=0) - reference.mean[0]) @ reference.directions[place])

    measure.__name__ = measure.__qualname__ = f"genuine_direction_{place + 1}"
    measure.__doc__ = f"""Where prompts lie along direction {place + 1} of those in which genuine sessions differ most.

    Honest: it says what a session is about, and nothing of padding by itself.
    """
    return measure


for _place in range(DIRECTIONS):
    context()(_along(_place))
