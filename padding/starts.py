"""When sessions start: moved to another moment in the ticks of their source, with ids that tell the new moment."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace
from numpy.random import Generator

from padding.effort import Effort
from padding.identity import remade
from padding.work import Work

DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STAMPS = (
    (re.compile(r"\d{4}-\d\d-\d\d[T_]\d\d:\d\d:\d\d"), "%Y-%m-%d{}%H:%M:%S"),
    (re.compile(r"\d{4}-\d\d-\d\d[T_]\d\d-\d\d-\d\d"), "%Y-%m-%d{}%H-%M-%S"),
    (re.compile(r"\d{4}-\d\d-\d\d[T_]\d\d-\d\d"), "%Y-%m-%d{}%H-%M"),
    (re.compile(r"\d{8}[T_]\d{6}"), "%Y%m%d{}%H%M%S"),
)
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
    for stamp, style in _STAMPS:
        found = stamp.search(name)
        if found:
            between = "T" if "T" in found[0] else "_"
            moment = datetime.strptime(found[0], style.format(between)).replace(tzinfo=UTC) + by
            return name[: found.start()] + moment.strftime(style.format(between)) + name[found.end() :]
    made = remade(name, rng)
    found = _SEVENTH.search(name)
    if found is None:
        return made
    ticks = int(found[0].replace("-", "")[:12], 16) + by // timedelta(milliseconds=1)
    head = f"{ticks:012x}"
    return made[: found.start()] + f"{head[:8]}-{head[8:]}" + made[found.start() + 13 :]


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
