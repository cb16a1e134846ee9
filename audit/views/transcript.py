"""A window on a session's turns: what each is in a line, what is folded away, what is evidence, what is cut."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.records import Reason
from audit.views.inert import plain
from audit.views.timeline import lane_of
from audit.views.words import span
from traces.schema import Session, Turn

SIZE = 100
"""Turns in a window."""
PIECE = 100_000
"""Characters that are fetched at once."""

_CUT = 1_200
_CUT_OF_TOOLS = 400
_LONG_GAP = 60.0
_FOLD = 4
_NAMES = {"person": "Prompt", "injected": "Injected", "assistant": "Assistant", "tools": "Tool"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A turn as it is shown at first."""

    index: int
    lane: str
    name: str
    line: str
    """The turn in a line, for one that is folded."""
    text: str
    length: int
    """Characters of the whole text, of which `text` may be the beginning."""
    time: datetime | None
    gap: str | None
    """How long nothing had happened before."""
    tokens: int | None
    is_error: bool
    reasons: tuple[int, ...]
    """The numbers, from 1, of the reasons that it is evidence of."""
    folded: bool
    lost: int
    """Characters that the source had cut off before."""

    @property
    def more(self) -> int:
        """Characters that are not shown."""
        return self.length - len(self.text)


@dataclass(frozen=True, slots=True)
class Run:
    """Turns that belong together; `steps` tells what they are where they are folded away behind one line."""

    turns: tuple[Shown, ...]
    steps: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """Some of a session's turns."""

    start: int
    end: int
    total: int
    runs: tuple[Run, ...]

    @property
    def before(self) -> int | None:
        """A turn of the window before this; null on the first."""
        return max(self.start - SIZE, 0) if self.start else None

    @property
    def after(self) -> int | None:
        """A turn of the window after this; null on the last."""
        return self.end if self.end < self.total else None


def window(session: Session, at: int = 0, reasons: Sequence[Reason] = ()) -> Window:
    """The window with the turn `at`; nearest where there is none."""
    total = len(session.turns)
    start = min(max(at, 0), max(total - 1, 0)) // SIZE * SIZE
    end = min(start + SIZE, total)
    evidence = _evidence(reasons)
    latest = next((turn.time for turn in reversed(session.turns[:start]) if turn.time), None)
    shown = list[Shown]()
    for turn in session.turns[start:end]:
        shown.append(_shown(turn, evidence.get(turn.index, ()), latest))
        latest = turn.time or latest
    return Window(start, end, total, tuple(_runs(shown)))


def content_of(turn: Turn) -> str:
    """What a turn says: its text, or a call's arguments."""
    return (turn.tool_arguments if turn.kind == "tool_call" else turn.text) or ""


def piece(session: Session, index: int, start: int = 0) -> tuple[str, int | None]:
    """A stretch of a turn's text, and where the next begins; `IndexError` where there is no such turn."""
    if not 0 <= index < len(session.turns):
        raise IndexError(f"session {session.session_id} has no turn {index}: it has {len(session.turns)}, from 0")
    text = content_of(session.turns[index])
    end = max(start, 0) + PIECE
    return text[max(start, 0) : end], end if end < len(text) else None


def _evidence(reasons: Sequence[Reason]) -> Mapping[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    for number, reason in enumerate(reasons, 1):
        for turn in reason.turns:
            found[turn] = (*found.get(turn, ()), number)
    return found


def _shown(turn: Turn, reasons: tuple[int, ...], latest: datetime | None) -> Shown:
    lane, text = lane_of(turn), content_of(turn)
    gap = (turn.time - latest).total_seconds() if turn.time and latest else 0.0
    is_aside = lane == "tools" or turn.kind == "thinking" or lane == "injected"
    tokens = [count for count in (turn.input_tokens, turn.output_tokens) if count is not None]
    return Shown(
        index=turn.index,
        lane=lane,
        name=_name(turn, lane),
        line=plain(text[:600], 110),
        text=text[: _CUT_OF_TOOLS if is_aside else _CUT],
        length=len(text),
        time=turn.time,
        gap=span(gap) if gap >= _LONG_GAP else None,
        tokens=sum(tokens) if tokens else None,
        is_error=bool(turn.is_error),
        reasons=reasons,
        folded=is_aside and not reasons,
        lost=max((turn.original_chars or 0) - len(text), 0),
    )


def _name(turn: Turn, lane: str) -> str:
    tool = plain(turn.tool_name, 60)
    if turn.kind == "tool_call":
        return f"{tool or 'Tool'} ▸"
    if turn.kind == "tool_result":
        return f"{tool} result" if tool else "Result"
    if turn.kind == "thinking":
        return "Thinking"
    return "System" if turn.role == "system" else _NAMES[lane]


def _runs(turns: Sequence[Shown]) -> list[Run]:
    """Long runs of folded turns as one, everything else by itself."""
    runs, waiting = list[Run](), list[Shown]()
    for turn in (*turns, None):
        if turn is not None and turn.folded and not turn.is_error:
            waiting.append(turn)
            continue
        runs += [Run(tuple(waiting), _steps(waiting))] if len(waiting) >= _FOLD else [Run((one,)) for one in waiting]
        waiting = []
        runs += [Run((turn,))] if turn is not None else []
    return runs


def _steps(turns: Sequence[Shown]) -> str:
    names = Counter(turn.name.removesuffix(" ▸") for turn in turns if not turn.name.endswith("esult"))
    told = ", ".join(f"{name} × {count}" if count > 1 else name for name, count in names.most_common(4))
    return f"{len(turns)} steps: {told}" + (", …" if len(names) > 4 else "") if told else f"{len(turns)} results"
