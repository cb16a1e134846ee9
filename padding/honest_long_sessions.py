"""Honest long sessions: going on because there is more to do, answers in parts, passages discussed, hard small asks.

The twins of `padding/context_snowball.py` and `padding/costliest_setting.py`: what comes is new, and it is taken up.
"""

from collections.abc import Iterator

from numpy.random import Generator

from padding.clock import Clock
from padding.context_snowball import more_words
from padding.effort import Effort
from padding.errands import Desk
from padding.material import Material
from padding.mixing import mixed
from padding.parts import copied, prompt, reply
from padding.small_talk import large_ask, small_asks, thoughts
from padding.strategy import has_results, strategy
from padding.taking_up import acted_on, finding, named, told_of
from padding.work import Exchange, Step, Work

_LONGEST_PART = 3000


@strategy("honest_long_sessions", twin="all_read_again", honest=True, suits=has_results)
def long_session_that_goes_on(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A task that takes long is gone on with, "continue" for "continue": each time other work, which ends in a test."""

    def going_on() -> Iterator[Exchange]:
        desk, clock = Desk(host, material, rng), Clock(host, material, effort, rng)
        words = more_words(host, material, effort, rng)
        steps = [step for step in host.steps if step.results]
        while True:
            start = int(rng.random() * len(steps))
            own = [copied(step) for step in steps[start : start + 1 + int(rng.random() * 8)]]
            last = desk.some("test", "run", "read")
            work = (*own, *acted_on(own[-1], desk), last)
            told, word = told_of(work, desk), next(words)
            yield Exchange((prompt(word, clock.pause(told.chars, len(word))),), (*work, told))

    return mixed(host, going_on(), material, effort, rng)


@strategy("honest_long_sessions", twin="pinged_on_a_timer", honest=True, suits=has_results)
def nudged_while_it_works(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Somebody asks now and then whether it still goes on, and gets an answer from work that did go on."""

    def nudges() -> Iterator[Exchange]:
        desk, clock = Desk(host, material, rng), Clock(host, material, effort, rng)
        words = more_words(host, material, effort, rng)
        while True:
            work = [desk.some("run", "test", "read", "edit") for _ in range(max(0, int(rng.random() * 9) - 6))]
            told, word = told_of(work, desk), next(words)
            yield Exchange((prompt(word, clock.pause(told.chars, len(word))),), (*work, told))

    return mixed(host, nudges(), material, effort, rng)


@strategy("honest_long_sessions", twin="told_to_continue", honest=True)
def answer_in_parts(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A long answer is read part by part, "continue" for "continue", each part beginning where the last one ended."""

    def parts() -> Iterator[Exchange]:
        clock, words = Clock(host, material, effort, rng), more_words(host, material, effort, rng)
        while True:
            told = max((material.reply(host, rng) or "ok" for _ in range(4)), key=len)
            size = 200 + int(rng.random() * _LONGEST_PART)
            for place in range(0, len(told), size):
                part, word = told[place : place + size], next(words)
                yield Exchange(
                    (prompt(word, clock.pause(len(part), len(word))),), (_saying(part, host, material, rng),)
                )

    return mixed(host, parts(), material, effort, rng)


@strategy("honest_long_sessions", twin="quoted_back", honest=True)
def passages_discussed(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Somebody pastes a passage of the last answer with a question about it, and the next answer keeps to it."""

    def passages() -> Iterator[Exchange]:
        desk, clock = Desk(host, material, rng), Clock(host, material, effort, rng)
        few = [exchange.prompt for exchange in small_asks(host, material, rng)]
        last = material.reply(host, rng) or "ok"
        while True:
            start = int(rng.random() * len(last) * 0.6)
            passage = last[start : start + 100 + int(rng.random() * 3000)]
            asked = few[int(rng.random() * len(few))]
            said = material.step(host, rng, "talk") or Step((reply(material.reply(host, rng) or "ok"),))
            told = named(Step(said.pieces), finding(passage), desk)
            text = f"{passage}\n\n{asked}" if rng.random() < 0.5 else f"{asked}\n\n{passage}"
            yield Exchange((prompt(text, clock.pause(told.chars, len(asked))),), (told,))
            last = next((p.turn.text or "" for p in reversed(told.pieces) if p.turn.text), last)

    return mixed(host, passages(), material, effort, rng)


@strategy("honest_long_sessions", twin="long_thoughts_for_a_line", honest=True, suits=has_results)
def small_ask_that_was_hard(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A short question needs long thoughts, looks and tests, and its answer names what they brought to light."""

    def asks() -> Iterator[Exchange]:
        desk, clock = Desk(host, material, rng), Clock(host, material, effort, rng)
        thinking, small = thoughts(host, material, rng), [*small_asks(host, material, rng), large_ask(host)]
        while True:
            ask = small[int(rng.random() * len(small))]
            looks = [desk.some("read", "search", "test", "run") for _ in range(max(0, int(rng.random() * 10) - 5))]
            steps = [Step((next(thinking), *look.pieces)) for look in looks]
            work = [*steps, *(acted_on(steps[-1], desk) if steps else ())]
            told = named(told_of(work, desk), finding(ask.prompt), desk)
            told = told if steps else Step((next(thinking), *told.pieces))
            yield Exchange((prompt(ask.prompt, clock.pause(told.chars, len(ask.prompt))),), (*work, told))

    return mixed(host, asks(), material, effort, rng)


def _saying(text: str, host: Work, material: Material, rng: Generator) -> Step:
    """A step that says this, after such thoughts as other answers came from."""
    said = material.step(host, rng, "talk")
    thinking = [piece for piece in said.pieces if piece.turn.kind == "thinking"] if said is not None else []
    return Step((*thinking, reply(text)))
