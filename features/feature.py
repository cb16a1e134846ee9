"""What a feature is: a function from a session, as it was looked at, to a number; and the register of all of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module

import numpy as np
import numpy.typing as npt

from features.column import Column, Direction, digest, register
from features.hashing import Ints
from features.seen import VERSION, Seen

Measure = Callable[[Seen], float]
Shown = Callable[[Seen], Ints]

SPEECH = ("role", "kind", "typed", "text")
"""What features of the things said go by."""
CONTENT = (*SPEECH, "tool_arguments")
"""What features of everything said and done go by."""
ACTIONS = (*CONTENT, "tool_name", "call_id", "is_error")
"""What features of tool calls and their results go by."""
TIMES = (*CONTENT, "time")
"""What features of pace go by."""
TOKENS = (*CONTENT, "input_tokens", "cached_tokens", "output_tokens")
"""What features of tokens go by."""

LANGUAGE = "language"
"""The kind of the features that go by what texts mean, and so need an encoder's vectors."""

_MODULES = (
    "volume",
    "similarity",
    "repetition",
    "loops",
    "uptake",
    "progress",
    "artefacts",
    "outcomes",
    "endings",
    "triviality",
    "effort",
    "timing",
)
_OF_LANGUAGE = ("language", "answers")
_OF_REFERENCE = ("genuine_work",)


@dataclass(frozen=True, slots=True)
class Feature(Column[Seen]):
    """One column of the feature table. Its kind: volume, similarity, triviality, timing, progress, language.

    Its inputs are fields of a turn; nothing of a session's header is among them. It is shown by turns.
    """


FEATURES: dict[str, Feature] = {}
"""Every feature that was imported, by name; `load()` says which there are."""


def feature(
    kind: str, inputs: tuple[str, ...], speaks: Direction, shown_by: Shown, version: int = 1
) -> Callable[[Measure], Measure]:
    """Registers a function as a feature; its docstring says what it means and when it is honest."""

    def add(measure: Measure) -> Measure:
        one = Feature(measure.__name__, kind, speaks, inputs, measure, shown_by, version)
        register(FEATURES, one, "features")
        return measure

    return add


@cache
def load(language: bool = False, reference: bool = False) -> dict[str, Feature]:
    """All features that need nothing but the session itself, by name, in the order of their files.

    With `language` also those that need vectors; with `reference` also those that need to know genuine work.
    """
    chosen = (*_MODULES, *(_OF_LANGUAGE if language else ()), *(_OF_REFERENCE if reference else ()))
    names = [import_module(f"features.{module}").__name__ for module in chosen]
    return {one.name: one for name in names for one in FEATURES.values() if one.measure.__module__ == name}


def fingerprint(features: Iterable[Feature], also: Sequence[str] = ()) -> str:
    """A digest of the features' names and versions, of how sessions are looked at, and of whatever else decides."""
    said = [f"seen {VERSION}", *(f"{one.name} {one.version}" for one in features), *also]
    return digest(said)


def strongest(turns: Ints, strength: Sequence[float] | npt.NDArray[np.generic]) -> Ints:
    """The turns whose strength is more than zero, the strongest first."""
    strengths = np.nan_to_num(np.asarray(strength, float))
    order = np.argsort(-strengths, kind="stable")
    return np.asarray(np.asarray(turns, np.int64)[order[strengths[order] > 0]])
