"""Effort spent against effort asked: what a prompt sets off, and what is left of it."""

from functools import partial

import numpy as np

from features.feature import ACTIONS, CONTENT, feature, strongest
from features.hashing import Floats, Ints
from features.measures import agreement, ratio, share, variation
from features.seen import CALL, PROMPT, REPLY, RESULT, THOUGHT, Seen


def _by_exchange(seen: Seen, *streams: int) -> Floats:
    """Characters of some streams in each exchange: what follows each prompt up to the next."""
    chosen = np.concatenate([seen.of(stream) for stream in streams])
    sums = np.bincount(seen.exchange[chosen], seen.chars[chosen], len(seen.prompts) + 1)
    return sums[1:].astype(float)


def _spent(seen: Seen) -> Floats:
    """For each prompt: characters set off for each character asked."""
    return np.asarray(_by_exchange(seen, REPLY, THOUGHT, CALL, RESULT) / (10 + _by_exchange(seen, PROMPT)))


def _costly(seen: Seen) -> Ints:
    return strongest(seen.prompts, _spent(seen))


def _delegating(seen: Seen) -> Ints:
    return np.array([call.turn for call in seen.calls if call.action == "delegate"], np.int64)


def _looking(seen: Seen) -> Ints:
    return np.array([call.turn for call in seen.calls if call.action in _LOOKS], np.int64)


_LOOKS = frozenset({"read", "search", "fetch"})

high = partial(feature, "triviality", CONTENT, "high")
doing = partial(feature, "triviality", ACTIONS, "high")
context = partial(feature, "triviality", CONTENT, "context")


@context(shown_by=_costly)
def spent_per_asked(seen: Seen) -> float:
    """Characters that a prompt sets off for each character asked, as a logarithm, on average over the prompts.

    Honest: one good ask can set off an hour of work.
    """
    return share(np.log1p(_spent(seen)))


@context(shown_by=_costly)
def spent_evenly(seen: Seen) -> float:
    """Spread of what prompts set off against its mean; scripts get the same amount each time.

    Honest: batches get the same amount too.
    """
    return variation(_by_exchange(seen, REPLY, CALL, RESULT))


@context(shown_by=_costly)
def asked_and_spent(seen: Seen) -> float:
    """How far longer prompts set off more: the correlation of their ranks.

    Honest: short asks may be hard.
    """
    return agreement(_by_exchange(seen, PROMPT), _by_exchange(seen, REPLY, THOUGHT, CALL, RESULT))


@partial(feature, "triviality", ACTIONS, "context")(shown_by=_delegating)
def delegated(seen: Seen) -> float:
    """Share of calls that start another agent.

    Honest: large tasks with independent parts.
    """
    return ratio(len(_delegating(seen)), len(seen.calls))


@doing(shown_by=_looking)
def looked_up(seen: Seen) -> float:
    """Share of calls that only read, search or fetch.

    Honest: research and review change nothing.
    """
    return ratio(len(_looking(seen)), len(seen.calls))


@high(shown_by=_costly)
def idle_exchanges(seen: Seen) -> float:
    """Share of prompts that set off no tool call, in sessions that have calls.

    Honest: questions between the steps of work.
    """
    calls = np.bincount(seen.exchange[seen.call_turns], minlength=len(seen.prompts) + 1)[1:]
    return share(calls == 0) if len(seen.calls) else float("nan")
