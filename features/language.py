"""Language: what prompts mean, beside each other. Of long sessions 64 prompts are looked at (`meaning.py`)."""

from functools import partial
from math import nan

import numpy as np

from features.feature import LANGUAGE, SPEECH, feature, strongest
from features.hashing import Floats, Ints
from features.likeness import apart, lagged, meaning, nearest_earlier, to_others, topics, topics_for_each
from features.measures import ratio, share, variation
from features.seen import Seen

_LEAST_STEPS, _MOST_LAGS, _LEAST_PAIRS = 4, 12, 4


def _crowded(seen: Seen) -> Ints:
    """Evidence: the prompts that are nearest to the others."""
    return strongest(meaning(seen).prompts.turns, to_others(meaning(seen).prompt_prompt))


def _nearest(seen: Seen) -> tuple[Ints, Floats]:
    """Prompts from the second on, and their likeness to the nearest earlier one."""
    return meaning(seen).prompts.turns[1:], nearest_earlier(meaning(seen).prompt_prompt)


def _near(seen: Seen) -> Ints:
    return strongest(*_nearest(seen))


def _to_last(seen: Seen) -> tuple[Ints, Floats]:
    known = meaning(seen)
    places, likeness = lagged(known.prompts, known.prompt_prompt, 1)
    return known.prompts.turns[places], likeness


def _jumps(seen: Seen) -> Ints:
    """Evidence: the prompts that are furthest from the one before."""
    turns, likeness = _to_last(seen)
    return strongest(turns, 1 - likeness)


def _strange(seen: Seen) -> tuple[Ints, Floats]:
    """Prompts from the second on, and how far each is from the nearest of all texts before it."""
    known = meaning(seen)
    turns = known.prompts.turns
    others = np.concatenate((turns, known.replies.turns, known.results.turns))
    likeness = np.concatenate((known.prompt_prompt, known.prompt_reply, known.prompt_result), axis=1)
    before = np.where(others < turns[:, None], likeness, -np.inf)[1:]
    return turns[1:], 1 - before.max(axis=1) if len(before) else np.zeros(0)


def _stray(seen: Seen) -> Ints:
    return strongest(*_strange(seen))


def _period(seen: Seen) -> tuple[float, Ints]:
    """The likeness at the best distance, beyond that of all prompts, and the prompts that come round again."""
    known, best = meaning(seen), (nan, np.zeros(0, np.int64))
    usual = 1 - apart(known.prompt_prompt)
    for lag in range(2, _MOST_LAGS + 1):
        places, likeness = lagged(known.prompts, known.prompt_prompt, lag)
        if len(places) >= _LEAST_PAIRS and not share(likeness) - usual <= best[0]:
            best = share(likeness) - usual, strongest(known.prompts.turns[places], likeness - usual)
    return best


def _halves(seen: Seen) -> tuple[int, int]:
    size = len(meaning(seen).prompts.turns)
    return size // 2, size


high = partial(feature, LANGUAGE, SPEECH, "high")
low = partial(feature, LANGUAGE, SPEECH, "low")
context = partial(feature, LANGUAGE, SPEECH, "context")


@low(shown_by=_crowded)
def prompt_spread(seen: Seen) -> float:
    """How far prompts are from each other in meaning, on average: 0 is all the same, 1 nothing in common.

    Honest: long work on one thing.
    """
    return apart(meaning(seen).prompt_prompt)


@context(shown_by=_crowded)
def prompt_topics(seen: Seen) -> float:
    """The effective number of topics of the prompts: prompts of one meaning count once, unlike ones each.

    Honest: one task has one topic, a day's errands have many.
    """
    return topics(meaning(seen).prompt_prompt)


@low(shown_by=_crowded)
def topics_per_prompt(seen: Seen) -> float:
    """The effective number of topics, from 0 where all prompts mean the same to 1 where each has its own.

    Honest: long work on one thing.
    """
    return topics_for_each(meaning(seen).prompt_prompt)


@context(shown_by=_jumps)
def prompt_drift(seen: Seen) -> float:
    """How far the prompts of the second half, taken together, are from those of the first half.

    Honest: work goes on to the next thing.
    """
    half, size = _halves(seen)
    if half < 2:
        return nan
    known = meaning(seen)
    first, second = (known.vectors[part].mean(axis=0) for part in (slice(half), slice(half, size)))
    return 1 - ratio(float(first @ second), float(np.linalg.norm(first) * np.linalg.norm(second)))


@high(shown_by=_jumps)
def prompt_jumps(seen: Seen) -> float:
    """How far a prompt is from the last one, against how far prompts are from each other: 1 where there is no thread.

    Honest: errands that have nothing to do with each other.
    """
    turns, likeness = _to_last(seen)
    return ratio(1 - share(likeness), apart(meaning(seen).prompt_prompt)) if len(turns) >= 2 else nan


@low(shown_by=_jumps)
def prompt_step_variation(seen: Seen) -> float:
    """How much the steps in meaning from prompt to prompt differ in length: scripted chains go on evenly.

    Honest: interviews and lessons that follow a plan.
    """
    steps = 1 - _to_last(seen)[1]
    return variation(np.where(steps > 1e-3, steps, 0), _LEAST_STEPS)


@high(shown_by=_near)
def prompt_meaning_likeness(seen: Seen) -> float:
    """How near a prompt is in meaning to the nearest of the earlier ones, on average.

    Honest: a person who revises one text asks for like things.
    """
    return share(_nearest(seen)[1])


@high(shown_by=lambda seen: strongest(*_to_last(seen)))
def prompt_meaning_to_last(seen: Seen) -> float:
    """How near a prompt is in meaning to the one before it, on average.

    Honest: asking again, more exactly.
    """
    return share(_to_last(seen)[1])


@high(shown_by=lambda seen: _period(seen)[1])
def prompt_meaning_period(seen: Seen) -> float:
    """How much nearer prompts are to those a fixed number of places (2 to 12) before than to others; rotations show.

    Honest: a routine of steps done for each of many items.
    """
    return _period(seen)[0]


@high(shown_by=_stray)
def prompt_strangeness(seen: Seen) -> float:
    """How far a prompt is from the nearest of all prompts, replies and results before it: nothing leads to it.

    Honest: new tasks, and texts that are brought in.
    """
    return share(_strange(seen)[1])


@low(shown_by=_crowded)
def prompt_late_spread(seen: Seen) -> float:
    """How far the second half's prompts are from each other, against the first half's; padding after real work shows.

    Honest: exploring first, then working on one thing.
    """
    half, size = _halves(seen)
    if half < 3:
        return nan
    parts = (meaning(seen).prompt_prompt[part, part] for part in (slice(half, size), slice(half)))
    return ratio(*map(apart, parts))
