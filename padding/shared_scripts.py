"""Shared scripts: colleagues run the same burner, each with the nouns of an own project, on days of their own."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from numpy.random import Generator

from padding.actions import Action
from padding.clock import Clock
from padding.effort import Effort
from padding.envelope import ask_of
from padding.fitting import fitted
from padding.grammar import cased
from padding.languages import QUESTIONS, language_of
from padding.material import Material
from padding.mixing import mixed, spun
from padding.nouns import matched, names_in, noun_of, renamed_in
from padding.parts import copied, paused
from padding.people import people
from padding.retelling import retold
from padding.rewording import wordings
from padding.scheme import are_asked, scheme
from padding.starts import begun, days_from, first_of, hour_of
from padding.strands import asking, lasting, lone, strand
from padding.strategy import has_results
from padding.work import Exchange, Step, Work

_COLLEAGUES = 5
_FEWEST_LINKS, _MOST_LINKS = 3, 6
_SAYS_LITTLE = 80
_LONGEST = 4000
_ROUTINE: tuple[Action, ...] = ("read", "search", "run", "test", "plan", "edit", "talk", "read", "search")


def call_tools(works: Sequence[Work]) -> bool:
    """Whether each of them calls tools and sees what they return."""
    return are_asked(works) and all(has_results(work) for work in works)


@scheme("shared_scripts", twin="onboarding_script")
def same_skeleton_other_nouns(hosts: Sequence[Work], material: Material, effort: Effort, rng: Generator) -> list[Work]:
    """Five colleagues send the same chain of prompts, in which only the names of things differ.

    Engineers reported scripts that were handed from desk to desk; each keeps the skeleton of its author's prompts.
    """
    effort = replace(effort, wording="verbatim") if effort.wording == "borrowed" else effort  # a skeleton stays
    script = _script(hosts[int(rng.random() * len(hosts))], material, effort, rng)

    def run(host: Work) -> Work:
        return mixed(host, _said(script, host, material, effort, rng), material, effort, rng)

    return [begun(fitted(works, run, effort), when, rng) for works, when in _by_colleagues(hosts, effort, rng)]


@scheme("shared_scripts", twin="batch_refactor", fits=call_tools)
def same_routine_for_every_agent(
    hosts: Sequence[Work], material: Material, effort: Effort, rng: Generator
) -> list[Work]:
    """Five colleagues' agents go through the same round of reads, searches and runs, each in an own project."""
    routine = [_ROUTINE[int(rng.random() * len(_ROUTINE))] for _ in range(4 + int(rng.random() * 7))]

    def run(host: Work) -> Work:
        return spun(host, _gone_through(routine, host, material, rng), material, effort, rng)

    return [begun(fitted(works, run, effort), when, rng) for works, when in _by_colleagues(hosts, effort, rng)]


def _by_colleagues(hosts: Sequence[Work], effort: Effort, rng: Generator) -> Iterator[tuple[Iterator[Work], datetime]]:
    """Each colleague's works with their starts: one to three runs, each on a day of its own."""
    days = days_from(first_of(hosts, rng), 15, workdays=True)
    for person in people(hosts, _COLLEAGUES, rng):
        works = person.turns_to(rng)
        for place in sorted(rng.permutation(len(days)).tolist()[: 1 + int(rng.random() * 3)]):
            yield works, days[place] + hour_of(person.works, effort, rng)


def _script(host: Work, material: Material, effort: Effort, rng: Generator) -> list[Exchange]:
    """What the author once asked and was answered; stock questions where the script was made up."""
    links: list[Exchange] = []
    for _ in range(_MOST_LINKS):
        links += strand(host, material, rng, fresh=True)
        if len(links) >= _FEWEST_LINKS:
            break
    links = [link for link in links if len(link.reply) > _SAYS_LITTLE] or links
    links = links[: _FEWEST_LINKS + int(rng.random() * _MOST_LINKS)]
    if effort.text == "borrowed":
        return links
    stock = QUESTIONS[language_of(ask_of(links[0]))]
    asks = [stock[int(rng.random() * len(stock))] for _ in links]
    return [
        asking(
            link,
            cased(ask.replace("…", noun_of(link.reply, rng) or noun_of(ask_of(link), rng) or "it"), rng),
            host,
            rng,
        )
        for ask, link in zip(asks, links, strict=True)
    ]


def _said(
    script: Sequence[Exchange], host: Work, material: Material, effort: Effort, rng: Generator
) -> Iterator[Exchange]:
    """The script with the host's nouns, from its beginning to its end, again and again."""
    clock = Clock(host, material, effort, rng)
    tools = material.tools(host)
    nouns = [name for exchange in host.exchanges[:20] for name in names_in(exchange.reply)[:6]]
    while True:
        for link in script:
            fits = all(call.tool_name in tools for step in link.steps for call in step.calls)
            steps = retold(link, rng).steps if fits else lone(host, material, rng).steps
            text = next(wordings(ask_of(link)[:_LONGEST], host, material, effort, rng))
            own = asking(Exchange(link.opening, steps), text, host, rng)
            yield paused(_with_own_nouns(own, nouns, rng), clock.pause(typed=len(text)))
            clock.worked(lasting(own))


def _with_own_nouns(link: Exchange, own: Sequence[str], rng: Generator) -> Exchange:
    """The link about things that the host's own work names."""
    return renamed_in(link, matched(names_in(ask_of(link)), list(own), rng))


def _gone_through(routine: Sequence[Action], host: Work, material: Material, rng: Generator) -> Iterator[Step]:
    own = [step for step in host.steps if step.calls and step.results]
    mine = {action: Material.own_steps(host, action) for action in set(routine)}
    while True:
        idle = True
        for action in routine:
            steps = mine[action]
            found = copied(steps[int(rng.random() * len(steps))]) if steps else None
            if found is None and action != "talk":
                found = material.step(host, rng, action)
            if found is not None:  # what this agent cannot do is left out of its round
                idle = False
                yield found
        if idle:
            yield copied(own[int(rng.random() * len(own))])
