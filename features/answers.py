"""Language: what replies and results have to do with what is asked, and with each other, in meaning.

Each likeness is measured against that to the session's other texts, so neither the topic nor the language counts. Of
long sessions 64 prompts, 32 replies and 16 results are looked at (`meaning.py`).
"""

from functools import partial

import numpy as np

from features.feature import LANGUAGE, SPEECH, Shown, feature, strongest
from features.hashing import Flags, Floats, Ints
from features.likeness import above, beyond, change, meaning, nearest_earlier, topics_for_each
from features.meaning import Chosen
from features.measures import known, share
from features.seen import Seen

_ASKS, _END = frozenset("?？؟"), 300


def _before(seen: Seen) -> Flags:
    """Which reply (columns) is the last one before each prompt (rows): what the person read."""
    said, asked = meaning(seen).replies, meaning(seen).prompts
    return np.asarray(said.last & (said.exchange == asked.exchange[:, None] - 1) & (said.exchange > 0))


def _after(seen: Seen) -> Flags:
    """Which reply is the last one to each prompt."""
    said, asked = meaning(seen).replies, meaning(seen).prompts
    return np.asarray(said.last & (said.exchange == asked.exchange[:, None]))


def _elsewhere(seen: Seen) -> Flags:
    """Which replies end other exchanges than those beside each prompt."""
    return meaning(seen).replies.last & ~_before(seen) & ~_after(seen)


def _uptake(seen: Seen) -> Floats:
    return beyond(meaning(seen).prompt_reply, _before(seen), _elsewhere(seen))


def _answered(seen: Seen) -> Floats:
    return beyond(meaning(seen).prompt_reply, _after(seen), _elsewhere(seen))


def _asking(seen: Seen) -> Flags:
    """Which replies end with a question."""
    ends = (seen.texts[turn][-_END:] for turn in meaning(seen).replies.turns.tolist())
    return np.array([not _ASKS.isdisjoint(end) for end in ends], bool)


def _answers_to_questions(seen: Seen) -> Floats:
    asked = (_before(seen) & _asking(seen)).any(axis=1)
    return np.where(asked, _uptake(seen), np.nan)


def _same(chosen: Chosen, seen: Seen) -> Flags:
    """Which prompt (columns) began the exchange that each text (rows) belongs to."""
    return np.asarray(chosen.exchange[:, None] == meaning(seen).prompts.exchange)


def _told(seen: Seen) -> Floats:
    """How much nearer each result is to the first reply after it than to others."""
    said, got = meaning(seen).replies.turns, meaning(seen).results.turns
    follows = np.arange(len(said)) == np.searchsorted(said, got)[:, None]
    return beyond(meaning(seen).reply_result.T, follows, ~follows)


def _relevant(seen: Seen) -> Floats:
    own = _same(meaning(seen).results, seen)
    return beyond(meaning(seen).prompt_result.T, own, ~own)


def _own_prompt(seen: Seen) -> Floats:
    """The likeness of each result to the prompt of its exchange."""
    likeness = np.where(_same(meaning(seen).results, seen), meaning(seen).prompt_result.T, -np.inf)
    best = likeness.max(axis=1, initial=-np.inf)
    return np.where(np.isfinite(best), best, np.nan)


def _least(turns: Ints, values: Floats) -> Ints:
    return strongest(turns, 1 - values)


def _unheeding(seen: Seen) -> Ints:
    """Evidence: the prompts that are furthest from what was said just before."""
    return _least(meaning(seen).prompts.turns, _uptake(seen))


def _repeated(stream: str) -> Shown:
    """Evidence: the texts that are nearest to an earlier one."""

    def shown(seen: Seen) -> Ints:
        turns: Ints = getattr(meaning(seen), stream).turns
        return strongest(turns[1:], nearest_earlier(_among(seen, stream)))

    return shown


def _among(seen: Seen, stream: str) -> Floats:
    return meaning(seen).reply_reply if stream == "replies" else meaning(seen).result_result


high = partial(feature, LANGUAGE, SPEECH, "high")
low = partial(feature, LANGUAGE, SPEECH, "low")
context = partial(feature, LANGUAGE, SPEECH, "context")


@low(shown_by=_unheeding)
def uptake(seen: Seen) -> float:
    """How much nearer a prompt is in meaning to the reply just before it than to the replies elsewhere in the session.

    Honest: a list of tasks that was thought out beforehand.
    """
    return share(_uptake(seen))


@low(shown_by=_unheeding)
def uptake_rank(seen: Seen) -> float:
    """Share of the replies elsewhere that the one just before a prompt is nearer than: a half where no notice is taken.

    Honest: a list of tasks that was thought out beforehand.
    """
    return share(above(meaning(seen).prompt_reply, _before(seen), _elsewhere(seen)))


@low(shown_by=_unheeding)
def late_uptake(seen: Seen) -> float:
    """How far the uptake of the second half's prompts is above the first half's; padding after real work lowers it.

    Honest: closing words, and the next task.
    """
    return change(_uptake(seen))


@low(shown_by=lambda seen: _least(meaning(seen).prompts.turns, _answers_to_questions(seen)))
def questions_taken_up(seen: Seen) -> float:
    """The uptake of replies that end with a question: the person answers it, or does not.

    Honest: "yes" and "the second" are answers too.
    """
    return share(_answers_to_questions(seen))


@context(shown_by=lambda seen: _least(meaning(seen).prompts.turns, _answered(seen)))
def replies_to_the_point(seen: Seen) -> float:
    """How much nearer a prompt is in meaning to the last reply to it than to the replies elsewhere in the session.

    Honest: filler answers anything, a question from a quiz is answered to the point, and work speaks in half sentences.
    """
    return share(_answered(seen))


@low(shown_by=lambda seen: _least(meaning(seen).results.turns, _own_prompt(seen)))
def results_near_prompts(seen: Seen) -> float:
    """How near tools' results are in meaning to the prompt that set them off.

    Honest: code and figures are unlike prose; a prompt that only says "go on".
    """
    return share(known(_own_prompt(seen)))


@low(shown_by=lambda seen: _least(meaning(seen).results.turns, _relevant(seen)))
def results_to_the_point(seen: Seen) -> float:
    """How much nearer tools' results are in meaning to the prompt that set them off than to the other prompts.

    Honest: many small asks about the same files.
    """
    return share(_relevant(seen))


@low(shown_by=lambda seen: _least(meaning(seen).results.turns, _told(seen)))
def results_told(seen: Seen) -> float:
    """How much nearer tools' results are in meaning to the first reply after them than to other replies.

    Honest: agents that report only at the end.
    """
    return share(_told(seen))


@high(shown_by=_repeated("replies"))
def reply_meaning_likeness(seen: Seen) -> float:
    """How near a reply is in meaning to the nearest of the earlier ones, on average.

    Honest: revisions of one text, remarks between steps, reports in a fixed form.
    """
    return share(nearest_earlier(meaning(seen).reply_reply))


@low(shown_by=_repeated("replies"))
def topics_per_reply(seen: Seen) -> float:
    """The effective number of topics of the replies, from 0 where all mean the same to 1 where each has its own.

    Honest: long work on one thing.
    """
    return topics_for_each(meaning(seen).reply_reply)


@high(shown_by=_repeated("results"))
def result_meaning_likeness(seen: Seen) -> float:
    """How near a tool's result is in meaning to the nearest of the earlier ones, on average.

    Honest: tests and builds that are run after each change.
    """
    return share(nearest_earlier(meaning(seen).result_result))


@low(shown_by=_repeated("results"))
def topics_per_result(seen: Seen) -> float:
    """The effective number of topics of the results, from 0 where all mean the same to 1 where each has its own.

    Honest: one program's messages, one table's rows.
    """
    return topics_for_each(meaning(seen).result_result)
