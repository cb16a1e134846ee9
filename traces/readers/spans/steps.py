"""Traced operations, which come in any order, to sessions: who holds whom, what belongs together, what came first."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from traces.draft import Draft
from traces.format import About, Unreadable
from traces.readers.spans.blocks import Piece
from traces.readers.spans.history import Telling
from traces.readers.spans.usage import Usage
from traces.schema import Origin, Session

Doing = Literal["call", "tool", "agent"]
_EARLIEST = datetime.min.replace(tzinfo=UTC)


class Step(msgspec.Struct, kw_only=True):
    """One traced operation: a model call, a tool's run, or an agent's run that may hold some of both."""

    trace: str
    span: str
    does: Doing
    parent: str | None = None
    session: str | None = None
    user: str | None = None
    agent: str | None = None
    """The agent's own name."""
    service: str | None = None
    """The program's name, for when no agent has one."""
    version: str | None = None
    project: str | None = None
    model: str | None = None
    origin: Origin | None = None
    start: datetime | None = None
    end: datetime | None = None
    failed: bool | None = None
    said: tuple[Piece, ...] = ()
    """What the model was sent, history and all."""
    answered: tuple[Piece, ...] = ()
    """What the model wrote."""
    replied: bool = True
    """Whether an answer came at all, recorded or not."""
    usage: Usage = Usage()
    tool: Piece | None = None
    """For a tool's run: its result, with the call's name, id and arguments."""
    alone: bool = False
    """Whether what was said is a prompt by itself, never history."""
    inner: bool = False
    """Whether another agent asked, and no person."""

    @property
    def tells(self) -> bool:
        """Whether anything is known of what was said or spent."""
        return bool(self.said or self.answered or self.usage != Usage())


def later(start: datetime | None, seconds: float | None) -> datetime | None:
    """The moment so many seconds after another; null where either is unknown."""
    if start is None or seconds is None:
        return None
    try:
        return start + timedelta(seconds=seconds)
    except (OverflowError, ValueError) as error:
        raise Unreadable("number-out-of-range", f"{seconds} is not a number of seconds that can pass") from error


class Steps:
    """Collects the operations of one file, as pieces that are held once however often they are sent again."""

    def __init__(self, format: str, about: About) -> None:
        self._format = format
        self._about = about
        self._traces: dict[str, dict[str, Step]] = {}
        self._parents: dict[tuple[str, str], str] = {}
        self._logs: dict[tuple[str, str], Step] = {}
        self._pieces: dict[Piece, Piece] = {}

    def add(self, step: Step) -> None:
        """Takes an operation, unless it was there already."""
        step.said = self._held_once(step.said)
        step.answered = self._held_once(step.answered)
        self._traces.setdefault(step.trace, {}).setdefault(step.span, step)

    def log(self, step: Step) -> None:
        """Takes a message of an operation that a log tells apart from the operation itself."""
        self._traces.setdefault(step.trace, {})
        known = self._logs.setdefault((step.trace, step.span), step)
        if known is not step:
            known.said += self._held_once(step.said)
            known.answered += self._held_once(step.answered)
            known.end = step.end

    def link(self, trace: str, span: str, parent: str | None) -> None:
        """Notes whose child a span is, also one that is no operation of a model, tool or agent."""
        if parent:
            self._parents[trace, span] = parent

    def sessions(self) -> Iterator[Session]:
        """All sessions of the file; long ones in parts."""
        sessions: dict[str, list[Step]] = {}
        for (trace, span), log in self._logs.items():
            step = self._traces[trace].setdefault(span, log)
            if not step.said and not step.answered:
                step.said, step.answered = log.said, log.answered
        for trace, steps in self._traces.items():
            for step in self._settled(trace, steps):
                sessions.setdefault(str(step.session), []).append(step)
        self._traces.clear()
        for session_id, of_one in sessions.items():
            draft = Draft(session_id, self._format, self._about.file)
            self._head(draft, of_one)
            yield from _told(draft, of_one)

    def _held_once(self, pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
        return tuple(self._pieces.setdefault(piece, piece) for piece in pieces)

    def _settled(self, trace: str, steps: dict[str, Step]) -> list[Step]:
        """The operations of one trace; those that only hold others have lent them what they lack."""
        above = {span: [steps[up] for up in self._ancestors(trace, span) if up in steps] for span in steps}
        session = next((step.session for step in steps.values() if step.session), trace)
        for span, step in steps.items():
            agents = {up.agent for up in (step, *above[span]) if up.does == "agent" and up.agent}
            step.inner = step.inner or len(agents) > 1 or any(up.does == "tool" for up in above[span])
            step.session = next((up.session for up in (step, *above[span]) if up.session), session)
        below: dict[str, list[Step]] = {}
        settled: list[Step] = []
        for step in sorted(steps.values(), key=lambda step: -len(above[step.span])):
            settled += _settled(step, below.pop(step.span, []), above[step.span])
            for up in above[step.span]:
                below.setdefault(up.span, []).append(step)
        return settled

    def _ancestors(self, trace: str, span: str) -> Iterator[str]:
        met = {span}
        while (span := self._parents.get((trace, span), span)) not in met:
            met.add(span)
            yield span

    def _head(self, draft: Draft, steps: list[Step]) -> None:
        draft.header(source=self._about.source)
        for step in sorted(steps, key=lambda step: (step.start or _EARLIEST, step.does != "agent")):
            draft.header(user_id=step.user, agent=step.agent, project=step.project, origin=step.origin)
            draft.header(model=step.model if step.does == "call" else None)
        for step in steps:
            draft.header(agent=step.service, agent_version=step.version)
        draft.header(user_id=self._about.user)


def _settled(step: Step, inside: list[Step], above: list[Step]) -> list[Step]:
    """What an operation comes to: itself, nothing, or question and answer apart where tools ran in between."""
    calls = sorted((other for other in inside if other.does == "call"), key=lambda other: other.start or _EARLIEST)
    if step.does == "tool":
        again = any(
            up.tool is not None and step.tool is not None and up.tool.tool_name == step.tool.tool_name for up in above
        )
        return [] if again else [step]
    if calls:
        _lend(step, calls)
        step.does = "agent"
        return [step]
    if step.does == "agent" and not step.tells:
        return [step]
    step.does = "call"
    if not any(other.does == "tool" for other in inside):
        return [step]
    question = msgspec.structs.replace(step, answered=(), usage=Usage(), replied=False)
    return [question, msgspec.structs.replace(step, said=(), start=step.end or step.start)]


def _lend(holder: Step, calls: list[Step]) -> None:
    """Gives the calls that an operation holds what only the operation itself says."""
    if not any(call.said for call in calls):
        calls[0].said = holder.said
    if not any(call.answered for call in calls):
        calls[-1].answered = holder.answered
    if all(call.usage == Usage() for call in calls):
        calls[0].usage = holder.usage
    for call in calls:
        call.model = call.model or holder.model


def _told(draft: Draft, steps: Iterable[Step]) -> Iterator[Session]:
    """The session that operations make. A tool's run that ends as its call begins waits: the clock may be coarse."""
    telling = Telling(draft)
    waiting: list[tuple[datetime, Step]] = []
    for moment, step in _in_order(steps):
        if waiting and waiting[0][0] < moment:
            for _, tool in waiting:
                telling.run(tool)
            waiting.clear()
        if step.does == "call":
            telling.call(step)
        elif telling.expects(step):
            telling.run(step)
        else:
            waiting.append((moment, step))
        if draft.full:
            yield draft.take()
    for _, tool in waiting:
        telling.run(tool)
    if draft.turns:
        yield draft.take()


def _in_order(steps: Iterable[Step]) -> list[tuple[datetime, Step]]:
    """Calls from their start and tools at their end; what has no time stays behind what stands before it."""
    timed: list[tuple[datetime, bool, datetime, int, Step]] = []
    last = _EARLIEST
    for number, step in enumerate(steps):
        start, end = step.start or step.end or last, step.end or step.start or last
        if step.does != "agent":
            timed.append((end if step.does == "tool" else start, step.does != "tool", start, number, step))
        last = start
    return [(entry[0], entry[4]) for entry in sorted(timed, key=lambda entry: entry[:4])]
