"""What a feature says of one session, in a plain sentence with its numbers, and the honest reading of the same.

Only features that can be a reason have a sentence: volume and context are none. No sentence calls a session padded.
"""

from collections.abc import Iterable
from functools import cache

from features.feature import Feature, load
from features.said_of_asking import SENTENCES as ASKING
from features.said_of_meaning import SENTENCES as MEANING
from features.said_of_outcomes import SENTENCES as OUTCOMES
from features.said_of_progress import SENTENCES as PROGRESS
from features.said_of_repetition import SENTENCES as REPETITION
from features.seen import Seen
from features.sentence import Sentence

SENTENCES: dict[str, Sentence] = {**REPETITION, **PROGRESS, **OUTCOMES, **ASKING, **MEANING}
"""The sentences by the names of their features."""


def say(seen: Seen, feature: str) -> str:
    """What the feature says of this session, without a full stop.

    A `ValueError` where it is undefined there: what is not known is no reason.
    """
    sentence = _sentence(feature)
    value = _features()[feature].measure(seen)
    if value != value:
        raise ValueError(f"{feature} is undefined in this session: there is nothing to say of it")
    return sentence.filled(seen, value)


def honestly(feature: str) -> str:
    """How honest use can look the same."""
    return f"Honest use can look the same: {_features()[feature].honest}"


def subject(feature: str) -> str:
    """What the feature's sentence is about; features with one subject say the same, and make one reason."""
    return _sentence(feature).about


def can_be_a_reason(feature: Feature) -> bool:
    """Whether it can defend itself: volume and context never do, whatever they add to a score."""
    return feature.kind != "volume" and feature.speaks != "context"


def unsaid(features: Iterable[Feature]) -> list[str]:
    """The features that can be a reason and have no sentence yet."""
    return [one.name for one in features if can_be_a_reason(one) and one.name not in SENTENCES]


@cache
def _features() -> dict[str, Feature]:
    return load(language=True, reference=True)


def _sentence(feature: str) -> Sentence:
    if feature not in _features() or not can_be_a_reason(_features()[feature]):
        raise KeyError(f"{feature!r} can be no reason: it is no feature, or one of volume or context")
    if feature not in SENTENCES:
        raise KeyError(f"{feature!r} has no sentence: write one in the features/said_of_….py file of its kind")
    return SENTENCES[feature]
