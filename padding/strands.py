"""Strands of other sessions: exchanges that followed one another there, as the host's agent could have had them."""

from collections.abc import Iterator

from msgspec.structs import replace
from numpy.random import Generator

from padding.budget import body
from padding.envelope import ask_of, typed
from padding.homes import at_home
from padding.material import Material
from padding.parts import copied_exchange
from padding.work import Exchange, Step, Work

_FEW_TURNS, _MOST_TURNS = 4, 36
_MOST_EXCHANGES = 12


def strand(host: Work, material: Material, rng: Generator, fresh: bool = False) -> list[Exchange]:
    """Consecutive exchanges of one other session, each with its own answer; the host's own where there is no other.

    `fresh` ones begin with their session, and need nothing that was said before.
    """
    other = material.other(host, rng)
    found = [] if other is None else _usable(other, host, material, rng, fresh)
    if not found:
        single = material.exchange(host, rng, _MOST_TURNS)
        found = [_settled(single, host, rng)] if single is not None else []
    return found or _usable(host, host, material, rng, fresh)


def lone(host: Work, material: Material, rng: Generator, most: int = 36) -> Exchange:
    """One exchange of any other session with its answer."""
    found = material.exchange(host, rng, most)
    return _settled(found, host, rng) if found is not None else strand(host, material, rng)[0]


def strands(host: Work, material: Material, rng: Generator) -> Iterator[list[Exchange]]:
    """Strand after strand, without end."""
    while found := strand(host, material, rng):
        yield found


def shortened(exchange: Exchange, most: int = _MOST_TURNS) -> Exchange:
    """The exchange with its last step and as many of its first ones as fit into so many turns."""
    if exchange.size <= most or len(exchange.steps) < 2:
        return exchange
    last, kept, room = exchange.steps[-1], list[Step](), most - len(exchange.opening) - exchange.steps[-1].size
    for step in exchange.steps[:-1]:
        room -= step.size
        if kept and room < 0:
            break
        kept.append(step)
    return Exchange(exchange.opening, (*kept, last))


def lasting(exchange: Exchange) -> float:
    """Seconds that passed from its first turn to its last, as far as they are known."""
    gaps = [piece.gap or 0.0 for piece in exchange.pieces]
    return sum(max(0.0, gap) for gap in gaps[1:])


def reading_of(exchange: Exchange) -> int:
    """Characters that a person has to read before going on."""
    return len(exchange.reply)


def asking(exchange: Exchange, text: str, host: Work, rng: Generator) -> Exchange:
    """The exchange opened by this ask alone, as the host's agent hands asks on."""
    ask = next((piece for piece in exchange.opening if piece.turn.role == "user"), None)
    owner, gap = (None, None) if ask is None else (ask.owner, ask.gap)
    return Exchange((replace(typed(text, host, gap, rng), owner=owner),), exchange.steps)


def _usable(other: Work, host: Work, material: Material, rng: Generator, fresh: bool) -> list[Exchange]:
    """A stretch of the session's exchanges that call nothing which the host's agent does not have."""
    tools = material.tools(host)
    found = [exchange for exchange in body(other) if ask_of(exchange) and exchange.steps and _known(exchange, tools)]
    start = 0 if fresh else int(rng.random() * max(1, len(found) - _MOST_EXCHANGES + 1))
    most = _FEW_TURNS + int(rng.random() * _MOST_TURNS)
    owner, project = other.header.session_id, other.header.project
    taken = (copied_exchange(shortened(each, most), owner) for each in found[start : start + _MOST_EXCHANGES])
    return [_settled(each, host, rng, project) for each in taken]


def _settled(exchange: Exchange, host: Work, rng: Generator, project: str | None = None) -> Exchange:
    """The exchange as it would have been on the host's machine: opened by its last ask alone."""
    return at_home(asking(exchange, ask_of(exchange), host, rng), host, project)


def _known(exchange: Exchange, tools: frozenset[str]) -> bool:
    return all(call.tool_name in tools for step in exchange.steps for call in step.calls)
