"""Sentences about what texts mean, beside each other; of long sessions a part of the texts is looked at."""

from collections.abc import Callable

from features.likeness import meaning
from features.seen import Seen
from features.sentence import Count, Sentence

_ASKED, _HEEDED, _SAID, _GOT, _STRANGE = (
    "meaning of prompts",
    "unheeded replies",
    "meaning of replies",
    "meaning of results",
    "unusual prompts",
)


def _prompts(seen: Seen) -> int:
    return len(meaning(seen).prompts.turns)


def _replies(seen: Seen) -> int:
    return len(meaning(seen).replies.turns)


def _results(seen: Seen) -> int:
    return len(meaning(seen).results.turns)


def _later_prompts(seen: Seen) -> int:
    return max(0, _prompts(seen) - 1)


def _about(about: str) -> Callable[[str, Count], Sentence]:
    return lambda words, whole: Sentence(about, words, whole)


asked, heeded, told, got, strange = map(_about, (_ASKED, _HEEDED, _SAID, _GOT, _STRANGE))

SENTENCES: dict[str, Sentence] = {
    "prompt_meaning_likeness": asked(
        "{whole} later prompt<|s> <is|are> {percent} alike in meaning to the nearest one before", _later_prompts
    ),
    "prompt_meaning_to_last": asked(
        "{whole} later prompt<|s> <is|are> {percent} alike in meaning to the one just before", _later_prompts
    ),
    "prompt_spread": asked("{whole} prompt<|s> <is|are> {figure} apart in meaning: 0 is all the same", _prompts),
    "topics_per_prompt": asked(
        "{whole} prompt<|s> <has|have> {figure} topics for each: 0 is one for all, 1 one each", _prompts
    ),
    "prompt_meaning_period": asked(
        "{whole} prompt<|s> come round in meaning at a fixed distance, {points} nearer than to the others", _prompts
    ),
    "prompt_step_variation": asked(
        "the steps in meaning between {whole} prompt<|s> differ in length by {percent} of their mean", _prompts
    ),
    "prompt_late_spread": asked(
        "prompts of the second half are {figure} times as far apart as those of the first, of {whole} prompt<|s>",
        _prompts,
    ),
    "prompt_jumps": strange(
        "{whole} prompt<|s> <jumps|jump>: the next one is {figure} times as far off in meaning as any other",
        _prompts,
    ),
    "prompt_strangeness": strange(
        "{whole} later prompt<|s> <is|are> {percent} unlike anything that was said before", _later_prompts
    ),
    "far_from_genuine": strange(
        "{whole} prompt<|s> <is|are> {percent} unlike the nearest kind of prompts of known work", _prompts
    ),
    "farthest_from_genuine": strange(
        "the strangest of {whole} prompt<|s> is {percent} unlike the nearest kind of prompts of known work", _prompts
    ),
    "uptake": heeded(
        "{whole} prompt<|s> <is|are> {points} nearer in meaning to the reply just before than to other replies",
        _prompts,
    ),
    "uptake_rank": heeded(
        "the reply just before a prompt is nearer than {percent} of the others, for {whole} prompt<|s>; chance is 50 %",
        _prompts,
    ),
    "late_uptake": heeded(
        "how far prompts follow the reply before moves by {points} in the second half of {whole} prompt<|s>", _prompts
    ),
    "questions_taken_up": heeded(
        "prompts are {points} nearer to a question just before than to other replies, over {whole} prompt<|s>", _prompts
    ),
    "replies_to_the_point": told(
        "{whole} prompt<|s> <is|are> {points} nearer in meaning to their own reply than to other replies", _prompts
    ),
    "reply_meaning_likeness": told(
        "{whole} repl<y|ies> <is|are> {percent} alike in meaning to the nearest one before", _replies
    ),
    "topics_per_reply": told(
        "{whole} repl<y|ies> <has|have> {figure} topics for each: 0 is one for all, 1 one each", _replies
    ),
    "results_near_prompts": got("{whole} result<|s> <is|are> {percent} alike in meaning to what was asked", _results),
    "results_to_the_point": got(
        "{whole} result<|s> <is|are> {points} nearer in meaning to what was asked than to other prompts", _results
    ),
    "results_told": got(
        "{whole} result<|s> <is|are> {points} nearer in meaning to the reply after than to other replies", _results
    ),
    "result_meaning_likeness": got(
        "{whole} result<|s> <is|are> {percent} alike in meaning to the nearest one before", _results
    ),
    "topics_per_result": got(
        "{whole} result<|s> <has|have> {figure} topics for each: 0 is one for all, 1 one each", _results
    ),
}
