"""Filler from another tool: a generator's text, handed in as work or as training data. The press reports it."""

from collections.abc import Callable, Iterator

from numpy.random import Generator

from padding.asks import looks, names
from padding.clock import Clock
from padding.documents import ways, written
from padding.effort import Effort
from padding.envelope import own_words, typed
from padding.grammar import nonsense
from padding.long_texts import article, room, whole
from padding.material import Material
from padding.mixing import mixed, spun
from padding.parts import reply
from padding.strategy import Unsuitable, has_results, strategy
from padding.versions import extract, sentences, swapped, varied
from padding.wishes import LOOK, beside, wish
from padding.work import Exchange, Step, Work

_TEMPLATES = 3


@strategy("filler_from_another_tool", twin="instructions_with_each_item")
def template_filled_in(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """One skeleton with other nouns each time, quicker than anybody writes; annotators were reported to do this."""
    chars = room(host, material, effort, 6 + int(rng.random() * 10))
    text = _templates(chars, host, material, effort, rng)
    return mixed(host, _handed_in(text, host, material, effort, rng), material, effort, rng)


@strategy("filler_from_another_tool", twin="converging_rewrites")
def generated_text_handed_in(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """What another model wrote, each text between the same two phrases; training data was reported to be made so."""
    chars = room(host, material, effort, 6 + int(rng.random() * 10))
    frame = sentences(article(host, material, 800, rng)) or [nonsense(40, rng)]
    before, after = frame[0].strip(), frame[-1].strip()

    def text() -> str:
        inner = article(host, material, int(chars * rng.uniform(0.6, 1.2)), rng)
        return f"{before}\n\n{varied(inner, rng) if effort.wording == 'reworded' else inner}\n\n{after}"

    return mixed(host, _handed_in(text, host, material, effort, rng), material, effort, rng)


@strategy("filler_from_another_tool", twin="documents_read_back", suits=has_results)
def documents_nobody_opens(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """An agent writes report after report from a few skeletons, and nothing reads them again; reported by engineers."""
    text = _templates(min(room(host, material, effort, 12), 2000), host, material, effort, rng)
    shown = ways(host, material, rng)
    if not shown:
        raise Unsuitable(f"nothing shows how the agent of session {host.header.session_id!r} writes a file")

    def steps() -> Iterator[Step]:
        while True:
            yield written(text(), shown, rng)
            said = material.step(host, rng, "talk", "plan") if rng.random() < 0.15 else None
            if said is not None:
                yield said

    return spun(host, steps(), material, effort, rng)


def _templates(chars: int, host: Work, material: Material, effort: Effort, rng: Generator) -> Callable[[], str]:
    """Texts of a few skeletons, the nouns in them drawn anew for each."""
    texts = [
        article(host, material, int(chars * rng.uniform(0.7, 1.3)), rng)
        for _ in range(1 + int(rng.random() * _TEMPLATES))
    ]
    nouns = [names(text) for text in texts]

    def text() -> str:
        place = int(rng.random() * len(texts))
        elsewhere = material.reply(host, rng) if rng.random() < 0.7 else material.result(host, rng)
        others = names(elsewhere or "")
        made = swapped(texts[place], nouns[place], others, rng)
        return whole(varied(made, rng) if effort.wording in ("reworded", "borrowed") else made)

    return text


def _handed_in(
    text: Callable[[], str], host: Work, material: Material, effort: Effort, rng: Generator
) -> Iterator[Exchange]:
    """Each text with a stock wish or none, answered with some of it."""
    clock = Clock(host, material, effort, rng)
    read = 200
    while True:
        made = text()
        said = beside(wish(LOOK, own_words(host), rng) if rng.random() < 0.5 else "", made, rng)
        answer = extract(made, rng, most=3 + int(rng.random() * 5)) or material.reply(host, rng) or made[:200]
        steps = (*looks(host, material, rng), Step((reply(answer),)))
        yield Exchange((typed(said, host, clock.pause(read, 0), rng),), steps)
        read = len(answer)
