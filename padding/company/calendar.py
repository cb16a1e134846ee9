"""Who works when: weekdays, holidays, leave, hours in the zone of the team, and a break at noon."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from padding.company.chance import dice
from padding.company.people import Person

HOLIDAYS: dict[str, frozenset[tuple[int, int]]] = {
    "GB": frozenset({(1, 1), (8, 31), (12, 25), (12, 28)}),
    "DE": frozenset({(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)}),
    "FR": frozenset({(1, 1), (5, 1), (7, 14), (8, 15), (11, 11), (12, 25)}),
    "ES": frozenset({(1, 1), (10, 9), (10, 12), (12, 8), (12, 25)}),
    "US": frozenset({(1, 1), (7, 4), (9, 7), (11, 26), (12, 25)}),
    "IN": frozenset({(1, 26), (8, 15), (9, 14), (10, 2), (10, 20)}),
}
"""Month and day of the days on which a country's teams do not work."""

_DAY = timedelta(days=1)


def works(person: Person, day: date, seed: int) -> bool:
    """Whether somebody works on a day; automation has no holidays."""
    if day.weekday() not in person.weekdays:
        return False
    if person.service:
        return True
    if (day.month, day.day) in HOLIDAYS[person.team.country]:
        return False
    week = dice(seed, "leave", person.user_id, *day.isocalendar()[:2])
    return week.random() > 0.04 and dice(seed, "sick", person.user_id, day).random() > 0.02


def starts(person: Person, day: date, rng: Random) -> Iterator[datetime]:
    """When sessions begin on a working day, before any of them turns out longer than thought."""
    zone = ZoneInfo(person.team.zone)
    midnight = datetime.combine(day, time(), zone)
    if person.service:
        yield from (midnight.astimezone(UTC) + timedelta(hours=hour) for hour in _automatic(person.service, day, rng))
        return
    count = min(5, sum(rng.random() < person.keenness / 4 for _ in range(4)) + (rng.random() < 0.1))
    hours = sorted(person.begins + rng.betavariate(1.2, 1.2) * 8 for _ in range(count))
    for hour in hours:
        noon = 12 <= hour < 12.75
        yield midnight.astimezone(UTC) + timedelta(hours=hour + (0.8 if noon else 0.0))


def _automatic(service: str, day: date, rng: Random) -> list[float]:
    """Hours at which automation starts: on the minute for timers, whenever somebody pushes for reviews."""
    if service == "oncall-agent":
        return [float(hour) for hour in range(0, 24, 3)]
    if service == "ci-review":
        return sorted(rng.uniform(8, 19) for _ in range(rng.randrange(2, 8)))
    if day.weekday() not in (1, 3):
        return []
    return [2 + number / 60 for number in range(rng.randrange(6, 16))]


def last_days(day: date, count: int) -> bool:
    """Whether a day is one of the last of its month."""
    return (day + count * _DAY).month != day.month
