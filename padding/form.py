"""The form of a genuine session: everything about it that is not its content, so that added turns can be given it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from msgspec.structs import replace as changed
from numpy.random import Generator

from padding.accounting import Accounting
from padding.identity import CallIds
from padding.work import Carrier, Piece, Step, Work, carrier_of
from traces.schema import Session, Turn

TextClass = Literal["tool", "thinking", "system", "message"]
"""Texts that a source cuts at the same length."""


@dataclass(frozen=True, slots=True)
class Form:
    """What dressed turns must look like."""

    header: Session
    """Format, agent, version, model: the session without its turns."""
    tools: frozenset[str] = frozenset()
    """Tools that the session calls."""
    resolution: float = 0.001
    """Seconds between two times that can be told apart; 0 where nothing has a time."""
    timed: frozenset[tuple[str, str]] = frozenset()
    """The kinds of turn (role, kind) that have times."""
    gaps: Mapping[tuple[str, str], Sequence[float]] = field(default_factory=dict)
    """Seconds before turns of each kind, as they were seen."""
    thinking: bool = True
    """Whether thoughts are shown."""
    cuts: Mapping[TextClass, int] = field(default_factory=dict)
    """Characters at which texts of a class are cut; 0 where no rule can be seen, absent where they are not cut."""
    whole: Mapping[TextClass, int] = field(default_factory=dict)
    """The length of the longest text of a class that is not cut."""
    typed: bool | None = True
    """What `typed` says on prompts."""
    calls: CallIds = field(default_factory=CallIds)
    """How calls are named."""
    accounting: Accounting = field(default_factory=Accounting)
    """How tokens are counted."""

    @classmethod
    def observed(cls, works: Sequence[Work]) -> "Form":
        """The form of a session, or of several of one source taken together."""
        pieces = [piece for work in works for piece in work.pieces]
        turns = [piece.turn for piece in pieces]
        carriers = Counter(carrier_of(p.turn for p in work.pieces) for work in works)
        del carriers[None]
        carrier: Carrier = carriers.most_common(1)[0][0] if carriers else None
        return cls(
            works[0].header,
            frozenset(turn.tool_name for turn in turns if turn.kind == "tool_call" and turn.tool_name),
            _resolution(turns),
            _timed(turns),
            _gaps(pieces),
            any(turn.kind == "thinking" for turn in turns),
            *_cuts(turns),
            _typed(works),
            CallIds.observed(works[0]),
            Accounting.observed(works, carrier),
        )

    def filled(self, source: "Form") -> "Form":
        """The same form, with what one session is too short to show taken from others of its source."""
        return replace(
            self,
            gaps={**source.gaps, **{kind: seen for kind, seen in self.gaps.items() if len(seen) >= 5}},
            cuts={**{name: at for name, at in source.cuts.items() if self.whole.get(name, 0) <= at}, **self.cuts},
            calls=self.calls if self.calls.example else source.calls,
            accounting=self.accounting.filled(source.accounting),
        )

    def gap(self, turn: Turn, rng: Generator) -> float:
        """Seconds before a turn of this kind, as this source has them."""
        seen = self.gaps.get((turn.role, turn.kind)) or (2.0,)
        return seen[int(rng.random() * len(seen))]

    def cut(self, turn: Turn) -> Turn:
        """The turn with its text cut where the source cuts, or whole as far as it is known where it does not."""
        limit, text = self.cuts.get(text_class(turn)), turn.text
        if limit == 0:
            return turn
        if limit is None:
            return turn if turn.original_chars is None else changed(turn, original_chars=None)
        if text is None or len(text) <= limit:
            return turn
        return changed(turn, text=text[:limit], original_chars=turn.original_chars or len(text))

    def dressed(self, step: Step, rng: Generator) -> tuple[Piece, ...]:
        """The step's turns as this source would show them: thoughts, cut texts, and who carries tokens."""
        if not any(piece.foreign for piece in step.pieces):
            return step.pieces
        shown = [p for p in step.pieces if self.thinking or p.turn.kind != "thinking"]
        return tuple(self.accounting_marked([self.bare(p) if p.foreign else p for p in shown], rng))

    def bare(self, piece: Piece) -> Piece:
        """A foreign turn without the tokens of where it comes from, its text cut, `typed` as the host has it."""
        turn = self.cut(piece.turn)
        typed = self.typed if turn.role == "user" and turn.typed is not False else False
        clean = changed(turn, input_tokens=None, cached_tokens=None, output_tokens=None, typed=typed)
        return changed(piece, turn=clean, growth=None)

    def accounting_marked(self, pieces: list[Piece], rng: Generator) -> Iterable[Piece]:
        """Puts a mark (tokens of 0) where the source would put a call's tokens; `put_together` counts them."""
        how = self.accounting
        mine = [
            place
            for place, piece in enumerate(pieces)
            if piece.foreign and piece.turn.role == "assistant" and (how.thoughts or piece.turn.kind != "thinking")
        ]
        if how.carrier is None or not mine or rng.random() >= how.rate:
            return pieces
        place = mine[0] if how.carrier == "first" else mine[-1]
        has = how.fields[int(rng.random() * len(how.fields))]
        tokens = dict(zip(("input_tokens", "cached_tokens", "output_tokens"), has, strict=True))
        marks = {name: 0 for name, there in tokens.items() if there}
        pieces[place] = changed(pieces[place], turn=changed(pieces[place].turn, **marks))
        return pieces


def text_class(turn: Turn) -> TextClass:
    """The class of texts that the turn's text belongs to."""
    if turn.role == "tool":
        return "tool"
    if turn.role == "system":
        return "system"
    return "thinking" if turn.kind == "thinking" else "message"


def _resolution(turns: Iterable[Turn]) -> float:
    times = [turn.time for turn in turns if turn.time]
    if not times:
        return 0.0
    if any(time.microsecond % 1000 for time in times):
        return 1e-6
    if any(time.microsecond for time in times):
        return 0.001
    return 1.0 if any(time.second for time in times) else 60.0


def _timed(turns: Sequence[Turn]) -> frozenset[tuple[str, str]]:
    if sum(turn.time is not None for turn in turns) < 2:  # only the start is known
        return frozenset()
    every = Counter((turn.role, turn.kind) for turn in turns)
    with_time = Counter((turn.role, turn.kind) for turn in turns if turn.time)
    kinds = {kind for kind, count in every.items() if with_time[kind] * 2 > count}
    unseen = {("user", "message"), ("assistant", "message"), ("assistant", "tool_call"), ("tool", "tool_result")}
    return frozenset(kinds | (unseen - every.keys()))


def _gaps(pieces: Iterable[Piece]) -> dict[tuple[str, str], list[float]]:
    found: dict[tuple[str, str], list[float]] = {}
    for piece in pieces:
        if piece.gap is not None and piece.gap >= 0:
            found.setdefault((piece.turn.role, piece.turn.kind), []).append(piece.gap)
    return found


def _cuts(turns: Iterable[Turn]) -> tuple[dict[TextClass, int], Mapping[TextClass, int]]:
    """Where texts are cut, and how long the longest are that are not."""
    lengths: dict[TextClass, Counter[int]] = {}
    longest: Counter[TextClass] = Counter()
    for turn in turns:
        if turn.text is None:
            continue
        name = text_class(turn)
        if turn.original_chars is not None:
            lengths.setdefault(name, Counter())[len(turn.text)] += 1
        else:
            longest[name] = max(longest[name], len(turn.text))
    most = {name: max(seen) for name, seen in lengths.items()}
    limits = {name: seen.most_common(1)[0][0] for name, seen in lengths.items()}
    return {
        name: limit if max(longest[name], most[name]) <= 1.01 * limit else 0 for name, limit in limits.items()
    }, longest


def _typed(works: Iterable[Work]) -> bool | None:
    seen = Counter(p.turn.typed for work in works for e in work.exchanges for p in e.opening if p.turn.role == "user")
    if seen[True]:
        return True
    return None if seen[None] else False
