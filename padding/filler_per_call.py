"""Filler per call: every call carries a block that has nothing to do with it. Public tools burn tokens in this way."""

from collections.abc import Callable, Iterator

from numpy.random import Generator

from padding.asks import own_asks, scattered
from padding.clock import Clock
from padding.effort import Effort
from padding.envelope import ask_of, typed
from padding.grammar import nonsense, salad
from padding.long_texts import document, room
from padding.material import Material
from padding.mixing import mixed, spun
from padding.parts import copied_exchange, repeated, with_result
from padding.rewording import shuffled
from padding.strategy import has_results, strategy
from padding.versions import sentences, varied
from padding.wishes import beside
from padding.work import Exchange, Step, Work

_MOST_TURNS = 8
_MOST_BLOCK, _MOST_OWN = 1700, 600


@strategy("filler_per_call", twin="instructions_with_each_item")
def one_block_with_each_prompt(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """The same block stands beside every prompt; token burners on GitHub send one to make each call dear."""
    block = _block(host, material, effort, rng)
    return mixed(host, _carried(lambda: _again(block, effort, rng), host, material, effort, rng), material, effort, rng)


@strategy("filler_per_call", twin="instructions_with_each_item")
def another_block_with_each_prompt(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Each prompt carries other filler, so that no two calls are alike and no cache helps: burners offer it."""
    return mixed(
        host,
        _carried(lambda: _block(host, material, effort, rng), host, material, effort, rng),
        material,
        effort,
        rng,
    )


@strategy("filler_per_call", twin="banner_before_each_result", suits=has_results)
def block_in_each_result(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """An agent's commands print a block besides what they do; engineers report padded start-up files and hooks."""
    block = _block(host, material, effort, rng)[:_MOST_BLOCK]
    few = _some(host, rng)

    def steps() -> Iterator[Step]:
        while True:
            step = few[int(rng.random() * len(few))]
            own = (step.results[-1].text or "")[-_MOST_OWN:]
            yield with_result(repeated(step, rng), f"{_again(block, effort, rng)}\n{own}")

    return spun(host, steps(), material, effort, rng)


def _carried(
    block: Callable[[], str], host: Work, material: Material, effort: Effort, rng: Generator
) -> Iterator[Exchange]:
    """Asks of the host's or of others, answered as they were, each with a block beside it."""
    clock = Clock(host, material, effort, rng)
    own = own_asks(host)
    few = [own[int(rng.random() * len(own))] for _ in range(3)]
    others = scattered(host, material, rng, _MOST_TURNS)
    read = 400
    while True:
        asked = copied_exchange(few[int(rng.random() * len(few))]) if effort.wording == "verbatim" else next(others)
        text = beside(ask_of(asked), block(), rng)
        yield Exchange((typed(text, host, clock.pause(read, len(ask_of(asked))), rng),), asked.steps)
        read = asked.steps[-1].chars


def _block(host: Work, material: Material, effort: Effort, rng: Generator) -> str:
    """Filler: a few sentences again and again, words in random order, or texts of other sessions."""
    chars = room(host, material, effort, 8 + int(rng.random() * 16))
    text = document(host, material, chars, rng)
    if effort.text == "borrowed":
        return text
    if rng.random() < 0.4:
        few = sentences(text)[: 1 + int(rng.random() * 3)] or [nonsense(60, rng)]
        return "".join(few * (1 + chars // max(1, sum(map(len, few)))))[:chars].rstrip()
    return salad([text], chars, rng) if rng.random() < 0.6 else nonsense(chars, rng)


def _again(block: str, effort: Effort, rng: Generator) -> str:
    """The block once more, changed as far as the person takes the trouble."""
    if effort.wording == "shuffled":
        return shuffled(block, rng)
    return varied(block, rng) if effort.wording == "reworded" else block


def _some(host: Work, rng: Generator) -> list[Step]:
    own = Material.own_steps(host, "run", "test", "search", "read", "other")
    own = own or [step for step in host.steps if step.calls and step.results]
    return [own[int(rng.random() * len(own))] for _ in range(1 + int(rng.random() * 6))]
