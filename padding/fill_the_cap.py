"""Fill the cap: the longest answers a model gives, asked for with a word. Public tools and shared prompts do this."""

import itertools
from collections.abc import Iterator

from numpy.random import Generator

from padding.asks import a_short_ask, a_term, an_own_ask, asked_about, looks, replies, scattered
from padding.clock import Clock
from padding.effort import Effort
from padding.envelope import ask_of, own_words, typed
from padding.grammar import nonsense
from padding.long_texts import room
from padding.material import Material
from padding.mixing import mixed, spun
from padding.parts import repeated, reply
from padding.strategy import has_results, strategy
from padding.versions import joined, sentences
from padding.wishes import AT_LENGTH, wish
from padding.work import Exchange, Step, Work

_TELLING, _TRIES = 12, 4
_LEAST, _MOST, _SELDOM = 400, 9000, 0.2
_DRAWS, _DONORS = 6, 5


@strategy("fill_the_cap", twin="terse_expert")
def more_and_more(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """After one ask only "more", "E", "go on", each answered up to the limit; typed by people, and by clickers."""
    return mixed(host, _more(host, material, effort, rng), material, effort, rng)


@strategy("fill_the_cap", twin="long_document_in_parts")
def as_long_as_possible(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Topic after topic "in as much detail as possible", answers cut off by the limit; prompts for this are shared."""
    return mixed(host, _at_length(host, material, effort, rng), material, effort, rng)


@strategy("fill_the_cap", twin="results_narrowed_down", suits=has_results)
def widest_look_each_time(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """An agent asks its tools for as much as they print, never for less; public burners read in this way."""
    own = Material.own_steps(host, "read", "search", "fetch")
    own = sorted(own or [step for step in host.steps if step.calls and step.results], key=lambda step: step.chars)
    widest = own[-(2 + int(rng.random() * 6)) :]

    def steps() -> Iterator[Step]:
        while True:
            drawn = [
                material.step(host, rng, "read", "search", "run") for _ in range(_DRAWS if rng.random() < 0.6 else 0)
            ]
            borrowed = max((step for step in drawn if step is not None), key=lambda step: step.chars, default=None)
            yield borrowed or repeated(widest[int(rng.random() * len(widest))], rng)

    return spun(host, steps(), material, effort, rng)


def _more(host: Work, material: Material, effort: Effort, rng: Generator) -> Iterator[Exchange]:
    clock = Clock(host, material, effort, rng)
    cap = _cap(host, material, effort, rng)
    body = _elsewhere(host, material, cap, rng)
    asked = an_own_ask(host, rng)
    text, answers = ask_of(asked), capped(cap, asked.reply, body, rng)
    first = f"{text}, {wish(AT_LENGTH, own_words(host), rng)}" if rng.random() < 0.5 else text
    word = a_short_ask(host, material, rng, effort.text == "made")
    said = first
    while True:
        answer = next(answers)
        steps = (*looks(host, material, rng), Step((reply(answer),)))
        yield Exchange((typed(said, host, clock.pause(0, len(said)), rng),), steps)
        if effort.wording != "verbatim" and rng.random() < 0.5:
            word = a_short_ask(host, material, rng, effort.text == "made")
        said = word


def _at_length(host: Work, material: Material, effort: Effort, rng: Generator) -> Iterator[Exchange]:
    clock = Clock(host, material, effort, rng)
    cap = _cap(host, material, effort, rng)
    body = _elsewhere(host, material, cap, rng)
    others, read = scattered(host, material, rng), 400
    while True:
        asked = max((next(others) for _ in range(_TRIES)), key=lambda exchange: min(len(ask_of(exchange)), _TELLING))
        topic = ask_of(asked)[:300]
        if effort.text == "made":
            topic = asked_about(a_term(asked.reply, rng), own_words(host), host, material, rng, made=True)
        said = f"{topic}, {wish(AT_LENGTH, own_words(host), rng)}" if rng.random() < 0.8 else topic
        answers = capped(cap, asked.reply, body, rng)
        for _ in range(1 + int(rng.random() * 3)):
            answer = next(answers)
            steps = (*looks(host, material, rng, _SELDOM), Step((reply(answer),)))
            yield Exchange((typed(said, host, clock.pause(read, len(said)), rng),), steps)
            said, read = a_short_ask(host, material, rng, effort.text == "made"), len(answer)


def _cap(host: Work, material: Material, effort: Effort, rng: Generator) -> int:
    return min(max(room(host, material, effort, 4 + int(rng.random() * 30)), _LEAST), _MOST)


def _elsewhere(host: Work, material: Material, cap: int, rng: Generator) -> list[str]:
    """Sentences that were said in other sessions, enough to go on with for some answers."""
    found: list[str] = []
    length = 0
    for _ in range(_DONORS * 8):
        donor = material.other(host, rng) or host
        for text in replies(donor, 200)[: _DONORS * 4]:
            found += sentences(text[:3000])
            length += min(len(text), 3000)
        if length > _DONORS * cap:
            break
    return found or [material.reply(host, rng) or nonsense(cap, rng)]


def capped(cap: int, first: str, body: list[str], rng: Generator) -> Iterator[str]:
    """An answer gone on with by what other sessions said, on one skeleton of headings, cut off at the limit."""
    start = int(rng.random() * len(body))
    skeleton = [part for part in body[start:] if len(part) < 80][: 2 + int(rng.random() * 6)]
    said = itertools.chain(sentences(first[:6000]), itertools.cycle(body[start:] + body[:start]))
    while True:
        lines: list[str] = []
        length = 0
        limit = cap * float(rng.uniform(0.94, 1.06))
        while length < limit:
            headed = skeleton and len(lines) % 6 == 5
            lines.append(skeleton[len(lines) // 6 % len(skeleton)] if headed else next(said))
            length += len(lines[-1])
        yield joined(lines)[: int(limit)].rstrip()
