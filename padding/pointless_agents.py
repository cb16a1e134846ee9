"""Pointless agents: scheduled agents triage mail, post to chat, redeploy; nobody consumes it. Reported by engineers."""

from collections.abc import Iterator

from numpy.random import Generator

from padding.change import counted_on
from padding.clock import Clock
from padding.effort import Effort
from padding.errands import Desk, has_shell
from padding.material import Material
from padding.mixing import mixed, spun
from padding.parts import copied, prompt, reply, with_result
from padding.rewording import reworded, wordings
from padding.small_talk import small_ask
from padding.strategy import has_results, strategy
from padding.unattended_drain import made_up
from padding.work import Exchange, Step, Work

_DAY = 86_400.0
_PERIODS = (900.0, 1800.0, 3600.0, 3600.0 * 6, _DAY)


@strategy("pointless_agents", twin="cron_agent_that_acts", suits=has_results)
def triage_for_nobody(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """On a schedule an agent looks through new things and sorts them into a report; no report is ever referred to."""

    def runs() -> Iterator[Exchange]:
        desk, clock = Desk(host, material, rng), Clock(host, material, effort, rng, _period(rng))
        order, typed = _order(host, material, effort, rng), rng.random() < 0.5
        report = _report(host, material, rng)
        while True:
            looks = tuple(
                desk.some("read", "search", "fetch", "other") for _ in range(1 + int(rng.random() * min(9, desk.room)))
            )
            report = _next(report, host, material, effort, rng)
            yield Exchange((prompt(next(order), clock.pause(0, 0), typed),), (*looks, report))

    return mixed(host, runs(), material, effort, rng)


@strategy("pointless_agents", twin="deployed_when_changed", suits=has_results)
def redeployed_unchanged(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """On a schedule the same build and the same deployment run again, though nothing was changed in between."""

    def runs() -> Iterator[Exchange]:
        desk, clock = Desk(host, material, rng), Clock(host, material, effort, rng, _period(rng))
        order, typed = _order(host, material, effort, rng), rng.random() < 0.5
        chain = [desk.some("test", "run", "run", "search") for _ in range(1 + int(rng.random() * min(6, desk.room)))]
        report = _report(host, material, rng)
        while True:
            steps = tuple(_ran(step, effort, rng) for step in chain)
            report = _next(report, host, material, effort, rng)
            yield Exchange((prompt(next(order), clock.pause(0, 0), typed),), (*steps, report))

    return mixed(host, runs(), material, effort, rng)


@strategy("pointless_agents", twin="reports_read_and_acted_on", suits=has_shell)
def reports_written_over(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """An agent writes a status report into a file again and again, with other numbers, and never reads it."""

    def rounds() -> Iterator[Step]:
        desk = Desk(host, material, rng)
        suffix, text = made_up(desk, effort)
        path = desk.path(None, suffix)
        while True:
            yield desk.some("read", "search", "run")
            text = counted_on(text, rng) if effort.wording != "borrowed" else made_up(desk, effort)[1]
            yield desk.write(path if effort.wording == "verbatim" else desk.path(path.rpartition("/")[0], suffix), text)
            if rng.random() < 0.3:
                yield _report(host, material, rng)

    return spun(host, rounds(), material, effort, rng)


def _period(rng: Generator) -> float:
    return _PERIODS[int(rng.random() * len(_PERIODS))]


def _order(host: Work, material: Material, effort: Effort, rng: Generator) -> Iterator[str]:
    """The scheduled prompt: something that was once asked, the same every time or in other words."""
    return wordings(small_ask(host, material, rng).prompt, host, material, effort, rng)


def _report(host: Work, material: Material, rng: Generator) -> Step:
    drawn = [material.step(host, rng, "talk") for _ in range(3)]
    said = [step for step in drawn if step is not None]
    return max(said, key=lambda step: step.chars) if said else Step((reply(material.reply(host, rng) or "ok"),))


def _next(report: Step, host: Work, material: Material, effort: Effort, rng: Generator) -> Step:
    """The next run's report: the last one with other numbers, in other words, or somebody else's."""
    if effort.wording == "borrowed":
        return _report(host, material, rng)
    said = next((p.turn.text or "" for p in reversed(report.pieces) if p.turn.kind == "message"), "")
    if effort.wording == "verbatim" and effort.text == "borrowed":
        return copied(report)
    return Step((reply(reworded(said, rng) if effort.wording == "reworded" else counted_on(said, rng)),))


def _ran(step: Step, effort: Effort, rng: Generator) -> Step:
    """The same command, which prints the same, but for a time taken or a count."""
    if effort.clock == "even" or not step.results:
        return copied(step)
    return with_result(copied(step), counted_on(step.results[-1].text or "", rng))
