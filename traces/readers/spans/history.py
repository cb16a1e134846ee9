"""A session told from model calls that send all of the history again each time: each turn is made once.

A call's input is taken to go on after the last thing in it that the model is known to have said; what stands before is
history, however an application has cut or edited it. Input that holds nothing the model said is a new beginning, except
for what the same trace has said already (a retry, or a second agent at work on the same question).
"""

from bisect import bisect_right
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from traces.draft import Draft
from traces.readers.spans.blocks import Piece
from traces.readers.spans.messages import embedded

if TYPE_CHECKING:
    from traces.readers.spans.steps import Step


class _Told(msgspec.Struct):
    piece: Piece
    trace: str
    answer: int
    """The number of the answer that it came with; 0 for what the model was sent, and for a tool's run."""
    made: bool
    """Whether it came as an answer or from a tool's run."""


class Telling:
    """Adds turns to a draft, and knows which have been told."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._told: list[_Told] = []
        self._places: dict[tuple[str | None, ...], list[int]] = {}
        self._open: list[int] = []
        self._begun: set[str] = set()
        self._answers = 0

    def call(self, step: "Step") -> None:
        """Tells what a model call adds: what is new in its input, and the answer with its tokens."""
        for piece, typed in self._news(step):
            self._tell(piece, step.trace, step.start, typed=typed)
        if not step.said and not step.inner and step.trace not in self._begun:
            self._tell(Piece("user", "message"), step.trace, step.start, typed=None)
        self._begun.add(step.trace)
        if not step.replied or (step.failed and not step.answered and step.usage.output is None):
            return
        first = self._draft.next_index
        self._answers += 1
        for piece in step.answered or (Piece("assistant", "message"),):
            self._tell(piece, step.trace, step.end, answer=self._answers)
        usage = step.usage
        self._draft.amend(first, input_tokens=usage.input, cached_tokens=usage.cached, output_tokens=usage.output)

    def expects(self, step: "Step") -> bool:
        """Whether the call that a tool's run answers has been told."""
        return step.tool is not None and self._called(step.tool) is not None

    def run(self, step: "Step") -> None:
        """Tells a tool's run: its result, and its call where no model call told it."""
        tool = step.tool
        if tool is None:
            return
        place = self._called(tool)
        if place is None and tool.call_id and tool.key in self._places:
            self._draft.amend(self._places[tool.key][-1], time=step.end)
            return
        if place is None:
            call = Piece("assistant", "tool_call", None, tool.tool_name, tool.tool_arguments, tool.call_id)
            place = self._tell(call, step.trace, step.start, made=True)
        call = self._told[place].piece
        result = Piece("tool", "tool_result", tool.text, call.tool_name, None, call.call_id, tool.is_error)
        self._tell(result, step.trace, step.end, made=True)

    def _news(self, step: "Step") -> list[tuple[Piece, bool | None]]:
        """What in a call's input has not been told, and whether a person may have typed it."""
        said = step.said
        spoken = [number for number, piece in enumerate(said) if piece.role == "assistant"]
        anchor, begin = (-1, -1) if step.alone else self._anchor(said, spoken)
        after = begin
        copied = spoken[-1] if spoken and anchor < 0 else -1
        news: list[tuple[Piece, bool | None]] = []
        for number in range(anchor + 1, len(said)):
            piece = said[number]
            # Tools that ran side by side end in another order than they were called in.
            behind = begin if piece.role == "tool" else after
            place = None if step.alone and piece.role != "system" else self._place(piece, behind, step, bool(spoken))
            if place is None:
                possible = piece.role == "user" and not step.inner and number > copied
                news.append((piece, None if possible else False))
            elif piece.role != "system":
                after = max(after, place)
        return news

    def _anchor(self, said: tuple[Piece, ...], spoken: list[int]) -> tuple[int, int]:
        """Where in the input the last known answer begins, and where it was told; -1 and -1 where there is none."""
        anchor = place = -1
        for number in reversed(spoken):
            places = self._places.get(said[number].key)
            if anchor < 0 and places:
                anchor, place = number, places[-1]
            elif anchor >= 0:
                if not places or places[-1] >= place or self._told[places[-1]].answer != self._told[place].answer:
                    break
                anchor, place = number, places[-1]
        return anchor, place

    def _place(self, piece: Piece, after: int, step: "Step", is_history: bool) -> int | None:
        """Where a piece of an input was told: behind what stands before it, or in the same trace; null if nowhere."""
        places = self._places.get(piece.key, [])
        if piece.role == "system":
            return places[-1] if places else None
        for place in places[bisect_right(places, after) :]:
            if is_history or self._told[place].trace == step.trace:
                return self._filled(place, piece)
        next_said = after + 1
        while next_said < len(self._told) and self._told[next_said].piece.kind == "thinking":
            next_said += 1
        return self._filled(next_said, piece) if self._is_version(next_said, piece) else None

    def _is_version(self, place: int, piece: Piece) -> bool:
        """Whether a piece is what was told at a place, written in another way or only now known in full."""
        if place >= len(self._told) or piece.role == "user" or not self._told[place].made:
            return False
        told = self._told[place].piece
        if told.kind != piece.kind or told.role != piece.role:
            return False
        if piece.kind == "message":
            return True
        return not (told.call_id and piece.call_id) and piece.tool_name in (None, told.tool_name)

    def _filled(self, place: int, piece: Piece) -> int:
        told = self._told[place].piece
        if told.text is None and piece.text is not None:
            self._draft.amend(place, text=piece.text)
            self._told[place].piece = msgspec.structs.replace(told, text=piece.text)
            self._places.setdefault(self._told[place].piece.key, []).append(place)
        return place

    def _called(self, result: Piece) -> int | None:
        """The unanswered call that a result belongs to: by its id, else by its tool and, if possible, its arguments."""
        alike: list[int] = []
        for place in self._open:
            call = self._told[place].piece
            if result.call_id and call.call_id:
                if result.call_id == call.call_id:
                    return place
            elif result.tool_name in (None, call.tool_name):
                alike.append(place)
        given = embedded(result.tool_arguments)
        same = (place for place in alike if embedded(self._told[place].piece.tool_arguments) == given)
        return next(same, alike[0] if alike else None)

    def _tell(
        self,
        piece: Piece,
        trace: str,
        time: datetime | None,
        *,
        typed: bool | None = False,
        answer: int = 0,
        made: bool = False,
    ) -> int:
        name = piece.tool_name
        if piece.kind == "tool_result" and (called := self._called(piece)) is not None:
            self._open.remove(called)
            name = name or self._told[called].piece.tool_name
        place = self._draft.add(
            piece.role,
            piece.kind,
            piece.text,
            time=time,
            tool_name=name,
            tool_arguments=piece.tool_arguments,
            call_id=piece.call_id,
            is_error=piece.is_error,
            typed=typed,
        )
        if piece.kind == "tool_call":
            self._open.append(place)
        self._told.append(_Told(piece, trace, answer, made or answer > 0))
        self._places.setdefault(piece.key, []).append(place)
        return place
