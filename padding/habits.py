"""How a source's agent works: what it says and thinks before which call, and how often it makes several at once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from padding.actions import action_of
from padding.arguments import file_in
from padding.remembered import remembered
from padding.work import Piece, Step, Work, spoken, whole
from traces.schema import Kind, Turn

WORDS = ("message", "thinking")
_FEW = 5
_LONGEST = 3000
_LEAST_NAME = 4


@dataclass(frozen=True, slots=True)
class Words:
    """One thing that is said or thought in a step before its first call, or thought before an answer."""

    owner: str
    """The session it comes from."""
    piece: Piece
    then: float | None
    """Seconds from it to what follows."""
    name: str = ""
    """The name of the call's file, where it is named."""


@dataclass(frozen=True, slots=True)
class Habits:
    """The habits of a session, or of several of one source taken together."""

    calls: int = 0
    """Steps that call something."""
    said: float = 0.0
    """The share of them in which something is said before the call."""
    thought: float = 0.0
    """The share of them in which something is thought before it."""
    at_once: float = 0.0
    """The share of them that make several calls."""
    replies: int = 0
    """Steps that only say something."""
    pondered: float = 0.0
    """The share of them in which something is thought before it is said."""
    words: dict[tuple[Kind, str], list[Words]] = field(default_factory=dict)
    """By kind and by the tool that is called then; empty before an answer."""
    looks: tuple[Step, ...] = ()
    """Steps that look at several things at once; others take their order and their gaps."""

    def filled(self, source: "Habits") -> "Habits":
        """The same, with shares from its source where it is too short to show them."""
        calling = self if self.calls >= _FEW else source
        replying = self if self.replies >= _FEW else source
        said, thought, at_once = calling.said, calling.thought, calling.at_once
        return replace(source, said=said, thought=thought, at_once=at_once, pondered=replying.pondered)


@remembered
def own_habits(work: Work) -> Habits:
    """The habits of one session."""
    return habits([work])


def habits(works: Sequence[Work]) -> Habits:
    """The habits that these sessions show."""
    owned = [(work.header.session_id, step) for work in works for step in work.steps]
    calling = [step for _, step in owned if step.calls]
    replying = [step for _, step in owned if not step.calls and any(spoken(piece.turn) for piece in step.pieces)]
    words: dict[tuple[Kind, str], list[Words]] = {}
    for owner, step in owned:
        tool = step.calls[0].tool_name or "" if step.calls else ""
        for found in _words(owner, step):
            words.setdefault((found.piece.turn.kind, tool), []).append(found)
    return Habits(
        len(calling),
        _mean("message" in lead(step) for step in calling),
        _mean("thinking" in lead(step) for step in calling),
        _mean(len(step.calls) > 1 for step in calling),
        len(replying),
        _mean("thinking" in lead(step) for step in replying),
        words,
        tuple(step for step in calling if _looks(step)),
    )


def lead(step: Step) -> list[Kind]:
    """The kinds of what is said and thought in it before its first call."""
    kinds: list[Kind] = []
    for piece in step.pieces:  # a plain loop: it is asked of every step that is made
        kind = piece.turn.kind
        if kind not in WORDS:
            break
        kinds.append(kind)
    return kinds


def name_in(call: Turn) -> str:
    """The name of the file that a call names, without its folder; empty where it names none."""
    return (file_in(call) or "").replace("\\", "/").rpartition("/")[2]


def is_look(call: Turn) -> bool:
    """Whether the call only looks at something, so that others need not wait for it."""
    return action_of(call) in ("read", "search")


def _words(owner: str, step: Step) -> Iterator[Words]:
    """What is said and thought before a call, or thought before something is said."""
    calls = step.calls
    name = name_in(calls[0]) if calls else ""
    for piece, after in pairwise(step.pieces):
        if piece.turn.kind not in WORDS or not (calls or piece.turn.kind == "thinking"):
            return
        text = piece.turn.text or ""
        if 0 < len(text) <= _LONGEST:
            yield Words(owner, piece, after.gap, name if len(name) >= _LEAST_NAME and name in text else "")


def _looks(step: Step) -> bool:
    """Whether it makes several calls, looks all of them, and nothing is said in between."""
    if len(step.calls) < 2 or len(step.results) != len(step.calls) or not whole(step):
        return False
    rest = [piece for piece in step.pieces if piece.turn.kind not in WORDS]
    return rest == list(step.pieces[-len(rest) :]) and all(map(is_look, step.calls))


def _mean(flags: Iterable[bool]) -> float:
    known = list(flags)
    return sum(known) / len(known) if known else 0.0
