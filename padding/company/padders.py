"""Those who pad: strategies of the laboratory, applied to their own genuine work as hard as each of them tries."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from msgspec.structs import replace as changed
from numpy.random import Generator

from padding.assembly import Made
from padding.company.chance import dice, letters
from padding.company.people import Padder, Person
from padding.company.reading_back import as_read
from padding.company.work_day import Piece, worked
from padding.effort import Effort
from padding.material import Material
from padding.strategy import Strategy, Unsuitable, load, pad
from traces.schema import Session

_TRIES = 8
_BORROWED_FROM = 160
_KEPT = 3
_RUN = re.compile(r"[0-9A-Za-z]{8,}$")


@dataclass(frozen=True, slots=True)
class Padded:
    """What became of a session, as its reader reads it."""

    session: Session
    made: Made
    effort: str


class Laboratory:
    """The strategies, and the material that they borrow from."""

    def __init__(self, seed: int, genuine: Iterable[Session]) -> None:
        every = load()
        self._seed = seed
        self._padding = [one for one in every.values() if not one.honest]
        self._honest = [one for one in every.values() if one.honest]
        self._material = Material(genuine)

    def padded(self, person: Person, piece: Piece, number: int) -> Padded | None:
        """The session padded in this person's way; null where none of the ways suits it."""
        padder = person.padder
        assert padder is not None
        rng = np.random.default_rng(_seed_of(self._seed, padder.script, number))
        habits = _habits(self._padding, self._seed, padder)
        return self._made(piece, habits, rng, padder) or self._made(piece, self._padding, rng, padder)

    def look_alike(self, piece: Piece, name: str) -> Padded | None:
        """The session as an honest look-alike; null where none suits it."""
        return self._made(piece, self._honest, np.random.default_rng(_seed_of(self._seed, "honest", name)), None)

    def _made(self, piece: Piece, among: list[Strategy], rng: Generator, padder: Padder | None) -> Padded | None:
        for _ in range(_TRIES if among else 0):
            chosen = among[int(rng.random() * len(among))]
            effort = _effort(rng, padder)
            try:
                made = pad(piece.session, chosen, self._material, effort, rng)
            except Unsuitable:
                continue
            if (session := as_read(_own(made.session, piece.session))) is not None:
                return Padded(session, made, str(effort))
        return None


def _own(made: Session, genuine: Session) -> Session:
    """The session under the id that it had, with ids of calls that no colleague with the same script draws as well."""
    rng = dice("ids", genuine.session_id)
    known = {turn.call_id: turn.call_id for turn in genuine.turns}
    turns = []
    for turn in made.turns:
        if turn.call_id is not None and turn.call_id not in known:
            known[turn.call_id] = _RUN.sub(lambda run: letters(rng, len(run[0])), turn.call_id)
        turns.append(changed(turn, call_id=known.get(turn.call_id)))
    return changed(made, session_id=genuine.session_id, turns=tuple(turns))


def _seed_of(seed: int, *name: object) -> int:
    return dice(seed, "laboratory", *name).getrandbits(64)


def _habits(among: list[Strategy], seed: int, padder: Padder) -> list[Strategy]:
    """The few ways that somebody knows."""
    rng = dice(seed, "habits", padder.script)
    return rng.sample(among, min(len(among), rng.randrange(1, _KEPT + 1)))


def _effort(rng: Generator, padder: Padder | None) -> Effort:
    """An effort; who takes little trouble is content with a timer and the same words."""
    drawn = Effort.draw(rng)
    if padder is not None and rng.random() > padder.hard:
        return Effort("even" if rng.random() < 0.5 else "jittered", "verbatim", drawn.text, drawn.length, drawn.share)
    return drawn


def samples(
    everybody: tuple[Person, ...], seed: int, names: tuple[str, ...], teams: tuple[str, ...], first: date
) -> Iterable[Session]:
    """Genuine sessions to borrow from, of the same weeks, which stand nowhere among the traces."""
    rng = dice(seed, "material")
    people = [one for one in everybody if not one.service]
    for number in range(_BORROWED_FROM):
        start = datetime.combine(first + timedelta(days=number % 30 - 7), time(9), UTC)
        yield worked(rng.choice(people), start, dice(seed, "material", number), names, teams).session
