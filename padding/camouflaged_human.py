"""Camouflaged human: a script that behaves as a person would, with topics, pauses and follow-up questions.

What it cannot imitate is uptake: no prompt depends on what was answered.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from numpy.random import Generator

from padding.clock import Clock
from padding.effort import Effort
from padding.envelope import ask_of, typed
from padding.grammar import cased
from padding.languages import QUESTIONS, language_of
from padding.material import Material
from padding.mixing import mixed
from padding.nouns import matched, names_in, noun_of, renamed_in
from padding.parts import copied_exchange, paused
from padding.retelling import retold
from padding.rewording import wordings
from padding.strands import asking, lasting, lone, reading_of, strand, strands
from padding.strategy import strategy
from padding.work import Exchange, Work

_LONGEST = 4000
_CHAIN = 3


@strategy("camouflaged_human", twin="one_question_after_another")
def scripted_topic_chain(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A script goes through a chain of questions and begins again, after delays that ignore the answer's length.

    Public burners offer this as their human mode: topic chains, working hours, jitter.
    """

    def asked() -> Iterator[Exchange]:
        clock = Clock(host, material, effort, rng)
        chain = _chain(host, material, effort, rng)
        for again in count():
            for link in chain:
                told = retold(link, rng) if again else link  # the same asks are not answered in the same words
                pause = clock.pause()
                waits = None if pause is None else float(pause)  # after the answer, as a sleep does, not by a timer
                yield paused(_reworded(told, host, material, effort, rng), waits)
                clock.worked(lasting(told))

    return mixed(host, asked(), material, effort, rng)


@strategy("camouflaged_human", twin="one_question_after_another")
def pretended_follow_ups(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Each prompt names something from the answer before it, and nothing in it depends on that answer.

    The cleverer sort of burner, as engineers described it: it reads and types at a person's pace, and swaps nouns.
    """
    paced = replace(effort, clock="human") if effort.clock in ("even", "jittered") else effort

    def asked() -> Iterator[Exchange]:
        pauses = Clock(host, material, paced, rng)
        before: Exchange | None = None
        while True:
            link = lone(host, material, rng)
            link = link if before is None else _taking_over(link, before.reply, host, rng)
            read = 0 if before is None else reading_of(before)
            yield paused(link, pauses.pause(read, len(ask_of(link))))
            pauses.worked(lasting(link))
            before = link

    return mixed(host, asked(), material, effort, rng)


@strategy("camouflaged_human", twin="one_question_after_another")
def somebody_elses_prompts(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """What somebody really asked elsewhere, in its order, against other answers: recorded prompts that are replayed.

    Burners replay real histories because their wording is beyond suspicion; corrections then meet no mistake.
    """

    def asked() -> Iterator[Exchange]:
        clock = Clock(host, material, effort, rng)
        read = 400
        for links in strands(host, material, rng):
            for link in links:
                text = next(wordings(ask_of(link)[:_LONGEST], host, material, _own_words(effort), rng))
                steps = lone(host, material, rng).steps
                yield Exchange((typed(text, host, clock.pause(read, len(text)), rng),), steps)
                read = steps[-1].chars

    return mixed(host, asked(), material, effort, rng)


def _chain(host: Work, material: Material, effort: Effort, rng: Generator) -> list[Exchange]:
    """The script's links, in an order that owes nothing to their answers."""
    links: list[Exchange] = []
    for _ in range(_CHAIN):
        links += strand(host, material, rng, fresh=True)
        if len(links) > _CHAIN:
            break
    order = rng.permutation(len(links)).tolist()
    chain = [links[place] for place in order][: 3 + int(rng.random() * 8)]
    return [_stock(link, host, rng) for link in chain] if effort.text == "made" else chain


def _stock(link: Exchange, host: Work, rng: Generator) -> Exchange:
    """The link opened by a stock question about something that its answer names."""
    noun = noun_of(link.reply or ask_of(link), rng)
    questions = QUESTIONS[language_of(ask_of(link))]
    question = questions[int(rng.random() * len(questions))]
    return link if noun is None else asking(link, cased(question.replace("…", noun), rng), host, rng)


def _reworded(link: Exchange, host: Work, material: Material, effort: Effort, rng: Generator) -> Exchange:
    again = copied_exchange(link)
    if effort.wording in ("verbatim", "borrowed"):  # the links are borrowed already
        return again
    return asking(again, next(wordings(ask_of(link)[:_LONGEST], host, material, effort, rng)), host, rng)


def _taking_over(link: Exchange, reply: str, host: Work, rng: Generator) -> Exchange:
    """The link about something that the answer before it named, in its prompt and in its own answer alike."""
    old, new = names_in(ask_of(link)), noun_of(reply, rng)
    if new is None:
        return link
    names = matched(old, [new], rng)
    if names:
        return renamed_in(link, dict([next(iter(names.items()))]))
    if new in ask_of(link) or rng.random() < 0.6:
        return link
    return asking(link, _mentioning(ask_of(link), new, rng), host, rng)


def _mentioning(text: str, noun: str, rng: Generator) -> str:
    """The ask with the noun put before or after it, as people refer to a file or a symbol; not to any other noun."""
    if len(text) > _LONGEST or "\n" in text or not names_in(noun):
        return text
    return f"{noun}: {text}" if rng.random() < 0.5 else f"{text.rstrip('.?!')} ({noun})"


def _own_words(effort: Effort) -> Effort:
    """Somebody else's words are borrowed already."""
    return replace(effort, wording="verbatim") if effort.wording == "borrowed" else effort
