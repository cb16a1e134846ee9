"""Paraphrase loop: the same ask again in other words, its answers unused. Reported by engineers and the press."""

from collections.abc import Iterator

from numpy.random import Generator

from padding.actions import step_action
from padding.asks import an_own_ask, asked_about, looks, own_asks, shortened, terms
from padding.clock import Clock
from padding.effort import Effort
from padding.envelope import ask_of, own_words, typed
from padding.grammar import nonsense
from padding.long_texts import article, room, whole
from padding.material import Material
from padding.mixing import mixed
from padding.parts import copied, reply
from padding.rewording import shuffled
from padding.strategy import strategy
from padding.versions import retold, reworded, sentences, varied
from padding.wishes import REPHRASE, beside, wish
from padding.work import Exchange, Step, Work

_LONGEST, _SELDOM = 3000, 0.2
_MOST_TURNS = 12
_LOOKS = ("read", "search", "run", "test", "fetch", "other")


@strategy("paraphrase_loop", twin="beginner_asking_again")
def same_ask_in_other_words(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """One ask of the host's, worded anew each time it was answered; leaderboard users reported it of colleagues."""
    return mixed(host, _asked_anew([an_own_ask(host, rng)], host, material, effort, rng), material, effort, rng)


@strategy("paraphrase_loop", twin="harness_trials")
def few_asks_in_rotation(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Two to five asks in turn, each worded anew when it comes round: scripts that try not to repeat a prompt do so."""
    asks = [an_own_ask(host, rng) for _ in range(2 + int(rng.random() * 4))]
    return mixed(host, _asked_anew(asks, host, material, effort, rng), material, effort, rng)


@strategy("paraphrase_loop", twin="converging_rewrites")
def last_answer_rephrased(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A text is rewritten again and again and gets nowhere, as the press reports of people who keep a model busy."""
    return mixed(host, _rephrased(host, material, effort, rng), material, effort, rng)


def _asked_anew(
    asks: list[Exchange], host: Work, material: Material, effort: Effort, rng: Generator
) -> Iterator[Exchange]:
    clock = Clock(host, material, effort, rng)
    read, number = 400, 0
    while True:
        asked = asks[number % len(asks)]
        text = _anew(ask_of(asked)[:_LONGEST], host, material, effort, rng)
        steps = answered_again(asked, host, material, rng)
        yield Exchange((typed(text, host, clock.pause(read, len(text)), rng),), steps)
        read, number = steps[-1].chars, number + 1


def _anew(text: str, host: Work, material: Material, effort: Effort, rng: Generator) -> str:
    """The ask in other words, in another order, or as a short question about what it is about."""
    said = shuffled(text, rng) if effort.wording == "shuffled" else varied(text, rng)
    about = terms(text)
    if effort.wording == "borrowed" and about and rng.random() < 0.6:
        said = asked_about(
            about[int(rng.random() * len(about))], own_words(host), host, material, rng, effort.text == "made"
        )
    return reworded(said, rng)


def answered_again(asked: Exchange, host: Work, material: Material, rng: Generator) -> tuple[Step, ...]:
    """The ask's answer said differently, after some of the looks that led to it; what was changed stays changed."""
    said = asked.reply or material.reply(host, rng) or nonsense(300, rng)
    others = sentences(next((e.reply for e in reversed(own_asks(host)) if e.reply), ""))[:12]
    seen = [step for step in shortened(asked, 1 + int(rng.random() * _MOST_TURNS)).steps if step_action(step) in _LOOKS]
    return (*(retold(copied(step), rng) for step in seen), Step((reply(varied(said, rng, others)),)))


def _rephrased(host: Work, material: Material, effort: Effort, rng: Generator) -> Iterator[Exchange]:
    """The text, then whatever came back: sometimes pasted again, sometimes with one of its sentences quoted."""
    clock = Clock(host, material, effort, rng)
    text = article(host, material, min(room(host, material, effort, 6 + int(rng.random() * 8)), _LONGEST), rng)
    first, last, read = True, text, 400
    while True:
        said = wish(REPHRASE, own_words(host), rng)
        if first or rng.random() < 0.25:
            said = beside(said, last, rng)
        elif effort.wording != "verbatim" and rng.random() < 0.5:
            said = beside(said, quoted(last, rng), rng)
        last, first = whole(varied(text, rng, sentences(text))), False
        steps = (*looks(host, material, rng, _SELDOM), Step((reply(last),)))
        yield Exchange((typed(said, host, clock.pause(read, len(said)), rng),), steps)
        read = len(last)


def quoted(text: str, rng: Generator) -> str:
    """A sentence of the text, as it is quoted in an ask."""
    parts = [part for part in sentences(text) if 20 < len(part) < 240] or [text[:120]]
    return f'"{parts[int(rng.random() * len(parts))].strip()}"'
