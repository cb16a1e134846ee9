"""Padding mixed into real work at a share, within the lengths of genuine sessions: every strategy goes through here."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec.structs import replace
from numpy.random import Generator

from padding.budget import Budget, body, head
from padding.effort import Effort
from padding.fuller import Fuller
from padding.material import Material
from padding.parts import copied, foreign, padding_exchange, padding_step, paused
from padding.work import Exchange, Step, Work, whole


def mixed(
    host: Work,
    units: Iterator[Exchange],
    material: Material,
    effort: Effort,
    rng: Generator,
    ending: Sequence[Exchange] = (),
) -> Work:
    """Real exchanges of the host with padding exchanges before, after or between them, at the effort's share.

    `ending` comes after the last of them, which then stand in one stretch: what an honest look-alike leads to.
    """
    budget = Budget(host, material, effort, rng)
    fuller = Fuller(host, material, rng)
    marked = map(padding_exchange, map(fuller.exchange, units))
    padding = budget.taken(marked)
    kept = budget.kept(padding)
    padding = [*budget.settled(padding, kept, marked), *map(padding_exchange, map(fuller.exchange, ending))]
    runs = [(0, len(padding))] if ending else _runs(len(padding), rng)
    last = len(kept) - (bool(kept) and not kept[-1].steps)  # nothing follows a goodbye that nobody answered
    places = sorted(int(rng.random() * (last + 1)) for _ in runs)
    exchanges: list[Exchange] = []
    for place in range(len(kept) + 1):
        for (start, end), at in zip(runs, places, strict=True):
            if at == place:
                exchanges += padding[start:end]
        if place < len(kept):
            exchanges.append(_seamed(kept[place], bool(exchanges), material, host, rng))
    return _headed(host, exchanges)


def spun(
    host: Work,
    units: Iterator[Step],
    material: Material,
    effort: Effort,
    rng: Generator,
    ending: Sequence[Step] = (),
) -> Work:
    """Real exchanges of the host with padding steps between their steps: an agent that was left to itself.

    Padding steps keep their order, as one may depend on another, and none comes after an exchange's last step, so that
    exchanges end as theirs do. Where nothing else is kept, the host's own ask opens the session.
    `ending` is as in `mixed`.
    """
    budget = Budget(host, material, effort, rng)
    fuller = Fuller(host, material, rng)
    marked = map(padding_step, fuller.steps(units))
    padding = budget.taken(marked)
    kept = budget.kept(padding)
    padding = [*budget.settled(padding, kept, marked), *map(padding_step, fuller.steps(ending))]
    slots = [(n, m) for n, exchange in enumerate(kept) for m in _before(exchange)]
    if not slots:
        return _headed(host, [*kept, _asked(host, padding, bool(ending))])
    runs = [(0, len(padding))] if ending else _runs(len(padding), rng)
    places = sorted(int(rng.random() * len(slots)) for _ in runs)
    at: dict[tuple[int, int], list[Step]] = {}
    for (start, end), place in zip(runs, places, strict=True):
        at.setdefault(slots[place], []).extend(padding[start:end])
    exchanges = []
    for n, exchange in enumerate(kept):
        steps: list[Step] = []
        for m, step in enumerate(exchange.steps):
            steps += [*at.get((n, m), ()), step]
        exchanges.append(_seamed(Exchange(exchange.opening, tuple(steps)), n > 0, material, host, rng))
    return _headed(host, exchanges)


def _before(exchange: Exchange) -> range:
    """The steps that something can be put before: any but the first, or that one where it is the only one."""
    return range(min(1, len(exchange.steps) - 1), len(exchange.steps)) if exchange.steps else range(0)


def _asked(host: Work, padding: list[Step], ended: bool) -> Exchange:
    """Padding that one of the host's own asks sets off, with the host's last word where it does not end in one."""
    asked = next((exchange for exchange in body(host) if exchange.asked), Exchange())
    opening = tuple(replace(foreign(piece), padding=True) for piece in asked.opening)
    words = (step for step in (*reversed(asked.steps), *host.steps) if not step.calls and whole(step))
    said = [] if ended and not padding[-1].calls else list(words)[:1]
    return Exchange(opening, (*padding, *(padding_step(copied(step)) for step in said)))


def _seamed(exchange: Exchange, later: bool, material: Material, host: Work, rng: Generator) -> Exchange:
    """A session's first prompt comes after no pause; where something now stands before it, it gets one."""
    first = next(iter(exchange.pieces))
    if not later or first.gap is None or first.gap > 0 or first.turn.role != "user":
        return exchange
    return paused(exchange, material.pause(host, rng))


def _headed(host: Work, exchanges: list[Exchange]) -> Work:
    """The exchanges after the host's head, the first one as soon after it as the host's own."""
    start, own = head(host), body(host)
    if not exchanges:
        return Work(host.header, (Exchange(start),) if start else (), host.anchor)
    first = exchanges[0]
    if start and own and first.size:
        first = paused(first, next(iter(own[0].pieces)).gap)
    return Work(host.header, (Exchange((*start, *first.opening), first.steps), *exchanges[1:]), host.anchor)


def _runs(count: int, rng: Generator) -> list[tuple[int, int]]:
    """One to four stretches that the padding falls into."""
    if count == 0:
        return []
    cuts = {int(rng.random() * count) for _ in range(int(rng.random() * 4))} - {0}
    return list(pairwise([0, *sorted(cuts), count]))
