"""Context snowball: never clear, never compact, "continue"; every call pays for all of it. Public tools do it."""

from collections.abc import Iterator

from numpy.random import Generator

from padding import grammar
from padding.clock import Clock
from padding.effort import Effort
from padding.errands import Desk
from padding.material import Material
from padding.mixing import mixed, spun
from padding.parts import copied, prompt, reply
from padding.rewording import reworded
from padding.small_talk import small_asks
from padding.strategy import has_results, strategy
from padding.work import Exchange, Step, Work

_QUOTED = 6000
_MOST_SAID = 12
_MOST_ROUND = 14


@strategy("context_snowball", twin="answer_in_parts")
def told_to_continue(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """The word "continue" is typed again and again, and most of what comes was said before; a known public trick."""

    def going_on() -> Iterator[Exchange]:
        clock = Clock(host, material, effort, rng)
        words = more_words(host, material, effort, rng)
        said = [_said(host, material, rng)]
        while True:
            told, word = _again(said, host, material, effort, rng), next(words)
            yield Exchange((prompt(word, clock.pause(told.chars, len(word))),), (told,))

    return mixed(host, going_on(), material, effort, rng)


@strategy("context_snowball", twin="passages_discussed")
def quoted_back(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Each prompt pastes the answers so far back in and asks for more, so that even the prompts grow; scripts do it."""

    def growing() -> Iterator[Exchange]:
        clock = Clock(host, material, effort, rng)
        words = more_words(host, material, effort, rng)
        said = [_said(host, material, rng)]
        while True:
            word = next(words)
            heap = "\n\n".join(_text(step) for step in said)[-_QUOTED:]
            heap = heap if effort.wording == "verbatim" else _otherwise(heap, effort, rng)
            told = _again(said, host, material, effort, rng)
            text = f"{heap}\n\n{word}" if rng.random() < 0.5 else f"{word}\n\n{heap}"
            yield Exchange((prompt(text, clock.pause(told.chars, len(word))),), (told,))

    return mixed(host, growing(), material, effort, rng)


@strategy("context_snowball", twin="long_session_that_goes_on", suits=has_results)
def all_read_again(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """An agent reads one file, then that and a second, then those and a third: each round repeats all before it.

    The careful person lets rounds begin anywhere; what is read never changes.
    """

    def rounds() -> Iterator[Step]:
        desk = Desk(host, material, rng)
        read: list[Step] = []
        while True:
            read = [*read, desk.some("read", "search")][-_MOST_ROUND:]
            start = 0 if effort.wording == "verbatim" else int(rng.random() * len(read) * 0.5)
            yield from map(copied, read[start:])
            if rng.random() < 0.2:
                yield _said(host, material, rng)

    return spun(host, rounds(), material, effort, rng)


def more_words(host: Work, material: Material, effort: Effort, rng: Generator) -> Iterator[str]:
    """Prompts that only ask to go on: stock ones, or the shortest of a few that others typed."""
    like = next((exchange.prompt for exchange in host.exchanges if exchange.asked), "")
    few = [grammar.more(like, rng) for _ in range(4)]
    if effort.text == "borrowed":
        few = sorted((exchange.prompt for exchange in small_asks(host, material, rng, 4)), key=len)[:4]
    while True:
        yield few[0 if effort.wording == "verbatim" else int(rng.random() * len(few))]


def _said(host: Work, material: Material, rng: Generator) -> Step:
    return material.step(host, rng, "talk") or Step((reply(material.reply(host, rng) or "ok"),))


def _again(said: list[Step], host: Work, material: Material, effort: Effort, rng: Generator) -> Step:
    """Something said before, perhaps in other words, now and then something else, which then is said again too."""
    if len(said) < 2 or rng.random() < 0.25:
        said.append(_said(host, material, rng))
        del said[:-_MOST_SAID]
        return said[-1]
    step = copied(said[int(rng.random() * len(said))])
    if effort.wording == "verbatim":
        return step
    return Step((reply(_otherwise(_text(step), effort, rng)),))


def _otherwise(text: str, effort: Effort, rng: Generator) -> str:
    """The text with its paragraphs in another order, or in other words; what holds code keeps its order."""
    if effort.wording == "reworded" or "```" in text:
        return reworded(text, rng)
    parts = text.split("\n\n")
    return "\n\n".join(parts[place] for place in rng.permutation(len(parts)).tolist())


def _text(step: Step) -> str:
    spoken = [p.turn.text or "" for p in step.pieces if p.turn.kind == "message"]
    return spoken[-1] if spoken else ""
