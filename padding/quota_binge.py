"""Quota binge: what is asked for in a month (or a week) is used up in its last days, and then nothing more."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from numpy.random import Generator

from padding.effort import Effort
from padding.fitting import fitted
from padding.material import Material
from padding.mixed import drawn
from padding.mixing import mixed
from padding.people import Person, people
from padding.scheme import are_dated, scheme
from padding.starts import DAY, begun, days_from, first_of, hour_of
from padding.work import Work

_MOST_SESSIONS = 16
_MOST_IN_A_WEEK = 6


@scheme("quota_binge", twin="release_week", fits=are_dated)
def last_days_of_the_month(hosts: Sequence[Work], material: Material, effort: Effort, rng: Generator) -> list[Work]:
    """Little for weeks; then session upon session until the month's minimum is reached, and silence.

    The press reported it of companies that count tokens by the month.
    """
    person = people(hosts, 1, rng)[0]
    month = month_of(first_of(hosts, rng))
    last = len(month) - 1
    light = _lightly(person, month[: last - 5], 1 + int(rng.random() * 3), effort, rng)
    minimum = _usual(hosts) * (3 + effort.length * 9) + sum(work.chars for work in light)
    days = month[last - 1 - int(rng.random() * 3) :]
    binge = _until(minimum - sum(work.chars for work in light), person, material, effort, rng)
    return [*light, *_spread(binge, days, hosts, effort, rng)]


@scheme("quota_binge", twin="release_week", fits=are_dated)
def topped_up_every_week(hosts: Sequence[Work], material: Material, effort: Effort, rng: Generator) -> list[Work]:
    """Each week ends at the same amount: what the real work of a week lacks is padded at its end, and no more."""
    person = people(hosts, 1, rng)[0]
    minimum = _usual(hosts) * (1.5 + 2 * effort.length)
    works = person.turns_to(rng)
    made: list[Work] = []
    monday = first_of(hosts, rng)
    monday -= DAY * monday.weekday()
    unused = len(person.works)
    for week in range(2 + int(rng.random() * 3)):
        days = days_from(monday + 7 * week * DAY, 5, workdays=True)
        real = [next(works) for _ in range(min(unused, int(rng.random() * 3)))]
        unused -= len(real)
        lacking = minimum - sum(work.chars for work in real)
        made += _spread(real, days[:4], hosts, effort, rng)
        made += _spread(_until(lacking, person, material, effort, rng, _MOST_IN_A_WEEK), days[3:], hosts, effort, rng)
    return made


def padded(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """The host's work with padding of one of the kinds that are known."""
    return mixed(host, drawn(host, material, effort, rng, 1), material, effort, rng)


def _until(
    chars: float, person: Person, material: Material, effort: Effort, rng: Generator, most: int = _MOST_SESSIONS
) -> Iterator[Work]:
    """Padded sessions until so much has been used; the last one goes beyond it, and is the last."""
    works = person.turns_to(rng)
    for _ in range(most):
        if chars <= 0:
            return
        work = fitted(works, lambda host: padded(host, material, effort, rng), effort)
        chars -= work.chars
        yield work


def _lightly(person: Person, days: Sequence[datetime], count: int, effort: Effort, rng: Generator) -> list[Work]:
    """A few of the person's own sessions on some of the days, each at most once."""
    works = [person.works[place] for place in rng.permutation(len(person.works)).tolist()[:count]]
    return list(_spread(works, days, person.works, effort, rng))


def _spread(
    works: Sequence[Work] | Iterator[Work],
    days: Sequence[datetime],
    hosts: Sequence[Work],
    effort: Effort,
    rng: Generator,
) -> Iterator[Work]:
    """The works on these days, in their order, at hours at which the person works."""
    listed = list(works)
    for number, work in enumerate(listed):
        day = days[number * len(days) // len(listed)]
        yield begun(work, day + hour_of(hosts, effort, rng), rng)


def month_of(moment: datetime) -> list[datetime]:
    """The midnights of the month's days."""
    first = moment.replace(day=1)
    return [day for day in days_from(first, 31, workdays=False) if day.month == first.month]


def _usual(hosts: Sequence[Work]) -> float:
    return sum(host.chars for host in hosts) / len(hosts)
