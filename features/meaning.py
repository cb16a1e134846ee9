"""What the texts of a session mean, as far as vectors tell: of a bounded number of texts, chosen by a stated rule.

Prompts: all up to 64; of more, 32 pairs of neighbours, evenly spread. Replies: 32; first the last one before each
chosen prompt, which is what the person read, and the last of all; then others, evenly spread. Results: 16, evenly
spread; they are long. Texts without a sign are left out. So a session costs 112 texts at most, however long it is.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from features.encoder import Matrix
from features.hashing import Flags, Floats, Ints

if TYPE_CHECKING:
    from features.reference import Reference

PROMPTS, REPLIES, RESULTS = 64, 32, 16
"""How many texts of a session are encoded at most."""

VERSION = 1
"""Raised whenever other texts are chosen or their vectors are treated otherwise: part of the fingerprint."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Texts of one stream that are encoded."""

    turns: Ints
    """Their turns, in order."""
    exchange: Ints
    """For each, the number of prompts up to and including it; prompts without a sign do not count."""
    last: Flags
    """For each, whether it is the last of its stream in its exchange."""


@dataclass(frozen=True, slots=True)
class Picked:
    """The texts of a session that are encoded."""

    prompts: Chosen
    replies: Chosen
    results: Chosen

    @property
    def turns(self) -> Ints:
        """All their turns: prompts, replies, results."""
        return np.concatenate((self.prompts.turns, self.replies.turns, self.results.turns))


@dataclass(frozen=True, slots=True)
class Meaning:
    """The texts that were encoded, and how near they are to each other: 1 is the same, 0 has nothing in common."""

    prompts: Chosen
    replies: Chosen
    results: Chosen
    vectors: Matrix
    """The prompts' vectors."""
    prompt_prompt: Floats
    """The likeness of each prompt to each prompt."""
    prompt_reply: Floats
    """The likeness of each prompt to each reply."""
    prompt_result: Floats
    """The likeness of each prompt to each result."""
    reply_reply: Floats
    """The likeness of each reply to each reply."""
    reply_result: Floats
    """The likeness of each reply to each result."""
    result_result: Floats
    """The likeness of each result to each result."""
    reference: "Reference | None" = None
    """What genuine work looks like, where that is given."""


def pick(blank: Flags, prompts: Ints, replies: Ints, results: Ints) -> Picked:
    """Chooses the texts of a session that are encoded, by the turns of its streams and by which turns say nothing."""
    asked = prompts[~blank[prompts]]
    exchange = np.zeros(len(blank), np.int64)
    exchange[asked] = 1
    exchange = np.cumsum(exchange)
    said, got = (_in_exchanges(turns[~blank[turns]], exchange) for turns in (replies, results))
    chosen = _neighbours(asked)
    return Picked(
        Chosen(chosen, exchange[chosen], np.ones(len(chosen), bool)),
        _only(said, _read(said, exchange[chosen], int(exchange[-1]) if len(exchange) else 0)),
        _only(got, spread(np.arange(len(got.turns)), RESULTS)),
    )


def meaning_of(picked: Picked, vectors: Matrix, reference: "Reference | None" = None) -> Meaning:
    """How near the chosen texts are to each other; a row of `vectors` for each of `picked.turns`."""
    first, second = len(picked.prompts.turns), len(picked.prompts.turns) + len(picked.replies.turns)
    prompts, replies, results = (np.ascontiguousarray(one) for one in np.split(vectors, (first, second)))
    return Meaning(
        picked.prompts,
        picked.replies,
        picked.results,
        vectors=prompts,
        prompt_prompt=_likeness(prompts, prompts),
        prompt_reply=_likeness(prompts, replies),
        prompt_result=_likeness(prompts, results),
        reply_reply=_likeness(replies, replies),
        reply_result=_likeness(replies, results),
        result_result=_likeness(results, results),
        reference=reference,
    )


def spread(turns: Ints, most: int) -> Ints:
    """So many of them at most, evenly spread, the first and the last among them."""
    if len(turns) <= most:
        return turns
    return turns[np.linspace(0, len(turns) - 1, most).round().astype(np.int64)] if most else turns[:0]


def _neighbours(turns: Ints) -> Ints:
    """All prompts, or pairs of neighbours: else no two prompts of a long session would follow each other."""
    if len(turns) <= PROMPTS:
        return turns
    first = spread(np.arange(len(turns) - 1), PROMPTS // 2)
    return turns[np.union1d(first, first + 1)]


def _in_exchanges(turns: Ints, exchange: Ints) -> Chosen:
    own = exchange[turns]
    return Chosen(turns, own, np.append(own[1:] != own[:-1], True)[: len(own)])


def _read(replies: Chosen, chosen: Ints, last: int) -> Ints:
    """Which replies are encoded: what was read before the chosen prompts and at the end, then others."""
    follows = np.isin(replies.exchange + 1, chosen) & (np.isin(replies.exchange, chosen) | (replies.exchange == 0))
    wanted = replies.last & (follows | (replies.exchange == last))
    read = spread(np.flatnonzero(wanted), REPLIES)
    others = np.setdiff1d(np.arange(len(replies.turns)), read)
    return np.union1d(read, spread(others, REPLIES - len(read)))


def _only(all: Chosen, which: Ints) -> Chosen:
    return Chosen(all.turns[which], all.exchange[which], all.last[which])


def _likeness(one: Matrix, other: Matrix) -> Floats:
    return np.asarray(np.clip(one @ other.T, -1, 1), np.float64)
