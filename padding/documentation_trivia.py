"""Documentation trivia: asking what a page answers, question after question, none followed up. Engineers report it."""

from collections.abc import Iterator

from numpy.random import Generator

from padding.asks import a_term, asked_about, looks, scattered, told_about
from padding.clock import Clock
from padding.effort import Effort
from padding.envelope import ask_of, own_words, typed
from padding.long_texts import whole
from padding.material import Material
from padding.mixing import mixed
from padding.parts import copied, reply
from padding.strategy import has_results, strategy
from padding.versions import extract, reworded
from padding.work import Exchange, Step, Work

_MOST_TURNS, _MOST_CHARS = 6, 1600
_SHORT, _TELLING = 200, 120
_TRIES = 5


@strategy("documentation_trivia", twin="beginner_who_progresses")
def answerable_in_a_row(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Questions that a page or a clock answers, from one topic to the next; reported as the cheapest way to a quota."""
    return mixed(host, _asked_in_a_row(host, material, effort, rng), material, effort, rng)


@strategy("documentation_trivia", twin="manual_consulted_for_the_task", suits=has_results)
def looked_up_for_nothing(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """An agent opens a file or a page to say what stands in it, for one stray question after the other."""
    return mixed(host, _looked_up(host, material, effort, rng), material, effort, rng)


def _asked_in_a_row(host: Work, material: Material, effort: Effort, rng: Generator) -> Iterator[Exchange]:
    clock = Clock(host, material, effort, rng)
    others = scattered(host, material, rng, _MOST_TURNS)
    read = 400
    while True:
        for _ in range(_TRIES):
            exchange = next(others)
            text = ask_of(exchange)
            if len(exchange.reply) > _TELLING and (
                effort.wording != "borrowed" or (len(text) < _SHORT and "?" in text)
            ):
                break
        steps = (*looks(host, material, rng), *exchange.steps[-1:])
        if effort.wording != "borrowed" or len(text) > _SHORT:
            answer = whole((exchange.reply or material.reply(host, rng) or text)[:_MOST_CHARS])
            text = asked_about(a_term(answer, rng), own_words(host), host, material, rng, effort.text == "made")
            steps = (*steps[:-1], Step((reply(answer),)))
        text = reworded(text, rng) if effort.wording == "reworded" else text
        yield Exchange((typed(text, host, clock.pause(read, len(text)), rng),), steps)
        read = steps[-1].chars


def _looked_up(host: Work, material: Material, effort: Effort, rng: Generator) -> Iterator[Exchange]:
    """A look at something, a question about what stands there, and the line that answers it."""
    clock = Clock(host, material, effort, rng)
    own = Material.own_steps(host, "read", "search", "fetch", "run", "test")
    own = [step for step in own if len(step.results[-1].text or "") > _TELLING] or own
    own = own or [step for step in host.steps if step.calls and step.results]
    read = 400
    while True:
        look = None if rng.random() < 0.2 else material.step(host, rng, "read", "search", "fetch")
        look = look or copied(own[int(rng.random() * len(own))])
        exchange = asked_of(look, host, material, effort, rng, clock.pause(read, 60))
        yield exchange
        read = exchange.steps[-1].chars


def asked_of(
    look: Step, host: Work, material: Material, effort: Effort, rng: Generator, gap: float | None, term: str = ""
) -> Exchange:
    """A question about something in a step's result, the step, and what the result says of it."""
    shown = look.results[-1].text or "" if look.results else ""
    about = term or a_term(shown, rng)
    answer = whole(extract(shown, rng, about, 1 + int(rng.random() * 3))[:_MOST_CHARS])
    answer = answer if about in answer else told_about(about, host, material, rng)
    text = asked_about(about, own_words(host), host, material, rng, effort.text == "made")
    return Exchange((typed(text, host, gap, rng),), (look, Step((reply(answer),))))
