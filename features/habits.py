"""Habits: when a user begins sessions, against the weeks before. Differences of times count, so no time zone matters.

Sub-agents' sessions count for rest only, not among the sessions that the user began.
"""

from functools import partial
from math import nan

import numpy as np

from features.context_feature import TIMES, context_feature, doublings, recent, strongest
from features.hashing import Flags, Floats, Ints
from features.measures import middle, ratio, share
from features.outlines import DAY
from features.past import Past

_HOUR, _WEEK = 3600.0, 7 * DAY
_NEAR = 120.0
_LEAST, _LEAST_DAYS = 5, 3


def _off(past: Past, period: float) -> Floats:
    """How far each earlier start is from this one on a clock that goes round in so many seconds."""
    age = past.earlier.age
    return np.asarray(np.abs(age - np.rint(age / period) * period))


def _begun(past: Past) -> Flags:
    return past.earlier.begun


def _before_today(past: Past) -> Flags:
    return _begun(past) & (past.earlier.days >= 1)


def _days(past: Past, which: Flags) -> int:
    """How many different days these are; they are in order."""
    days = past.earlier.days[which]
    return int(np.count_nonzero(days[1:] != days[:-1])) + (len(days) > 0)


def _at_this_time(past: Past) -> Ints:
    """Evidence: sessions begun at the same time of other days."""
    near = _before_today(past) & (_off(past, DAY) <= _NEAR)
    return strongest(past.earlier.number, np.where(near, 1 / (1 + _off(past, DAY)), 0))


def _at_this_minute(past: Past) -> Ints:
    near = _begun(past) & (_off(past, _HOUR) <= _NEAR / 2)
    return strongest(past.earlier.number, np.where(near, 1 / (1 + _off(past, _HOUR)), 0))


def _running(past: Past) -> Flags:
    return _begun(past) & ~past.earlier.over


times = partial(context_feature, "habits", TIMES)


@times(speaks="high", shown_by=_at_this_time)
def same_time_days(past: Past) -> float:
    """Share of the user's earlier days with a session begun at this time of day, within two minutes.

    Honest: an agent on a schedule; a stand-up at nine.
    """
    days = _days(past, _before_today(past))
    near = _before_today(past) & (_off(past, DAY) <= _NEAR)
    return ratio(_days(past, near), days) if days >= _LEAST_DAYS else nan


@times(speaks="high", shown_by=_at_this_time)
def clockwork_start(past: Past) -> float:
    """Of the user's earlier days with a session begun around this time of day (an hour), those within two minutes.

    Honest: an agent on a schedule. People come near the same hour, not near the same minute.
    """
    around = _before_today(past) & (_off(past, DAY) <= _HOUR)
    near = around & (_off(past, DAY) <= _NEAR)
    days = _days(past, around)
    return ratio(_days(past, near), days) if days >= _LEAST_DAYS else nan


@times(speaks="high", shown_by=_at_this_minute)
def same_minute_starts(past: Past) -> float:
    """Share of the user's earlier sessions begun at this minute of the hour, within one minute; by chance 1 in 30.

    Honest: an hourly check; meetings begin on the hour.
    """
    begun = _begun(past)
    return share(_off(past, _HOUR)[begun] <= _NEAR / 2) if begun.sum() >= _LEAST else nan


@times(speaks="low", shown_by=recent)
def start_gap_spread(past: Past) -> float:
    """Spread of the logarithms of the times between the latest twenty starts; people's differ widely, a timer's do not.

    Honest: an agent on a schedule; a batch.
    """
    ages = np.append(past.earlier.age[_begun(past)][-20:], 0.0)
    return float(np.log1p(-np.diff(ages)).std()) if len(ages) > _LEAST else nan


@times(speaks="low", shown_by=recent)
def usual_hour(past: Past) -> float:
    """Share of the user's earlier sessions begun within an hour and a half of this time of day; low at unusual hours.

    Honest: an incident at night, a journey, a deadline.
    """
    begun = _begun(past)
    return share(_off(past, DAY)[begun] <= 1.5 * _HOUR) if begun.sum() >= _LEAST else nan


@times(speaks="low", shown_by=recent)
def usual_weekday(past: Past) -> float:
    """Share of the weeks before in which the user began a session on this weekday; null before the third week.

    Honest: work at a weekend before a release; part-time work.
    """
    weeks = past.earlier.weeks
    days = past.earlier.days[_before_today(past)]
    days = days[(days % 7 == 0) & (days <= 7 * weeks)]
    return ratio(len(np.unique(days)), weeks) if weeks >= 2 else nan


@times(speaks="low", shown_by=recent)
def longest_rest(past: Past) -> float:
    """Hours of the longest time in the week before in which none of the user's sessions ran; people sleep.

    Honest: agents that are on call; accounts of automation.
    """
    week = past.earlier.age <= _WEEK
    if not week.any() or past.earlier.age[0] < _WEEK:
        return nan
    start = -past.earlier.age[week]
    end = np.maximum.accumulate(start + past.earlier.lasted[week])
    return float(np.maximum(np.append(start, 0.0) - np.append(-_WEEK, end), 0.0).max() / _HOUR)


@times(speaks="high", shown_by=lambda past: past.earlier.number[_running(past)][::-1])
def own_overlap(past: Past) -> float:
    """How many other sessions of the user were running when this one began; sub-agents do not count.

    Honest: several agents at once, each on a task; a session that is left open.
    """
    return float(_running(past).sum()) if past.known else nan


@times(speaks="high", shown_by=recent)
def sessions_today(past: Past) -> float:
    """Sessions begun in the twelve hours before and with this one, against the user's usual day, in doublings.

    Honest: a busy day; a batch of small tasks.
    """
    before = past.earlier.days[_before_today(past)]
    days, counts = np.unique(before, return_counts=True)
    today = 1.0 + float((_begun(past) & (past.earlier.days == 0)).sum())
    return doublings(today, middle(counts)) if len(days) >= _LEAST_DAYS else nan
