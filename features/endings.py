"""What exchanges leave behind, and how a session ends: padding leads nowhere, honest repetition to something."""

from functools import partial
from math import nan

import numpy as np

from features.feature import ACTIONS, CONTENT, feature, strongest
from features.hashing import Flags, Ints
from features.measures import longest_run, ratio, share
from features.seen import PROMPT, Seen

_CHANGES = frozenset({"edit", "write", "save"})


def _by_exchange(seen: Seen, numbers: Ints) -> Ints:
    sums = np.bincount(seen.exchange, numbers.astype(float), len(seen.prompts) + 1)[1:]
    return np.asarray(sums.astype(np.int64))


def _changing(seen: Seen) -> Flags:
    """For each exchange: whether it writes, edits or saves something."""
    changes = np.zeros(seen.size, np.int64)
    changes[[call.turn for call in seen.calls if call.action in _CHANGES]] = 1
    return np.asarray(_by_exchange(seen, changes) > 0)


def _dead(seen: Seen) -> Flags:
    """For each exchange but the last: whether it changes nothing and nothing that it brought up is named later."""
    carried = np.where(seen.streams == PROMPT, 0, seen.news.carried)
    return np.asarray((~_changing(seen) & (_by_exchange(seen, carried) == 0))[:-1])


def _dead_turns(seen: Seen) -> Ints:
    dead = np.flatnonzero(_dead(seen)) + 1
    turns = np.flatnonzero(np.isin(seen.exchange, dead))
    return strongest(turns, seen.chars[turns])


def _heedless(seen: Seen) -> Ints:
    return strongest(seen.prompts, seen.news.answers[seen.prompts] == 0)


def _last_exchange(seen: Seen) -> Ints:
    return np.flatnonzero(seen.exchange == len(seen.prompts))


low = partial(feature, "progress", CONTENT, "low")
high = partial(feature, "progress", CONTENT, "high")
doing_low = partial(feature, "progress", ACTIONS, "low")
doing_high = partial(feature, "progress", ACTIONS, "high")


@doing_high(shown_by=_dead_turns)
def dead_chars(seen: Seen) -> float:
    """Share of the session's characters in such dead exchanges.

    Honest: questions whose answer was wanted, and was right.
    """
    dead = _dead(seen)
    chars = _by_exchange(seen, seen.chars)[:-1]
    return ratio(float(chars[dead].sum()), float(chars.sum()))


@high(shown_by=_heedless)
def heedless_run(seen: Seen) -> float:
    """The longest run of prompts that use no word that came up since the prompt before, as a share of all prompts.

    Honest: "yes", "go on" and other short prompts.
    """
    answers = seen.news.answers[seen.prompts[1:]]
    return ratio(longest_run(answers == 0), int((~np.isnan(answers)).sum()))


@low(shown_by=_last_exchange)
def last_prompt_takes_up(seen: Seen) -> float:
    """Share of the last prompt's words that came up since the prompt before it.

    Honest: "thanks"; a new task at the end.
    """
    return float(seen.news.answers[seen.prompts[-1]]) if len(seen.prompts) > 1 else nan


@doing_low(shown_by=_last_exchange)
def last_exchange_changes(seen: Seen) -> float:
    """Whether the last exchange writes, edits or saves something, in sessions that do so anywhere.

    Honest: a last question about what was done.
    """
    changing = _changing(seen)
    return float(changing[-1]) if changing.any() else nan


@doing_low(shown_by=_dead_turns)
def late_changes(seen: Seen) -> float:
    """Share of changing exchanges in the second half, less that in the first half.

    Honest: checks and questions at the end.
    """
    changing = _changing(seen)
    half = len(changing) // 2
    return share(changing[half:]) - share(changing[:half]) if half >= 2 and changing.any() else nan
