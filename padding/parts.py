"""Building blocks of strategies: turns said or done, steps and exchanges made of them, copies, marks of padding."""

from msgspec.structs import replace
from numpy.random import Generator

from padding.work import Exchange, Piece, Step
from traces.schema import Turn

_SILENT = 0.75


def prompt(text: str, gap: float | None = None, typed: bool | None = True) -> Piece:
    """What somebody asks; `typed=False` for what a program sends in between (the host may turn true to unknown)."""
    return Piece(Turn(0, "user", "message", text, typed=typed), gap, foreign=True)


def reply(text: str, gap: float | None = None) -> Piece:
    """What the assistant says."""
    return Piece(Turn(0, "assistant", "message", text), gap, foreign=True)


def thought(text: str, gap: float | None = None) -> Piece:
    """What the assistant thinks; not shown where the host shows no thoughts."""
    return Piece(Turn(0, "assistant", "thinking", text), gap, foreign=True)


def call(tool: str, arguments: str, gap: float | None = None, call_id: str = "made") -> Piece:
    """A tool call; its result is the next one with the same `call_id`."""
    turn = Turn(0, "assistant", "tool_call", tool_name=tool, tool_arguments=arguments, call_id=call_id)
    return Piece(turn, gap, foreign=True)


def result(tool: str | None, text: str, gap: float | None = None, call_id: str = "made") -> Piece:
    """What a tool gave back."""
    return Piece(Turn(0, "tool", "tool_result", text, tool_name=tool, call_id=call_id), gap, foreign=True)


def foreign(piece: Piece, owner: str | None = None) -> Piece:
    """A copy that is dressed anew: its tokens, id, and times are the host's business."""
    return Piece(piece.turn, piece.gap, None, piece.padding, True, owner or piece.owner)


def copied(step: Step, owner: str | None = None) -> Step:
    """A copy of a step, to be dressed anew."""
    return Step(tuple(foreign(piece, owner) for piece in step.pieces))


def repeated(step: Step, rng: Generator) -> Step:
    """A copy of a step that is done again: mostly without what was said and thought the first time."""
    calls = [piece for piece in step.pieces if piece.turn.kind in ("tool_call", "tool_result")]
    again = rng.random() < _SILENT and step.calls
    return Step(tuple(foreign(piece) for piece in (calls if again else step.pieces)))


def copied_exchange(exchange: Exchange, owner: str | None = None) -> Exchange:
    """A copy of an exchange, to be dressed anew."""
    opening = tuple(foreign(piece, owner) for piece in exchange.opening)
    return Exchange(opening, tuple(copied(step, owner) for step in exchange.steps))


def padding_step(step: Step) -> Step:
    """The step, marked as padding."""
    return Step(tuple(_marked(piece) for piece in step.pieces))


def padding_exchange(exchange: Exchange) -> Exchange:
    """The exchange, marked as padding."""
    return Exchange(tuple(map(_marked, exchange.opening)), tuple(map(padding_step, exchange.steps)))


def genuine_exchange(exchange: Exchange) -> Exchange:
    """The exchange without any mark of padding."""
    steps = tuple(Step(tuple(replace(piece, padding=False) for piece in step.pieces)) for step in exchange.steps)
    return Exchange(tuple(replace(piece, padding=False) for piece in exchange.opening), steps)


def paused(exchange: Exchange, gap: float | None) -> Exchange:
    """The exchange with another pause before its first turn."""
    if not exchange.opening:
        first = exchange.steps[0]
        return Exchange((), (Step((replace(first.pieces[0], gap=gap), *first.pieces[1:])), *exchange.steps[1:]))
    return Exchange((replace(exchange.opening[0], gap=gap), *exchange.opening[1:]), exchange.steps)


def with_result(step: Step, text: str, owner: str | None = None) -> Step:
    """The step with another text in its last result: the same call, told something else."""
    place = max((n for n, piece in enumerate(step.pieces) if piece.turn.kind == "tool_result"), default=None)
    if place is None:
        return step
    old = step.pieces[place].turn
    cut = old.original_chars if len(text) == len(old.text or "") else None  # still the same text, cut at the same place
    turn = replace(old, text=text, original_chars=cut)
    pieces = list(step.pieces)
    pieces[place] = Piece(turn, pieces[place].gap, None, pieces[place].padding, True, owner or pieces[place].owner)
    return Step(tuple(pieces))


def _marked(piece: Piece) -> Piece:
    return Piece(piece.turn, piece.gap, piece.growth, True, piece.foreign, piece.owner)
