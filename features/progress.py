"""Progress: whether anything changes, whether errors are answered, whether tests turn, and how the session ends."""

import re
from functools import partial
from math import nan

import numpy as np

from features.calls import Call
from features.feature import ACTIONS, feature, strongest
from features.hashing import Flags, Ints
from features.measures import ratio, share
from features.seen import Seen

_CHANGES = frozenset({"edit", "write", "save"})
_NEXT = 5
_READ = 3000
_RED = re.compile(
    r"\b[1-9]\d* (?:failed|failing|failures?|errors?)\b|\bFAIL(?:ED|URE)?\b|^(?:--- FAIL|error(?:\[|:))|Exit code [1-9]"
    r"|\bTraceback\b|\bAssertionError\b",
    re.MULTILINE,
)
_RED_SIGNS = (" fail", " error", "FAIL", "error[", "error:", "Exit code ", "Traceback", "AssertionError")
"""Without one of these the pattern finds nothing; they are looked for first, as that is ten times quicker."""


def _doing(seen: Seen, actions: frozenset[str]) -> Flags:
    return np.array([call.action in actions for call in seen.calls], bool)


def _failed(seen: Seen) -> Flags:
    return np.array([call.failed for call in seen.calls], bool)


def _tests(seen: Seen) -> list[Call]:
    return [call for call in seen.calls if call.action == "test" and call.result is not None]


def _colours(seen: Seen) -> Flags:
    """For each test run: whether it is red, as far as the last 3,000 characters say."""
    return np.array([call.failed or _red(seen.texts[call.result or 0][-_READ:]) for call in _tests(seen)], bool)


def _red(result: str) -> bool:
    return any(map(result.__contains__, _RED_SIGNS)) and _RED.search(result) is not None


def _idle_tests(seen: Seen) -> Flags:
    """For each test run after the first: whether nothing was written, edited, deleted or run since the one before."""
    idle, changed = [], True
    for call in seen.calls:
        if call.action == "test" and call.result is not None:
            idle.append(not changed)
            changed = False
        elif call.action not in ("read", "search", "plan"):
            changed = True
    return np.array(idle[1:], bool)


def _answered(seen: Seen) -> tuple[Ints, Flags]:
    """The calls that failed, and whether one of the next five calls does the same thing otherwise and succeeds."""
    calls = seen.calls
    failed = np.flatnonzero(_failed(seen))
    return failed, np.array([any(_mends(calls[p], one) for one in calls[p + 1 : p + 1 + _NEXT]) for p in failed], bool)


def _mends(failed: Call, later: Call) -> bool:
    return not later.failed and later.action == failed.action and later.arguments != failed.arguments


def _changing(seen: Seen) -> Ints:
    return seen.call_turns[_doing(seen, _CHANGES)]


def _idle_turns(seen: Seen) -> Ints:
    """Evidence: the turns since the last change that take the most."""
    last = int(_changing(seen).max(initial=-1))
    return strongest(np.arange(last + 1, seen.size), seen.chars[last + 1 :])


def _unanswered(seen: Seen) -> Ints:
    failed, answered = _answered(seen)
    return seen.call_turns[failed[~answered]]


def _test_turns(seen: Seen) -> Ints:
    return np.array([call.turn for call in _tests(seen)], np.int64)


def _quiet(seen: Seen) -> Ints:
    """Evidence: the calls that change nothing."""
    quiet = seen.call_turns[~_doing(seen, _CHANGES)]
    return strongest(quiet, seen.chars[quiet] + 1)


def _stretch(seen: Seen) -> tuple[float, int, int]:
    """The largest number of characters between two changes, and the turns where that stretch begins and ends."""
    edges = np.unique(np.concatenate(([0], _changing(seen), [seen.size])))
    sums = np.concatenate(([0], np.cumsum(seen.chars)))
    sizes = sums[edges[1:]] - sums[edges[:-1]]
    if not len(sizes):
        return 0.0, 0, 0
    place = int(sizes.argmax())
    return float(sizes[place]), int(edges[place]), int(edges[place + 1])


def _in_stretch(seen: Seen) -> Ints:
    _, start, end = _stretch(seen)
    return strongest(np.arange(start, end), seen.chars[start:end])


low = partial(feature, "progress", ACTIONS, "low")
high = partial(feature, "progress", ACTIONS, "high")


@low(shown_by=_quiet)
def changing_calls(seen: Seen) -> float:
    """Share of tool calls that write, edit or save something.

    Honest: research, review and questions change nothing.
    """
    return share(_doing(seen, _CHANGES))


@high(shown_by=_idle_turns)
def after_last_change(seen: Seen) -> float:
    """Share of the session's characters after the last call that writes, edits or saves; null where none does.

    Honest: checking, explaining and reviewing what was done.
    """
    turns = _changing(seen)
    return ratio(float(seen.chars[turns[-1] + 1 :].sum()), float(seen.chars.sum())) if len(turns) else nan


@high(shown_by=_in_stretch)
def longest_without_change(seen: Seen) -> float:
    """Share of the session's characters in the longest stretch in which nothing is written, edited or saved.

    Honest: finding the cause takes longer than the fix.
    """
    return ratio(_stretch(seen)[0], float(seen.chars.sum())) if seen.calls else nan


@low(shown_by=_quiet)
def saves(seen: Seen) -> float:
    """Commits, pushes, merges and the like for each hundred calls.

    Honest: people commit by hand.
    """
    return 100 * share(_doing(seen, frozenset({"save"})))


@low(shown_by=_idle_turns)
def saved_late(seen: Seen) -> float:
    """Whether the last fifth of the calls writes, edits or saves anything.

    Honest: a session that ends with checks; research.
    """
    late = _doing(seen, _CHANGES)[-max(1, len(seen.calls) // 5) :]
    return float(late.any()) if len(seen.calls) >= 5 else nan


@low(shown_by=_unanswered)
def failing_calls(seen: Seen) -> float:
    """Share of calls that fail, as their results say: real work meets errors, padding avoids them.

    Honest: easy tasks, good tools.
    """
    return share(_failed(seen))


@low(shown_by=_unanswered)
def errors_answered(seen: Seen) -> float:
    """Of the calls that fail, the share after which one of the next five does the same thing otherwise and succeeds.

    Honest: some errors only say that nothing was found.
    """
    return share(_answered(seen)[1])


@low(shown_by=_test_turns)
def tests_turned(seen: Seen) -> float:
    """Share of test runs, from the second on, with another outcome than the one before: red to green or back.

    Honest: tests that stay green while one works.
    """
    red = _colours(seen)
    return share(red[1:] != red[:-1])


@high(shown_by=_test_turns)
def tests_idle(seen: Seen) -> float:
    """Share of test runs, from the second on, before which nothing was changed or run since the one before.

    Honest: a flaky test that is run again.
    """
    return share(_idle_tests(seen))
