"""Uptake: whether what is asked, read and said has any consequence later. By words, so in any language."""

from functools import partial
from math import nan

import numpy as np
import numpy.typing as npt

from features.feature import CONTENT, Shown, feature, strongest
from features.hashing import Floats, Ints
from features.measures import known, ratio, share
from features.seen import CALL, PROMPT, REPLY, RESULT, Seen

_WINDOW = 8


def _unused(stream: int) -> Shown:
    """Evidence: the turns of a stream that introduce the most words that nobody takes up."""

    def shown(seen: Seen) -> Ints:
        turns = seen.of(stream)
        return strongest(turns, (seen.news.introduced - seen.news.taken_up)[turns])

    return shown


def _stale(stream: int) -> Shown:
    """Evidence: the turns of a stream that say the least new."""

    def shown(seen: Seen) -> Ints:
        turns = seen.of(stream)
        return strongest(turns, (1 - seen.news.fresh[turns]) * np.log1p(seen.chars[turns]))

    return shown


def _heedless(seen: Seen) -> Ints:
    return strongest(seen.prompts, 1 - seen.news.answers[seen.prompts])


def _taken(part: Ints, whole: Ints, turns: Ints) -> float:
    return ratio(int(part[turns].sum()), int(whole[turns].sum()))


def _said(seen: Seen) -> Floats:
    """How fresh the results and replies are, in order."""
    return known(seen.news.fresh[(seen.streams == RESULT) | (seen.streams == REPLY)])


def _stretches(numbers: npt.NDArray[np.float64]) -> Floats:
    sums = np.cumsum(np.concatenate(([0.0], numbers)))
    return np.asarray((sums[_WINDOW:] - sums[:-_WINDOW]) / _WINDOW)


low = partial(feature, "progress", CONTENT, "low")
high = partial(feature, "progress", CONTENT, "high")


@low(shown_by=_heedless)
def prompts_take_up(seen: Seen) -> float:
    """Share of a prompt's words that came up since the prompt before it, on average: people react to what they read.

    Honest: a list of tasks that was thought out beforehand.
    """
    return share(seen.news.answers[seen.prompts])


@high(shown_by=_heedless)
def prompts_heedless(seen: Seen) -> float:
    """Share of prompts, from the second on, that use no word that came up since the prompt before.

    Honest: "yes", "go on" and other short prompts; other languages than the answers'.
    """
    return share(known(seen.news.answers[seen.prompts]) == 0)


@partial(feature, "progress", CONTENT, "context")(shown_by=_heedless)
def prompts_familiar(seen: Seen) -> float:
    """Share of a prompt's words that anything before it in the session has used; jumps of topic lower it.

    Honest: new tasks, and facts from outside.
    """
    return share(seen.news.familiar[seen.prompts])


@low(shown_by=_unused(PROMPT))
def prompt_words_used(seen: Seen) -> float:
    """Of the words that prompts introduce, the share that replies, thoughts or calls use later.

    Honest: long pasted texts of which one line matters.
    """
    return _taken(seen.news.taken_up, seen.news.introduced, seen.prompts)


@low(shown_by=_unused(PROMPT))
def prompt_names_used(seen: Seen) -> float:
    """Of the names and figures that prompts introduce, the share that replies, thoughts or calls use later.

    Honest: pasted logs and tables.
    """
    return _taken(seen.news.names_taken_up, seen.news.names, seen.prompts)


@low(shown_by=_unused(REPLY))
def reply_words_used(seen: Seen) -> float:
    """Of the words that replies introduce, the share that prompts or calls use later.

    Honest: the answer was wanted, and was right.
    """
    return _taken(seen.news.taken_up, seen.news.introduced, seen.replies)


@low(shown_by=_unused(RESULT))
def result_words_used(seen: Seen) -> float:
    """Of the words that results introduce, the share that is used later by anybody.

    Honest: long files of which one line matters.
    """
    return _taken(seen.news.taken_up, seen.news.introduced, seen.results)


@low(shown_by=_unused(RESULT))
def result_names_used(seen: Seen) -> float:
    """Of the names and figures that results introduce, the share that is used later by anybody.

    Honest: logs and listings.
    """
    return _taken(seen.news.names_taken_up, seen.news.names, seen.results)


@high(shown_by=_unused(RESULT))
def results_unused(seen: Seen) -> float:
    """Share of results with names or figures of their own of which none is ever used again.

    Honest: checks whose news is that all is well.
    """
    named = seen.results[seen.news.names[seen.results] > 0]
    return share(seen.news.names_taken_up[named] == 0)


@low(shown_by=_unused(CALL))
def call_names_used(seen: Seen) -> float:
    """Of the names and figures that calls introduce, what is written among them, the share that shows up again.

    Honest: work that is done in one go.
    """
    return _taken(seen.news.names_taken_up, seen.news.names, seen.call_turns)


@low(shown_by=_stale(PROMPT))
def prompt_freshness(seen: Seen) -> float:
    """Share of each prompt that the session has not seen before, on average.

    Honest: going on with "yes" and "continue".
    """
    return share(seen.news.fresh[seen.prompts])


@low(shown_by=_stale(REPLY))
def reply_freshness(seen: Seen) -> float:
    """Share of each reply that the session has not seen before, on average.

    Honest: texts that are revised; reports in a fixed form.
    """
    return share(seen.news.fresh[seen.replies])


@low(shown_by=_stale(RESULT))
def result_freshness(seen: Seen) -> float:
    """Share of each result that the session has not seen before, on average: new information per call.

    Honest: files read again after an edit, tests run again.
    """
    return share(seen.news.fresh[seen.results])


@low(shown_by=_stale(CALL))
def call_freshness(seen: Seen) -> float:
    """Share of each call's arguments that the session has not seen before, on average.

    Honest: polling, tests after each change.
    """
    return share(seen.news.fresh[seen.call_turns])


@high(shown_by=_stale(RESULT))
def results_stale(seen: Seen) -> float:
    """Share of results of which less than a tenth is new.

    Honest: receipts, checks that stay green, an edit shown again.
    """
    return share(known(seen.news.fresh[seen.results]) < 0.1)


@low(shown_by=_stale(RESULT))
def stalest_stretch(seen: Seen) -> float:
    """How new the least new stretch of eight results and replies is: padding among real work shows here.

    Honest: waiting for a long process.
    """
    stretches = _stretches(_said(seen))
    return float(stretches.min()) if len(stretches) else nan


@low(shown_by=_stale(RESULT))
def late_freshness(seen: Seen) -> float:
    """How new results and replies of the second half are, against those of the first half.

    Honest: a fix at the end repeats what was read at the beginning.
    """
    said = _said(seen)
    half = len(said) // 2
    return ratio(float(said[half:].mean()), float(said[:half].mean())) if half >= 2 else nan
