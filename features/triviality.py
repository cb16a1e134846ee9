"""Triviality: how much the prompts say, and how much of it is one's own. No language is assumed."""

from functools import partial
from math import nan

import numpy as np

from features.feature import SPEECH, feature, strongest
from features.hashing import Floats, Ints, places
from features.measures import entropy, middle, ratio, share, variation
from features.seen import PROMPT, REPLY, Seen

_WINDOW = 50
_LEAST_BYTES = 200
_QUESTION_MARKS = ("?", "？", "؟")


def _vague(seen: Seen) -> Ints:
    """Evidence: the prompts without a name or figure, the shortest first."""
    return strongest(seen.prompts, np.where(_names(seen) == 0, 1 / (1 + seen.chars[seen.prompts]), 0))


def _plain(seen: Seen) -> Ints:
    """Evidence: the prompts of whose words the fewest are names or figures."""
    words = seen.words.counts[seen.prompts]
    return strongest(seen.prompts, np.where(words > 0, 1 - _names(seen) / np.maximum(words, 1), 0))


def _short(seen: Seen) -> Ints:
    return strongest(seen.prompts, 1 / (1 + seen.words.counts[seen.prompts]))


def _long(seen: Seen) -> Ints:
    return strongest(seen.prompts, seen.chars[seen.prompts])


def _long_replies(seen: Seen) -> Ints:
    return strongest(seen.replies, seen.chars[seen.replies])


def _names(seen: Seen) -> Ints:
    """Names and figures in each prompt."""
    sums = np.concatenate(([0], np.cumsum(seen.words.specific)))
    starts = seen.words.starts
    return np.asarray(sums[starts[seen.prompts + 1]] - sums[starts[seen.prompts]])


def _variety(seen: Seen, stream: int) -> float:
    """Share of different words among each 50 in a row, on average; independent of the length."""
    codes = seen.words.code[places(seen.words.starts, seen.of(stream))]
    windows = len(codes) // _WINDOW
    if not windows:
        return nan
    rows = np.sort(codes[: windows * _WINDOW].reshape(windows, _WINDOW), axis=1)
    return float(1 - (rows[:, 1:] == rows[:, :-1]).mean() * (_WINDOW - 1) / _WINDOW)


def _disorder(seen: Seen, stream: int) -> float:
    data = "".join([seen.texts[turn] for turn in seen.of(stream).tolist()]).encode(errors="replace")
    return entropy(np.bincount(np.frombuffer(data, np.uint8))) if len(data) >= _LEAST_BYTES else nan


def _word_chars(seen: Seen, stream: int) -> Floats:
    return seen.words.chars[places(seen.words.starts, seen.of(stream))].astype(float)


low = partial(feature, "triviality", SPEECH, "low")
high = partial(feature, "triviality", SPEECH, "high")
context = partial(feature, "triviality", SPEECH, "context")


@context(shown_by=_short)
def prompt_words(seen: Seen) -> float:
    """How many words a prompt usually has.

    Honest: terse experts, and dialogues by "yes" and "next".
    """
    return middle(seen.words.counts[seen.prompts])


@high(shown_by=_short)
def one_word_prompts(seen: Seen) -> float:
    """Share of prompts of at most one word: "more", "E", "ping".

    Honest: "yes", "go", and other answers to a question.
    """
    return share(seen.words.counts[seen.prompts] <= 1)


@low(shown_by=_plain)
def prompt_names(seen: Seen) -> float:
    """Share of the prompts' words that look like names and figures of one's own: paths, identifiers, numbers.

    Honest: prose about prose; beginners who do not know the names.
    """
    return ratio(int(_names(seen).sum()), int(seen.words.counts[seen.prompts].sum()))


@context(shown_by=_vague)
def vague_prompts(seen: Seen) -> float:
    """Share of prompts without any name or figure of one's own.

    Honest: follow-ups, and talk about a text.
    """
    return share(_names(seen) == 0)


@context(shown_by=_long)
def prompt_disorder(seen: Seen) -> float:
    """Bits for each byte of the prompts: random characters raise it, repeated filler lowers it.

    Honest: languages and scripts differ; keys and logs look random.
    """
    return _disorder(seen, PROMPT)


@context(shown_by=_long_replies)
def reply_disorder(seen: Seen) -> float:
    """Bits for each byte of the replies.

    Honest: languages and scripts differ.
    """
    return _disorder(seen, REPLY)


@low(shown_by=_long)
def prompt_variety(seen: Seen) -> float:
    """Share of different words among each fifty words of the prompts in a row.

    Honest: lists and tables repeat their words.
    """
    return _variety(seen, PROMPT)


@context(shown_by=_long)
def prompt_word_length(seen: Seen) -> float:
    """Bytes in a word of the prompts, on average; random characters make long words.

    Honest: scripts and languages differ; identifiers are long.
    """
    return share(_word_chars(seen, PROMPT))


@context(shown_by=_long)
def prompt_lengths(seen: Seen) -> float:
    """Spread of the prompts' lengths against their mean: scripts are even, pasted blocks uneven.

    Honest: a batch has even prompts; a pasted log is one long prompt.
    """
    return variation(seen.chars[seen.prompts])


@low(shown_by=_long)
def questions(seen: Seen) -> float:
    """Share of prompts that end with a question mark, of whatever script.

    Honest: commands need none, and many people leave it out.
    """
    return share(np.array([seen.texts[turn].rstrip().endswith(_QUESTION_MARKS) for turn in seen.prompts], bool))
