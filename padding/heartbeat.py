"""Heartbeat: something that says no more than "still there", on a timer. Public tools keep quotas warm in this way."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from numpy.random import Generator

from padding import grammar
from padding.clock import Clock
from padding.effort import Effort
from padding.errands import Desk, has_shell
from padding.material import Material
from padding.mixing import mixed, spun
from padding.parts import copied, prompt
from padding.rewording import wordings
from padding.small_talk import short_reply, small_ask, small_asks
from padding.strategy import has_results, strategy
from padding.work import Exchange, Step, Work

_T = TypeVar("_T")
_PERIODS = (300.0, 600.0, 900.0, 1800.0, 3600.0)
_WAITS = (5, 10, 15, 20, 30, 60)
_BEATS = ("echo ok", "echo alive", "pwd", "true", "whoami", "echo ping", "uptime | wc -l", "ls | head -n 1")


@strategy("heartbeat", twin="nudged_while_it_works")
def pinged_on_a_timer(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A script says hello on a timer and is answered in a few words; public tools keep quotas warm in this way."""

    def beats() -> Iterator[Exchange]:
        clock = Clock(host, material, effort, rng)
        like = next((exchange.prompt for exchange in host.exchanges if exchange.asked), "")
        few = small_asks(host, material, rng, 4)[: 1 if effort.wording == "verbatim" else 4]
        said = grammar.heartbeat(like, rng) or "."
        while True:
            if effort.text == "made":
                said = said if effort.wording == "verbatim" else grammar.heartbeat(like, rng) or "."
                text, told = said, short_reply(host, material, effort, rng, like)
            else:
                small = _pick(few, rng)
                text, told = small.prompt, copied(small.steps[-1])
            yield Exchange((prompt(text, clock.pause(told.chars, len(text))),), (told,))

    return mixed(host, beats(), material, effort, rng)


@strategy("heartbeat", twin="scheduled_check_that_acts", suits=has_results)
def scheduled_heartbeat(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A scheduler sends an agent the same order again and again; it looks where it always looks and finds the same."""
    return mixed(host, _scheduled(host, material, effort, rng), material, effort, rng)


@strategy("heartbeat", twin="waiting_for_a_real_process", suits=has_shell)
def beating_in_the_shell(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """An agent told to stay alive runs commands that do nothing, between sleeps; burners keep sessions open so."""

    def beats() -> Iterator[Step]:
        desk = Desk(host, material, rng)
        wait, beat, often = _pick(_WAITS, rng), _pick(_BEATS, rng), float(rng.uniform(0.1, 0.6))
        while True:
            if effort.clock != "even":
                wait = _pick(_WAITS, rng)
            if effort.wording in ("shuffled", "reworded"):
                beat = _pick(_BEATS, rng)
            yield desk.run(
                f"sleep {wait} && {beat}", f"Wait {wait} seconds", _printed(beat, desk), 2 * wait + rng.exponential(2.0)
            )
            if rng.random() < often:
                yield (
                    desk.some("read", "search")
                    if effort.wording == "borrowed"
                    else short_reply(host, material, effort, rng)
                )

    return spun(host, beats(), material, effort, rng)


def _scheduled(host: Work, material: Material, effort: Effort, rng: Generator) -> Iterator[Exchange]:
    desk = Desk(host, material, rng)
    clock = Clock(host, material, effort, rng, _pick(_PERIODS, rng))
    order = small_ask(host, material, rng).prompt if effort.text == "borrowed" else grammar.heartbeat("", rng) or "."
    texts = wordings(order, host, material, effort, rng)
    looks = [
        desk.some("read", "search", "run", "plan", "other") for _ in range(1 + int(rng.random() * min(3, desk.room)))
    ]
    last = short_reply(host, material, effort, rng, order)
    typed = rng.random() < 0.5
    while True:
        text = next(texts)
        steps = tuple(copied(step) for step in looks if effort.wording != "borrowed" or rng.random() < 0.8)
        last = short_reply(host, material, effort, rng, order) if effort.wording != "verbatim" else copied(last)
        yield Exchange((prompt(text, clock.pause(last.chars, 0), typed),), (*steps, last))


def _printed(beat: str, desk: Desk) -> str:
    words = beat.split()
    if words[0] == "echo":
        return words[1]
    return {"pwd": desk.folder() or "/", "whoami": "root", "uptime": "1", "ls": desk.name()}.get(words[0], "")


def _pick(values: Sequence[_T], rng: Generator) -> _T:
    return values[int(rng.random() * len(values))]
