"""How a source counts tokens, as seen in its sessions, and counting in the same way for turns that were added.

What is estimated is drawn from calls that the source counted itself, so placeholders and gaps stay as they are.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from numpy.random import Generator

from padding.work import Carrier, Piece, Work, has_tokens

_LEAST_WINDOW = 160_000
_ORDINARY_DENSITY = 0.3
_FEW = 6
_LEAST_FRESH = 3
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Accounting:
    """A source's way of counting."""

    carrier: Carrier = None
    """Which turn of a model call carries its tokens; null where none does."""
    thoughts: bool = False
    """Whether a thought can carry them."""
    rate: float = 0.0
    """The share of steps that carry tokens."""
    fields: tuple[tuple[bool, bool, bool], ...] = ()
    """Which of input, cached and output stand on a call, one entry a call."""
    outputs: tuple[tuple[int, int], ...] = ()
    """Characters written and output tokens counted, one entry a call, by characters."""
    lags: tuple[tuple[int, bool], ...] = ()
    """Tokens by which the cached part lags behind the input before (true), or the cached part itself (false: cold)."""
    cold: tuple[int | None, ...] = ()
    """The cached part of sessions' first calls: what other sessions left behind."""
    density: float = _ORDINARY_DENSITY
    """Input tokens by which a character makes the next call grow."""
    noise: tuple[float, ...] = (1.0,)
    """Factors by which calls depart from that density."""
    base: int = 0
    """Input tokens of the first call, before anything was said."""
    window: int = _LEAST_WINDOW
    """The largest input that was seen; beyond it, the context is compacted."""

    @classmethod
    def observed(cls, works: Sequence[Work], carrier: Carrier) -> "Accounting":
        """The way in which these sessions are counted."""
        calls = [call for work in works for call in _calls(work)]
        if not calls:
            return cls()
        inputs = [p.turn.input_tokens for _, _, p in calls if p.turn.input_tokens is not None]
        density, noise = _density([(heard, p.growth) for heard, _, p in calls if p.growth is not None])
        firsts = [(heard, p.turn) for heard, _, p in calls if _in(p) and p.growth is None]
        bases = [max(0, (turn.input_tokens or 0) - round(heard * density)) for heard, turn in firsts]
        steps = sum(1 for work in works for _ in work.steps)
        return cls(
            carrier,
            any(p.turn.kind == "thinking" for _, _, p in calls),
            min(1.0, len(calls) / max(1, steps)),
            tuple((_in(p), p.turn.cached_tokens is not None, p.turn.output_tokens is not None) for _, _, p in calls),
            tuple(sorted((said, p.turn.output_tokens) for _, said, p in calls if p.turn.output_tokens is not None)),
            tuple(_lags(p for _, _, p in calls)),
            tuple(turn.cached_tokens for _, turn in firsts),
            density,
            noise,
            min(bases, default=0),
            max([_LEAST_WINDOW, *inputs]),
        )

    def filled(self, other: "Accounting") -> "Accounting":
        """The same way of counting, with samples from its source where its own are too few."""
        if self.carrier is None:
            return self
        return replace(
            self,
            outputs=self.outputs if len(self.outputs) >= _FEW else tuple(sorted(self.outputs + other.outputs)),
            lags=self.lags or other.lags if self.cached else (),
            cold=self.cold or other.cold if self.cached else (),
            density=self.density if len(self.noise) >= _FEW else other.density,
            noise=self.noise if len(self.noise) >= _FEW else other.noise,
            window=max(self.window, other.window),
        )

    @property
    def cached(self) -> bool:
        """Whether any call says what was cached."""
        return any(field[1] for field in self.fields)

    def growth(self, chars: int, rng: Generator) -> int:
        """Tokens by which the input grows when so many characters were said."""
        if chars <= 0:
            return 0
        return max(1, round(chars * self.density * _pick(self.noise, rng)))

    def output(self, chars: int, rng: Generator) -> int | None:
        """Output tokens that the source would count for so many characters, placeholders included."""
        if not self.outputs:
            return None
        place = bisect_left(self.outputs, (chars, 0)) + int(rng.random() * 7) - 3
        near, counted = self.outputs[min(max(place, 0), len(self.outputs) - 1)]
        if counted <= 40 or near == 0:  # a placeholder, or thinking that is not shown
            return counted
        return max(1, round(counted * (chars + 20) / (near + 20)))

    def cache(self, before: int | None, now: int, rng: Generator) -> int | None:
        """The cached part of an input of `now` tokens, after one of `before` (null: on the first call)."""
        if before is None:
            left = _pick(self.cold, rng) if self.cold else None
            return None if left is None else max(0, min(left, now - _LEAST_FRESH))
        if not self.lags:
            return 0
        lag, warm = _pick(self.lags, rng)
        return max(0, min(before - lag if warm else lag, now - _LEAST_FRESH))


def _in(piece: Piece) -> bool:
    return piece.turn.input_tokens is not None


def _calls(work: Work) -> Iterable[tuple[int, int, Piece]]:
    """Each counted call: characters said since the call before, characters that it wrote, its carrying turn."""
    since = 0
    for exchange in work.exchanges:
        since += sum(weight(piece) for piece in exchange.opening)
        for step in exchange.steps:
            counted = next((piece for piece in step.pieces if has_tokens(piece.turn)), None)
            written = sum(weight(piece) for piece in step.pieces if piece.turn.role == "assistant")
            if counted is not None:
                yield since, written, counted
                since = 0
            since += sum(weight(piece) for piece in step.pieces)


def weight(piece: Piece) -> int:
    """Characters that the model read or wrote for this turn, those that the source cut included."""
    turn = piece.turn
    return (turn.original_chars or len(turn.text or "")) + len(turn.tool_arguments or "")


def _density(calls: list[tuple[int, int]]) -> tuple[float, tuple[float, ...]]:
    usual = [(chars, growth) for chars, growth in calls if chars > 0 and 0 < growth < 60_000]
    if len(usual) < 3:
        return _ORDINARY_DENSITY, (1.0,)
    ratios = sorted(growth / chars for chars, growth in usual)
    density = min(max(ratios[len(ratios) // 2], 0.05), 2.0)
    middle = ratios[len(ratios) // 10 : len(ratios) - len(ratios) // 10]
    return density, tuple(min(ratio / density, 4.0) for ratio in middle[:64])


def _lags(calls: Iterable[Piece]) -> Iterable[tuple[int, bool]]:
    for piece in calls:
        turn = piece.turn
        if turn.cached_tokens is None or turn.input_tokens is None or piece.growth is None:
            continue
        before = turn.input_tokens - piece.growth
        warm = turn.cached_tokens * 2 >= before
        yield (before - turn.cached_tokens if warm else turn.cached_tokens), warm


def _pick(values: Sequence[_T], rng: Generator) -> _T:
    return values[int(rng.random() * len(values))]
