"""Putting a work together again: one clock, one count of tokens, one row of ids for genuine and added turns alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, floor

from msgspec.structs import replace
from numpy.random import Generator

from padding.accounting import weight
from padding.form import Form
from padding.timer import Period, Timer
from padding.work import Piece, Work, has_tokens
from traces.schema import Session, Turn

_RESET = 0.3
_LATENCY_SPREAD = 0.2  # the same step done again takes another time, all of its turns alike


@dataclass(frozen=True, slots=True)
class Made:
    """A session that the laboratory made, and what is known of it."""

    session: Session
    padding: tuple[int, ...] = ()
    """The indices of the turns that are padding."""
    strategy: str = ""
    """The strategy's name; empty where nothing was edited."""
    family: str = ""
    """The strategy's family."""
    honest: bool = True
    """Whether it is genuine use: an honest look-alike or a null transform."""
    effort: str = ""
    """How hard the person tried, in words."""
    twin: str = ""
    """The honest look-alike that it should be compared with."""
    sources: tuple[str, ...] = ()
    """Ids of the genuine sessions that it was made from, the host's first."""

    @property
    def share(self) -> float:
        """The share of the session's characters that is padding."""
        return self.share_after(0)

    def share_after(self, head: int) -> float:
        """The same, not counting the first turns: the system prompt and context that every session begins with."""
        chars = [len(turn.text or "") + len(turn.tool_arguments or "") for turn in self.session.turns]
        return sum(chars[index] for index in self.padding) / max(1, sum(chars[head:]))


def put_together(work: Work, form: Form, rng: Generator) -> Made:
    """The session of a work, foreign turns dressed in the form; of an unedited work, the session it came from."""
    if not any(piece.foreign or piece.turn.index != place for place, piece in enumerate(work.pieces)):
        turns = _Line(form, rng, work.anchor).retimed(work)
        marked = tuple(place for place, piece in enumerate(work.pieces) if piece.padding)
        return Made(replace(work.header, turns=turns), marked, sources=_sources(work))
    line = _Line(form, rng, work.anchor)
    for exchange in work.exchanges:
        line.add([form.bare(piece) if piece.foreign else piece for piece in exchange.opening])
        for step in exchange.steps:
            line.add(form.dressed(step, rng))
    return Made(replace(work.header, turns=tuple(line.turns)), tuple(line.padding), sources=_sources(work))


def _sources(work: Work) -> tuple[str, ...]:
    owners = {piece.owner for piece in work.pieces if piece.owner is not None}
    return (work.header.session_id, *sorted(owners - {work.header.session_id}))


class _Line:
    """The session as far as it has been put together."""

    def __init__(self, form: Form, rng: Generator, anchor: datetime | None) -> None:
        self.turns: list[Turn] = []
        self.padding: list[int] = []
        self._form, self._rng, self._clock = form, rng, anchor
        self._begun = False
        self._carry = 0.0
        self._pace = 1.0
        self._timer = Timer()
        self._tokens: int | None = None
        self._since = self._foreign = 0
        self._number = -1
        self._ids: dict[tuple[bool, str], str | None] = {}

    def retimed(self, work: Work) -> tuple[Turn, ...]:
        """The turns of an unedited work, by its anchor and its gaps."""
        timed = ((piece.turn, self._time(piece)) for piece in work.pieces)
        return tuple(turn if turn.time == time else replace(turn, time=time) for turn, time in timed)

    def add(self, group: Sequence[Piece]) -> None:
        """The turns of one opening or one step."""
        written = 0
        if any(piece.foreign for piece in group):
            self._pace = exp(_LATENCY_SPREAD * float(self._rng.standard_normal()) - _LATENCY_SPREAD**2)
            written = sum([weight(piece) for piece in group if piece.turn.role == "assistant"])
        since = foreign = 0
        counted = False
        for piece in group:
            turn, index = piece.turn, len(self.turns)
            carries = has_tokens(turn)
            tokens = self._count(piece, written) if carries else (None, None, None)
            counted = counted or carries
            said = weight(piece)
            since += said
            foreign += said if piece.foreign else 0
            if piece.padding:
                self.padding.append(index)
            self.turns.append(
                replace(
                    turn,
                    index=index,
                    time=self._time(piece),
                    call_id=self._call_id(piece, index),
                    input_tokens=tokens[0],
                    cached_tokens=tokens[1],
                    output_tokens=tokens[2],
                )
            )
        self._since = since if counted else self._since + since
        self._foreign = foreign if counted else self._foreign + foreign

    def _time(self, piece: Piece) -> datetime | None:
        if self._clock is None:
            return None
        kind = (piece.turn.role, piece.turn.kind)
        if not (kind in self._form.timed if piece.foreign else piece.gap is not None):
            self._carry += piece.gap or 0.0
            return None
        if self._begun:
            tick, gap = self._form.resolution, piece.gap or 0.0  # a seam may have given a genuine turn another's pause
            whole = round(gap / tick) * tick if tick else gap
            self._clock += timedelta(seconds=self._gap(piece) if piece.foreign else whole)
        if piece.turn.role == "user":
            self._timer.counts_from(self._clock)
        self._begun = True
        return self._clock

    def _gap(self, piece: Piece) -> float:
        """A foreign turn's gap in whole ticks of the host's clock; what is left over goes to the next one."""
        gap = self._form.gap(piece.turn, self._rng) if piece.gap is None else piece.gap
        tick = self._form.resolution
        if isinstance(gap, Period) and self._clock is not None:
            return self._timer.wait(self._clock, gap, tick, self._rng)
        if piece.turn.role != "user":
            gap *= self._pace
        if tick < 1:  # so that copied turns do not repeat their donor's milliseconds
            gap *= 0.97 + 0.06 * self._rng.random()
        self._carry += gap
        ticks = round(self._carry / tick) if tick < 1 else floor(self._carry / tick + 1e-9)
        self._carry -= ticks * tick
        return ticks * tick

    def _count(self, piece: Piece, written: int) -> tuple[int | None, int | None, int | None]:
        turn, how, rng = piece.turn, self._form.accounting, self._rng
        before = self._tokens
        now = None if turn.input_tokens is None else self._input(piece, turn.input_tokens)
        if now is not None:
            self._tokens, self._since, self._foreign = now, 0, 0
        if piece.foreign:
            first = before is None and how.cached
            cached = how.cache(before, now or 0, rng) if first or turn.cached_tokens is not None else None
            return now, cached, None if turn.output_tokens is None else how.output(written, rng)
        cached = turn.cached_tokens
        if cached is not None and now is not None and turn.input_tokens is not None:
            warm = cached * 2 >= turn.input_tokens
            cached = max(0, min(cached + (now - turn.input_tokens if warm else 0), now))
        return now, cached, turn.output_tokens

    def _input(self, piece: Piece, own: int) -> int:
        """All input of a model call, by what was said since the one before; a source's own growth where it is known."""
        how, growth, before = self._form.accounting, piece.growth, self._tokens
        if piece.foreign or (growth is None and before is not None):
            now = (how.base if before is None else before) + how.growth(self._since, self._rng)
        elif growth is None or (growth < 0 and -growth > _RESET * (own - growth)):
            now = own + how.growth(self._foreign, self._rng)
        elif before is None:
            now = min(own, how.base + how.growth(self._since, self._rng))
        else:
            now = max(before + growth, 1) + how.growth(self._foreign, self._rng)
        return now if now <= how.window else how.base + round((how.window - how.base) * 0.15)

    def _call_id(self, piece: Piece, index: int) -> str | None:
        """The id that ties results to calls: the host's own, or one in its look; numbered ones follow the places."""
        calls, turn = self._form.calls, piece.turn
        if turn.kind not in ("tool_call", "tool_result") or (turn.call_id is None and not piece.foreign):
            return turn.call_id
        key = (piece.foreign, turn.call_id or "")
        if turn.kind == "tool_result":
            return self._ids.get(key, None if piece.foreign else turn.call_id)
        if calls.prefix is not None:
            self._number = max(
                self._number + 1, index + (0 if piece.foreign else calls.place(turn.call_id, turn.index))
            )
            self._ids[key] = calls.made(self._number, self._rng)
        else:
            self._ids[key] = calls.made(index, self._rng) if piece.foreign else turn.call_id
        return self._ids[key]
