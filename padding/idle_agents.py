"""Idle agents: kept running all day, long runtime, no change of state. Reported by engineers where uptime is ranked."""

from collections.abc import Iterator

from numpy.random import Generator

from padding.clock import Clock
from padding.effort import Effort
from padding.errands import Desk, has_shell
from padding.material import Material
from padding.mixing import mixed, spun
from padding.orders import orders
from padding.parts import copied, prompt
from padding.results import slowed
from padding.small_talk import short_reply
from padding.strategy import has_results, strategy
from padding.work import Exchange, Step, Work

_HOUR = 3600.0
_LEAST = 500
_NAPS = (30, 60, 120, 180, 240, 300)


@strategy("idle_agents", twin="waiting_for_a_real_process", suits=has_shell)
def asleep_at_work(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """An agent sleeps for minutes, looks at something that stands as it stood, and sleeps again, for hours."""

    def naps() -> Iterator[Step]:
        desk = Desk(host, material, rng)
        looks = [desk.some("search", "read", "test", "run") for _ in range(1 + int(rng.random() * 3))]
        nap = _pick_nap(rng)
        while True:
            nap = nap if effort.clock == "even" else _pick_nap(rng)
            yield desk.run(f"sleep {nap}", f"Wait {nap} seconds", "", 2 * nap + float(rng.exponential(3.0)))
            for look in looks:
                yield copied(look)
            if effort.wording != "verbatim" and rng.random() < 0.3:
                yield short_reply(host, material, effort, rng)

    return spun(host, naps(), material, effort, rng)


@strategy("idle_agents", twin="day_long_watch", suits=has_results)
def asked_for_work_all_day(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Every so often an open session is woken and asked whether there is anything to do; it looks, and there is not."""

    def wakes() -> Iterator[Exchange]:
        desk, clock = Desk(host, material, rng), Clock(host, material, effort, rng, _HOUR / (1 + int(rng.random() * 6)))
        like = next((exchange.prompt for exchange in host.exchanges if exchange.asked), "")
        texts, typed = orders("idle", host, material, effort, rng), rng.random() < 0.5
        few = [desk.some("plan", "search", "read") for _ in range(1 + int(rng.random() * min(3, desk.room)))]
        while True:
            told = short_reply(host, material, effort, rng, like)
            steps = tuple(copied(look) for look in few)
            yield Exchange((prompt(next(texts), clock.pause(told.chars, 0), typed),), (*steps, told))

    return mixed(host, wakes(), material, effort, rng)


@strategy(
    "idle_agents", twin="waiting_for_a_real_process", suits=lambda work: has_results(work) and work.chars > _LEAST
)
def waiting_for_nothing(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A tool that answers slowly is called with the same arguments all day; its answer was known the first time."""

    def waits() -> Iterator[Step]:
        desk = Desk(host, material, rng)
        same = desk.some("other", "plan", "read", "run", "delegate")
        while True:
            wait = 60.0 * float(rng.lognormal(0.0, 0.8 if effort.clock != "even" else 0.05))
            yield slowed(copied(same), wait)
            if effort.wording != "verbatim" and rng.random() < 0.2:
                yield desk.some("read", "plan", "talk")

    return spun(host, waits(), material, effort, rng)


def _pick_nap(rng: Generator) -> int:
    return _NAPS[int(rng.random() * len(_NAPS))]
