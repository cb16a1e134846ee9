"""Self-similarity: how much the texts of a session repeat each other. Likeness is explained in `copies.py`."""

from functools import partial
from math import nan

import numpy as np

from features.copies import agreeing
from features.feature import CONTENT, SPEECH, Shown, feature, strongest
from features.hashing import Floats, Hashes, Ints
from features.measures import longest_run, middle, ratio, share
from features.seen import CALL, PROMPT, REPLY, RESULT, Seen

_MOST_LAGS, _LEAST_PAIRS = 12, 3


def _later(seen: Seen, stream: int) -> tuple[Ints, Floats]:
    """The turns of a stream after the first that has words, and their likeness to an earlier one."""
    turns = _worded(seen, stream)[1:]
    return turns, seen.copies.likeness[turns]


def _worded(seen: Seen, stream: int) -> Ints:
    turns = seen.of(stream)
    return turns[seen.copies.skeleton[turns] > 0]


def _copied(seen: Seen, stream: int, least: float) -> float:
    return share(_later(seen, stream)[1] >= least)


def _copies(stream: int) -> Shown:
    """Evidence: the turns of a stream that are most like an earlier one."""
    return lambda seen: strongest(*_later(seen, stream))


def _neighbours(seen: Seen, stream: int) -> Floats:
    """The likeness of each text of a stream with the one before it."""
    signature = seen.copies.signature[_worded(seen, stream)]
    return agreeing(signature[1:], signature[:-1])


def _repeated(hashes: Hashes) -> float:
    """The share of them, from the second on, that has appeared before."""
    hashes = hashes[hashes > 0]
    return ratio(len(hashes) - len(np.unique(hashes)), len(hashes) - 1)


def _period(seen: Seen, stream: int) -> float:
    signature = seen.copies.signature[_worded(seen, stream)]
    lags = range(1, min(_MOST_LAGS, len(signature) - _LEAST_PAIRS) + 1)
    return max((float(agreeing(signature[lag:], signature[:-lag]).mean()) for lag in lags), default=nan)


prompts = partial(feature, "similarity", SPEECH, "high", _copies(PROMPT))
replies = partial(feature, "similarity", SPEECH, "high", _copies(REPLY))
calls = partial(feature, "similarity", CONTENT, "high", _copies(CALL))
results = partial(feature, "similarity", CONTENT, "high", _copies(RESULT))


@prompts()
def prompts_alike_50(seen: Seen) -> float:
    """Share of prompts, from the second on, that share half of their wording with an earlier one.

    Honest: batches, reviews and evaluations ask the same of many things.
    """
    return _copied(seen, PROMPT, 0.5)


@prompts()
def prompts_alike_70(seen: Seen) -> float:
    """Share of prompts, from the second on, that share 70 % of their wording with an earlier one.

    Honest: retries, and one ask for each of many files.
    """
    return _copied(seen, PROMPT, 0.7)


@prompts()
def prompts_alike_90(seen: Seen) -> float:
    """Share of prompts, from the second on, that repeat an earlier one nearly word for word.

    Honest: "continue", "yes" and other short prompts; polling a process.
    """
    return _copied(seen, PROMPT, 0.9)


@prompts()
def prompt_likeness(seen: Seen) -> float:
    """How much a prompt is like the most alike of the earlier ones, on average.

    Honest: a person who revises one text asks in similar words.
    """
    return share(_later(seen, PROMPT)[1])


@prompts()
def prompt_likeness_to_last(seen: Seen) -> float:
    """How much a prompt is like the one before it, on average.

    Honest: trying again after a failure.
    """
    return share(_neighbours(seen, PROMPT))


@prompts()
def prompt_period(seen: Seen) -> float:
    """How much prompts are like those a fixed number of places before, at the best of 1 to 12 places; rotations show.

    Honest: a routine of steps done for each of many items.
    """
    return _period(seen, PROMPT)


@prompts()
def prompt_run(seen: Seen) -> float:
    """The longest run of prompts each of which is nearly the one before, as a share of all prompts.

    Honest: "try again" until a flaky service answers.
    """
    likeness = _neighbours(seen, PROMPT)
    return ratio(longest_run(likeness >= 0.7), len(likeness))


@prompts()
def prompt_skeletons(seen: Seen) -> float:
    """Share of prompts, from the second on, that are an earlier one with other figures, paths and ids in it.

    Honest: one ask for each item of a list.
    """
    return _repeated(seen.copies.skeleton[seen.prompts])


@prompts()
def prompt_openings(seen: Seen) -> float:
    """Share of prompts, from the second on, that begin with the same three words as an earlier one.

    Honest: people have habits ("can you please").
    """
    return _repeated(seen.copies.opening[seen.prompts])


@replies()
def replies_alike_50(seen: Seen) -> float:
    """Share of replies, from the second on, that share half of their wording with an earlier one.

    Honest: reports in a fixed form; short remarks between steps.
    """
    return _copied(seen, REPLY, 0.5)


@replies()
def replies_alike_90(seen: Seen) -> float:
    """Share of replies, from the second on, that repeat an earlier one nearly word for word.

    Honest: standing remarks such as "let me check".
    """
    return _copied(seen, REPLY, 0.9)


@replies()
def reply_likeness(seen: Seen) -> float:
    """How much a reply is like the most alike of the earlier ones, on average.

    Honest: revisions of one text, reports in a fixed form.
    """
    return share(_later(seen, REPLY)[1])


@replies()
def reply_likeness_to_last(seen: Seen) -> float:
    """How much a reply is like the one before it, on average; the same skeleton each time shows.

    Honest: a text that is revised until it is right.
    """
    return share(_neighbours(seen, REPLY))


@replies()
def reply_openings(seen: Seen) -> float:
    """Share of replies, from the second on, that begin with the same three words as an earlier one.

    Honest: models have habits ("Let me check").
    """
    return _repeated(seen.copies.opening[seen.replies])


@calls()
def calls_alike_70(seen: Seen) -> float:
    """Share of tool calls, from the second on, whose arguments share 70 % of their wording with an earlier call's.

    Honest: reading on in one file, polling, the same tests after each change.
    """
    return _copied(seen, CALL, 0.7)


@calls()
def call_period(seen: Seen) -> float:
    """How much calls are like those a fixed number of places before, at the best of 1 to 12 places.

    Honest: edit, test, edit, test.
    """
    return _period(seen, CALL)


@results()
def results_alike_50(seen: Seen) -> float:
    """Share of results, from the second on, that share half of their wording with an earlier one.

    Honest: tests that are run again, files that are read again after an edit.
    """
    return _copied(seen, RESULT, 0.5)


@results()
def results_alike_90(seen: Seen) -> float:
    """Share of results, from the second on, that repeat an earlier one nearly word for word.

    Honest: "done" and other receipts; a check that stays green.
    """
    return _copied(seen, RESULT, 0.9)


@results()
def result_likeness(seen: Seen) -> float:
    """How much a result usually is like the most alike of the earlier ones.

    Honest: one file read in parts, one test run often.
    """
    return middle(_later(seen, RESULT)[1])
