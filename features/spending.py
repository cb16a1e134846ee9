"""Spending: tokens of the last days and weeks against the user's own before: surges, and weeks that fill a quota.

Weeks begin on Monday and months on their first day at midnight UTC; elsewhere they are some hours off.
"""

from calendar import monthrange
from datetime import UTC, datetime
from functools import partial
from math import nan

import numpy as np

from features.context_feature import TIMES, context_feature, doublings, recent, strongest
from features.hashing import Ints
from features.measures import middle, variation
from features.outlines import DAY
from features.past import Past

_WEEK, _MONDAY = 7 * DAY, 4 * DAY
_MONTH_END = 4
_LEAST, _LEAST_DAYS = 5, 3


def _of_last_days(days: float) -> partial[Ints]:
    return partial(_largest, days)


def _largest(days: float, past: Past) -> Ints:
    """Evidence: the largest sessions of so many last days."""
    return strongest(past.earlier.number, np.where(past.earlier.age <= days * DAY, past.earlier.tokens, 0))


def _tokens(past: Past, since: float, until: float = 0.0) -> float:
    """Tokens of sessions that began within these ages; 0 where none is known."""
    age = past.earlier.age
    return float(past.earlier.tokens[(age <= since) & (age > until)].sum())


spent = partial(context_feature, "spending", (*TIMES, "tokens"))


@spent(speaks="high", shown_by=_of_last_days(0.5))
def tokens_today(past: Past) -> float:
    """Tokens of the twelve hours before against the user's usual day with any, in doublings; null where there are none.

    Honest: a large task; a deadline.
    """
    totals = np.bincount(past.earlier.days, past.earlier.tokens, minlength=1)
    before = totals[1:][totals[1:] > 0]
    return doublings(float(totals[0]), middle(before)) if len(before) >= _LEAST_DAYS and totals[0] > 0 else nan


@spent(speaks="high", shown_by=_of_last_days(7))
def tokens_last_week(past: Past) -> float:
    """Tokens of the seven days before against the mean of the user's weeks before that, in doublings.

    Honest: a release; the first week after a holiday.
    """
    weeks = past.earlier.weeks
    before = _tokens(past, weeks * _WEEK, _WEEK) / max(1, weeks - 1)
    return doublings(_tokens(past, _WEEK), before) if weeks >= 2 else nan


@spent(speaks="high", shown_by=_of_last_days(7))
def week_so_far(past: Past) -> float:
    """Tokens since Monday against the user's usual by this point of the week, in doublings.

    Honest: work comes in waves; the clock of the week is UTC's.
    """
    gone = (past.start - _MONDAY) % _WEEK
    weeks = int((past.earlier.age.max(initial=0.0) - gone) // _WEEK)
    usual = sum(_tokens(past, gone + week * _WEEK, week * _WEEK) for week in range(1, weeks + 1))
    return doublings(_tokens(past, gone), usual / weeks) if weeks >= 1 else nan


@spent(speaks="high", shown_by=_of_last_days(_MONTH_END))
def month_end_surge(past: Past) -> float:
    """In a month's last four days (UTC): tokens a day in them so far against the days before, in doublings; 0 earlier.

    Honest: accounts are closed and reports are written at a month's end.
    """
    now = datetime.fromtimestamp(past.start, UTC) if past.known else None
    if now is None or past.earlier.age[0] < _WEEK + _MONTH_END * DAY:
        return nan
    into = now.day - (monthrange(now.year, now.month)[1] - _MONTH_END) - 1
    if into < 0:
        return 0.0
    since = into * DAY + past.start % DAY
    before = _tokens(past, past.earlier.age[0], since) / (past.earlier.age[0] - since)
    return doublings(_tokens(past, since) / max(since, DAY), before)


@spent(speaks="low", shown_by=recent)
def weeks_alike(past: Past) -> float:
    """Spread of the tokens of the last weeks (of seven days each) against their mean; quotas make weeks alike.

    Honest: steady work; an agent on a schedule.
    """
    weeks = np.array([_tokens(past, (week + 1) * _WEEK, week * _WEEK) for week in range(past.earlier.weeks)])
    return variation(weeks) if (weeks > 0).all() else nan


@spent(speaks="context", shown_by=recent)
def tokens_against_usual(past: Past) -> float:
    """Tokens of this session against the user's usual session, in doublings. Context for the other figures.

    Honest: tasks differ; the same one can take thirty times the tokens.
    """
    usual = past.earlier.tokens[past.earlier.begun & (past.earlier.tokens > 0)]
    return doublings(past.tokens, middle(usual)) if len(usual) >= _LEAST and past.tokens > 0 else nan
