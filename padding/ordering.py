"""Real work and what was added to it, in an order that a strategy chooses instead of chance."""

from collections.abc import Callable, Sequence
from itertools import chain

from msgspec.structs import replace
from numpy.random import Generator

from padding.budget import body, head
from padding.material import Material
from padding.parts import paused
from padding.work import Exchange, Work

Order = Callable[[Sequence[Exchange], Sequence[Exchange]], list[Exchange]]
"""Real exchanges and added exchanges, put in an order."""


def afterwards(real: Sequence[Exchange], added: Sequence[Exchange]) -> list[Exchange]:
    """First the one, then the other."""
    return [*real, *added]


def ordered(work: Work, order: Order, material: Material, rng: Generator) -> Work:
    """A mixed work with its real and its added exchanges in another order, and pauses where they now meet."""
    parts = body(work)
    real = [part for part in parts if not _added(part)]
    goodbye = [real.pop()] if real and not real[-1].steps else []  # nobody answered it, and nothing follows it
    put = [*order(real, [part for part in parts if _added(part)]), *goodbye]
    if not put:
        return work
    first = next(iter(parts[0].pieces)).gap
    put = [paused(put[0], first), *(_seamed(part, material, work, rng) for part in put[1:])]
    opening = (*head(work), *put[0].opening)
    return replace(work, exchanges=(Exchange(opening, put[0].steps), *put[1:]))


def _seamed(part: Exchange, material: Material, work: Work, rng: Generator) -> Exchange:
    """What once came first comes after a pause now."""
    gap = next(iter(part.pieces)).gap
    return part if gap is None or gap > 0.0 else paused(part, material.pause(work, rng))


def _added(part: Exchange) -> bool:
    return next(chain(part.opening, (p for step in part.steps for p in step.pieces))).padding
