"""The course of a session as a drawing: who acted when, prompts, tools, errors, evidence, and the pauses between.

Long pauses are drawn short and say how long they were; sessions without times are drawn by the order of their turns.
However long a session is, the drawing has at most a few hundred marks a lane.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from audit.views.words import counted, moment, span
from traces.schema import Session, Turn

WIDTH = 1000.0
LANES = ("person", "injected", "assistant", "tools", "errors", "evidence")
NAMES: Mapping[str, str] = {
    "person": "prompts",
    "injected": "injected",
    "assistant": "assistant",
    "tools": "tools",
    "errors": "errors",
    "evidence": "evidence",
}

_PAUSE = 15 * 60.0
_PAUSE_WIDTH = 34.0
_MOST_PAUSES = 10
_GRAIN = 3.0
_SHORT = 600.0


@dataclass(frozen=True, slots=True)
class Mark:
    """One or more turns of a lane that lie so near each other that they are one mark."""

    x: float
    width: float
    first: int
    """The turn that it leads to."""
    turns: int


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which nothing happened."""

    x: float
    width: float
    length: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The drawing, on a plane 1000 wide."""

    lanes: Mapping[str, tuple[Mark, ...]]
    """Those that have any marks, in order."""
    pauses: tuple[Pause, ...]
    ticks: tuple[tuple[float, str], ...]
    by_time: bool
    summary: str


def timeline(session: Session, evidence: Sequence[int] = ()) -> Timeline:
    """The drawing of a session."""
    turns = session.turns
    places, pauses, by_time = _placed(turns)
    shown = frozenset(evidence)
    found: dict[str, list[tuple[float, int]]] = {lane: [] for lane in LANES}
    for x, turn in zip(places, turns, strict=True):
        for lane in _lanes_of(turn, shown):
            found[lane].append((x, turn.index))
    lanes = {lane: _merged(marks) for lane, marks in found.items() if marks}
    return Timeline(lanes, pauses, _ticks(turns, places, by_time), by_time, _summary(session, by_time, pauses))


def lane_of(turn: Turn) -> str:
    """The lane that a turn belongs to by who acted."""
    if turn.role == "user" and turn.kind == "message":
        return "injected" if turn.typed is False else "person"
    if turn.role == "system":
        return "injected"
    return "tools" if turn.kind in ("tool_call", "tool_result") else "assistant"


def _lanes_of(turn: Turn, evidence: frozenset[int]) -> list[str]:
    lanes = [lane_of(turn)]
    lanes += ["errors"] if turn.is_error else []
    return [*lanes, "evidence"] if turn.index in evidence else lanes


def _placed(turns: Sequence[Turn]) -> tuple[list[float], tuple[Pause, ...], bool]:
    """Where each turn is drawn; turns without a time lie where the one before does."""
    known = [turn.time.timestamp() for turn in turns if turn.time]
    if len(known) < 2 or max(known) - min(known) < 1 or 2 * len(known) < len(turns):
        step = WIDTH / max(len(turns), 1)
        return [(place + 0.5) * step for place in range(len(turns))], (), False
    moments, latest = list[float](), known[0]
    for turn in turns:
        latest = max(latest, turn.time.timestamp()) if turn.time else latest
        moments.append(latest)
    gaps = [after - before for before, after in pairwise(moments)]
    limit = max(_PAUSE, sorted(gaps, reverse=True)[min(_MOST_PAUSES, len(gaps) - 1)])
    paused = [gap > limit for gap in gaps]
    busy = sum(gap for gap, is_pause in zip(gaps, paused, strict=True) if not is_pause)
    scale = (WIDTH - _PAUSE_WIDTH * sum(paused) - _GRAIN) / max(busy, 1e-9)
    places, pauses, x = [0.0], list[Pause](), 0.0
    for gap, is_pause in zip(gaps, paused, strict=True):
        if is_pause:
            pauses.append(Pause(x + _GRAIN, _PAUSE_WIDTH - _GRAIN, span(gap)))
        x += _PAUSE_WIDTH if is_pause else gap * scale
        places.append(min(x, WIDTH - _GRAIN))
    return places, tuple(pauses), True


def _merged(marks: Sequence[tuple[float, int]]) -> tuple[Mark, ...]:
    """Marks on a grid of a few units, those side by side in one."""
    cells: dict[int, list[int]] = {}
    for x, turn in marks:
        cells.setdefault(int(x // _GRAIN), []).append(turn)
    return tuple(
        Mark(round(cell * _GRAIN, 1), _GRAIN - 0.5, turns[0], len(turns)) for cell, turns in sorted(cells.items())
    )


def _ticks(turns: Sequence[Turn], places: Sequence[float], by_time: bool) -> tuple[tuple[float, str], ...]:
    """A few places with their time or number, not too near each other."""
    ticks, last, day = list[tuple[float, str]](), -1e9, ""
    is_short = by_time and span_of(turns) < _SHORT
    for x, turn in zip(places, turns, strict=True):
        if x - last < WIDTH / 6 or x > WIDTH - 60 or (by_time and turn.time is None):
            continue
        if by_time and turn.time is not None:
            told = moment(turn.time) + (f":{turn.time:%S}" if is_short else "")
            ticks.append((round(x, 1), told if told[:10] != day else told[11:]))
            day = told[:10]
        else:
            ticks.append((round(x, 1), f"turn {turn.index}"))
        last = x
    return tuple(ticks)


def _summary(session: Session, by_time: bool, pauses: Sequence[Pause]) -> str:
    turns = session.turns
    prompts = sum(lane_of(turn) == "person" for turn in turns)
    calls = sum(turn.kind == "tool_call" for turn in turns)
    said = f"{len(turns):,} turns, {counted(prompts, 'prompt')} and {counted(calls, 'tool call')} among them"
    if not by_time:
        return f"{said}. The turns have no times, so they are drawn in their order."
    long = f", with {counted(len(pauses), 'long pause')} drawn short" if pauses else ""
    return f"{said}, over {span(span_of(turns))}{long}. Times are UTC."


def span_of(turns: Sequence[Turn]) -> float:
    """Seconds from the first to the last turn with a time."""
    known = [turn.time for turn in turns if turn.time]
    return (max(known) - min(known)).total_seconds() if known else 0.0
