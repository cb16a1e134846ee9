"""Small asks with the answers they got, short replies, thoughts: what is said where little is meant.

An ask and its answer always come from one genuine exchange, so that no answer is off the point by the way it was made.
"""

from collections.abc import Iterator

from numpy.random import Generator

from padding.effort import Effort
from padding.homes import at_home
from padding.languages import language_of
from padding.material import Material
from padding.parts import copied, copied_exchange, reply, thought
from padding.work import Exchange, Piece, Step, Work

_TRIES = 8
_FEW_TURNS = 8
_FEW = 4
_LONG_ASK = 12_000
_SOON = 900.0
_THERE = {
    "en": ("ok", "Yes, I'm here.", "Ready.", "Hi! What would you like to work on?", "All good.", "Still here."),
    "de": ("ok", "Ja, ich bin da.", "Bereit.", "Hallo! Woran sollen wir arbeiten?", "Alles in Ordnung."),
    "fr": ("ok", "Oui, je suis là.", "Prêt.", "Bonjour ! Sur quoi travaillons-nous ?", "Tout va bien."),
    "es": ("ok", "Sí, aquí estoy.", "Listo.", "¡Hola! ¿En qué trabajamos?", "Todo bien."),
    "pt": ("ok", "Sim, estou aqui.", "Pronto.", "Olá! Em que trabalhamos?", "Tudo certo."),
    "it": ("ok", "Sì, ci sono.", "Pronto.", "Ciao! Su cosa lavoriamo?", "Tutto bene."),
}


def small_asks(host: Work, material: Material, rng: Generator, most: int = _FEW_TURNS) -> list[Exchange]:
    """Small exchanges of other sessions, ask and answer together, the least first; else the host's own."""
    found: list[tuple[Exchange, Work]] = []
    for _ in range(_TRIES):
        other = material.other(host, rng)
        asked = [e for e in other.exchanges if e.size <= most and _plain(e)] if other is not None else []
        if other is not None and asked:
            found.append((asked[int(rng.random() * len(asked))], other))
    found.sort(key=lambda pair: _least(pair[0]))
    small = [
        at_home(copied_exchange(exchange, other.header.session_id), host, other.header.project)
        for exchange, other in found[:_FEW]
    ]
    own = [exchange for exchange in host.exchanges if exchange.asked]
    own = [exchange for exchange in own if exchange.prompt.strip()] or own
    return small or [copied_exchange(exchange) for exchange in sorted(own, key=_least)[:_FEW]]


def small_ask(host: Work, material: Material, rng: Generator, most: int = _FEW_TURNS) -> Exchange:
    """The least of a few such exchanges."""
    return small_asks(host, material, rng, most)[0]


def large_ask(host: Work) -> Exchange:
    """The host's own exchange that asked and did the most."""
    asked = [exchange for exchange in host.exchanges if exchange.asked]
    return max(asked, key=lambda exchange: min(len(exchange.prompt), _LONG_ASK) + exchange.chars)


def answer(exchange: Exchange) -> Step:
    """The last step of an exchange that says something; without calls where there is one."""
    said = [step for step in exchange.steps if not step.calls]
    return copied(said[-1] if said else exchange.steps[-1])


def short_reply(host: Work, material: Material, effort: Effort, rng: Generator, like: str = "") -> Step:
    """A few words: the shortest of a few that were said elsewhere, or one that only says that somebody is there."""
    if effort.text == "made":
        words = _THERE[language_of(like or _like(host))]
        return Step((reply(words[int(rng.random() * len(words))]),))
    drawn = [material.step(host, rng, "talk") for _ in range(_TRIES)]
    said = [step for step in drawn if step is not None]
    return min(said, key=lambda step: step.chars) if said else Step((reply("ok"),))


def thoughts(host: Work, material: Material, rng: Generator) -> Iterator[Piece]:
    """Long thoughts about other things: other sessions' thoughts, or what they said where no thoughts are shown."""
    held: list[Piece] = []
    shown = material.form(host).thinking
    while True:
        if len(held) < _TRIES or rng.random() < 0.2:
            drawn = (material.step(host, rng) for _ in range(_TRIES))
            seen = [p for step in drawn if step is not None for p in step.pieces if p.turn.kind == "thinking"]
            longest = (max(seen, key=_chars).turn.text if seen else material.reply(host, rng)) or "ok"
            held.append(thought(longest) if shown else reply(longest))
        yield held[int(rng.random() * len(held))]


def _chars(piece: Piece) -> int:
    return piece.chars


def _plain(exchange: Exchange) -> bool:
    """Whether a person's words open it and others answer them soon; no commands, no interruptions."""
    said = exchange.reply.strip()
    if not exchange.asked or not said or "API Error" in said or exchange.prompt[:1] in ("<", "["):
        return False
    return bool(exchange.prompt.strip()) and all(
        (piece.gap or 0.0) < _SOON for s in exchange.steps for piece in s.pieces
    )


def _least(exchange: Exchange) -> int:
    return len(exchange.prompt) + len(exchange.reply) // 4 + 40 * exchange.size


def _like(host: Work) -> str:
    return next((exchange.prompt for exchange in host.exchanges if exchange.asked), "")
