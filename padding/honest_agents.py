"""Honest agents: cron agents that act on what they find, sub-agents for a large task, waiting for a real process.

The same blocks, clocks and wordings as in the families that they resemble; what is found changes, and it is acted on.
"""

from collections.abc import Iterator

from numpy.random import Generator

from padding.change import counted_on, edited, grown
from padding.clock import Clock
from padding.effort import Effort
from padding.errands import Desk, has_shell
from padding.grammar import heartbeat
from padding.material import Material
from padding.mixing import mixed, spun
from padding.orders import orders
from padding.parts import copied, prompt, with_result
from padding.results import shown, slowed
from padding.rewording import wordings
from padding.small_talk import large_ask, short_reply, small_ask
from padding.strategy import has_results, strategy
from padding.taking_up import acted_on, finding, told_of
from padding.unattended_drain import made_up
from padding.work import Exchange, Step, Work

_PERIODS = (300.0, 900.0, 1800.0, 3600.0, 86_400.0)
_NAPS = (15, 30, 60, 120, 180, 240)


@strategy("honest_agents", twin="scheduled_heartbeat", honest=True, suits=has_results)
def scheduled_check_that_acts(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A scheduled check looks where it always looks; when it finds something else than before, it does something."""
    order = small_ask(host, material, rng).prompt if effort.text == "borrowed" else heartbeat("", rng) or "."
    texts = wordings(order, host, material, effort, rng)
    return mixed(host, _checks(texts, host, material, effort, rng, 0.35), material, effort, rng)


@strategy("honest_agents", twin="asked_for_work_all_day", honest=True, suits=has_results)
def day_long_watch(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A watch finds nothing all day and says so, and then the one thing for which it was kept, and acts on it."""
    texts = orders("idle", host, material, effort, rng)
    found = next(_checks(texts, host, material, effort, rng, 1.0))
    return mixed(host, _checks(texts, host, material, effort, rng, 0.0), material, effort, rng, (found,))


@strategy("honest_agents", twin="triage_for_nobody", honest=True, suits=has_results)
def cron_agent_that_acts(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """On a schedule an agent goes through what is new and does something about each thing that needs it."""

    def runs() -> Iterator[Exchange]:
        desk, clock = Desk(host, material, rng), Clock(host, material, effort, rng, _pick_period(rng))
        texts, typed = _order(host, material, effort, rng), rng.random() < 0.5
        while True:
            steps: list[Step] = []
            for _ in range(1 + int(rng.random() * min(4, desk.room))):
                look = desk.some("read", "search", "fetch", "other")
                steps += [look, *(acted_on(look, desk) if rng.random() < 0.5 else ())]
            text = next(texts)
            yield Exchange((prompt(text, clock.pause(0, 0), typed),), (*steps, told_of(steps, desk)))

    return mixed(host, runs(), material, effort, rng)


@strategy("honest_agents", twin="reports_written_over", honest=True, suits=has_shell)
def reports_read_and_acted_on(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """An agent writes a report of what it saw, reads it before the next round, and acts on what stands in it."""

    def rounds() -> Iterator[Step]:
        desk = Desk(host, material, rng)
        suffix, text = made_up(desk, effort)
        path = desk.path(None, suffix)
        while True:
            yield desk.write(path, text)
            yield desk.some("read", "search", "run")
            if rng.random() < 0.6:
                read = desk.read(path, text)
                yield from (read, *acted_on(read, desk))
            suffix, text = made_up(desk, effort)

    return spun(host, rounds(), material, effort, rng)


@strategy("honest_agents", twin="redeployed_unchanged", honest=True, suits=has_results)
def deployed_when_changed(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """On a schedule a build and a deployment run, each after other changes, and what fails is mended."""

    def runs() -> Iterator[Exchange]:
        desk, clock = Desk(host, material, rng), Clock(host, material, effort, rng, _pick_period(rng))
        texts, typed = _order(host, material, effort, rng), rng.random() < 0.5
        chain = [desk.some("test", "run", "run", "search") for _ in range(1 + int(rng.random() * min(6, desk.room)))]
        while True:
            steps = [desk.some("edit", "write")]
            for step in chain:
                other = desk.some("test", "run")
                ran = with_result(copied(step), shown(other) or shown(step))
                steps += [ran, *(acted_on(ran, desk) if rng.random() < 0.2 else ())]
            text = next(texts)
            yield Exchange((prompt(text, clock.pause(0, 0), typed),), (*steps, told_of(steps, desk)))

    return mixed(host, runs(), material, effort, rng)


@strategy("honest_agents", twin="agents_for_a_line", honest=True, suits=has_results)
def fan_out_for_a_large_task(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A long ask is divided among sub-agents with an errand each; their reports are taken up in edits and tests."""

    def asks() -> Iterator[Exchange]:
        desk, clock = Desk(host, material, rng), Clock(host, material, effort, rng)
        large = large_ask(host)
        while True:
            steps: list[Step] = [desk.some("plan")] if rng.random() < 0.5 else []
            for _ in range(1 + int(rng.random() * desk.room / 4)):
                report = desk.some("delegate")
                steps += [report, *(desk.some("read", "search") for _ in range(int(rng.random() * 3)))]
                steps += acted_on(report, desk) if rng.random() < 0.6 else ()
            told = told_of(steps, desk)
            yield Exchange((prompt(large.prompt, clock.pause(told.chars, len(large.prompt))),), (*steps, told))
            large = material.exchange(host, rng) or large

    return mixed(host, asks(), material, effort, rng)


@strategy("honest_agents", twin="asleep_at_work", honest=True, suits=has_shell)
def waiting_for_a_real_process(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """An agent sleeps and looks at a log that grows, until what it waited for is there, and goes on from it."""
    desk = Desk(host, material, rng)
    watched = desk.some("test", "run", "read")
    final, asleep = material.result(host, rng) or "ok", rng.random() < 0.5

    def naps() -> Iterator[Step]:
        part, nap = 0.0, _pick_nap(rng)
        while True:
            part += (1 - part) * float(rng.uniform(0.02, 0.2))
            nap = nap if effort.clock == "even" else _pick_nap(rng)
            look = with_result(copied(watched), counted_on(grown(final, part), rng))
            if asleep:
                yield desk.run(f"sleep {nap}", f"Wait {nap} seconds", "", 2 * nap + float(rng.exponential(3.0)))
            yield look if asleep else slowed(look, float(nap))
            if effort.wording != "verbatim" and rng.random() < 0.3:
                yield short_reply(host, material, effort, rng)

    done = with_result(copied(watched), final)
    return spun(host, naps(), material, effort, rng, (done, *acted_on(done, desk)))


def _checks(
    texts: Iterator[str], host: Work, material: Material, effort: Effort, rng: Generator, often: float
) -> Iterator[Exchange]:
    """The same order on a schedule; now and then what is seen has changed and something is done about it."""
    desk, clock = Desk(host, material, rng), Clock(host, material, effort, rng, _pick_period(rng))
    typed = rng.random() < 0.5
    looks = [
        desk.some("read", "search", "run", "plan", "other") for _ in range(1 + int(rng.random() * min(3, desk.room)))
    ]
    while True:
        steps = [copied(look) for look in looks]
        told = short_reply(host, material, effort, rng)
        if rng.random() < often:
            place = int(rng.random() * len(looks))
            seen = shown(looks[place])
            new = edited(seen, rng, tuple((material.result(host, rng) or "").splitlines()[:40]))
            looks[place] = steps[place] = with_result(steps[place], new)
            steps += acted_on(steps[place], desk, finding(new, seen))
            told = told_of(steps, desk)
        text = next(texts)
        yield Exchange((prompt(text, clock.pause(told.chars, 0), typed),), (*steps, told))


def _order(host: Work, material: Material, effort: Effort, rng: Generator) -> Iterator[str]:
    return wordings(small_ask(host, material, rng).prompt, host, material, effort, rng)


def _pick_period(rng: Generator) -> float:
    return _PERIODS[int(rng.random() * len(_PERIODS))]


def _pick_nap(rng: Generator) -> int:
    return _NAPS[int(rng.random() * len(_NAPS))]
