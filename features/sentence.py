"""What a sentence about a feature is made of: words with gaps for numbers, and how the numbers are counted.

In the words, `{n}` is how many, `{whole}` of how many; `[is|are]` follows the first, `<prompt|prompts>` the second.
`{percent}` is the value of a share, `{figure}` any value, `{duration}` one in seconds, `{points}` one as a change.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from features.hashing import Ints
from features.seen import Seen

Count = Callable[[Seen], int]

_BY_PART, _BY_WHOLE = re.compile(r"\[([^|\]]*)\|([^\]]*)\]"), re.compile(r"<([^|>]*)\|([^>]*)>")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence about one feature, still without its numbers."""

    about: str
    """What it is about; two sentences about one thing say the same."""
    words: str
    """What it says, with gaps for numbers."""
    whole: Count
    """Of how many things the feature speaks."""
    part: Count | None = None
    """Of how many of them it is true; null where the value is their share."""

    def filled(self, seen: Seen, value: float) -> str:
        """The sentence about a session in which the feature has this value."""
        whole = self.whole(seen)
        part = round(value * whole) if self.part is None else self.part(seen)
        text = self.words.format(
            n=part,
            whole=whole,
            percent=_percent(value),
            figure=f"{value:.2f}",
            duration=_duration(value),
            points=f"{100 * value:+.0f} points",
        )
        text = _BY_PART.sub(lambda found: found[1 if part == 1 or part < whole == 1 else 2], text)
        return _BY_WHOLE.sub(lambda found: found[1 if whole == 1 else 2], text)


def of(stream: int) -> Count:
    """Counts the turns of a stream."""
    return lambda seen: len(seen.of(stream))


def after_first(stream: int) -> Count:
    """Counts the turns of a stream that say anything, from the second on."""
    return lambda seen: max(0, int((seen.copies.skeleton[seen.of(stream)] > 0).sum()) - 1)


def telling(stream: int) -> Count:
    """Counts the turns of a stream that have words."""
    return lambda seen: int((~np.isnan(seen.news.fresh[seen.of(stream)])).sum())


def among(stream: int, counts: Callable[[Seen], Ints]) -> Count:
    """Sums counts over the turns of a stream."""
    return lambda seen: int(counts(seen)[seen.of(stream)].sum())


def calls(seen: Seen) -> int:
    """Counts the tool calls."""
    return len(seen.calls)


def acting(*actions: str) -> Count:
    """Counts the calls that do one of these."""
    return lambda seen: sum(call.action in actions for call in seen.calls)


def _percent(value: float) -> str:
    return "under 1 %" if 0 < value < 0.005 else f"{100 * value:.0f} %"


def _duration(seconds: float) -> str:
    for least, unit in ((86_400, "days"), (3600, "hours"), (120, "min")):
        if seconds >= least * (1 if unit == "min" else 2):
            return f"{seconds / (60 if unit == 'min' else least):.0f} {unit}"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
