"""What a feature is: a function from a session, as it was looked at, to a number; and the register of all of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib import import_module
from typing import Literal

import numpy as np
import numpy.typing as npt

from features.hashing import Ints
from features.seen import VERSION, Seen

Measure = Callable[[Seen], float]
Shown = Callable[[Seen], Ints]
Direction = Literal["high", "low", "context"]

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
_HONEST = "Honest: "


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the feature table."""

    name: str
    """Its function's name."""
    kind: str
    """The kind of evidence: volume, similarity, triviality, timing, progress, language."""
    speaks: Direction
    """Whether a high or a low value speaks for padding; `context` where it does so only beside others."""
    inputs: tuple[str, ...]
    """The fields of a turn that it may depend on. Nothing of a session's header is among them."""
    measure: Measure
    """Its value, null (NaN) where it is undefined."""
    shown_by: Shown
    """The turns that made the value speak for padding, the strongest first; computed on demand."""
    version: int = 1
    """Raised whenever its values change."""

    @property
    def meaning(self) -> str:
        """What it says, in words."""
        return self._paragraphs()[0]

    @property
    def honest(self) -> str:
        """The honest reason for which it could speak for padding anyway."""
        return self._paragraphs()[1]

    def _paragraphs(self) -> tuple[str, str]:
        meaning, _, honest = " ".join((self.measure.__doc__ or "").split()).partition(_HONEST)
        return meaning.strip(), honest.strip()


FEATURES: dict[str, Feature] = {}
"""Every feature that was imported, by name; `load()` says which there are."""


def feature(
    kind: str, inputs: tuple[str, ...], speaks: Direction, shown_by: Shown, version: int = 1
) -> Callable[[Measure], Measure]:
    """Registers a function as a feature; its docstring says what it means and when it is honest."""

    def register(measure: Measure) -> Measure:
        one = Feature(measure.__name__, kind, speaks, inputs, measure, shown_by, version)
        if one.name in FEATURES:
            raise ValueError(f"there are two features named {one.name!r}")
        if not one.meaning or not one.honest:
            raise ValueError(f"{one.name}: the docstring must say what it means, then 'Honest: ' and when it is")
        FEATURES[one.name] = one
        return measure

    return register


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
    return blake2b("\n".join(said).encode(), digest_size=6).hexdigest()


def strongest(turns: Ints, strength: Sequence[float] | npt.NDArray[np.generic]) -> Ints:
    """The turns whose strength is more than zero, the strongest first."""
    strengths = np.nan_to_num(np.asarray(strength, float))
    order = np.argsort(-strengths, kind="stable")
    return np.asarray(np.asarray(turns, np.int64)[order[strengths[order] > 0]])
