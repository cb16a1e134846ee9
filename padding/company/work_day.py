"""A person's day: its sessions, one after the other, with what their sub-agents did."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from msgspec.structs import replace

from padding.company.chance import hexadecimal, uuid
from padding.company.desk import Desk
from padding.company.manner import Manner, Use, told
from padding.company.people import Person
from padding.company.phrasing import Phrases
from padding.company.scene import Scene
from padding.company.tasks import SERVICES, TRADES, Task
from traces.schema import Session, Turn

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MORE = 0.28
_LONG = 50


@dataclass(frozen=True, slots=True)
class Piece:
    """A session of work, and the sessions of sub-agents that it started."""

    session: Session
    task: Task
    beside: tuple[Session, ...] = ()
    history: tuple[Turn, ...] = ()
    """The turns of the session that it resumes, which its file begins with a copy of."""


def worked(person: Person, start: datetime, rng: Random, names: tuple[str, ...], teams: tuple[str, ...]) -> Piece:
    """One session."""
    manner = person.manners[0] if rng.random() < 0.75 else person.manners[-1]
    repo = rng.choice(person.team.repositories)
    task = SERVICES[person.service] if person.service else _drawn(person, rng)
    origin: Any = "automation" if person.service else "human"
    desk = Desk(manner, rng, start.replace(microsecond=0), person.pace, origin)
    own = f"/home/{person.user_id.split('.')[0]}/work/{repo.name}" if not person.service else f"{repo.root}/checkout"
    others = tuple(other for other in names if other != person.name) or ("Kim",)
    scene = Scene(desk, Phrases(person.language), rng, repo, others, teams, person.habit)
    name = _name(manner, rng, start)
    if manner.format != "otel":
        scene.delegate = _delegating(person, name, own)
    _preamble(scene, own, task)
    _play(task, scene, person.language)
    while not person.service and rng.random() < _MORE and len(desk.turns) < _LONG:
        desk.wait(rng.uniform(30, 1500))
        _play(_drawn(person, rng), scene, person.language)
    return Piece(desk.session(name, person.user_id, own), task, tuple(scene.beside))


def _play(task: Task, scene: Scene, language: str) -> None:
    """Works a task through, in somebody's own language where there are words for it."""
    own = Phrases(language)
    scene.phrases = own if own.knows(f"{task.name}.ask") else Phrases("en")
    task.play(scene)


def _drawn(person: Person, rng: Random) -> Task:
    tasks = TRADES[person.team.trade]
    return rng.choices([task for task, _ in tasks], [often for _, often in tasks])[0]


def _name(manner: Manner, rng: Random, start: datetime) -> str:
    if manner.format == "otel":
        return f"conv-{hexadecimal(rng, 16)}"
    return uuid(rng, 7, (start - _EPOCH) // timedelta(milliseconds=1)) if manner.format == "codex" else uuid(rng)


def _preamble(scene: Scene, folder: str, task: Task) -> None:
    """What the agent puts before the first prompt."""
    desk = scene.desk
    if desk.manner.format == "codex":
        desk.inject(f"<environment_context>\n  <cwd>{folder}</cwd>\n  <shell>bash</shell>\n</environment_context>")
    elif desk.manner.format == "otel":
        desk.instruct(f"You are {desk.manner.agent}. You help with {task.name} and use the company's tools.")
    elif scene.rng.random() < 0.2:
        desk.inject(f"<system-reminder>\nThe repository {scene.repo.name} has notes in NOTES.md.\n</system-reminder>")
    if desk.turns and desk.manner.format != "otel":
        desk.wait(scene.rng.uniform(0.5, 20))


def _delegating(person: Person, name: str, folder: str) -> Callable[[Scene, Callable[[Scene], str]], Use]:
    def delegate(outer: Scene, work: Callable[[Scene], str]) -> Use:
        manner, rng = outer.desk.manner, outer.rng
        desk = Desk(manner, rng, outer.desk.now + timedelta(seconds=rng.randrange(3, 9)), person.pace, "subagent")
        inner = Scene(desk, outer.phrases, rng, outer.repo, outer.colleagues, outer.teams)
        report = work(inner)
        claude = manner.format == "claude-code"
        side = f"{name}/agent-{hexadecimal(rng, 7)}" if claude else _name(manner, rng, desk.now)
        session = desk.session(side, person.user_id, folder, name)
        outer.beside.append(session)
        task = desk.turns[0].text or ""
        seconds = (desk.now - outer.desk.now).total_seconds() + 5
        arguments = (
            {"description": "Find all uses", "prompt": task, "subagent_type": "Explore"}
            if claude
            else {"message": task}
        )
        return Use("Task" if claude else "spawn_agent", told(arguments), report, None, seconds)

    return delegate


def resumed(before: Piece, piece: Piece) -> Piece:
    """The piece as a session that was resumed from the one before: it begins with a copy, which counts for nothing."""
    ours = before.session.format == piece.session.format == "claude-code" and not before.history
    if not ours or piece.session.origin != "human":
        return piece
    copied = [
        replace(turn, typed=False, input_tokens=None, cached_tokens=None, output_tokens=None)
        for turn in before.session.turns
    ]
    last = max(turn.input_tokens or 0 for turn in before.session.turns)
    first = next(turn.input_tokens for turn in piece.session.turns if turn.input_tokens is not None)
    own = [_shifted(turn, len(copied), last - (first or 0)) for turn in piece.session.turns]
    session = replace(piece.session, turns=(*copied, *own), started=copied[0].time, project=before.session.project)
    return Piece(session, piece.task, piece.beside, before.session.turns)


def _shifted(turn: Turn, places: int, tokens: int) -> Turn:
    if turn.input_tokens is None:
        return replace(turn, index=turn.index + places)
    cached = turn.cached_tokens or 0
    warm = cached * 2 > turn.input_tokens
    return replace(
        turn, index=turn.index + places, input_tokens=turn.input_tokens + max(tokens, 0),
        cached_tokens=cached + (max(tokens, 0) if warm else 0),
    )  # fmt: skip
