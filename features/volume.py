"""Volume and mix: how much of what. Never a reason by itself; the same task can honestly differ 30-fold."""

from functools import partial

import numpy as np

from features.feature import ACTIONS, CONTENT, TOKENS, feature, strongest
from features.hashing import Floats, Ints
from features.measures import known, middle, ratio, share, slope
from features.seen import CALL, CONTEXT, PROMPT, REPLY, RESULT, Seen


def _largest(seen: Seen) -> Ints:
    return strongest(np.arange(seen.size), seen.chars)


def _largest_of(stream: int) -> partial[Ints]:
    return partial(_of_stream, stream)


def _of_stream(stream: int, seen: Seen) -> Ints:
    turns = seen.of(stream)
    return strongest(turns, seen.chars[turns])


def _largest_inputs(seen: Seen) -> Ints:
    return strongest(np.arange(seen.size), seen.inputs)


def _largest_outputs(seen: Seen) -> Ints:
    return strongest(np.arange(seen.size), seen.outputs)


def _growth(seen: Seen) -> Floats:
    """By how much each model call's input exceeds the one before."""
    inputs = known(seen.inputs)
    return np.diff(inputs[inputs > 0])


context = partial(feature, "volume", CONTENT, "context")
tokens = partial(feature, "volume", TOKENS, "context")


@context(shown_by=_largest)
def turn_count(seen: Seen) -> float:
    """How many turns there are. Context for the other figures.

    Honest: large tasks take many turns.
    """
    return seen.size


@context(shown_by=_largest_of(PROMPT))
def prompt_count(seen: Seen) -> float:
    """How many prompts there are. Context for the other figures.

    Honest: a person who works in small steps asks often.
    """
    return len(seen.prompts)


@context(shown_by=_largest_of(PROMPT))
def prompt_chars_share(seen: Seen) -> float:
    """Share of all characters that stands in prompts; pasted blocks raise it.

    Honest: contracts, logs and drafts that are pasted with a question.
    """
    return ratio(float(seen.chars[seen.prompts].sum()), float(seen.chars.sum()))


@context(shown_by=_largest_of(CONTEXT))
def context_chars_share(seen: Seen) -> float:
    """Share of all characters that was put in unasked: system prompts, hooks, resumed history.

    Honest: agents differ in what they put in.
    """
    return ratio(float(seen.chars[seen.of(CONTEXT)].sum()), float(seen.chars.sum()))


@context(shown_by=_largest_of(REPLY))
def reply_chars_share(seen: Seen) -> float:
    """Share of all characters that is the assistant's prose; answers at full length raise it.

    Honest: writing, translating and explaining are prose.
    """
    return ratio(float(seen.chars[seen.replies].sum()), float(seen.chars.sum()))


@context(shown_by=_largest_of(RESULT))
def result_chars_share(seen: Seen) -> float:
    """Share of all characters that is tools' results; reading for reading's sake raises it.

    Honest: research and reviews read much.
    """
    return ratio(float(seen.chars[seen.results].sum()), float(seen.chars.sum()))


@context(shown_by=_largest_of(RESULT))
def largest_result_share(seen: Seen) -> float:
    """Share of all results' characters that the largest one has; one huge made-up file raises it.

    Honest: one long log or contract that had to be read.
    """
    sizes = seen.chars[seen.results]
    return ratio(float(sizes.max(initial=0)), float(sizes.sum()))


@context(shown_by=_largest_of(CALL))
def calls_per_prompt(seen: Seen) -> float:
    """Tool calls for each prompt.

    Honest: one good ask can set off an hour of work.
    """
    return ratio(len(seen.calls), len(seen.prompts))


@context(shown_by=_largest_of(REPLY))
def reply_chars_per_prompt_char(seen: Seen) -> float:
    """Characters of prose for each character asked, as a logarithm; "more" and "continue" raise it.

    Honest: terse experts, and dictated outlines that become texts.
    """
    return float(np.log1p(ratio(float(seen.chars[seen.replies].sum()), float(seen.chars[seen.prompts].sum()))))


@partial(feature, "volume", ACTIONS, "context")(shown_by=_largest_of(CALL))
def tool_variety(seen: Seen) -> float:
    """Different tools for each call, on a scale of roots, so that long sessions compare with short ones.

    Honest: much work is reading and editing alone.
    """
    return ratio(len({turn.tool_name for turn in seen.turns if turn.kind == "tool_call"}), len(seen.calls) ** 0.5)


@tokens(shown_by=_largest_outputs)
def output_share(seen: Seen) -> float:
    """Tokens written for each token read.

    Honest: reading work writes little; drafting writes much.
    """
    return ratio(float(np.nansum(seen.outputs)), float(np.nansum(seen.inputs)))


@tokens(shown_by=_largest_inputs)
def cached_share(seen: Seen) -> float:
    """Share of the input that was read from a cache.

    Honest: it depends on the provider and on pauses.
    """
    cached = seen.cached
    inputs = seen.inputs
    both = ~(np.isnan(cached) | np.isnan(inputs))
    return ratio(float(cached[both].sum()), float(inputs[both].sum()))


@tokens(shown_by=_largest_inputs)
def input_growth(seen: Seen) -> float:
    """How steadily the input grows from the first model call to the last, as a share of its mean.

    Honest: every long session grows until it is compacted.
    """
    return slope(seen.inputs)


@tokens(shown_by=_largest_inputs)
def growing_calls(seen: Seen) -> float:
    """Share of model calls whose input is larger than the one before; a conversation that is never cleared has all.

    Honest: one task in one go has no reason to clear.
    """
    return share(_growth(seen) > 0)


@tokens(shown_by=_largest_inputs)
def usual_growth(seen: Seen) -> float:
    """Tokens by which the input usually grows from one model call to the next.

    Honest: long files and long answers.
    """
    return middle(_growth(seen))


@tokens(shown_by=_largest_outputs)
def usual_output(seen: Seen) -> float:
    """Tokens that a model call usually writes.

    Honest: drafting writes long answers, agents short ones.
    """
    return middle(seen.outputs)
