"""Added steps that depend on one another (written, read, deleted), kept in the order in which they were done."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace
from numpy.random import Generator

from padding.effort import Effort
from padding.material import Material
from padding.mixing import spun
from padding.work import Exchange, Step, Work
from traces.schema import Turn


def in_turn(
    host: Work,
    units: Iterator[Step],
    material: Material,
    effort: Effort,
    rng: Generator,
    ending: Sequence[Step] = (),
) -> Work:
    """As `spun`, but no added step stands before one that was done earlier."""
    seen: dict[int, tuple[int, Turn]] = {}

    def numbered() -> Iterator[Step]:
        for number, step in enumerate(units):
            turn = replace(step.pieces[0].turn)  # an object of its own, by which the step is known again
            seen[id(turn)] = (number, turn)
            yield Step((replace(step.pieces[0], turn=turn), *step.pieces[1:]))

    work = spun(host, numbered(), material, effort, rng, ending)
    done = [step for step in work.steps if id(step.pieces[0].turn) in seen]
    following = iter(sorted(done, key=lambda step: seen[id(step.pieces[0].turn)][0]))
    exchanges = []
    for exchange in work.exchanges:
        steps = (next(following) if id(step.pieces[0].turn) in seen else step for step in exchange.steps)
        exchanges.append(Exchange(exchange.opening, tuple(steps)))
    return replace(work, exchanges=tuple(exchanges))
