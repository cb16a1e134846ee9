"""The same block in many sessions and of several people: one collection that is passed around, or one file."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from numpy.random import Generator

from padding.clock import Clock
from padding.effort import Effort
from padding.envelope import typed
from padding.fitting import fitted
from padding.grammar import question, salad
from padding.long_texts import article, document, parted, room, whole
from padding.material import Material
from padding.mixing import mixed, spun
from padding.parts import copied
from padding.people import people
from padding.retelling import as_read, looks
from padding.scheme import are_asked, scheme
from padding.starts import begun, days_from, first_of, hour_of
from padding.strands import lone
from padding.work import Exchange, Step, Work

_SHORT = 240
_TRIES = 3
_MOST_TURNS = 8
_LOOKED_AT = 800


def read_files(works: Sequence[Work]) -> bool:
    """Whether some of them read a file and see what is in it."""
    return are_asked(works) and bool(readers_among(works))


def readers_among(works: Sequence[Work]) -> list[Work]:
    """Those that read a file and see what is in it."""
    return [work for work in works if looks(work.steps)]


@scheme("same_block", twin="one_document_many_questions")
def pasted_by_several(hosts: Sequence[Work], material: Material, effort: Effort, rng: Generator) -> list[Work]:
    """One predefined text is pasted by several people in many sessions, with a stock question or none.

    The press reported pasted books and articles; engineers found the same ones under several accounts.
    """
    block = a_block(hosts[0], material, effort, rng)

    def pastes(host: Work) -> Iterator[Exchange]:
        clock = Clock(host, material, effort, rng)
        fits = whole(block[: room(host, material, effort, 3)])
        while True:
            text = _with_question(fits, host, material, effort, rng)
            yield Exchange((typed(text, host, clock.pause(typed=60), rng),), answered(text, host, material, rng))

    def made(host: Work) -> Work:
        return mixed(host, pastes(host), material, effort, rng)

    return [begun(fitted(works, made, effort), when, rng) for works, when in by_several(hosts, effort, rng)]


@scheme("same_block", twin="one_document_many_questions")
def pasted_in_other_parts(hosts: Sequence[Work], material: Material, effort: Effort, rng: Generator) -> list[Work]:
    """One long text, cut differently each time and pasted part by part, from another place in every session."""
    block = a_block(hosts[0], material, effort, rng, most=12_000)

    def parts(host: Work) -> Iterator[Exchange]:
        clock = Clock(host, material, effort, rng)
        while True:
            cut = parted(block, min(300 + int(rng.random() * 3000), room(host, material, effort, 3)))
            start = int(rng.random() * len(cut))
            for text in cut[start:] + cut[:start]:
                yield Exchange((typed(text, host, clock.pause(typed=20), rng),), answered(text, host, material, rng))

    def made(host: Work) -> Work:
        return mixed(host, parts(host), material, effort, rng)

    return [begun(fitted(works, made, effort), when, rng) for works, when in by_several(hosts, effort, rng)]


@scheme("same_block", twin="one_guide_for_every_agent", fits=read_files)
def read_by_every_agent(hosts: Sequence[Work], material: Material, effort: Effort, rng: Generator) -> list[Work]:
    """One file goes from desk to desk, and everybody's agent is made to read it over and over; it says nothing new."""
    block = a_block(hosts[0], material, effort, rng)

    def reads(host: Work) -> Iterator[Step]:
        own = looks(host.steps)
        step = own[int(rng.random() * len(own))]
        while True:
            yield as_read(copied(step), block)
            other = material.step(host, rng, "plan", "search", "read") if rng.random() < 0.4 else None
            if other is not None:
                yield other

    def made(host: Work) -> Work:
        return spun(host, reads(host), material, effort, rng)

    return [
        begun(fitted(works, made, effort), when, rng) for works, when in by_several(readers_among(hosts), effort, rng)
    ]


def a_block(host: Work, material: Material, effort: Effort, rng: Generator, most: int = 6000) -> str:
    """A text to pass around: what another session read or said, or a salad of it."""
    chars = int(600 + rng.random() ** 2 * (most - 600))
    if effort.text == "made":
        return salad([material.reply(host, rng) or "", material.result(host, rng) or ""], chars, rng)
    return whole((article if rng.random() < 0.5 else document)(host, material, chars, rng))


def by_several(hosts: Sequence[Work], effort: Effort, rng: Generator) -> Iterator[tuple[Iterator[Work], datetime]]:
    """Works of two to five people with their starts, one to four of each, within three weeks."""
    days = days_from(first_of(hosts, rng), 15, workdays=True)
    for person in people(hosts, 2 + int(rng.random() * 4), rng):
        works = person.turns_to(rng)
        for _ in range(1 + int(rng.random() * 4)):
            yield works, days[int(rng.random() * len(days))] + hour_of(person.works, effort, rng)


def _with_question(block: str, host: Work, material: Material, effort: Effort, rng: Generator) -> str:
    """The block alone, or with a question that could be asked of anything."""
    if rng.random() < 0.3:
        return block
    asked = question(block, rng) if effort.text == "made" else material.prompt(host, rng) or ""
    if not asked or len(asked) > _SHORT:
        return block
    return f"{asked}\n\n{block}" if rng.random() < 0.5 else f"{block}\n\n{asked}"


def answered(block: str, host: Work, material: Material, rng: Generator, tries: int = _TRIES) -> tuple[Step, ...]:
    """What comes back to it: of a few answers given elsewhere, the one that speaks most of the same things."""
    words = set(block[:_LOOKED_AT].lower().split())
    given = [lone(host, material, rng, _MOST_TURNS) for _ in range(tries)]
    steps = max(given, key=lambda found: len(words.intersection(found.reply[:_LOOKED_AT].lower().split()))).steps
    return steps if steps[-1].calls else steps[-1:]
