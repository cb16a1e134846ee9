"""Several calls of one model call: looks taken together in the order of a genuine one, and calls taken apart."""

from collections.abc import Sequence

from msgspec.structs import replace

from padding.habits import WORDS, is_look, lead
from padding.work import Piece, Step


def added(step: Step) -> bool:
    """Whether all of it was made, copied or borrowed."""
    for piece in step.pieces:
        if not piece.foreign:
            return False
    return bool(step.pieces)


def single(step: Step) -> bool:
    """Whether it is one look and what came back of it, without any more words than before it."""
    if len(step.pieces) < 2:
        return False
    call, back = step.pieces[-2].turn, step.pieces[-1].turn
    if call.kind != "tool_call" or back.kind != "tool_result" or call.call_id != back.call_id or not is_look(call):
        return False
    return added(step) and len(lead(step)) == len(step.pieces) - 2


def suits(held: Sequence[Step], step: Step) -> bool:
    """Whether the look can be taken with the others: it says nothing, and it is another one."""
    if lead(step) or not single(step):
        return False
    return all(step.calls[0].tool_arguments != other.calls[0].tool_arguments for other in held)


def at_once(steps: Sequence[Step], like: Step) -> Step:
    """The looks as one model call, in the order and with the gaps of one that was genuine."""
    before = steps[0].pieces[:-2]
    calls = [_numbered(step.pieces[-2], n) for n, step in enumerate(steps)]
    results = [_numbered(step.pieces[-1], n) for n, step in enumerate(steps)]
    order = [piece for piece in like.pieces if piece.turn.kind not in WORDS]
    names = [piece.turn.call_id for piece in order if piece.turn.kind == "tool_call"]
    pieces: list[Piece] = []
    called = answered = 0
    for piece in order:
        asks = piece.turn.kind == "tool_call"
        place = called if asks else answered if len(set(names)) < len(names) else names.index(piece.turn.call_id)
        called, answered = called + asks, answered + (not asks)
        if place < len(steps):
            own = (calls if asks else results)[place]
            pieces.append(own if place == 0 else replace(own, gap=piece.gap))
    return Step((*before, *pieces))


def _numbered(piece: Piece, number: int) -> Piece:
    """The piece of one of several calls that may have the same id, being copies of one."""
    return replace(piece, turn=replace(piece.turn, call_id=f"{number} {piece.turn.call_id or ''}"))


def split(step: Step) -> list[Step]:
    """Its calls one after the other, each with what came back of it, and the words with the first."""
    said = [piece for piece in step.pieces if piece.turn.kind in WORDS]
    calls = [piece for piece in step.pieces if piece.turn.kind == "tool_call"]
    back = {piece.turn.call_id: piece for piece in step.pieces if piece.turn.kind == "tool_result"}
    if len({piece.turn.call_id for piece in calls}) < len(calls):
        return [step]
    parts = [(call, *([back[call.turn.call_id]] if call.turn.call_id in back else ())) for call in calls]
    return [Step((*(() if n else said), *part)) for n, part in enumerate(parts)]
