"""How much padding and how much real work a session gets, so that its share and its length come out right."""

from collections.abc import Iterator
from typing import TypeVar

from numpy.random import Generator

from padding.effort import Effort
from padding.material import Material
from padding.work import Exchange, Piece, Step, Work

_PURE = 0.995
_LEAST = 300
_STARTS = 10
_Unit = TypeVar("_Unit", Exchange, Step)


def head(work: Work) -> tuple[Piece, ...]:
    """What every session of the host's kind begins with: system prompts and injected context, before the first ask."""
    if not work.exchanges:
        return ()
    opening = work.exchanges[0].opening
    asks = [place for place, piece in enumerate(opening) if piece.turn.role == "user"]
    typed = [place for place in asks if opening[place].turn.typed is not False]
    return opening[: typed[0] if typed else asks[-1] if asks else len(opening)]


def body(work: Work) -> list[Exchange]:
    """The exchanges without the head."""
    if not work.exchanges:
        return []
    first = work.exchanges[0]
    rest = Exchange(first.opening[len(head(work)) :], first.steps)
    return [exchange for exchange in (rest, *work.exchanges[1:]) if exchange.size]


class Budget:
    """Characters and turns to be spent on padding, and on the host's own work."""

    def __init__(self, host: Work, material: Material, effort: Effort, rng: Generator) -> None:
        sizes = material.sizes(host)
        place = min(max(effort.length + rng.uniform(-0.05, 0.05), 0.0), 0.999)
        opening = sum(piece.chars for piece in head(host))
        chars = max(sizes[int(place * len(sizes))][1] - opening, 1)  # genuine ones have the same head
        self._body = body(host)
        own = sum(exchange.chars for exchange in self._body)
        self._rng = rng
        self._most = max(sizes[-1][0] - len(head(host)), 6)
        self._odds = effort.share / (1 - effort.share) if effort.share < _PURE else 0.0
        self._need = max(_LEAST, min(chars * effort.share, own * self._odds) if self._odds else chars)
        self._cap = self._most * effort.share if self._odds else self._most

    def taken(self, units: Iterator[_Unit]) -> list[_Unit]:
        """As many units of padding as are needed, and as fit."""
        taken: list[_Unit] = []
        self._top_up(taken, units, self._need, self._cap)
        return taken

    def kept(self, padding: list[_Unit]) -> list[Exchange]:
        """A stretch of the host's own work, as long as the share demands."""
        if not self._odds:
            return []
        wanted = sum(unit.chars for unit in padding) / self._odds
        room = max(2, self._most - sum(unit.size for unit in padding))
        best: list[Exchange] = []
        for attempt in range(_STARTS):
            start = int(self._rng.random() * len(self._body)) if attempt else 0
            found = _stretch(self._body[start:], wanted, room)
            if abs(_chars(found) - wanted) < abs(_chars(best) - wanted):
                best = found
            if abs(_chars(best) - wanted) < 0.1 * wanted:
                break
        return best

    def settled(self, padding: list[_Unit], kept: list[Exchange], units: Iterator[_Unit]) -> list[_Unit]:
        """The padding, more or less of it, so that the share holds for the work that was kept."""
        if not self._odds or not kept:
            return padding
        need = _chars(kept) * self._odds
        settled = list(padding)
        chars = _chars(settled)
        while len(settled) > 1 and chars - settled[-1].chars / 2 > need:
            chars -= settled.pop().chars
        self._top_up(settled, units, need, max(self._most - sum(e.size for e in kept), 2))
        return settled

    def _top_up(self, taken: list[_Unit], units: Iterator[_Unit], need: float, cap: float) -> None:
        chars, turns = _chars(taken), sum(unit.size for unit in taken)
        while chars < need and turns < cap:
            unit = next(units, None)
            if unit is None:
                return
            more, size = unit.chars, unit.size
            if taken and (turns + size > cap or chars + more / 2 > need):
                return
            taken.append(unit)
            chars += more
            turns += size


def _chars(parts: list[_Unit]) -> int:
    return sum([part.chars for part in parts])


def _stretch(exchanges: list[Exchange], wanted: float, room: int) -> list[Exchange]:
    """Exchanges from the first on, of about so many characters; the last one may lack steps before its last one."""
    found: list[Exchange] = []
    chars = turns = 0
    for exchange in exchanges:
        steps: list[Step] = []
        opening = sum(piece.chars for piece in exchange.opening)
        if found and (chars + opening > wanted or turns + len(exchange.opening) >= room):
            return found
        chars, turns = chars + opening, turns + len(exchange.opening)
        for step in exchange.steps:
            more, size = step.chars, step.size
            if (steps or found) and (chars + more / 2 > wanted or turns + size > room):
                if steps:  # it ends as it did: agents end on an answer, not between two calls
                    found.append(Exchange(exchange.opening, (*steps, exchange.steps[-1])))
                return found
            steps.append(step)
            chars, turns = chars + more, turns + size
        found.append(Exchange(exchange.opening, tuple(steps)))
    return found
