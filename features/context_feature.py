"""What a feature of context is: a function from what was known when a session began to a number; and their register."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from math import log2, nan

import numpy as np
import numpy.typing as npt

from features.column import Column, Direction, digest, register
from features.hashing import Ints
from features.outline import VERSION
from features.past import Past
from features.seen import VERSION as SEEN

Measure = Callable[[Past], float]
Shown = Callable[[Past], Ints]

TIMES = ("start", "end")
"""What decides which sessions are earlier, and features of habits go by."""
WORDING = (*TIMES, "words", "skeletons", "actions")
"""What decides which sessions are compared."""

_MODULES = ("across", "habits", "spending", "peers")
_MOST_DOUBLINGS = 6.0


@dataclass(frozen=True, slots=True)
class ContextFeature(Column[Past]):
    """One column of the context table. Its kind: across, habits, spending, peers.

    Its inputs are fields of an outline, beside those that say which sessions belong together. It is shown by earlier
    sessions, by their numbers.
    """


CONTEXT_FEATURES: dict[str, ContextFeature] = {}
"""All features of context by name; `load()` fills it, and gives them in the order of their files."""


def context_feature(
    kind: str, inputs: tuple[str, ...], speaks: Direction, shown_by: Shown, version: int = 1
) -> Callable[[Measure], Measure]:
    """Registers a function as a feature of context; its docstring says what it means and when it is honest."""

    def add(measure: Measure) -> Measure:
        one = ContextFeature(measure.__name__, kind, speaks, inputs, measure, shown_by, version)
        register(CONTEXT_FEATURES, one, "features of context")
        return measure

    return add


def load() -> dict[str, ContextFeature]:
    """All features of context by name, in the order of their files, whichever of these was imported first."""
    for module in _MODULES:
        import_module(f"features.{module}")
    place = {f"features.{module}": number for number, module in enumerate(_MODULES)}
    ordered = sorted(CONTEXT_FEATURES.values(), key=lambda one: place.get(one.measure.__module__, len(place)))
    return {one.name: one for one in ordered}


def fingerprint(features: Iterable[ContextFeature], window_days: int) -> str:
    """A digest of the features' names and versions, of what outlines hold, and of the window."""
    said = [f"seen {SEEN} outline {VERSION} days {window_days}", *(f"{one.name} {one.version}" for one in features)]
    return digest(said)


def strongest(sessions: Ints, strength: npt.NDArray[np.generic]) -> Ints:
    """The sessions whose strength is more than zero, the strongest first, of equal ones the latest; each once."""
    strengths = np.nan_to_num(np.asarray(strength, float))
    order = np.lexsort((-sessions, -strengths))
    ranked = sessions[order[strengths[order] > 0]]
    return np.asarray(ranked[np.sort(np.unique(ranked, return_index=True)[1])])


def recent(past: Past) -> Ints:
    """Evidence: the user's latest sessions before."""
    return past.earlier.number[::-1]


def doublings(one: float, usual: float) -> float:
    """How many times the usual, in doublings, at most six either way; null where there is no usual."""
    if not usual > 0 or one != one:
        return nan
    return max(-_MOST_DOUBLINGS, min(_MOST_DOUBLINGS, log2(max(one, 1e-9) / usual)))
