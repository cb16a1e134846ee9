"""Sentences about how prompts are worded, and about the pauses before them."""

from collections.abc import Callable

import numpy as np

from features.seen import PROMPT, Seen
from features.sentence import Count, Sentence, among, of

_VAGUE, _EVEN, _SHORT, _UNREAD = "vague prompts", "even pauses", "short pauses", "pauses and what was to be read"


def _pauses(seen: Seen) -> int:
    return len(seen.pace.pause)


def _steps(seen: Seen) -> int:
    return len(seen.pace.steps)


def _timed(seen: Seen) -> int:
    return int((~np.isnan(seen.times[seen.prompts])).sum())


def _about(about: str) -> Callable[[str, Count], Sentence]:
    return lambda words, whole: Sentence(about, words, whole)


vague, even, short, unread = map(_about, (_VAGUE, _EVEN, _SHORT, _UNREAD))

SENTENCES: dict[str, Sentence] = {
    "one_word_prompts": vague("{n} of {whole} prompt<|s> [has|have] at most one word", of(PROMPT)),
    "prompt_names": vague(
        "{n} of {whole} word<|s> in the prompts [is a name or figure|are names or figures] of one's own",
        among(PROMPT, lambda seen: seen.words.counts),
    ),
    "prompt_variety": vague(
        "of each fifty words in a row {percent} are different, over {whole} prompt<|s>",
        of(PROMPT),
    ),
    "questions": vague("{n} of {whole} prompt<|s> [ends|end] with a question mark", of(PROMPT)),
    "idle_exchanges": Sentence(
        "idle exchanges",
        "{n} of {whole} prompt<|s> [sets|set] off no tool call, in a session that has calls",
        of(PROMPT),
    ),
    "usual_pause": short("{duration} usually pass before the next prompt, over {whole} pause<|s>", _pauses),
    "shortest_pauses": short("a tenth of {whole} pause<|s> before prompts is shorter than {duration}", _pauses),
    "typed_too_fast": short(
        "{n} of {whole} later prompt<|s> [has|have] over 15 characters for each second of the pause before", _pauses
    ),
    "pause_spread": even(
        "{whole} pause<|s> before prompts differ by {figure} on a logarithmic scale; a timer's by 0", _pauses
    ),
    "pause_burstiness": even(
        "{whole} pause<|s> before prompts have a burstiness of {figure}: a clock has -1, chance 0", _pauses
    ),
    "cycle_burstiness": even(
        "the times between {whole} prompts and the next have a burstiness of {figure}: a timer has -1, chance 0",
        _pauses,
    ),
    "pause_entropy": even(
        "{whole} pause<|s> before prompts have {percent} of the variety that they could have", _pauses
    ),
    "pauses_alike": even("{n} of {whole} pause<|s> before prompts [lies|lie] within a tenth of the usual one", _pauses),
    "on_the_hour": even("{whole} prompt<|s> come at the same point of the quarter of an hour, to {percent}", _timed),
    "step_spread": even("the times between {whole} other step<|s> differ by {percent} of their mean", _steps),
    "pause_follows_reading": unread(
        "over {whole} pause<|s>, their length goes with what was to be read by {figure}: 1 is always, 0 not at all",
        _pauses,
    ),
    "pause_follows_typing": unread(
        "over {whole} pause<|s>, their length goes with what was typed by {figure}: 1 is always, 0 not at all", _pauses
    ),
    "read_too_fast": unread(
        "{n} of {whole} pause<|s> before prompts [leaves|leave] a second for 60 characters of reading or more", _pauses
    ),
}
