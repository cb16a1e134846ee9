"""Costliest setting for nothing: trivial asks at the highest effort and model, answered after long thinking.

The model's name and its prices are the host's own; what shows is what was thought, planned and checked for a small ask.
"""

from collections.abc import Iterator

from numpy.random import Generator

from padding.clock import Clock
from padding.effort import Effort
from padding.errands import Desk
from padding.material import Material
from padding.mixing import mixed, spun
from padding.parts import copied, prompt
from padding.rewording import wordings
from padding.small_talk import answer, small_asks, thoughts
from padding.strategy import has_results, strategy
from padding.work import Exchange, Piece, Step, Work

_MOST_THOUGHTS = 6


@strategy("costliest_setting", twin="small_ask_that_was_hard")
def long_thoughts_for_a_line(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A one-line ask is thought about at length before its one-line answer; reported where effort is set to the top.

    Where the host shows no thoughts, the same is said aloud.
    """

    def asks() -> Iterator[Exchange]:
        clock, thinking = Clock(host, material, effort, rng), thoughts(host, material, rng)
        for text, told in _trivial(host, material, effort, rng):
            long = tuple(next(thinking) for _ in range(1 + int(rng.random() * _MOST_THOUGHTS)))
            said = tuple(piece for piece in told.pieces if piece.turn.kind != "thinking") or told.pieces
            yield Exchange((prompt(text, clock.pause(told.chars, len(text))),), (Step((*long, *said)),))

    return mixed(host, asks(), material, effort, rng)


@strategy("costliest_setting", twin="small_ask_that_was_hard", suits=has_results)
def checked_from_all_sides(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A one-line ask is planned, looked up, tested and checked again, after thinking each time, then answered."""

    def asks() -> Iterator[Exchange]:
        desk, clock = Desk(host, material, rng), Clock(host, material, effort, rng)
        thinking = thoughts(host, material, rng)
        for text, told in _trivial(host, material, effort, rng):
            checks = [
                desk.some("plan", "search", "test", "fetch", "read")
                for _ in range(1 + int(rng.random() * min(9, desk.room)))
            ]
            steps = tuple(_thought_over(step, thinking, rng) for step in checks)
            yield Exchange((prompt(text, clock.pause(told.chars, len(text))),), (*steps, told))

    return mixed(host, asks(), material, effort, rng)


@strategy("costliest_setting", twin="small_ask_that_was_hard", suits=has_results)
def second_thoughts(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Between its steps an agent thinks the same over and over, at the highest effort, then looks once more."""

    def doubts() -> Iterator[Step]:
        desk, thinking = Desk(host, material, rng), thoughts(host, material, rng)
        few = [next(thinking) for _ in range(2 + int(rng.random() * 4))]
        same = desk.some("read", "search", "test", "plan")
        while True:
            for _ in range(1 + int(rng.random() * 3)):
                thought = few[int(rng.random() * len(few))] if effort.wording == "verbatim" else next(thinking)
                yield Step((thought, *_calls(copied(same) if rng.random() < 0.5 else desk.some("read", "search"))))

    return spun(host, doubts(), material, effort, rng)


def _trivial(host: Work, material: Material, effort: Effort, rng: Generator) -> Iterator[tuple[str, Step]]:
    """Small asks and their answers: one, in as many words as the person finds, or several."""
    small = small_asks(host, material, rng)[: 1 if effort.wording == "verbatim" else None]
    while True:
        ask = small[int(rng.random() * len(small))]
        reworded = effort.wording in ("shuffled", "reworded")
        text = next(wordings(ask.prompt, host, material, effort, rng)) if reworded else ask.prompt
        yield text, answer(ask)


def _thought_over(step: Step, thinking: Iterator[Piece], rng: Generator) -> Step:
    return Step((next(thinking), *_calls(step))) if rng.random() < 0.7 else step


def _calls(step: Step) -> tuple[Piece, ...]:
    return tuple(piece for piece in step.pieces if piece.turn.kind != "thinking")
