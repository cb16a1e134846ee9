"""Padding mixed into one of a person's works: into the first that its share suits, else into the nearest one."""

from collections.abc import Callable, Iterator

from padding.budget import head
from padding.effort import Effort
from padding.strategy import TOLERANCE
from padding.work import Work

_TRIES = 4


def fitted(works: Iterator[Work], edit: Callable[[Work], Work], effort: Effort) -> Work:
    """The next work that can be edited at the effort's share; small or coarse ones are passed over."""
    best, off = None, float("inf")
    for _ in range(_TRIES):
        made = edit(next(works))
        missed = abs(share_of(made) - effort.share)
        if missed < off:
            best, off = made, missed
        if off <= TOLERANCE:
            break
    assert best is not None
    return best


def share_of(work: Work) -> float:
    """The share of its characters that is padding, but for what every session of its kind begins with."""
    chars = sum(piece.chars for piece in work.pieces) - sum(piece.chars for piece in head(work))
    return sum(piece.chars for piece in work.pieces if piece.padding) / max(1, chars)
