"""Mixed: real work with padding before, after or between, of one kind or of several.

Only what comes later tells such a session from honest work that goes on to something else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from numpy.random import Generator

from padding.budget import body
from padding.camouflaged_human import scripted_topic_chain, somebody_elses_prompts
from padding.clock import Clock
from padding.effort import Effort
from padding.envelope import ask_of, typed
from padding.material import Material
from padding.mixing import mixed
from padding.ordering import afterwards, ordered
from padding.parts import copied_exchange, paused
from padding.rewording import wordings
from padding.strategy import Edit, has_results, strategy
from padding.tool_spinning import polling_nothing, reading_the_same_files, testing_again, wandering_without_aim
from padding.verbatim_loop import same_prompt, same_prompt_at_once
from padding.work import Exchange, Step, Work

DRAWN_FROM = ("camouflaged_human", "tool_spinning", "verbatim_loop")
"""Families that mixed sessions and padded users draw their padding from: leave these out together with any of them."""

_TALKING: tuple[Edit, ...] = (same_prompt, same_prompt_at_once, scripted_topic_chain, somebody_elses_prompts)
_SPINNING: tuple[Edit, ...] = (polling_nothing, reading_the_same_files, testing_again, wandering_without_aim)
_LEAST_UNITS = 3


@strategy("mixed", twin="going_on_to_something_else")
def another_second_half(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Real work comes first, and when it is done the session is run on with padding until the quota is reached."""
    units = drawn(host, material, effort, rng, 1)
    return ordered(mixed(host, units, material, effort, rng), afterwards, material, rng)


@strategy("mixed", twin="something_else_in_between")
def warmed_up_and_run_out(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Padding before the work and after it, the two of different kinds; the work stands in the middle, whole."""
    cut = float(rng.uniform(0.2, 0.8))

    def around(real: Sequence[Exchange], padding: Sequence[Exchange]) -> list[Exchange]:
        place = round(cut * len(padding))
        return [*padding[:place], *real, *padding[place:]]

    return ordered(mixed(host, drawn(host, material, effort, rng, 2), material, effort, rng), around, material, rng)


@strategy("mixed", twin="something_else_in_between")
def a_little_after_each_answer(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Small padding between all real asks: the person works, and feeds the counter while reading the answers."""

    def between(real: Sequence[Exchange], padding: Sequence[Exchange]) -> list[Exchange]:
        ends = [(n + 1) / (len(real) + 0.5) for n in range(len(real))]
        spread = [(n + rng.random()) / len(padding) for n in range(len(padding))]
        placed = sorted([*zip(ends, real, strict=True), *zip(spread, padding, strict=True)], key=lambda pair: pair[0])
        return [exchange for _, exchange in placed]

    units = drawn(host, material, effort, rng, 1, most=10)
    return ordered(mixed(host, units, material, effort, rng), between, material, rng)


@strategy("mixed", twin="something_else_in_between")
def several_ways_at_once(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Padding of three to five kinds in one session: whatever a burner's menu offers, so that no rule sees enough."""
    return mixed(host, drawn(host, material, effort, rng, 3 + int(rng.random() * 3)), material, effort, rng)


def drawn(
    host: Work, material: Material, effort: Effort, rng: Generator, kinds: int, most: int = 40
) -> Iterator[Exchange]:
    """Padding made by so many other strategies, some of one after some of the next, without end."""
    menu = (*_TALKING, *_SPINNING, *_SPINNING) if has_results(host) else _TALKING  # agents spin more often
    chosen = list(dict.fromkeys(menu[place] for place in rng.permutation(len(menu)).tolist()))[:kinds]
    clock = Clock(host, material, effort, rng)
    odds = effort.share / max(1 - effort.share, 0.01)
    most = max(4, min(most, int(host.size * odds / _LEAST_UNITS)))
    while True:
        for edit in chosen:
            for part in _stretch(edit, host, material, effort, rng):
                for exchange in _cut(copied_exchange(part), most, host, material, effort, rng):
                    gap = next(iter(exchange.pieces)).gap
                    yield exchange if gap else paused(exchange, clock.pause(400, len(ask_of(exchange))))


def _stretch(edit: Edit, host: Work, material: Material, effort: Effort, rng: Generator) -> list[Exchange]:
    """A short session of nothing but this padding, without its head."""
    pure = replace(effort, share=1.0, length=min(effort.length, 0.4) * float(rng.random()))
    return [exchange for exchange in body(edit(host, material, pure, rng)) if exchange.steps]


def _cut(
    part: Exchange, most: int, host: Work, material: Material, effort: Effort, rng: Generator
) -> Iterator[Exchange]:
    """A long run in runs of at most so many turns, each asked for again."""
    texts = wordings(ask_of(part), host, material, effort, rng)
    steps: list[Step] = []
    opening = part.opening
    for step in part.steps:
        if steps and sum(each.size for each in steps) + step.size > most:
            yield Exchange(opening, tuple(steps))
            steps = []
            opening = (typed(next(texts), host, None, rng),)
        steps.append(step)
    yield Exchange(opening, tuple(steps))
