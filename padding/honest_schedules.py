"""Honest agents that a clock or a change starts: what they say differs from day to day, is read, and is acted on.

The twins of `padding/scheduled_agents.py`.
"""

from collections.abc import Sequence
from datetime import timedelta

from numpy.random import Generator

from padding.budget import body
from padding.effort import Effort
from padding.envelope import ask_of
from padding.material import Material
from padding.nouns import names_in
from padding.parts import copied_exchange, paused
from padding.people import people
from padding.retelling import changed, retold
from padding.scheduled_agents import chores_of, late, on_the_minute, run_of
from padding.scheme import are_dated, scheme
from padding.starts import begun, days_from, first_of, hour_of
from padding.strands import asking, shortened, strand
from padding.work import Exchange, Work

_LONGEST = 4000
_READ_WITHIN = 5400.0


@scheme("honest_schedules", twin="starts_on_the_minute", honest=True, fits=are_dated)
def daily_summary_cron(hosts: Sequence[Work], material: Material, effort: Effort, rng: Generator) -> list[Work]:
    """A summary at the same minute of every day, of what has changed since; somebody reads it and goes on from it."""
    works = people(hosts, 1, rng)[0].works
    host = works[int(rng.random() * len(works))]
    summary = chores_of(host, rng)[0]
    following = [exchange for exchange in body(host) if exchange.asked][1:] or [summary]
    days = days_from(first_of(hosts, rng), 5 + int(effort.length * 16), workdays=effort.clock == "human")
    at = on_the_minute(hour_of(hosts, effort, rng))
    made = []
    for number, day in enumerate(days):
        parts = [_as_of_today(summary, material, host, rng)]
        if rng.random() < 0.8:
            parts += [
                _acted_on(link, host, rng) for link in following[number % len(following) :][: 1 + int(rng.random() * 2)]
            ]
        made.append(begun(run_of(host, material, parts), day + at + late(effort, rng), rng))
    return made


@scheme("honest_schedules", twin="all_round_the_clock", honest=True, fits=are_dated)
def ci_review_agent(hosts: Sequence[Work], material: Material, effort: Effort, rng: Generator) -> list[Work]:
    """A review of every change, whenever there is one: the same instruction, other files, and findings about them."""
    works = people(hosts, 1, rng)[0].works
    host = works[int(rng.random() * len(works))]
    instruction = ask_of(chores_of(host, rng)[0])[: _LONGEST // 2]
    when = days_from(first_of(hosts, rng), 1, workdays=True)[0] + hour_of(hosts, effort, rng)
    made = []
    for _ in range(6 + int(effort.length * 18)):
        review, *further = strand(host, material, rng, fresh=True)
        files = names_in(
            " ".join([review.reply, *(call.tool_arguments or "" for s in review.steps for call in s.calls)])
        )
        text = "\n".join([instruction, *files[: 1 + int(rng.random() * 5)]])
        parts = [asking(review, text, host, rng)]
        if rng.random() < 0.4:
            parts += [_acted_on(link, host, rng) for link in further[:2]]
        made.append(begun(run_of(host, material, parts), when, rng))
        when += timedelta(seconds=float(rng.exponential(5400.0) if rng.random() < 0.8 else rng.uniform(4e4, 6e4)))
    return made


def _as_of_today(summary: Exchange, material: Material, host: Work, rng: Generator) -> Exchange:
    """The same look at things that are no longer the same, and another summary of them."""
    lines = tuple((material.result(host, rng) or "").splitlines())
    today = retold(summary, rng)
    return Exchange(today.opening, tuple(changed(step, rng, lines) for step in today.steps))


def _acted_on(link: Exchange, host: Work, rng: Generator) -> Exchange:
    """What somebody then asked for, when they had read it."""
    wait = float(rng.uniform(20.0, _READ_WITHIN)) if host.anchor else None
    return paused(shortened(copied_exchange(link)), wait)
