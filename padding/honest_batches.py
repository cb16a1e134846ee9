"""Honest work of a whole batch: one change made in file after file, one guide that every colleague's agent goes by.

The twins of the tool-driven padding of `padding/shared_scripts.py` and `padding/same_block.py`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from numpy.random import Generator

from padding.effort import Effort
from padding.envelope import ask_of
from padding.fitting import fitted
from padding.material import Material
from padding.mixing import spun
from padding.nouns import matched, names_in, renamed_in
from padding.parts import copied, copied_exchange, paused
from padding.people import people
from padding.retelling import as_read, changed, looks
from padding.same_block import a_block, by_several, read_files, readers_among
from padding.scheduled_agents import chores_of, run_of
from padding.scheme import scheme
from padding.shared_scripts import call_tools
from padding.starts import begun, first_of
from padding.strands import lone
from padding.work import Exchange, Step, Work

_MOST_FILES = 12


@scheme("honest_batches", twin="same_routine_for_every_agent", honest=True, fits=call_tools)
def batch_refactor(hosts: Sequence[Work], material: Material, effort: Effort, rng: Generator) -> list[Work]:
    """The same change in one file after the other, some files a session: the same ask, other names, other contents."""
    when = first_of(hosts, rng)
    made = []
    for person in people(hosts, 2 + int(rng.random() * 4), rng):
        host = person.works[int(rng.random() * len(person.works))]
        change = chores_of(host, rng)[0]
        for _ in range(1 + int(rng.random() * 3)):
            files = list(_one_by_one(change, host, material, effort, rng))
            made.append(begun(run_of(host, material, files), when, rng))
            when += timedelta(seconds=float(rng.exponential(9000.0)))
    return made


@scheme("honest_batches", twin="read_by_every_agent", honest=True, fits=read_files)
def one_guide_for_every_agent(hosts: Sequence[Work], material: Material, effort: Effort, rng: Generator) -> list[Work]:
    """Everybody's agent reads the team's guide before it begins, and again when it has changed, and goes by it."""
    guide = a_block(hosts[0], material, replace(effort, text="borrowed"), rng)

    def guided(host: Work) -> Iterator[Step]:
        own = looks(host.steps)
        look = copied(own[int(rng.random() * len(own))])
        done = [step for step in host.steps if step.calls and step.results]
        yield as_read(look, guide)
        while True:
            for step in done:
                yield changed(copied(step), rng)
                other = material.step(host, rng, "edit", "test", "search") if rng.random() < 0.3 else None
                if other is not None:
                    yield other
            look = changed(look if rng.random() < 0.5 else as_read(look, guide), rng)
            yield look

    def made(host: Work) -> Work:
        return spun(host, guided(host), material, effort, rng)

    return [
        begun(fitted(works, made, effort), when, rng) for works, when in by_several(readers_among(hosts), effort, rng)
    ]


def _one_by_one(change: Exchange, host: Work, material: Material, effort: Effort, rng: Generator) -> Iterator[Exchange]:
    """As many files as make a session of the effort's length, asked for one by one or all at once."""
    sizes = material.sizes(host)
    room = sizes[int(min(effort.length, 0.95) * len(sizes))][0]
    files = [_elsewhere(change, host, material, rng)]
    at_once = rng.random() < 0.7
    while sum(part.size for part in files) < room and len(files) < _MOST_FILES:
        again = _elsewhere(change, host, material, rng)
        if at_once:
            files.append(Exchange((), again.steps))
        else:
            files.append(paused(again, material.pause(host, rng) if host.anchor else None))
    yield from [Exchange(files[0].opening, tuple(s for part in files for s in part.steps))] if at_once else files


def _elsewhere(change: Exchange, host: Work, material: Material, rng: Generator) -> Exchange:
    """The change made in other files: their names and contents in place of the first ones'."""
    other = names_in(lone(host, material, rng).reply + (material.result(host, rng) or ""))
    own = [name for step in change.steps for call in step.calls for name in names_in(call.tool_arguments or "")]
    again = renamed_in(copied_exchange(change), matched([*names_in(ask_of(change)), *own], other, rng))
    lines = tuple((material.result(host, rng) or "").splitlines())
    return Exchange(again.opening, tuple(changed(step, rng, lines) for step in again.steps))
