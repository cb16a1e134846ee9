"""A session taken apart: exchanges of steps, every turn with the time that passed before it and its tokens' growth.

All padded, honest and null-transformed sessions are made by editing a `Work` and putting it together again
(`padding/assembly.py`). `msgspec.Struct` in place of dataclasses, for the reason that `traces/schema.py` gives.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Literal

import msgspec
from msgspec.structs import replace

from traces.schema import Session, Turn

Carrier = Literal["first", "last"] | None
"""Which of a model call's turns carries its tokens."""


def _shown(pieces: Iterable["Piece"]) -> int:
    chars = 0
    for piece in pieces:  # a plain loop: nothing is asked for more often
        turn = piece.turn
        if turn.text:
            chars += len(turn.text)
        if turn.tool_arguments:
            chars += len(turn.tool_arguments)
    return chars


class Piece(msgspec.Struct, frozen=True, gc=False):
    """One turn, with what cannot be read from it alone."""

    turn: Turn
    gap: float | None = None
    """Seconds since the timed turn before; 0 on the first one, null where the turn has no time."""
    growth: int | None = None
    """By how many tokens the model call's input exceeds that of the call before; null on the first call."""
    padding: bool = False
    """Whether the turn is padding."""
    foreign: bool = False
    """Whether the turn was made, copied or borrowed, so that it must be dressed in the host's form."""
    owner: str | None = None
    """The id of the session that a borrowed turn comes from."""

    @property
    def chars(self) -> int:
        """Characters that the session shows for this turn."""
        return _shown((self,))


class Step(msgspec.Struct, frozen=True, gc=False):
    """One model call: the assistant's turns and the results that came back."""

    pieces: tuple[Piece, ...]

    @property
    def chars(self) -> int:
        """Characters of all its turns."""
        return _shown(self.pieces)

    @property
    def size(self) -> int:
        """How many turns it has."""
        return len(self.pieces)

    @property
    def calls(self) -> list[Turn]:
        """Its tool calls."""
        return [piece.turn for piece in self.pieces if piece.turn.kind == "tool_call"]

    @property
    def results(self) -> list[Turn]:
        """Its tool results."""
        return [piece.turn for piece in self.pieces if piece.turn.kind == "tool_result"]


class Exchange(msgspec.Struct, frozen=True, gc=False):
    """What somebody asked (typed or injected; nothing at the head of some logs) and the steps that followed."""

    opening: tuple[Piece, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def pieces(self) -> Iterator[Piece]:
        """All its turns in order."""
        yield from self.opening
        for step in self.steps:
            yield from step.pieces

    @property
    def chars(self) -> int:
        """Characters of all its turns."""
        return _shown(self.opening) + sum([_shown(step.pieces) for step in self.steps])

    @property
    def size(self) -> int:
        """How many turns it has."""
        return len(self.opening) + sum([len(step.pieces) for step in self.steps])

    @property
    def prompt(self) -> str:
        """The text that opens it: the typed one where there is one, else all of it."""
        typed = [piece.turn.text or "" for piece in self.opening if piece.turn.typed]
        return "\n".join(typed or [piece.turn.text or "" for piece in self.opening])

    @property
    def reply(self) -> str:
        """The last thing that the assistant said in it."""
        said = (p.turn.text or "" for s in reversed(self.steps) for p in reversed(s.pieces) if spoken(p.turn))
        return next(said, "")

    @property
    def asked(self) -> bool:
        """Whether a user's message opens it and something follows."""
        return any(piece.turn.role == "user" for piece in self.opening) and bool(self.steps)


class Work(msgspec.Struct, frozen=True, gc=False):
    """A session's header and its exchanges."""

    header: Session
    """The session without its turns."""
    exchanges: tuple[Exchange, ...]
    anchor: datetime | None = None
    """The time of the first timed turn."""

    @property
    def pieces(self) -> Iterator[Piece]:
        """All turns in order."""
        for exchange in self.exchanges:
            yield from exchange.pieces

    @property
    def steps(self) -> Iterator[Step]:
        """All steps in order."""
        for exchange in self.exchanges:
            yield from exchange.steps

    @property
    def chars(self) -> int:
        """Characters of all turns."""
        return sum([exchange.chars for exchange in self.exchanges])

    @property
    def size(self) -> int:
        """How many turns it has."""
        return sum([exchange.size for exchange in self.exchanges])


def whole(step: Step) -> bool:
    """Whether the step can stand by itself: it says or calls something, and its results are those of its calls."""
    calls = {piece.turn.call_id for piece in step.pieces if piece.turn.kind == "tool_call"}
    if not calls and not any(spoken(piece.turn) for piece in step.pieces):
        return False
    return all(piece.turn.call_id in calls for piece in step.pieces if piece.turn.kind == "tool_result")


def spoken(turn: Turn) -> bool:
    """Whether the turn is a message of the assistant."""
    return turn.role == "assistant" and turn.kind == "message"


def has_tokens(turn: Turn) -> bool:
    """Whether the turn carries a model call's tokens."""
    return turn.input_tokens is not None or turn.output_tokens is not None or turn.cached_tokens is not None


def take_apart(session: Session) -> Work:
    """The session's work; `put_together` of it, unedited, is the session again."""
    pieces = _pieces(session.turns)
    carrier = carrier_of(session.turns)
    anchor = next((turn.time for turn in session.turns if turn.time), None)
    return Work(replace(session, turns=()), tuple(_exchanges(pieces, carrier)), anchor)


def carrier_of(turns: Iterable[Turn]) -> Carrier:
    """Whether tokens stand on the first or the last turn of a model call, by which neighbours lack them."""
    balance, known, before = 0, False, None
    for turn in turns:
        if has_tokens(turn):
            known = True
        if before is not None and turn.role == before.role == "assistant":
            balance += has_tokens(turn) - has_tokens(before)
        before = turn
    return None if not known else "last" if balance > 0 else "first"


def _pieces(turns: Iterable[Turn]) -> list[Piece]:
    pieces = []
    clock: datetime | None = None
    tokens: int | None = None
    for turn in turns:
        gap = growth = None
        if turn.time is not None:
            gap = 0.0 if clock is None else (turn.time - clock) / timedelta(seconds=1)
            clock = turn.time
        if turn.input_tokens is not None:
            growth = None if tokens is None else turn.input_tokens - tokens
            tokens = turn.input_tokens
        pieces.append(Piece(turn, gap, growth))
    return pieces


def _exchanges(pieces: Iterable[Piece], carrier: Carrier) -> Iterator[Exchange]:
    opening: list[Piece] = []
    body: list[Piece] = []
    for piece in pieces:
        if piece.turn.role in ("user", "system"):
            if body:
                yield Exchange(tuple(opening), tuple(_steps(body, carrier)))
                opening, body = [], []
            opening.append(piece)
        else:
            body.append(piece)
    if opening or body:
        yield Exchange(tuple(opening), tuple(_steps(body, carrier)))


def _steps(body: Iterable[Piece], carrier: Carrier) -> Iterator[Step]:
    held: list[Piece] = []
    told = False
    for piece in body:
        if held and piece.turn.role == "assistant" and _opens(piece, held[-1], carrier, told):
            yield Step(tuple(held))
            held, told = [], False
        held.append(piece)
        told = told or has_tokens(piece.turn)
    if held:
        yield Step(tuple(held))


def _opens(piece: Piece, before: Piece, carrier: Carrier, told: bool) -> bool:
    """Whether the assistant's turn begins a new model call; `told` says that the present one has its tokens."""
    if carrier == "last" and told:
        return True
    if carrier == "first" and told and has_tokens(piece.turn):
        return True
    if before.turn.role != "tool":
        return False
    parallel = piece.turn.kind == "tool_call" and piece.gap is not None and piece.gap < 0
    return not parallel and not (carrier == "last" and piece.turn.kind == "tool_call")
