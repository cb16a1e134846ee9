"""What honest work leads to: the result is written down, tried, or gone on from, by the host's own asks and steps."""

from collections.abc import Callable, Sequence
from typing import overload

from numpy.random import Generator

from padding.asks import own_asks
from padding.clock import Clock
from padding.documents import ways, written
from padding.effort import Effort
from padding.envelope import ask_of, typed
from padding.long_texts import whole
from padding.material import Material
from padding.parts import copied, reply
from padding.strategy import has_results
from padding.versions import extract
from padding.wishes import beside
from padding.work import Exchange, Step, Work

_MOST_CHARS = 2000


class Late(Sequence[Exchange]):
    """An ending of one exchange that is made when the work before it is known."""

    def __init__(self, made: Callable[[], Exchange]) -> None:
        self._made = made

    def __len__(self) -> int:
        return 1

    @overload
    def __getitem__(self, place: int) -> Exchange: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Exchange]: ...

    def __getitem__(self, place: int | slice) -> Exchange | Sequence[Exchange]:
        if isinstance(place, slice):
            return [self._made()][place]
        if place not in (0, -1):
            raise IndexError(place)
        return self._made()


def used(text: str, host: Work, material: Material, effort: Effort, rng: Generator, often: float = 0.6) -> Exchange:
    """An ask of the host's in which the text is put to use: written to a file where the agent can, else handed back."""
    clock = Clock(host, material, effort, rng)
    own = own_asks(host)
    asked = ask_of(own[int(rng.random() * len(own))])[:_MOST_CHARS]
    shown = ways(host, material, rng) if has_results(host) and rng.random() < often else []
    done = (written(text[:_MOST_CHARS], shown, rng), *acted(host, material, rng)) if shown else ()
    if not done:
        asked = beside(asked, whole(text[:_MOST_CHARS]), rng)
    steps = (*done, Step((reply(extract(text, rng) or text[:200] or "ok"),)))
    return Exchange((typed(asked, host, clock.pause(len(text), len(asked)), rng),), steps)


def acted(host: Work, material: Material, rng: Generator) -> tuple[Step, ...]:
    """A change and a check of it, the host's own where it has them; nothing where no tool is at hand."""
    if not has_results(host):
        return ()
    ending = []
    for actions in (("edit", "write"), ("test", "run")):
        own = [step for action in actions for step in Material.own_steps(host, action)]
        step = copied(own[-1]) if own else material.step(host, rng, *actions)
        if step is not None:
            ending.append(step)
    return tuple(ending)
