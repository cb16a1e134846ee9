"""Honest teams that look like padded ones: harnesses, onboarding, shared documents, a release.

The twins of `padding/shared_scripts.py`, `padding/same_block.py` and `padding/quota_binge.py`: the same people, days,
blocks and clocks, but what comes back differs, is compared, or leads to the person's own next step.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from numpy.random import Generator

from padding.budget import body
from padding.clock import Clock
from padding.effort import Effort
from padding.envelope import ask_of, typed
from padding.fitting import fitted
from padding.honest_conversation import going_on_to_something_else, one_question_after_another
from padding.languages import QUESTIONS, language_of
from padding.long_texts import room, whole
from padding.material import Material
from padding.mixing import mixed
from padding.nouns import matched, names_in, noun_of
from padding.parts import copied_exchange, paused, reply
from padding.people import people
from padding.quota_binge import month_of
from padding.retelling import retold, saying
from padding.same_block import a_block, answered, by_several
from padding.scheduled_agents import run_of
from padding.scheme import are_dated, scheme
from padding.starts import begun, days_from, first_of, hour_of
from padding.strands import asking, lone, shortened, strand
from padding.versions import extract
from padding.work import Exchange, Step, Work

_COLLEAGUES = 5
_LONGEST = 4000
_EXCERPT = 500


@scheme("honest_teams", twin="same_skeleton_other_nouns", honest=True)
def evaluation_harness(hosts: Sequence[Work], material: Material, effort: Effort, rng: Generator) -> list[Work]:
    """One task in many trials that go differently, and a last session in which what they said is compared."""
    host = people(hosts, 1, rng)[0].works[0]
    task = [shortened(exchange, 12) for exchange in body(host) if exchange.asked][:6]
    when = first_of(hosts, rng)
    made: list[Work] = []
    said: list[str] = []
    for _ in range(4 + int(effort.length * 10)):
        trial = [retold(part, rng) for part in task]
        said.append(trial[-1].reply)
        made.append(begun(run_of(host, material, trial), when, rng))
        when += timedelta(seconds=float(rng.exponential(400.0)))
    words = "\n\n".join(f"{number}. {text[:_EXCERPT]}" for number, text in enumerate(said, 1) if text)[:_LONGEST]
    best = Step((reply(max(said, key=len) or words),))
    compared = asking(Exchange(task[0].opening, (best,)), f"{ask_of(task[0])[:_EXCERPT]}\n\n{words}", host, rng)
    return [*made, begun(run_of(host, material, [compared, *_further(host, material, rng)]), when, rng)]


@scheme("honest_teams", twin="same_skeleton_other_nouns", honest=True)
def onboarding_script(hosts: Sequence[Work], material: Material, effort: Effort, rng: Generator) -> list[Work]:
    """A whole team goes through one list of asks, each person once, is told other things, and goes on from there."""
    author = hosts[int(rng.random() * len(hosts))]
    script = strand(author, material, rng, fresh=True)[:6]
    days = days_from(first_of(hosts, rng), 10, workdays=True)
    made = []
    for person in people(hosts, _COLLEAGUES, rng):
        host = person.works[int(rng.random() * len(person.works))]
        parts = [*_own_answers(script, host, material, effort, rng), *_further(host, material, rng)]
        when = days[int(rng.random() * len(days))] + hour_of(person.works, effort, rng)
        made.append(begun(run_of(host, material, parts), when, rng))
    return made


@scheme("honest_teams", twin="pasted_by_several", honest=True)
def one_document_many_questions(
    hosts: Sequence[Work], material: Material, effort: Effort, rng: Generator
) -> list[Work]:
    """A contract or a log is pasted by several people, each with questions about one thing in it that are answered."""
    block = a_block(hosts[0], material, replace(effort, text="borrowed"), rng)

    def asked(host: Work) -> Iterator[Exchange]:
        clock = Clock(host, material, effort, rng)
        fits = whole(block[: room(host, material, effort, 3)])
        known, pasted = fits, False
        while True:
            noun = noun_of(known, rng) or noun_of(fits, rng) or fits[:20]
            text = _question(noun, host, material, effort, rng)
            said = extract(fits, rng, noun)
            *looks, last = answered(text, host, material, rng, tries=1)
            opening = typed(text if pasted else f"{fits}\n\n{text}", host, clock.pause(len(said), len(text)), rng)
            yield Exchange((opening,), (*looks, saying(last, said)))
            known, pasted = said, rng.random() < 0.4

    def made(host: Work) -> Work:
        return mixed(host, asked(host), material, effort, rng)

    return [begun(fitted(works, made, effort), when, rng) for works, when in by_several(hosts, effort, rng)]


@scheme("honest_teams", twin="last_days_of_the_month", honest=True, fits=are_dated)
def release_week(hosts: Sequence[Work], material: Material, effort: Effort, rng: Generator) -> list[Work]:
    """Quiet weeks, then days of heavy work before a release, and a quiet one after it: volume alone is no reason."""
    person = people(hosts, 1, rng)[0]
    month = month_of(first_of(hosts, rng))
    end = len(month) if rng.random() < 0.5 else 12 + int(rng.random() * 14)
    works = person.turns_to(rng)
    quiet = [next(works) for _ in range(min(len(person.works), 1 + int(rng.random() * 3)))]
    made = [begun(work, month[int(rng.random() * (end - 5))] + hour_of(hosts, effort, rng), rng) for work in quiet]
    for number in range(count := 4 + int(effort.length * 10)):
        goes_on = going_on_to_something_else if rng.random() < 0.5 else one_question_after_another
        work = goes_on(next(works), material, effort, rng)
        made.append(begun(work, month[end - 4 + 4 * number // count] + hour_of(hosts, effort, rng), rng))
    return made


def _question(noun: str, host: Work, material: Material, effort: Effort, rng: Generator) -> str:
    """A question about one thing: somebody's own about another thing of its kind, or a stock one."""
    own = material.prompt(host, rng) if effort.text == "borrowed" else None
    names = matched(names_in(own or ""), [noun], rng)
    if own and names and len(own) < _EXCERPT:
        return own.replace(next(iter(names)), noun)
    stock = QUESTIONS[language_of(noun)]
    return stock[int(rng.random() * len(stock))].replace("…", noun)


def _own_answers(
    script: Sequence[Exchange], host: Work, material: Material, effort: Effort, rng: Generator
) -> Iterator[Exchange]:
    clock = Clock(host, material, effort, rng)
    tools = material.tools(host)
    for link in script:
        fits = all(call.tool_name in tools for step in link.steps for call in step.calls)
        steps = retold(link, rng).steps if fits else lone(host, material, rng).steps
        own = asking(Exchange(link.opening, steps), ask_of(link)[:_LONGEST], host, rng)
        yield paused(own, clock.pause(typed=40))


def _further(host: Work, material: Material, rng: Generator) -> list[Exchange]:
    """What really came next in the person's own work."""
    own = [shortened(copied_exchange(exchange)) for exchange in body(host) if exchange.asked]
    start = int(rng.random() * len(own))
    return [paused(link, material.pause(host, rng) if host.anchor else None) for link in own[start : start + 3]]
