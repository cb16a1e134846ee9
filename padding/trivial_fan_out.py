"""Trivial fan-out: several sub-agents and dozens of reads for a one-line ask. Public tools do this."""

from collections.abc import Callable, Iterator

from numpy.random import Generator

from padding.actions import step_action
from padding.clock import Clock
from padding.effort import Effort
from padding.errands import Desk
from padding.material import Material
from padding.mixing import mixed, spun
from padding.parts import copied, prompt, repeated, with_result
from padding.rewording import wordings
from padding.small_talk import answer, small_asks
from padding.strategy import has_results, strategy
from padding.work import Exchange, Step, Work

_Looks = Callable[[Desk, int], Iterator[Step]]


@strategy("trivial_fan_out", twin="fan_out_for_a_large_task", suits=has_results)
def agents_for_a_line(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A one-line ask is given to several sub-agents, each of which reports at length; public tools are built on it.

    Where the host's agent has no sub-agents, it searches and plans in their stead.
    """

    def team(desk: Desk, size: int) -> Iterator[Step]:
        for _ in range(1 + size // 5):
            yield desk.some("delegate")
        for _ in range(int(rng.random() * size * 0.5)):
            yield desk.some("read", "search")

    return mixed(host, _asks(host, material, effort, rng, team), material, effort, rng)


@strategy("trivial_fan_out", twin="fan_out_for_a_large_task", suits=has_results)
def everything_read_for_a_line(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Dozens of files are read and searched before a question is answered that a line would have answered.

    The files have nothing to do with the ask; the careful person lets the same few be read in other orders.
    """

    def tour(desk: Desk, size: int) -> Iterator[Step]:
        few = [desk.some("read", "search") for _ in range(1 + size * 3 // 4)]
        for place in rng.permutation(len(few)).tolist():
            yield copied(few[place])
            if effort.wording == "verbatim" and rng.random() < 0.3:
                yield copied(few[place])

    return mixed(host, _asks(host, material, effort, rng, tour), material, effort, rng)


@strategy("trivial_fan_out", twin="fan_out_for_a_large_task", suits=has_results)
def agents_on_agents(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """An agent hands its one small errand to another, has it checked by a third, and a fourth; reported by engineers.

    The errand's words stay the same; only the reports differ, and none is taken up.
    """

    def reports() -> Iterator[Step]:
        desk = Desk(host, material, rng)
        while True:
            errand = desk.some("delegate", "delegate", "search")
            for again in range(2 + int(rng.random() * 5)):
                told_anew = effort.text == "borrowed" and step_action(errand) == "delegate"
                other = desk.step("delegate") if told_anew else None
                told = other.results[-1].text if other is not None and other.results else None
                step = repeated(errand, rng) if again else copied(errand)
                yield with_result(step, told) if told else step
            if rng.random() < 0.5:
                yield desk.some("plan", "read")

    return spun(host, reports(), material, effort, rng)


def _asks(host: Work, material: Material, effort: Effort, rng: Generator, work: _Looks) -> Iterator[Exchange]:
    """Small asks with the answers that they got, and in between all that this `work` does for them."""
    desk, clock = Desk(host, material, rng), Clock(host, material, effort, rng)
    small = small_asks(host, material, rng)[: 1 if effort.wording == "verbatim" else None]
    while True:
        ask = small[int(rng.random() * len(small))]
        text = next(wordings(ask.prompt, host, material, effort, rng)) if effort.wording != "borrowed" else ask.prompt
        size = int(rng.uniform(0.1, 1.0) * desk.room)
        told = answer(ask)
        steps = tuple(work(desk, size))
        yield Exchange((prompt(text, clock.pause(told.chars, len(text))),), (*steps, told))
