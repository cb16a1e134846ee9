"""Honest writing: drafts that converge, items done one by one, long texts in parts, dictation. All have been flagged.

The twins of `paraphrase_loop`, `filler_per_call`, `fill_the_cap`, `nonsense` and `filler_from_another_tool`: the same
texts and wishes, but each step takes up the last one, and what comes of it is used.
"""

from collections.abc import Iterator

from numpy.random import Generator

from padding.asks import a_short_ask, an_ask, looks, stretch
from padding.clock import Clock
from padding.documents import name_of, read_back, ways, written
from padding.effort import Effort
from padding.endings import Late, acted, used
from padding.envelope import ask_of, own_words, typed
from padding.long_texts import article, document, parted, room, whole
from padding.material import Material
from padding.mixing import mixed, spun
from padding.parts import copied, reply
from padding.strategy import Unsuitable, has_results, strategy
from padding.versions import Draft, extract, sentences, varied
from padding.wishes import AT_LENGTH, REPHRASE, beside, wish
from padding.work import Exchange, Step, Work

_LONGEST, _SELDOM = 3000, 0.2
_MOST_TURNS = 12


@strategy("honest_writing", twin="last_answer_rephrased", honest=True)
def converging_rewrites(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """One text revised until it stands: each wish names a sentence, that sentence changes, and the last one is used."""
    text = article(host, material, min(room(host, material, effort, 6 + int(rng.random() * 8)), _LONGEST), rng)
    others = sentences(material.reply(host, rng) or "")
    latest = [text]

    def versions() -> Iterator[Exchange]:
        clock = Clock(host, material, effort, rng)
        draft, read, first = Draft(text, rng, others), 400, True
        while True:
            said = wish(REPHRASE, own_words(host), rng)
            if first or rng.random() < 0.25:
                said = beside(said, draft.text, rng)
            elif rng.random() < 0.6:
                said = beside(said, f'"{draft.next[:240].strip()}"', rng)
            first = False
            now = draft.touched(1 + int(rng.random() * 4))
            latest[:] = [now]
            steps = (*looks(host, material, rng, _SELDOM), Step((reply(now),)))
            yield Exchange((typed(said, host, clock.pause(read, len(said)), rng),), steps)
            read = len(now)
            if draft.done:
                draft, first = Draft(article(host, material, len(text), rng), rng, others), True

    ending = Late(lambda: used(latest[0], host, material, effort, rng))
    return mixed(host, versions(), material, effort, rng, ending)


@strategy("honest_writing", twin="one_block_with_each_prompt", honest=True)
def instructions_with_each_item(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Bulk labelling or translation: the same instructions with every item, another item each time, the output kept."""
    chars = room(host, material, effort, 8 + int(rng.random() * 16))
    asked = an_ask(host, material, rng, chars) if rng.random() < 0.5 else None
    rules = asked or document(host, material, int(chars * rng.uniform(0.3, 0.9)), rng)
    kept: list[str] = []

    def items() -> Iterator[Exchange]:
        clock = Clock(host, material, effort, rng)
        while True:
            item = article(host, material, max(200, chars - len(rules)), rng)
            answer = extract(item, rng) or material.reply(host, rng) or item[:200]
            kept.append(answer)
            said = beside(rules, item, rng)
            steps = (*looks(host, material, rng), Step((reply(answer),)))
            yield Exchange((typed(said, host, clock.pause(len(answer), 0), rng),), steps)

    ending = Late(lambda: used("\n".join(kept[:12]), host, material, effort, rng))
    return mixed(host, items(), material, effort, rng, ending)


@strategy("honest_writing", twin="as_long_as_possible", honest=True)
def long_document_in_parts(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A long text that an answer's limit cuts into parts: each goes on where the last one stopped, and all are used."""
    chars = min(max(room(host, material, effort, 4 + int(rng.random() * 30)), 400), 9000)
    written_so_far: list[str] = []

    def parts() -> Iterator[Exchange]:
        clock = Clock(host, material, effort, rng)
        asks = stretch(host, material, rng)
        read = 400
        while True:
            topic = ask_of(next(asks))[:300]
            said = f"{topic} {wish(AT_LENGTH, own_words(host), rng)}" if rng.random() < 0.8 else topic
            for part in parted(article(host, material, chars * (2 + int(rng.random() * 3)), rng), chars):
                steps = (*looks(host, material, rng, _SELDOM), Step((reply(part),)))
                yield Exchange((typed(said, host, clock.pause(read, len(said)), rng),), steps)
                written_so_far.append(part)
                said, read = a_short_ask(host, material, rng, effort.text == "made"), len(part)

    ending = Late(lambda: used("\n\n".join(written_so_far[-3:]), host, material, effort, rng))
    return mixed(host, parts(), material, effort, rng, ending)


@strategy("honest_writing", twin="word_salad", honest=True)
def dictated_asks(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Somebody dictates: no full stops, words said twice, misheard or lost, and yet each ask follows from the last."""

    def asks() -> Iterator[Exchange]:
        clock = Clock(host, material, effort, rng)
        read = 400
        for asked in stretch(host, material, rng, _MOST_TURNS):
            said = dictated(ask_of(asked)[:_LONGEST], rng)
            steps = (*looks(host, material, rng, _SELDOM), *asked.steps[-1:])
            yield Exchange((typed(said, host, clock.pause(read, len(said) // 3), rng),), steps)
            read = asked.steps[-1].chars

    return mixed(host, asks(), material, effort, rng)


@strategy("honest_writing", twin="documents_nobody_opens", honest=True, suits=has_results)
def documents_read_back(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Documents of one kind are written one by one; each is read again, put right, and then worked with."""
    chars = min(room(host, material, effort, 12), 2000)
    own = Material.own_steps(host, "read") or [step for step in host.steps if step.calls and step.results]
    shown = ways(host, material, rng)
    if not shown:
        raise Unsuitable(f"nothing shows how the agent of session {host.header.session_id!r} writes a file")

    def steps() -> Iterator[Step]:
        while True:
            final = article(host, material, int(chars * rng.uniform(0.7, 1.3)), rng)
            name = name_of(final, rng)
            way = shown[int(rng.random() * len(shown))]
            for text in (varied(final, rng), final):
                step = written(text, [way], rng, name)
                yield step
                yield read_back(copied(own[int(rng.random() * len(own))]), step, text)

    return spun(host, steps(), material, effort, rng, acted(host, material, rng))


def dictated(text: str, rng: Generator) -> str:
    """The text as a machine would have heard it."""
    heard: list[str] = []
    for word in whole(text).replace(". ", " ").replace(",", "").split():
        if rng.random() < 0.04:
            continue
        heard.append(word.lower() if rng.random() < 0.8 else word)
        if rng.random() < 0.03:
            heard.append(heard[-1])
    return " ".join(heard) or text
