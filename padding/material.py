"""The genuine corpus, indexed for borrowing: by source first, so that what is borrowed has the host's own manner.

Sessions are taken apart when they are added or first asked for; a source's index is built when it is first sampled.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from numpy.random import Generator

from padding.actions import Action, step_action
from padding.form import Form
from padding.parts import copied, copied_exchange
from padding.work import Exchange, Step, Work, spoken, take_apart, whole
from traces.schema import Session, Turn

_T = TypeVar("_T")
_Owned = tuple[str, _T]
_TRIES = 12
_SAMPLE = 12
_FEW = 5
_KEPT = 20_000


class _Pool:
    """The works of one source, and what can be borrowed from them."""

    def __init__(self) -> None:
        self.works: list[Work] = []
        self.exchanges: list[_Owned[Exchange]] = []
        self.prompts: list[_Owned[Turn]] = []
        self.steps: dict[Action, list[_Owned[Step]]] = {}
        self.results: list[_Owned[Turn]] = []
        self.replies: list[_Owned[Turn]] = []
        self.pauses: list[_Owned[float]] = []
        self.tools: set[str] = set()
        self.sizes: list[tuple[int, int]] = []
        self.form: Form | None = None
        self._indexed = 0

    def indexed(self) -> "_Pool":
        """The pool with all of its works indexed."""
        for work in self.works[self._indexed :]:
            self._take(work, work.header.session_id)
        if self._indexed < len(self.works):
            self.sizes.sort()
            self.form = Form.observed(self.works[:_SAMPLE])
            self._indexed = len(self.works)
        return self

    def _take(self, work: Work, owner: str) -> None:
        self.sizes.append((work.size, work.chars))
        for number, exchange in enumerate(work.exchanges):
            if exchange.asked and all(map(whole, exchange.steps)):
                self.exchanges.append((owner, exchange))
            for piece in exchange.opening:
                if piece.turn.role == "user" and piece.turn.typed is not False and piece.turn.text:
                    self.prompts.append((owner, piece.turn))
            if number and exchange.opening and exchange.opening[0].gap is not None and exchange.opening[0].gap > 0:
                self.pauses.append((owner, exchange.opening[0].gap))
            for step in exchange.steps:
                self._take_step(step, owner)

    def _take_step(self, step: Step, owner: str) -> None:
        if whole(step):
            self.steps.setdefault(step_action(step), []).append((owner, step))
        for piece in step.pieces:
            turn = piece.turn
            if turn.kind == "tool_result" and turn.text:
                self.results.append((owner, turn))
            elif turn.kind == "tool_call" and turn.tool_name:
                self.tools.add(turn.tool_name)
            elif spoken(turn) and turn.text:
                self.replies.append((owner, turn))


class Material:
    """Genuine sessions to borrow from."""

    def __init__(self, sessions: Iterable[Session] = ()) -> None:
        self._pools: dict[tuple[str | None, str, str | None], _Pool] = {}
        self._everything = _Pool()
        self._works: dict[str, Work] = {}
        self._forms: dict[str, Form] = {}
        for session in sessions:
            self.add(session)

    def add(self, session: Session) -> Work:
        """Takes a genuine session in."""
        work = take_apart(session)
        self._works[session.session_id] = work
        self._pools.setdefault(_source(work), _Pool()).works.append(work)
        self._everything.works.append(work)
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
        return self.form(host).tools | self._pool(host).tools

    def sizes(self, host: Work) -> Sequence[tuple[int, int]]:
        """Turns and characters of the genuine sessions of the host's source, shortest first."""
        pool = self._pool(host)
        return pool.sizes if len(pool.sizes) >= _FEW else self._everything.indexed().sizes or [(host.size, host.chars)]

    def prompt(self, host: Work, rng: Generator) -> str | None:
        """Something that a person asked in another session; null where nobody else asked anything."""
        found = self._drawn(host, rng, lambda pool: pool.prompts)
        return None if found is None else found[1].text

    def exchange(self, host: Work, rng: Generator, most: int = 60) -> Exchange | None:
        """A whole exchange of another session, of at most so many turns, with tools that the host's agent has."""
        tools = self.tools(host)
        found = self._drawn(
            host, rng, lambda pool: pool.exchanges, lambda e: e.size <= most and _usable(e.steps, tools)
        )
        return None if found is None else copied_exchange(found[1], found[0])

    def step(self, host: Work, rng: Generator, *actions: Action) -> Step | None:
        """A step of another session that does one of these things (anything, without them)."""
        tools = self.tools(host)
        wanted: Sequence[Action] = actions or tuple(self._pool(host).steps)
        if not wanted:
            return None
        action = wanted[int(rng.random() * len(wanted))]
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
        works = [work for work in self._pool(host).works if work.header.session_id != host.header.session_id]
        near = [work for work in works if _place(work) == _place(host)]
        return (near or works)[int(rng.random() * len(near or works))] if works else None

    @staticmethod
    def own_steps(host: Work, *actions: Action) -> list[Step]:
        """The host's own steps that do one of these things and have results."""
        return [step for step in host.steps if step.results and step_action(step) in actions and whole(step)]

    def _pool(self, host: Work) -> _Pool:
        return self._pools.get(_source(host), _EMPTY).indexed()

    def _drawn(
        self,
        host: Work,
        rng: Generator,
        among: Callable[[_Pool], Sequence[_Owned[_T]]],
        fits: Callable[[_T], bool] = lambda _: True,
    ) -> _Owned[_T] | None:
        """One at random that is not the host's: of its source if there is one that fits, else of any source."""
        for pool in (self._pool(host), self._everything):
            candidates = among(pool.indexed())
            for _ in range(_TRIES if candidates else 0):
                owner, value = candidates[int(rng.random() * len(candidates))]
                if owner != host.header.session_id and fits(value):
                    return owner, value
        return None


_EMPTY = _Pool()


def _source(work: Work) -> tuple[str | None, str, str | None]:
    return work.header.source, work.header.format, work.header.agent


def _place(work: Work) -> tuple[str | None, str | None]:
    return work.header.user_id, work.header.project


def _usable(steps: Iterable[Step], tools: frozenset[str]) -> bool:
    return all(turn.tool_name in tools for step in steps for turn in step.calls)
