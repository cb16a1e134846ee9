"""Null transforms: genuine sessions through the same machinery, changed in nothing that matters.

Whoever can tell what comes out of here from an untouched session has found the laboratory's fingerprints.
"""

from collections.abc import Callable
from datetime import timedelta

from msgspec.structs import replace as changed
from numpy.random import Generator

from padding.assembly import Made, put_together
from padding.material import Material
from padding.parts import copied, foreign, paused
from padding.starts import renamed
from padding.work import Exchange, Work, take_apart
from traces.export import atif_lines
from traces.format import About, Record
from traces.readers.atif import Atif
from traces.schema import Session

Transform = Callable[[Work, Material, Generator], Work]

_WEEKS = 30
_LEAST_EXCHANGES = 4


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
    return changed(host, exchanges=tuple(_redressed(exchange, share, rng) for exchange in host.exchanges))


def parted(host: Work, material: Material, rng: Generator) -> Work:  # noqa: ARG001
    """Its first or its second part alone, cut before a prompt."""
    if len(host.exchanges) < _LEAST_EXCHANGES:
        return host
    place = len(host.exchanges) // 4 + int(rng.random() * (len(host.exchanges) // 2))
    return changed(host, exchanges=host.exchanges[:place] if rng.random() < 0.5 else host.exchanges[place:])


def joined(host: Work, material: Material, rng: Generator) -> Work:
    """Gone on with: another genuine session of the same person and project comes after it, on another subject."""
    other = material.sequel(host, rng)
    longest = material.sizes(host)[-1][0]
    if other is None or host.size + other.size > longest:
        return host
    first, *rest = other.exchanges
    pause = material.pause(host, rng) if host.anchor and other.anchor else None
    added = (paused(Exchange(first.opening, first.steps), pause), *rest)
    return changed(host, exchanges=(*host.exchanges, *(_redressed(exchange, 1.0, rng) for exchange in added)))


NULLS: dict[str, Transform] = {edit.__name__: edit for edit in (moved, reserialised, redressed, parted, joined)}
"""All null transforms by name."""


def untouched(session: Session, name: str, material: Material, rng: Generator) -> Made:
    """A genuine session through the null transform of this name, whole weeks earlier or later, under another id."""
    host = material.work(session)
    edited = NULLS[name](host, material, rng)
    made = put_together(_weeks_later(edited, int(rng.integers(-_WEEKS, _WEEKS + 1))), material.form(host), rng)
    return Made(renamed(made.session, host.header.started, rng), strategy=name, family="null", sources=made.sources)


def _redressed(exchange: Exchange, share: float, rng: Generator) -> Exchange:
    opening = tuple(foreign(p) if p.turn.role == "user" and rng.random() < share else p for p in exchange.opening)
    steps = tuple(copied(step) if rng.random() < share else step for step in exchange.steps)
    return Exchange(opening, steps)


def _weeks_later(work: Work, weeks: int) -> Work:
    shift = timedelta(weeks=weeks)
    started = work.header.started
    header = work.header if started is None else changed(work.header, started=started + shift)
    return changed(work, header=header, anchor=None if work.anchor is None else work.anchor + shift)
