"""The same ask answered once more: other numbers, other words, a look more or less, as models and tools vary.

Listings keep their line numbers in order, and a tool's short word of success stays as it is.
"""

import re
from collections.abc import Iterable

from msgspec.structs import replace
from numpy.random import Generator

from padding.actions import action_of
from padding.change import counted_on, edited
from padding.parts import copied_exchange, with_result
from padding.versions import reworded
from padding.work import Exchange, Piece, Step, spoken

_LONGEST = 3000
_FEW_LINES = 6
_LISTED = re.compile(r"^( *)(\d+)(→|\t)", re.MULTILINE)


def retold(exchange: Exchange, rng: Generator, skipped: float = 0.15) -> Exchange:
    """A copy with some of the steps before the last left out, results counted on, and words exchanged."""
    again = copied_exchange(exchange)
    steps = [step for step in again.steps[:-1] if rng.random() >= skipped]
    return Exchange(again.opening, tuple(_retold(step, rng) for step in (*steps, *again.steps[-1:])))


def gone_on(step: Step, rng: Generator) -> Step:
    """The step told the same, but for numbers that always move."""
    text = step.results[-1].text or "" if step.results else ""
    return step if not text or _LISTED.search(text) else with_result(step, counted_on(text, rng))


def changed(step: Step, rng: Generator, lines: tuple[str, ...] = ()) -> Step:
    """The step told what has changed since: some lines of a longer result are gone, others are there."""
    text = step.results[-1].text or "" if step.results else ""
    if text.count("\n") < _FEW_LINES:
        return step
    listed = _LISTED.search(text)
    if listed is None:
        return with_result(step, edited(text, rng, tuple(_LISTED.sub("", line) for line in lines)))
    bare = edited(_LISTED.sub("", text), rng, tuple(_LISTED.sub("", line) for line in lines))
    return with_result(step, text[: listed.start()] + _numbered(bare[listed.start() :], listed))


def looks(steps: Iterable[Step]) -> list[Step]:
    """Those that read one file and do nothing else, so that a file's text can be what they are told."""
    found = [step for step in steps if len(step.calls) == 1 and len(step.results) == 1]
    return [step for step in found if action_of(step.calls[0]) == "read"]


def as_read(step: Step, text: str) -> Step:
    """A look that is told this text, with line numbers where it was told them before."""
    before = step.results[-1].text or ""
    listed = _LISTED.search(before)
    return with_result(step, text if listed is None else before[: listed.start()] + _numbered(text, listed))


def saying(step: Step, text: str) -> Step:
    """The step with another text in its last message."""
    places = [place for place, piece in enumerate(step.pieces) if spoken(piece.turn)]
    if not places:
        return step
    pieces = list(step.pieces)
    turn = replace(pieces[places[-1]].turn, text=text, original_chars=None)
    pieces[places[-1]] = replace(pieces[places[-1]], turn=turn, foreign=True)
    return Step(tuple(pieces))


def _numbered(text: str, like: re.Match[str]) -> str:
    """Lines numbered as the listing's were."""
    width, first = len(like[1]) + len(like[2]), int(like[2])
    lines = text.split("\n")
    return "\n".join(f"{number:>{width}}{like[3]}{line}" for number, line in enumerate(lines, first))


def _retold(step: Step, rng: Generator) -> Step:
    return Step(tuple(_in_other_words(piece, rng) for piece in gone_on(step, rng).pieces))


def _in_other_words(piece: Piece, rng: Generator) -> Piece:
    turn = piece.turn
    if turn.role != "assistant" or not turn.text or len(turn.text) > _LONGEST:
        return piece
    return replace(piece, turn=replace(turn, text=reworded(turn.text, rng, 0.5), original_chars=None))
