"""The genuine corpus, indexed for borrowing: by source first, so that what is borrowed has the host's own manner.

Sessions are taken apart when they are added or first asked for; a source's index is built when it is first sampled.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from numpy.random import Generator

from padding.actions import Action, step_action
from padding.form import Form
from padding.habits import Habits
from padding.parts import copied, copied_exchange
from padding.pool import Owned, Pool, place_of
from padding.remembered import remembered
from padding.work import Exchange, Step, Work, take_apart, whole
from traces.schema import Session

_T = TypeVar("_T")
_SAME_WORDS, _ASKED_CHARS = 0.4, 4_000
_TRIES = 12
_FEW = 5
_KEPT = 20_000


class Material:
    """Genuine sessions to borrow from."""

    def __init__(self, sessions: Iterable[Session] = ()) -> None:
        self._pools: dict[tuple[str | None, str, str | None], Pool] = {}
        self._kin: dict[str, Pool] = {}
        self._works: dict[str, Work] = {}
        self._forms: dict[str, Form] = {}
        for session in sessions:
            self.add(session)

    def add(self, session: Session) -> Work:
        """Takes a genuine session in."""
        work = take_apart(session)
        self._works[session.session_id] = work
        self._pools.setdefault(_source(work), Pool()).works.append(work)
        self._kin.clear()
        return work

    def work(self, session: Session) -> Work:
        """The session's work; it need not be part of the corpus."""
        work = self._works.get(session.session_id)
        return work if work is not None and work.header.file == session.file else take_apart(session)

    def form(self, host: Work) -> Form:
        """The host's form, completed from its source."""
        key = host.header.session_id
        if key not in self._forms:
            if len(self._forms) > _KEPT:
                self._forms.clear()
            source = self._pool(host).form
            own = Form.observed([host])
            self._forms[key] = own if source is None else own.filled(source)
        return self._forms[key]

    def tools(self, host: Work) -> frozenset[str]:
        """Tools that the host's agent is known to have."""
        own, known = self.form(host).tools, self._pool(host).known
        return known if own <= known else own | known

    def habits(self, host: Work) -> Habits:
        """How the agents of the host's source work."""
        return self._pool(host).habits

    def sizes(self, host: Work) -> Sequence[tuple[int, int]]:
        """Turns and characters of the genuine sessions of the host's source, shortest first."""
        pool = self._pool(host)
        return pool.sizes if len(pool.sizes) >= _FEW else self._kindred(host).sizes or [(host.size, host.chars)]

    def prompt(self, host: Work, rng: Generator) -> str | None:
        """Something that a person asked in another session; a simulated user, where all of the source's are.

        Null where nobody else asked anything.
        """
        found = self._drawn(host, rng, lambda pool: pool.asks)
        return None if found is None else found[1].text

    def exchange(self, host: Work, rng: Generator, most: int = 60) -> Exchange | None:
        """A whole exchange of another session, of at most so many turns, with tools that the host's agent has."""
        found = self._an_exchange(host, rng, most)
        return None if found is None else copied_exchange(found[1], found[0])

    def seen_exchange(self, host: Work, rng: Generator, most: int = 60) -> Exchange | None:
        """The same to look at only: it is not a copy that may stand in the host."""
        found = self._an_exchange(host, rng, most)
        return None if found is None else found[1]

    def step(self, host: Work, rng: Generator, *actions: Action) -> Step | None:
        """A step of another session that does one of these things (anything, without them)."""
        wanted: Sequence[Action] = actions or tuple(self._pool(host).steps)
        if not wanted:
            return None
        tools, action = self.tools(host), wanted[int(rng.random() * len(wanted))]
        found = self._drawn(host, rng, lambda pool: pool.steps.get(action, ()), lambda s: _usable((s,), tools))
        return None if found is None else copied(found[1], found[0])

    def result(self, host: Work, rng: Generator) -> str | None:
        """What a tool gave back in another session."""
        found = self._drawn(host, rng, lambda pool: pool.results)
        return None if found is None else found[1].text

    def reply(self, host: Work, rng: Generator) -> str | None:
        """What the assistant said in another session."""
        found = self._drawn(host, rng, lambda pool: pool.replies)
        return None if found is None else found[1].text

    def pause(self, host: Work, rng: Generator) -> float:
        """Seconds that passed before a prompt in another session."""
        found = self._drawn(host, rng, lambda pool: pool.pauses)
        return 30.0 if found is None else found[1]

    def other(self, host: Work, rng: Generator) -> Work | None:
        """Another session of the host's user and project, else of its source; null where there is none."""
        pool = self._pool(host)
        for works in (pool.places.get(place_of(host), ()), pool.works):
            for _ in range(_TRIES if works else 0):
                work = works[int(rng.random() * len(works))]
                if work.header.session_id != host.header.session_id:
                    return work
        return None

    def sequel(self, host: Work, rng: Generator) -> Work | None:
        """Another session of the host's user and project, about something else; null where none is found."""
        works = self._pool(host).places.get(place_of(host), ())
        for _ in range(_TRIES if works else 0):
            work = works[int(rng.random() * len(works))]
            if work.header.session_id != host.header.session_id and not _same_subject(work, host):
                return work
        return None

    @staticmethod
    def own_steps(host: Work, *actions: Action) -> list[Step]:
        """The host's own steps that do one of these things and have results."""
        return [step for action, step in _doing(host) if action in actions]

    def _an_exchange(self, host: Work, rng: Generator, most: int) -> Owned[Exchange] | None:
        tools = self.tools(host)
        return self._drawn(host, rng, lambda pool: pool.exchanges, lambda e: e.size <= most and _usable(e.steps, tools))

    def _pool(self, host: Work) -> Pool:
        return self._pools.get(_source(host), _EMPTY).indexed()

    def _kindred(self, host: Work) -> Pool:
        """All sources whose agents are of the kind of the host's, coding with coding and support with support."""
        kind = self._pool(host).kind
        if kind not in self._kin:
            self._kin[kind] = Pool.joined(pool for pool in self._pools.values() if pool.indexed().kind == kind)
        return self._kin[kind]

    def _drawn(
        self,
        host: Work,
        rng: Generator,
        among: Callable[[Pool], Sequence[Owned[_T]]],
        fits: Callable[[_T], bool] = lambda _: True,
    ) -> Owned[_T] | None:
        """One at random that is not the host's: of its source if there is one that fits, else of one of its kind."""
        for near in (True, False):
            candidates = among(self._pool(host) if near else self._kindred(host))
            count, own = len(candidates), host.header.session_id
            for _ in range(_TRIES if count else 0):
                owner, value = candidates[int(rng.random() * count)]
                if owner != own and fits(value):
                    return owner, value
        return None


_EMPTY = Pool()


def _source(work: Work) -> tuple[str | None, str, str | None]:
    return work.header.source, work.header.format, work.header.agent


def _usable(steps: Iterable[Step], tools: frozenset[str]) -> bool:
    for step in steps:
        for piece in step.pieces:
            if piece.turn.kind == "tool_call" and piece.turn.tool_name not in tools:
                return False
    return True


def _same_subject(one: Work, other: Work) -> bool:
    """Whether both ask in much the same words: trials of one task, runs of one schedule."""
    mine, theirs = _asked_words(one), _asked_words(other)
    return bool(mine or theirs) and len(mine & theirs) > _SAME_WORDS * min(len(mine), len(theirs))


@remembered
def _doing(work: Work) -> list[tuple[Action, Step]]:
    """What each of a work's steps does, of those that have results."""
    return [(step_action(step), step) for step in work.steps if step.results and whole(step)]


@remembered
def _asked_words(work: Work) -> frozenset[str]:
    asked = (piece.turn.text or "" for piece in work.pieces if piece.turn.role == "user")
    return frozenset(" ".join(asked)[:_ASKED_CHARS].lower().split())
