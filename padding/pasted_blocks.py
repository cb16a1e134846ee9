"""Pasted blocks: articles, books and old chat logs pasted in, with a stock question or none. Reported by the press."""

from collections.abc import Iterator

from numpy.random import Generator

from padding.asks import a_term, asked_about, looks
from padding.clock import Clock
from padding.effort import Effort
from padding.envelope import own_words, typed
from padding.grammar import more, question
from padding.long_texts import article, chat_log, document, parted, room, shared, whole
from padding.material import Material
from padding.mixing import mixed
from padding.parts import reply
from padding.strategy import strategy
from padding.versions import extract, reworded
from padding.wishes import LOOK, beside, wish
from padding.work import Exchange, Step, Work

_SCRIPTS, _ASKED, _AFTER = 40, 60, 0.45


@strategy("pasted_blocks", twin="long_pastes_with_questions")
def articles_pasted(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """One long text after the other, on one thing and then on another, with a stock question or none at all."""
    chars = room(host, material, effort, 3 + int(rng.random() * 9))

    def texts() -> Iterator[tuple[str, str]]:
        while True:
            length = int(chars * rng.uniform(0.5, 1.5))
            text = article(host, material, length, rng) if rng.random() < 0.6 else document(host, material, length, rng)
            yield _asked(text, host, material, effort, rng), text

    return mixed(host, _pasted(texts(), host, material, effort, rng), material, effort, rng)


@strategy("pasted_blocks", twin="instructions_with_each_item")
def one_collection_in_many_sessions(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A few predefined blocks that colleagues pass around: the same ones stand in many people's sessions."""
    common = shared(_SCRIPTS, rng)
    chars = room(host, material, effort, 3 + int(rng.random() * 9))
    blocks = [document(host, material, 6000, common) for _ in range(1 + int(common.random() * 4))]

    def texts() -> Iterator[tuple[str, str]]:
        while True:
            block = whole(blocks[int(rng.random() * len(blocks))][:chars])
            block = reworded(block, rng, 0.3) if effort.wording in ("reworded", "borrowed") else block
            yield _asked(block, host, material, effort, rng), block

    return mixed(host, _pasted(texts(), host, material, effort, rng), material, effort, rng)


@strategy("pasted_blocks", twin="long_document_in_parts")
def old_chat_logs_in_parts(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Old conversations, copied out of a window and pasted in part by part until nothing is left, then the next."""
    chars = room(host, material, effort, 4 + int(rng.random() * 12))

    def texts() -> Iterator[tuple[str, str]]:
        while True:
            log = chat_log(host, material, chars * (2 + int(rng.random() * 4)), rng)
            for number, part in enumerate(parted(log, chars)):
                said = _asked(part, host, material, effort, rng) if number == 0 or rng.random() < 0.2 else ""
                yield said, part

    return mixed(host, _pasted(texts(), host, material, effort, rng), material, effort, rng)


def _asked(text: str, host: Work, material: Material, effort: Effort, rng: Generator) -> str:
    """What is asked about a pasted text: nothing, what anybody could ask, or something that is never come back to."""
    if effort.wording == "verbatim" or rng.random() < 0.3:
        return ""
    if effort.wording == "borrowed" and rng.random() < 0.5:
        return asked_about(a_term(text, rng), own_words(host), host, material, rng, effort.text == "made")
    return (
        question(own_words(host), rng)
        if effort.text == "made" and rng.random() < 0.3
        else wish(LOOK, own_words(host), rng)
    )


def _pasted(
    texts: Iterator[tuple[str, str]], host: Work, material: Material, effort: Effort, rng: Generator
) -> Iterator[Exchange]:
    """The texts, each answered with what it says itself, now and then after a look at something."""
    clock = Clock(host, material, effort, rng)
    read = 400
    for asked, text in texts:
        answer = extract(text, rng) or material.reply(host, rng) or asked
        for said in _said(beside(asked, text, rng), host, effort, rng):
            steps = (*looks(host, material, rng), Step((reply(answer),)))
            yield Exchange((typed(said, host, clock.pause(read, _ASKED), rng),), steps)
            read, answer = len(answer), extract(text, rng) or answer


def _said(first: str, host: Work, effort: Effort, rng: Generator) -> Iterator[str]:
    """The paste, and now and then a word or two that would do after any answer."""
    yield first
    while effort.wording != "verbatim" and rng.random() < _AFTER:
        yield wish(LOOK, own_words(host), rng) or more(own_words(host), rng)
