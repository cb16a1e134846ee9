"""Honest asking: beginners who get on, terse experts, long pastes with specific questions. All have been flagged.

The twins of `paraphrase_loop`, `documentation_trivia`, `fill_the_cap`, `pasted_blocks` and `nonsense`: the same asks
and texts, but each ask takes up what the last answer said.
"""

from collections.abc import Callable, Iterator

from numpy.random import Generator

from padding.asks import (
    a_term,
    an_own_ask,
    asked_about,
    common,
    looks,
    own_asks,
    replies,
    shortened,
    stretch,
    terms,
    told_about,
)
from padding.clock import Clock
from padding.effort import Effort
from padding.endings import Late, used
from padding.envelope import ask_of, own_words, reasked, typed
from padding.long_texts import article, room, whole
from padding.material import Material
from padding.mixing import mixed
from padding.nonsense import dump
from padding.paraphrase_loop import answered_again
from padding.parts import copied_exchange, reply
from padding.strategy import strategy
from padding.versions import extract, reworded
from padding.wishes import beside
from padding.work import Exchange, Step, Work

_MOST_TURNS, _MOST_CHARS = 8, 1600
_TERSE, _LONGEST = 60, 3000
_TRIES, _TELLING = 6, 120


@strategy("honest_asking", twin="same_ask_in_other_words", honest=True)
def beginner_asking_again(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """One thing asked again in other words until it is understood: each time about a word of the last answer."""
    asked = an_own_ask(host, rng)

    def asks() -> Iterator[Exchange]:
        clock = Clock(host, material, effort, rng)
        text, read = ask_of(asked)[:_LONGEST], 400
        while True:
            steps = answered_again(asked, host, material, rng)
            yield Exchange((typed(text, host, clock.pause(read, len(text)), rng),), steps)
            answer = steps[-1].pieces[-1].turn.text or ""
            about = asked_about(a_term(answer, rng), own_words(host), host, material, rng, effort.text == "made")
            text = about if rng.random() < 0.6 else f"{reworded(ask_of(asked)[:_LONGEST], rng)} {about}"
            read = len(answer)

    last = asked.reply or ask_of(asked)
    return mixed(host, asks(), material, effort, rng, Late(lambda: used(last, host, material, effort, rng, 0.8)))


@strategy("honest_asking", twin="answerable_in_a_row", honest=True)
def beginner_who_progresses(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Small questions in a row, each about something that the last answer spoke of, until there is enough to go on."""
    said: list[str] = []

    def asks() -> Iterator[Exchange]:
        clock = Clock(host, material, effort, rng)
        read = 400
        for before, answer in _following(host, material, rng):
            about = common(before, answer) or [a_term(answer, rng)]
            chosen = about[int(rng.random() * len(about))]
            text = asked_about(chosen, own_words(host), host, material, rng, effort.text == "made")
            said.append(answer)
            steps = (*looks(host, material, rng), Step((reply(answer),)))
            yield Exchange((typed(text, host, clock.pause(read, len(text)), rng),), steps)
            read = len(answer)

    ending = Late(lambda: used(said[-1], host, material, effort, rng))
    return mixed(host, asks(), material, effort, rng, ending)


@strategy("honest_asking", twin="more_and_more", honest=True)
def terse_expert(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Words where others write sentences ("yes", "2", "commit"), each an answer to what was asked or shown before."""

    def asks() -> Iterator[Exchange]:
        clock = Clock(host, material, effort, rng)
        read = 400
        for asked in stretch(host, material, rng, _MOST_TURNS):
            text = ask_of(asked)
            if len(text) > _TERSE and rng.random() < 0.8:
                text = tersely(text, rng)
            steps = (*looks(host, material, rng), *asked.steps[-1:])
            yield Exchange((typed(text, host, clock.pause(read, len(text)), rng),), steps)
            read = asked.steps[-1].chars

    own = own_asks(host)[-1]
    ending = reasked(copied_exchange(shortened(own, _MOST_TURNS)), material.pause(host, rng) if host.anchor else None)
    return mixed(host, asks(), material, effort, rng, (ending,))


@strategy("honest_asking", twin="articles_pasted", honest=True)
def long_pastes_with_questions(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Contracts and logs pasted in with a question about a place in them, then questions about what the answer said."""
    chars = room(host, material, effort, 3 + int(rng.random() * 9))

    def text() -> str:
        return article(host, material, int(chars * rng.uniform(0.5, 1.5)), rng)

    return _examined(text, host, material, effort, rng)


@strategy("honest_asking", twin="random_characters", honest=True)
def dump_examined(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A dump, a minified file or a log that looks like noise, pasted with a question about one of its lines."""
    chars = room(host, material, effort, 8 + int(rng.random() * 24))

    def text() -> str:
        own = material.result(host, rng) if rng.random() < 0.5 else None
        noise = dump(max(24, int(chars * rng.uniform(0.3, 1.7))), rng, "hex" if rng.random() < 0.5 else "base64")
        return "\n".join([*(own or "").splitlines()[:4], *noise.splitlines()])

    return _examined(text, host, material, effort, rng)


def _examined(text: Callable[[], str], host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Texts with a question about something in them, and one or more about what was answered; then it is used."""
    answers: list[str] = []
    made = effort.text == "made"

    def asks() -> Iterator[Exchange]:
        clock = Clock(host, material, effort, rng)
        read = 400
        while True:
            shown = text()
            about = a_term(shown, rng)
            said = beside(asked_about(about, own_words(host), host, material, rng, made), shown, rng)
            for _ in range(1 + int(rng.random() * 1.7)):
                answer = whole(extract(shown, rng, about)[:_MOST_CHARS])
                answer = answer if about in answer else told_about(about, host, material, rng)
                answers.append(answer)
                steps = (*looks(host, material, rng), Step((reply(answer),)))
                yield Exchange((typed(said, host, clock.pause(read, _TERSE), rng),), steps)
                about, read = a_term(answer, rng), len(answer)
                said = asked_about(about, own_words(host), host, material, rng, made)

    return mixed(host, asks(), material, effort, rng, Late(lambda: used(answers[-1], host, material, effort, rng)))


def _following(host: Work, material: Material, rng: Generator) -> Iterator[tuple[str, str]]:
    """Two replies of one session, the later one about something that the earlier one spoke of."""
    while True:
        donor = material.other(host, rng) or host
        said = [whole(text[:_MOST_CHARS]) for text in replies(donor, _TELLING)] or [ask_of(own_asks(host)[0])]
        place = int(rng.random() * len(said))
        for _ in range(3 + int(rng.random() * 10)):
            ahead = [said[(place + step) % len(said)] for step in range(1, _TRIES)]
            after = max(ahead, key=lambda text: len(common(said[place], text)))
            yield said[place], after
            place = said.index(after)


def tersely(text: str, rng: Generator) -> str:
    """An ask as an expert types it: a few of its telling words, or its first."""
    found = terms(text)[: 1 + int(rng.random() * 3)]
    return " ".join(found) if found and rng.random() < 0.5 else " ".join(text.split()[: 2 + int(rng.random() * 5)])
