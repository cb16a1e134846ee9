"""Null transforms: genuine sessions through the same machinery, changed in nothing that matters.

Whoever can tell what comes out of here from an untouched session has found the laboratory's fingerprints.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import accumulate

from msgspec.structs import replace as changed
from numpy.random import Generator

from padding.assembly import Made, put_together
from padding.budget import body, head
from padding.material import Material
from padding.parts import copied, copied_exchange, foreign, paused
from padding.starts import renamed, some_weeks
from padding.work import Exchange, Step, Work, take_apart
from traces.export import atif_lines
from traces.format import About, Record
from traces.readers.atif import Atif
from traces.schema import Session

Transform = Callable[[Work, Material, Generator], Work]

_LEAST_EXCHANGES = 2
_SEQUELS = 4


def moved(host: Work, material: Material, rng: Generator) -> Work:  # noqa: ARG001
    """Nothing but its ids and its weeks are other ones."""
    return host


def reserialised(host: Work, material: Material, rng: Generator) -> Work:
    """Written as ATIF and read again."""
    session = put_together(host, material.form(host), rng).session
    raw = next(iter(atif_lines([session])))
    return take_apart(next(iter(Atif(About(file=session.file)).add(Record(raw, 1)))))


def redressed(host: Work, material: Material, rng: Generator) -> Work:  # noqa: ARG001
    """Some of its turns dressed anew, from a few to all: times, tokens, cuts and ids as added turns get them."""
    share = float(rng.random())
    exchanges: list[Exchange] = []
    anew = False
    for exchange in host.exchanges:
        opening = tuple(foreign(p) if p.turn.role == "user" and rng.random() < share else p for p in exchange.opening)
        anew = anew or any(piece.foreign for piece in opening)
        steps: list[Step] = []
        for step in exchange.steps:
            first = anew and not (exchanges or steps)  # its input tells the length of the opening
            steps.append(copied(step) if rng.random() < share or first else _counted_anew(step) if anew else step)
            anew = steps[-1].pieces[0].foreign
        exchanges.append(Exchange(opening, tuple(steps)))
    return changed(host, exchanges=tuple(exchanges))


def parted(host: Work, material: Material, rng: Generator) -> Work:
    """Its first or its second part alone, cut before a prompt, if it is longer than a session of its source drawn.

    What is drawn decides where it is cut too. As much is parted as `joined` joins: lengths stay those of the source.
    """
    wanted = _drawn_chars(host, material, rng)
    own, closing = body(host), _closing(host)
    asked = own[: len(own) - len(closing)]
    if wanted >= host.chars or len(asked) < _LEAST_EXCHANGES:
        return host
    first = rng.random() < 0.5
    sizes = list(accumulate(exchange.chars for exchange in (asked if first else asked[::-1])))
    kept = 1 + min(range(len(asked)), key=lambda place: abs(sizes[place] - wanted))
    if kept == len(asked):
        return host
    if first:
        return _behind_head(host, (*asked[:kept], *closing))
    opened = next((piece.gap for piece in own[0].opening), None)  # as soon after the head as the host's first prompt
    return _behind_head(host, (paused(asked[-kept], opened), *asked[len(asked) - kept + 1 :], *closing))


def joined(host: Work, material: Material, rng: Generator) -> Work:
    """Gone on with, if it is shorter than a session of its source drawn: another one of its person and project follows.

    That one is on another subject, and of several the one with which the length is next to what was drawn.
    """
    wanted = _drawn_chars(host, material, rng)
    found = (material.sequel(host, rng) for _ in range(_SEQUELS)) if wanted > host.chars else ()
    longest = material.sizes(host)[-1][0]
    fitting = [other for other in found if other is not None and body(other) and host.size + other.size <= longest]
    other = min(fitting, key=lambda one: abs(host.chars + one.chars - wanted), default=None)
    own = body(host)
    if other is None or not own or host.chars + other.chars / 2 > wanted:
        return host
    pause = material.pause(host, rng) if host.anchor and other.anchor else None
    first, *rest = body(other)
    added = (paused(first, pause), *rest)
    kept = own[: len(own) - len(_closing(host))]
    return _behind_head(host, (*kept, *(copied_exchange(exchange, other.header.session_id) for exchange in added)))


NULLS: dict[str, Transform] = {edit.__name__: edit for edit in (moved, reserialised, redressed, parted, joined)}
"""All null transforms by name."""


def untouched(session: Session, name: str, material: Material, rng: Generator, weeks: int | None = None) -> Made:
    """A genuine session through the null transform of this name, so many weeks later, under another id.

    All sessions of one user have to be moved by the same weeks, or their habits are torn apart; those of a session
    whose user is not known are drawn here.
    """
    host = material.work(session)
    edited = NULLS[name](host, material, rng)
    by = some_weeks(rng) if weeks is None else weeks
    made = put_together(_weeks_later(edited, by), material.form(host), rng)
    return Made(renamed(made.session, host.header.started, rng), strategy=name, family="null", sources=made.sources)


def _drawn_chars(host: Work, material: Material, rng: Generator) -> int:
    sizes = material.sizes(host)
    return sizes[int(rng.random() * len(sizes))][1]


def _closing(host: Work) -> tuple[Exchange, ...]:
    """The goodbye after which nothing comes, where there is one."""
    return tuple(exchange for exchange in host.exchanges[-1:] if not exchange.steps)


def _behind_head(host: Work, exchanges: tuple[Exchange, ...]) -> Work:
    """These exchanges behind what every session of the host's kind begins with."""
    first, *rest = exchanges
    return changed(host, exchanges=(Exchange((*head(host), *first.opening), first.steps), *rest))


def _counted_anew(step: Step) -> Step:
    """The step after one that was dressed anew in its place: by its own growth, that one would be counted twice."""
    return Step(tuple(changed(piece, growth=None) for piece in step.pieces))


def _weeks_later(work: Work, weeks: int) -> Work:
    shift = timedelta(weeks=weeks)
    started = work.header.started
    header = work.header if started is None else changed(work.header, started=started + shift)
    return changed(work, header=header, anchor=None if work.anchor is None else work.anchor + shift)
