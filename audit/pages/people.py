"""Pages about people: one person's weeks, one's own sessions, and totals for those who must have a leaderboard."""

from datetime import date, timedelta
from typing import Any

from audit.intake import week_of
from audit.listing import Filter, listing
from audit.pages.visit import Answer, NotFound, Visit, id_of, key_of, shown
from audit.weeks import adoption, leaderboard, weeks

SIZE = 30
_WEEKS = (4, 12, 26)
_MOST_PEOPLE = 100


def person(visit: Visit) -> Answer:
    """A person's weeks and sessions, by time: there is no order by suspicion."""
    user_id = id_of(visit.path["user"])
    found = weeks(visit.desk.ledger, user_id)
    if not found:
        raise NotFound(f"there is no scored session of {user_id!r}")
    return shown("person.html", title=f"Person {user_id}", user_id=user_id, key=key_of(user_id), **_of(visit, user_id))


def mine(visit: Visit) -> Answer:
    """What a person sees about themselves."""
    user_id = visit.who.user_id
    if user_id is None:
        return shown("mine.html", title="My sessions", user_id=None)
    return shown("mine.html", title="My sessions", user_id=user_id, **_of(visit, user_id))


def board(visit: Visit) -> Answer:
    """Tokens as counted beside tokens after padding, and how many people have genuine use."""
    span = visit.number("weeks", _WEEKS[0])
    if span not in _WEEKS:
        raise ValueError(f"the leaderboard is over {', '.join(map(str, _WEEKS))} weeks, not {span}")
    last = date.fromisoformat(visit.asked("last") or week_of(visit.desk.ledger.now()))
    last -= timedelta(days=last.weekday())
    first = last - timedelta(weeks=span - 1)
    edges = (first.isoformat(), last.isoformat())
    usages = leaderboard(visit.desk.ledger, *edges, limit=_MOST_PEOPLE)
    return shown(
        "board.html",
        title="Leaderboard, corrected",
        usages=usages,
        most=max((usage.tokens for usage in usages), default=0),
        adoption=adoption(visit.desk.ledger, *edges),
        first=first,
        last=last,
        span=span,
        spans=_WEEKS,
        earlier=(first - timedelta(weeks=1)).isoformat(),
        later=(last + timedelta(weeks=span)).isoformat() if last.isoformat() < week_of(visit.desk.ledger.now()) else "",
    )


def _of(visit: Visit, user_id: str) -> dict[str, Any]:
    found = weeks(visit.desk.ledger, user_id)
    sessions = listing(
        visit.desk.ledger,
        visit.who,
        Filter(user_id=user_id),
        sort="started",
        size=SIZE,
        after=visit.asked("after") or None,
    )
    return {
        "weeks": found,
        "most": max((one.tokens for one in found), default=0),
        "page": sessions,
        "tokens": sum(one.tokens for one in found),
        "adjusted": sum(one.adjusted for one in found),
        "confirmed": sum(one.confirmed for one in found),
        "cleared": sum(one.cleared for one in found),
        "waiting": sum(one.waiting for one in found),
        "is_first": not visit.asked("after"),
    }
