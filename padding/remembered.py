"""What was worked out of a work once, kept while that very work is at hand: the same hosts and donors come up often.

By identity, as comparing two works costs more than anything that is kept of them.
"""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from padding.work import Work

_T = TypeVar("_T")
_MOST = 1024


def remembered(find: Callable[[Work], _T]) -> Callable[[Work], _T]:
    """The function with its answers kept; whoever gets one must not change it."""
    kept: dict[int, tuple[Work, _T]] = {}

    @wraps(find)
    def found(work: Work) -> _T:
        held = kept.get(id(work))
        if held is None or held[0] is not work:
            if len(kept) >= _MOST:
                kept.clear()
            held = kept[id(work)] = (work, find(work))
        return held[1]

    return found
