"""When sessions start: moved to another moment in the ticks of their source, with ids that tell the new moment."""

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace
from numpy.random import Generator

from padding.effort import Effort
from padding.identity import moved, remade
from padding.work import Work
from traces.schema import Session

DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WEEKS = 30
_SEVENTH = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


def begun(work: Work, when: datetime, rng: Generator) -> Work:
    """The work begun then instead, within the same second but in its source's ticks; as it is where it has no start."""
    started = work.header.started
    if started is None:
        return work
    tick = tick_of(started)
    exact = when.replace(microsecond=0) + timedelta(seconds=float(rng.random()))
    by = exact - (exact - _EPOCH) % tick - started
    anchor = None if work.anchor is None else work.anchor + by
    return replace(work, header=replace(work.header, started=started + by), anchor=anchor)


def tick_of(moment: datetime) -> timedelta:
    """The coarsest of a microsecond, a millisecond, a second and a minute in which a source could have said this."""
    if moment.microsecond:
        return timedelta(microseconds=1 if moment.microsecond % 1000 else 1000)
    return timedelta(seconds=1 if moment.second else 60)


def renamed_by(name: str, by: timedelta, rng: Generator) -> str:
    """Another id of the same look; one that tells the time of its session tells it moved by this much."""
    told = moved(name, by)
    if told is not None:
        return told
    made = remade(name, rng)
    found = _SEVENTH.search(name)
    if found is None:
        return made
    ticks = int(found[0].replace("-", "")[:12], 16) + by // timedelta(milliseconds=1)
    head = f"{ticks:012x}"
    return made[: found.start()] + f"{head[:8]}-{head[8:]}" + made[found.start() + 13 :]


def renamed(session: Session, before: datetime | None, rng: Generator, taken: Collection[str] = ()) -> Session:
    """The session under a new id of the same look, in its file's name too; under its old one it began at `before`.

    Where the id tells a time that is still the old one's, or that of one of `taken`, the session is moved itself: by
    whole weeks, or by a tick beside others that were made with it. An id never tells another time than its session.
    """
    by = session.started - before if session.started and before else timedelta()
    tick = max(tick_of(session.started), timedelta(seconds=1)) if session.started else timedelta(minutes=1)
    step = tick if taken else 7 * DAY * some_weeks(rng)
    off = timedelta()
    name = renamed_by(session.session_id, by, rng)
    while name == session.session_id or name in taken:
        off += step if moved(session.session_id, by) else timedelta()
        name = renamed_by(session.session_id, by + off, rng)
    session = later(session, off) if off else session
    return replace(session, session_id=name, file=session.file.replace(session.session_id, name))


def some_weeks(rng: Generator) -> int:
    """By how many weeks to move something, earlier or later; never by none, as ids that tell a time have to change."""
    return (1 + int(rng.random() * _WEEKS)) * (1 if rng.random() < 0.5 else -1)


def later(session: Session, by: timedelta) -> Session:
    """The session begun later by so much, all of its turns too."""
    turns = tuple(turn if turn.time is None else replace(turn, time=turn.time + by) for turn in session.turns)
    return replace(session, started=session.started and session.started + by, turns=turns)


def days_from(first: datetime, count: int, workdays: bool) -> list[datetime]:
    """The midnights of so many days from this one on, with or without days off."""
    day = first.replace(hour=0, minute=0, second=0, microsecond=0)
    found: list[datetime] = []
    while len(found) < count:
        if not workdays or day.weekday() < 5:
            found.append(day)
        day += DAY
    return found


def first_of(hosts: Sequence[Work], rng: Generator) -> datetime:
    """A moment from which made sessions go on: when the hosts began, some weeks earlier or later."""
    starts = [host.header.started for host in hosts if host.header.started]
    weeks = timedelta(weeks=int(rng.random() * 9) - 4)
    return (min(starts) if starts else _EPOCH) + weeks


def hour_of(hosts: Sequence[Work], effort: Effort, rng: Generator) -> timedelta:
    """A time of day at which one of these sessions began; off it by a while, by less where all is even."""
    starts = [host.header.started for host in hosts if host.header.started]
    if not starts:
        return timedelta(hours=9)
    seen = starts[int(rng.random() * len(starts))]
    off = float(rng.normal(0.0, 600.0 if effort.clock == "even" else 2400.0))
    seconds = seen.hour * 3600 + seen.minute * 60 + seen.second + off
    return timedelta(seconds=seconds % 86400)
