"""Across sessions: whether the same was asked or done before, by the user on other days or by colleagues."""

from collections.abc import Callable
from functools import cache, partial
from math import nan

import numpy as np

from features.context_feature import WORDING, Shown, context_feature, strongest
from features.hashing import Floats, Ints
from features.matches import Alike
from features.measures import longest_run, ratio
from features.outlines import DAY
from features.past import Past

COPY = 0.7
"""The likeness from which a session's prompts are a near copy of another's."""

_LEAST_DAYS = 3

By = Callable[[Alike], Floats]


def _words(alike: Alike) -> Floats:
    return alike.words


def _skeletons(alike: Alike) -> Floats:
    return alike.skeletons


def _actions(alike: Alike) -> Floats:
    return alike.actions


_SKETCH: dict[By, int] = {_words: 0, _skeletons: 1, _actions: 2}


def _own(of: By) -> Shown:
    """Evidence: the user's sessions that are most like it."""
    return lambda past: strongest(past.alike.number, of(past.alike))


def _peers(of: By) -> Shown:
    """Evidence: colleagues' sessions that are most like it."""
    return lambda past: strongest(past.peers_alike.number, of(past.peers_alike))


def _own_asked(past: Past) -> Ints:
    return past.asked.number[::-1]


def _peers_asked(past: Past) -> Ints:
    return past.peers_asked.number[::-1]


def _latest(past: Past) -> Ints:
    return past.earlier.number[past.earlier.over][::-1][: len(past.latest)]


def _most(past: Past, alike: Alike, of: By, comparable: bool) -> float:
    """The greatest likeness; 0 where nothing alike was met, null where there was nothing to compare."""
    if not comparable or not past.sketched[_SKETCH[of]]:
        return nan
    return float(of(alike).max(initial=0.0))


def _copies(alike: Alike) -> Ints:
    """The days, or the colleagues, with a near copy."""
    copied = alike.member[alike.skeletons >= COPY]
    return np.unique(copied) if len(copied) else copied


def _days(past: Past) -> Ints:
    """The days (UTC) before on which the user began a session that has ended."""
    begun = (past.start - past.earlier.age[past.earlier.over]) // DAY
    last = np.append(begun[1:], past.start // DAY) != begun
    return np.asarray(begun[last].astype(np.int64))


@cache
def _pairs(size: int) -> tuple[Ints, Ints]:
    one, other = np.triu_indices(size, 1)
    return one, other


own = partial(context_feature, "across", WORDING, "high")
sent = partial(context_feature, "across", ("start", "end", "asks"), "high")


@own(shown_by=_own(_skeletons))
def own_likeness(past: Past) -> float:
    """How much the prompts are like those of the user's most alike earlier session, figures and paths left open.

    Honest: a routine of one's own, a task gone on with in a new session, an agent on a schedule.
    """
    return _most(past, past.alike, _skeletons, past.known)


@own(shown_by=_own(_words))
def own_words_likeness(past: Past) -> float:
    """How many of the words in the prompts are those of the user's most alike earlier session, in any order.

    Honest: work on one thing uses the words of that thing.
    """
    return _most(past, past.alike, _words, past.known)


@own(shown_by=_own(_actions))
def own_actions_likeness(past: Past) -> float:
    """How much the tool calls are like those of the user's most alike earlier session.

    Honest: tests and builds are run the same way each time.
    """
    return _most(past, past.alike, _actions, past.known)


@own(shown_by=_own(_skeletons))
def own_copy_days(past: Past) -> float:
    """Share of the user's earlier days with a session whose prompts are nearly these; null before the fourth day.

    Honest: a daily summary or check; an agent on a schedule.
    """
    days = _days(past)
    copied = past.sketched[1] and len(days) >= _LEAST_DAYS
    return ratio(float(np.isin(days, _copies(past.alike)).sum()), len(days)) if copied else nan


@own(shown_by=_own(_skeletons))
def own_copy_run(past: Past) -> float:
    """The most of the user's days in a row with a session whose prompts are nearly these; null before the fourth day.

    Honest: a daily summary or check; an agent on a schedule.
    """
    days = _days(past)
    return longest_run(np.isin(days, _copies(past.alike))) if past.sketched[1] and len(days) >= _LEAST_DAYS else nan


@own(shown_by=_latest)
def own_sessions_alike(past: Past) -> float:
    """How much the prompts of the user's latest eight sessions before are like each other, on average.

    Honest: days of work on one thing; an agent on a schedule.
    """
    if len(past.latest) < 3:
        return nan
    sketches = np.stack(past.latest)
    one, other = _pairs(len(sketches))
    return float((sketches[one] == sketches[other]).mean())


@sent(shown_by=_own_asked)
def own_prompts_again(past: Past) -> float:
    """Share of prompts (of four words or more) that the user had sent in an earlier session, figures and paths open.

    Honest: "run the tests and fix what fails"; checklists; an agent on a schedule.
    """
    return past.asked.share if past.known else nan


@own(shown_by=_peers(_skeletons))
def peers_likeness(past: Past) -> float:
    """How much the prompts are like those of colleagues' most alike earlier session, figures and paths left open.

    Honest: a template that a team shares, an onboarding list, an evaluation run by several people.
    """
    return _most(past, past.peers_alike, _skeletons, past.surrounded)


@own(shown_by=_peers(_words))
def peers_words_likeness(past: Past) -> float:
    """How many of the words in the prompts are those of colleagues' most alike earlier session, in any order.

    Honest: colleagues work on the same thing and call it the same.
    """
    return _most(past, past.peers_alike, _words, past.surrounded)


@own(shown_by=_peers(_actions))
def peers_actions_likeness(past: Past) -> float:
    """How much the tool calls are like those of colleagues' most alike earlier session.

    Honest: one repository is tested and built in one way.
    """
    return _most(past, past.peers_alike, _actions, past.surrounded)


@own(shown_by=_peers(_skeletons))
def peers_with_copy(past: Past) -> float:
    """How many colleagues had a session before whose prompts are nearly these; counted up to about twenty.

    Honest: an onboarding list; a prompt that the company hands out.
    """
    return len(_copies(past.peers_alike)) if past.surrounded and past.sketched[1] else nan


@sent(shown_by=_peers_asked)
def peers_prompts_again(past: Past) -> float:
    """Share of prompts (of four words or more) that a colleague had sent before, figures and paths left open.

    Honest: stock phrases; commands and templates that a team shares.
    """
    return past.peers_asked.share if past.surrounded else nan
