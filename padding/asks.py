"""Asks and the answers to them: what a text is about, questions about it, and stretches of other sessions' talk.

An ask is made from its answer where none can be borrowed, so that no answer is off the point by the way it was made.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from numpy.random import Generator

from padding.envelope import ask_of, own_words
from padding.grammar import more
from padding.languages import QUESTIONS, language_of
from padding.material import Material
from padding.parts import copied_exchange
from padding.remembered import remembered
from padding.strategy import has_results
from padding.work import Exchange, Step, Work, spoken

_WORD = re.compile(r"(?<=[a-z,] )[A-Z][\w-]{3,24}(?: [A-Z][\w-]{3,20})?\b|\b[^\W\d_]{9,24}\b")
_AROUND = "`'\"*.,;:!?()[]{}<>|│=#"
_LEAST, _MOST = 4, 60
_LOOKED_AT = 1200
_SHORT, _QUESTION = 240, 130
_TRIES = 6
_FEW = 2


def names(text: str) -> list[str]:
    """Paths and identifiers of the text's beginning, in their order."""
    return list(_names(text[:_LOOKED_AT]))


def terms(text: str) -> list[str]:
    """What the text's beginning speaks of: names, and long words where it has few."""
    return list(_terms(text[:_LOOKED_AT]))


@lru_cache(8192)
def _names(text: str) -> tuple[str, ...]:
    return tuple([name for name in map(_name_in, text.replace("`", " ").split()) if name])


@lru_cache(65_536)
def _name_in(token: str) -> str:
    """The name that a token is, without the signs around it; empty where it is none."""
    if token.isalpha() and token[1:].islower():  # most words
        return ""
    bare = token.strip(_AROUND)
    return bare if _LEAST <= len(bare) <= _MOST and _is_name(bare) else ""


@lru_cache(8192)
def _terms(text: str) -> tuple[str, ...]:
    found = _names(text)
    return found if len(found) > _FEW else (*found, *_WORD.findall(text))


def _is_name(token: str) -> bool:
    """Whether a token is a path, a file, an identifier in snake or camel case."""
    if token.isalpha() and token[1:].islower():  # most words
        return False
    inner = token[1:-1]
    if not ("_" in inner or "/" in inner or "." in inner):
        camel = token.isalnum() and not (token[1:].islower() or token.isupper() or token[1:].isdigit())
        if not camel:
            return False
    return any(map(str.isalpha, token[:3])) and token.count("/") < 8


def asked_about(term: str, like: str, host: Work, material: Material, rng: Generator, made: bool) -> str:
    """A question about the term: somebody's short question with its own term exchanged, or a stock one."""
    if not made:
        for _ in range(_TRIES):
            model = an_ask(host, material, rng) or ""
            found = names(model) if len(model) < _QUESTION and "?" in model else []
            if found:
                return model.replace(found[0], term, 1)
    stock = QUESTIONS[language_of(like)]
    return stock[int(rng.random() * len(stock))].replace("…", term)


def told_about(term: str, host: Work, material: Material, rng: Generator) -> str:
    """What was said of something elsewhere, said of this."""
    said = ""
    for _ in range(_TRIES):
        said = (material.reply(host, rng) or said)[:_LOOKED_AT]
        found = [name for name in names(said) if f"[[{name}" not in said]
        if found and len(said) > _QUESTION:
            return said.replace(found[0], term)
    return said or term


def an_ask(host: Work, material: Material, rng: Generator, most: int = 4000) -> str | None:
    """What was asked in another session, simulated users' asks included; null where nothing can be borrowed."""
    exchange = material.seen_exchange(host, rng)
    text = ask_of(exchange) if exchange else ""
    return text[:most] or material.prompt(host, rng)


def a_short_ask(host: Work, material: Material, rng: Generator, made: bool, most: int = 26) -> str:
    """A word or two that somebody typed in another session; a made one that asks for more, where there is none."""
    for _ in range(0 if made else _TRIES):
        text = an_ask(host, material, rng) or ""
        if 0 < len(text) <= most:
            return text
    return more(own_words(host), rng)


@remembered
def own_asks(host: Work) -> list[Exchange]:
    """The host's own exchanges that somebody's ask opens and an answer ends."""
    asked = [exchange for exchange in host.exchanges if exchange.asked and ask_of(exchange)]
    return [exchange for exchange in asked if exchange.reply] or asked or [e for e in host.exchanges if e.asked]


def an_own_ask(host: Work, rng: Generator) -> Exchange:
    """One of the host's own asks with its answer, a short one if there is any."""
    asked = own_asks(host)
    short = [exchange for exchange in asked if len(ask_of(exchange)) < _SHORT]
    return (short or asked)[int(rng.random() * len(short or asked))]


def stretch(host: Work, material: Material, rng: Generator, most: int = 16) -> Iterator[Exchange]:
    """Exchanges of another session in their order, then those of another one: talk that goes on."""
    while True:
        donor = material.other(host, rng) or host
        own = [exchange for exchange in own_asks(donor) if exchange.reply and ask_of(exchange)] or own_asks(donor)
        if not own:
            donor, own = host, own_asks(host)
        start = int(rng.random() * max(1, len(own) - 3))
        for exchange in own[start:]:
            yield copied_exchange(shortened(exchange, most), donor.header.session_id)


def scattered(host: Work, material: Material, rng: Generator, most: int = 16) -> Iterator[Exchange]:
    """Exchanges of other sessions, none of which goes on from the one before."""
    while True:
        yield next(stretch(host, material, rng, most))


def looks(host: Work, material: Material, rng: Generator, often: float = 0.4) -> tuple[Step, ...]:
    """Up to three looks at something before an answer, where the host's agent has tools to look with."""
    if not has_results(host) or rng.random() >= often:
        return ()
    found = (material.step(host, rng, "read", "search", "run") for _ in range(1 + int(rng.random() * 3)))
    return tuple(step for step in found if step is not None)


def shortened(exchange: Exchange, most: int) -> Exchange:
    """The exchange with its last steps only, where it is longer than so many turns."""
    steps: list[Step] = []
    size = 0
    for step in reversed(exchange.steps):
        if steps and size + step.size > most:
            break
        steps.append(step)
        size += step.size
    return Exchange(exchange.opening, tuple(reversed(steps)))


def replies(work: Work, least: int = 40) -> list[str]:
    """What the assistant said in a session, in order, but for the shortest words."""
    said = (piece.turn.text or "" for step in work.steps for piece in step.pieces if spoken(piece.turn))
    return [text for text in said if len(text) >= least]


def common(before: str, after: str) -> list[str]:
    """Terms that both texts speak of, in the order of the first."""
    later = set(terms(after))
    return [term for term in terms(before) if term in later]


def a_term(text: str, rng: Generator) -> str:
    """Something that a text is about; its first words where it has no telling ones."""
    found = terms(text)
    return found[int(rng.random() * len(found))] if found else " ".join(text.split()[:3])[:40]
