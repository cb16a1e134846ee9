"""What is new in each turn of a session, and what of it is taken up later, by words and by runs of three words."""

from dataclasses import dataclass

import numpy as np

from features.hashing import Flags, Floats, Ints, new, runs
from features.words import Words

_RUN = 3


@dataclass(frozen=True, slots=True)
class News:
    """For each turn: how much of it the session had not seen before, and what became of it."""

    fresh: Floats
    """Share of its runs of three words (of its words, where it has fewer) that no earlier place of the session has."""
    introduced: Ints
    """Words that it is the first to use."""
    taken_up: Ints
    """Of these, words that are used later by those who would take them up (`takers`)."""
    names: Ints
    """Of the words it introduces, those that look like a name or figure."""
    names_taken_up: Ints
    """Of these, those that are taken up."""
    carried: Ints
    """Of these names and figures, those that anybody uses in a later exchange."""
    answers: Floats
    """For a prompt: share of its words that were first used since the prompt before. Null for the first, and others."""
    familiar: Floats
    """For a prompt: share of its words that anything before it has used. Null for the first, and for other turns."""


def news_of(words: Words, streams: Ints, takers: Flags, exchange: Ints) -> News:
    """Looks for first and later uses; `takers[a, b]`: whether stream `b` can take up what stream `a` introduces."""
    codes, turn, turns = words.code, words.turn, len(streams)
    distinct = int(codes.max()) + 1 if len(codes) else 0
    novel = np.diff(np.maximum.accumulate(codes), prepend=-1) > 0  # they are numbered in order of appearance
    first = turn[novel]
    last = np.full((len(takers), distinct), -1, np.int64)
    last[streams[turn], codes] = turn  # of several uses, the last one stays
    used = np.where(takers[streams[first]].T, last, -1).max(axis=0, initial=-1) > first
    carried = exchange[last.max(axis=0, initial=0)] > exchange[first]
    names = np.zeros(distinct, bool)
    names[codes[words.specific]] = True
    chosen = (first >= 0, used, names, used & names, carried & names)
    counts = [np.bincount(first[one], minlength=turns).astype(np.int64) for one in chosen]
    answers, familiar = _known(words, np.flatnonzero(np.diff(exchange, prepend=0)), turns, first)
    return News(
        fresh=_fresh(words, turns, novel),
        introduced=counts[0],
        taken_up=counts[1],
        names=counts[2],
        names_taken_up=counts[3],
        carried=counts[4],
        answers=answers,
        familiar=familiar,
    )


def _fresh(words: Words, turns: int, novel: Flags) -> Floats:
    counts = words.counts
    hashes = runs(words.hash, _RUN)
    inside = np.flatnonzero(words.turn[: len(hashes)] == words.turn[_RUN - 1 :][: len(hashes)])
    long = np.bincount(words.turn[inside[new(hashes[inside])]], minlength=turns)
    short = np.bincount(words.turn[novel], minlength=turns)
    size = np.where(counts >= _RUN, counts - _RUN + 1, counts).astype(float)
    size[size == 0] = np.nan
    return np.asarray(np.where(counts >= _RUN, long, short) / size)


def _known(words: Words, prompts: Ints, turns: int, first: Ints) -> tuple[Floats, Floats]:
    """Of each prompt's words: the share that came up since the prompt before it, and the share that came up ever."""
    answers, familiar = np.full(turns, np.nan), np.full(turns, np.nan)
    before = -1
    for place in prompts.tolist():
        came = first[words.code[words.starts[place] : words.starts[place + 1]]]
        if len(came) and before >= 0:
            known = came < place
            answers[place] = np.count_nonzero(known & (came > before)) / len(came)
            familiar[place] = np.count_nonzero(known) / len(came)
        before = place
    return answers, familiar
