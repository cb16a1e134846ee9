"""Identical tool calls, and whether what they return changes: polling a real process is not spinning in place."""

from functools import partial
from itertools import pairwise

import numpy as np

from features.feature import ACTIONS, feature, strongest
from features.hashing import Flags, Ints
from features.measures import ratio, share
from features.seen import Seen


def _repeats(seen: Seen) -> Flags:
    """For each call: whether the same call was made before."""
    return np.array([call.same is not None for call in seen.calls], bool)


def _unchanged(seen: Seen) -> Flags:
    """For each call: whether the same call was made before and came back with the same."""
    calls = seen.calls
    return np.array(
        [c.same is not None and c.outcome is not None and c.outcome == calls[c.same].outcome for c in calls], bool
    )


def _idle(seen: Seen) -> Flags:
    """For each call: whether it repeats an earlier one although nothing was written, edited or run since."""
    idle, changed = [], -1
    for place, call in enumerate(seen.calls):
        idle.append(call.same is not None and call.same >= changed)
        if call.action in _CHANGES:
            changed = place
    return np.array(idle, bool)


def _spinning(seen: Seen) -> Ints:
    return strongest(seen.call_turns, (_unchanged(seen).astype(float) * 2 + _repeats(seen)))


_CHANGES = frozenset({"edit", "write", "delete", "run", "save", "other"})

calls = partial(feature, "similarity", ACTIONS, "high", _spinning)


@calls()
def calls_repeated(seen: Seen) -> float:
    """Share of tool calls, from the second on, that are identical to an earlier one.

    Honest: polling, tests after each change, a file read again after an edit.
    """
    return share(_repeats(seen)[1:])


@calls()
def calls_repeated_unchanged(seen: Seen) -> float:
    """Share of tool calls, from the second on, that repeat an earlier one and get the same result as it did.

    Honest: a check that stays green; polling that has to wait.
    """
    return share(_unchanged(seen)[1:])


@calls()
def repeats_unchanged(seen: Seen) -> float:
    """Of the calls that repeat an earlier one, the share that gets the same result.

    Honest: receipts such as "done" are always the same.
    """
    return ratio(float(_unchanged(seen).sum()), float(_repeats(seen).sum()))


@calls()
def repeats_alike(seen: Seen) -> float:
    """How much the result of a repeated call is like what it returned before, figures and paths left open.

    Honest: a process that only counts up.
    """
    again = [call for call in seen.calls if call.same is not None and call.result is not None]
    pairs = [(call.result, seen.calls[call.same or 0].result) for call in again]
    both = np.array([pair for pair in pairs if pair[1] is not None], np.int64).reshape(-1, 2)
    return share(seen.copies.alike(both[:, 0], both[:, 1]))


@calls()
def calls_repeated_idle(seen: Seen) -> float:
    """Share of tool calls that repeat an earlier one although nothing was changed or run in between.

    Honest: waiting for somebody else's process.
    """
    return share(_idle(seen)[1:])


@calls()
def calls_in_a_circle(seen: Seen) -> float:
    """Share of pairs of neighbouring calls that the session made before in the same order.

    Honest: edit, test, edit, test.
    """
    steps = [call.arguments for call in seen.calls]
    pairs = list(pairwise(steps))
    return ratio(len(pairs) - len(set(pairs)), len(pairs) - 1)
