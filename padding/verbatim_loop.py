"""Verbatim loop: the same prompt again and again, one after the other or several at once. Public tools do this."""

from collections.abc import Iterator

from numpy.random import Generator

from padding.clock import Clock
from padding.effort import Effort
from padding.material import Material
from padding.mixing import mixed
from padding.parts import copied, prompt
from padding.rewording import wordings
from padding.strategy import strategy
from padding.work import Exchange, Step, Work

_MOST_TURNS = 24
_LONGEST = 4000


@strategy("verbatim_loop", twin="harness_trials")
def same_prompt(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """One ask of the host's, sent again when it was answered; reported by the press, and done by public scripts."""
    return mixed(host, _asked_again(host, material, effort, rng), material, effort, rng)


@strategy("verbatim_loop", twin="harness_trials")
def same_prompt_at_once(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Several copies of one prompt within a second, answered one after the other: burners that send concurrently."""
    return mixed(host, _sent_at_once(host, material, effort, rng), material, effort, rng)


def _asked_again(host: Work, material: Material, effort: Effort, rng: Generator) -> Iterator[Exchange]:
    clock = Clock(host, material, effort, rng)
    asked = _asked(host, rng)
    texts = wordings(asked.prompt[:_LONGEST], host, material, effort, rng)
    read = 400
    for text in texts:
        steps = _answers(asked, host, material, effort, rng)
        yield Exchange((prompt(text, clock.pause(read, 0)),), steps)
        read = steps[-1].chars


def _sent_at_once(host: Work, material: Material, effort: Effort, rng: Generator) -> Iterator[Exchange]:
    clock = Clock(host, material, effort, rng)
    asked = _asked(host, rng)
    texts = wordings(asked.prompt[:_LONGEST], host, material, effort, rng)
    while True:
        at_once = 2 + int(rng.random() * 6)
        first = prompt(next(texts), clock.pause())
        others = (prompt(next(texts), float(rng.exponential(0.15))) for _ in range(at_once - 1))
        steps = [step for _ in range(at_once) for step in _answers(asked, host, material, effort, rng)[-1:]]
        yield Exchange((first, *others), tuple(steps))


def _asked(host: Work, rng: Generator) -> Exchange:
    """An ask of the host's; a short one if there is any."""
    asked = [exchange for exchange in host.exchanges if exchange.asked]
    short = [exchange for exchange in asked if exchange.size <= _MOST_TURNS and exchange.prompt]
    return _pick(short or asked, rng)


def _answers(asked: Exchange, host: Work, material: Material, effort: Effort, rng: Generator) -> tuple[Step, ...]:
    """What comes back: steps of the first answer, or those of another session's exchange, as the sampling falls."""
    first = asked.steps[-1 - int(rng.random() * min(3, len(asked.steps))) :]
    if effort.text == "made" or rng.random() < 0.4:
        return tuple(copied(step) for step in first)
    other = material.exchange(host, rng, _MOST_TURNS)
    said = material.step(host, rng, "talk")
    if said is None and other is None:
        return tuple(copied(step) for step in first)
    if said is None or (other is not None and rng.random() < 0.3):
        return other.steps if other is not None else ()
    return (*(copied(step) for step in first[:-1]), said)


def _pick(values: list[Exchange], rng: Generator) -> Exchange:
    return values[int(rng.random() * len(values))]
