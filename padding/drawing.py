"""What goes into a data set, drawn such that no family, source or user dominates."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
from numpy.random import Generator, SeedSequence

from padding.assembly import Made
from padding.effort import Effort
from padding.material import Material
from padding.null import NULLS, untouched
from padding.scheme import Scheme, carry_out, load_schemes
from padding.starts import renamed, some_weeks
from padding.strategy import Strategy, Unsuitable, load, pad
from traces.schema import Session

_DRAWS, _SAME = 60, 30
_TEAM = 5
_NULL, _PADDED, _HONEST, _SCHEMES, _IDS, _WEEKS = range(6)

Drawn = tuple[Made, str, str | None]
"""A session, its kind (`null`, `padded` or `look-alike`), and what names the sessions that a scheme made together."""


class Draw:
    """Draws genuine sessions as often as their source has them: where one is from must not tell what it is."""

    def __init__(self, sessions: Sequence[Session], seed: int) -> None:
        self.sessions = sessions
        self.material = Material(sessions)
        self._seed = seed
        self._sources: dict[str, list[Session]] = {}
        for session in sessions:
            self._sources.setdefault(session.source or session.format, []).append(session)

    def generator(self, kind: int, number: int) -> Generator:
        """The random generator of one session."""
        return np.random.default_rng(SeedSequence([self._seed, kind, number]))

    def weeks(self, user: str | None) -> int | None:
        """By how many weeks all sessions of this user are moved, those that are made of them too; null without one.

        One number a user, by the seed and the user's name alone: days, hours and habits stay as they are.
        """
        if user is None:
            return None
        name = int.from_bytes(hashlib.sha256(user.encode()).digest()[:8])
        return some_weeks(np.random.default_rng(SeedSequence([self._seed, _WEEKS, name])))

    def hosts(self, rng: Generator) -> Iterator[Session]:
        """Sessions to try one after the other: of one source for a while, then of any."""
        first = self._any(self.sessions, rng)
        same = self._sources[first.source or first.format]
        yield first
        for tried in range(1, _DRAWS):
            yield self._any(same if tried < _SAME else self.sessions, rng)

    def team(self, rng: Generator, people: int) -> list[Session]:
        """Sessions of so many users of one source, or of as many as it has."""
        first = self._any(self.sessions, rng)
        users: dict[str, list[Session]] = {}
        for session in self._sources[first.source or first.format]:
            users.setdefault(session.user_id or "", []).append(session)
        own = list(users.values())
        return [self._any(own[int(place)], rng) for place in rng.permutation(len(own))[:people]]

    @staticmethod
    def _any(sessions: Sequence[Session], rng: Generator) -> Session:
        return sessions[int(rng.integers(len(sessions)))]


def made(draw: Draw, ratio: float, unsuitable: Counter[str], progress: Callable[[int, int], None]) -> Iterator[Drawn]:
    """Each session of a data set, its kind and its scheme; no two have the same id."""
    taken: set[str] = set()
    for number, (one, kind, scheme) in enumerate(_all(draw, ratio, unsuitable, progress)):
        session = one.session
        rng = draw.generator(_IDS, number)
        while session.session_id in taken:
            session = renamed(session, session.started, rng)
        taken.add(session.session_id)
        yield (one if session is one.session else replace(one, session=session)), kind, scheme


def _all(draw: Draw, ratio: float, unsuitable: Counter[str], progress: Callable[[int, int], None]) -> Iterator[Drawn]:
    padders, twins = _families(honest=False), _families(honest=True)
    schemes = list(load_schemes().values())
    padded = round(ratio * len(draw.sessions))
    of_schemes = max(1, padded // 20) if schemes else 0
    total = len(draw.sessions) + padded + padded // 2 + of_schemes
    for number, session in enumerate(draw.sessions):
        rng = draw.generator(_NULL, number)
        name, weeks = list(NULLS)[int(rng.integers(len(NULLS)))], draw.weeks(session.user_id)
        yield untouched(session, name, draw.material, rng, weeks), "null", None
        progress(number + 1, total)
    done = len(draw.sessions)
    for kind, families, count in ((_PADDED, padders, padded), (_HONEST, twins, padded // 2)):
        for number in range(count):
            family = families[number % len(families)]
            chosen = family[number // len(families) % len(family)]
            drawn = _drawn(draw, chosen, draw.generator(kind, number), unsuitable)
            if drawn is not None:
                yield drawn, "padded" if kind == _PADDED else "look-alike", None
            done += 1
            progress(done, total)
    for number in range(of_schemes):
        scheme = schemes[number % len(schemes)]
        for one in _carried_out(draw, scheme, draw.generator(_SCHEMES, number), unsuitable):
            yield one, "padded" if one.padding else "look-alike", f"{scheme.name} {number}"
        done += 1
        progress(done, total)


def _families(honest: bool) -> list[list[Strategy]]:
    families: dict[str, list[Strategy]] = {}
    for chosen in load().values():
        if chosen.honest == honest:
            families.setdefault(chosen.family, []).append(chosen)
    return [families[name] for name in sorted(families)]


def _drawn(draw: Draw, chosen: Strategy, rng: Generator, unsuitable: Counter[str]) -> Made | None:
    for host in draw.hosts(rng):
        weeks = timedelta(weeks=draw.weeks(host.user_id) or 0)
        try:
            return pad(host, chosen, draw.material, Effort.draw(rng), rng, weeks)
        except Unsuitable:
            unsuitable[chosen.name] += 1
    return None


def _carried_out(draw: Draw, chosen: Scheme, rng: Generator, unsuitable: Counter[str]) -> list[Made]:
    for _ in range(_DRAWS):
        try:
            return carry_out(draw.team(rng, _TEAM), chosen, draw.material, Effort.draw(rng), rng)
        except Unsuitable:
            unsuitable[chosen.name] += 1
    return []
