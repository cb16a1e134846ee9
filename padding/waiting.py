"""Waits for a tool: a process that takes its time, or `sleep` before a look. The same for honest and padded polling."""

from collections.abc import Iterator

from msgspec.structs import replace
from numpy.random import Generator

from padding.work import Step, Work

_SHORT, _LONG = 4.0, 120.0


def waits(host: Work, rng: Generator) -> Iterator[float]:
    """Seconds that results take: as in the host, or of one order, as somebody sets who waits for something."""
    usual = [p.gap for step in host.steps for p in step.pieces if p.turn.kind == "tool_result" and p.gap and p.gap > 0]
    period = _SHORT * (_LONG / _SHORT) ** float(rng.random())
    as_usual = bool(usual) and rng.random() < 0.5
    while True:
        if as_usual:
            yield usual[int(rng.random() * len(usual))]
        else:
            yield period * float(rng.lognormal(0.0, 0.1)) + float(rng.exponential(0.4))


def waited(step: Step, seconds: float) -> Step:
    """The step, its last result so many seconds after what stands before it."""
    results = [place for place, piece in enumerate(step.pieces) if piece.turn.kind == "tool_result"]
    if not results:
        return step
    pieces = list(step.pieces)
    pieces[results[-1]] = replace(pieces[results[-1]], gap=seconds)
    return Step(tuple(pieces))
