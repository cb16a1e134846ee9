"""Scheduled agents: sessions that a clock starts, day after day, and that nobody reads."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from numpy.random import Generator

from padding.budget import body, head
from padding.effort import Effort
from padding.envelope import ask_of
from padding.material import Material
from padding.parts import copied_exchange, padding_exchange, paused
from padding.people import Person, people
from padding.retelling import gone_on
from padding.rewording import wordings
from padding.scheme import are_dated, scheme
from padding.starts import begun, days_from, first_of, hour_of
from padding.strands import asking, shortened, strand
from padding.work import Exchange, Work

_LONGEST = 4000
_MINUTE = timedelta(minutes=1)


@scheme("scheduled_agents", twin="daily_summary_cron", fits=are_dated, mixes=False)
def starts_on_the_minute(hosts: Sequence[Work], material: Material, effort: Effort, rng: Generator) -> list[Work]:
    """The same chore at the same minute of every day, told the same each time, and nobody looks at what it says.

    Reported of companies where agents triage mail and post to chats that nobody reads.
    """
    person = people(hosts, 1, rng)[0]
    host = person.works[int(rng.random() * len(person.works))]
    chores = chores_of(host, rng)
    day = days_from(first_of(hosts, rng), 5 + int(effort.length * 16), workdays=effort.clock == "human")
    at = on_the_minute(hour_of(hosts, effort, rng))
    runs = (run_of(host, material, _again(chores, host, material, effort, rng)) for _ in day)
    made = [begun(run, when + at + late(effort, rng), rng) for run, when in zip(runs, day, strict=True)]
    return [*made, *_beside(made, person, effort, rng)]


@scheme("scheduled_agents", twin="ci_review_agent", fits=are_dated, mixes=False)
def all_round_the_clock(hosts: Sequence[Work], material: Material, effort: Effort, rng: Generator) -> list[Work]:
    """Every few hours, nights and days off included, an agent finds itself another chore, and nothing comes of it."""
    person = people(hosts, 1, rng)[0]
    host = person.works[int(rng.random() * len(person.works))]
    every = timedelta(hours=(1, 2, 3, 4, 6, 8, 12)[int(rng.random() * 7)])
    when = days_from(first_of(hosts, rng), 1, workdays=False)[0] + on_the_minute(hour_of(hosts, effort, rng))
    made = []
    for _ in range(6 + int(effort.length * 18)):
        chores = strand(host, material, rng, fresh=True)[: 1 + int(rng.random() * 3)]
        made.append(begun(run_of(host, material, map(padding_exchange, chores)), when + late(effort, rng), rng))
        when += every
    return [*made, *_beside(made, person, effort, rng)]


def chores_of(host: Work, rng: Generator) -> list[Exchange]:
    """What the host was first asked, in short, with the answers: one to three asks that need nothing from before."""
    asked = [exchange for exchange in body(host) if exchange.asked]
    return [shortened(exchange) for exchange in asked[: 1 + int(rng.random() * 3)]]


def run_of(host: Work, material: Material, exchanges: Iterable[Exchange]) -> Work:
    """A session of these exchanges, begun as the host begins; of as many as genuine sessions are long."""
    first, *rest = exchanges
    room = material.sizes(host)[-1][0] - len(head(host)) - first.size
    parts = [first, *(part for part in rest if (room := room - part.size) >= 0)]
    first = paused(parts[0], next(iter(body(host)[0].pieces)).gap)
    return Work(host.header, (Exchange((*head(host), *first.opening), first.steps), *parts[1:]), host.anchor)


def on_the_minute(hour: timedelta) -> timedelta:
    """A time of day as one sets a timer: at five minutes, now and then at any."""
    return hour - hour % (5 * _MINUTE)


def late(effort: Effort, rng: Generator) -> timedelta:
    """How long after the set time a run begins: seconds, or some minutes where the timer is set to vary."""
    wait = float(rng.exponential(3.0))
    if effort.clock in ("even", "borrowed"):
        return timedelta(seconds=min(wait, 50.0))
    return timedelta(seconds=wait + float(rng.uniform(0.0, 900.0)))


def _beside(made: Sequence[Work], person: Person, effort: Effort, rng: Generator) -> Iterator[Work]:
    """The person's own work in the same days, each session once, until the agents' share of it all is the effort's."""
    idle = sum(work.chars for work in made)
    real = 0
    starts = [work.header.started for work in made if work.header.started]
    for place in rng.permutation(len(person.works)).tolist():
        if idle <= effort.share * (idle + real):
            return
        work = person.works[place]
        real += work.chars
        day = starts[int(rng.random() * len(starts))].replace(hour=0, minute=0, second=0)
        yield begun(work, day + hour_of(person.works, effort, rng), rng)


def _again(
    chores: Sequence[Exchange], host: Work, material: Material, effort: Effort, rng: Generator
) -> Iterator[Exchange]:
    """The chores once more: the same calls, told the same but for the numbers that always move."""
    for chore in chores:
        again = copied_exchange(chore)
        if effort.wording in ("shuffled", "reworded"):
            again = asking(again, next(wordings(ask_of(chore)[:_LONGEST], host, material, effort, rng)), host, rng)
        steps = again.steps if effort.text == "made" else tuple(gone_on(step, rng) for step in again.steps)
        yield padding_exchange(Exchange(again.opening, steps))
