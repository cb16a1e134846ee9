"""Which prompts say the same: a map on which like prompts lie close, groups of repeats, and pairs to compare.

Likeness is the cosine of how often short runs of bytes occur: it sees copies and small changes, in any language, and
does not see that two prompts mean the same in other words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from audit.views.differences import Pair, compare
from audit.views.inert import plain
from audit.views.timeline import lane_of
from traces.schema import Session, Turn

_MOST_PROMPTS = 160
_READ = 2_000
_RUN = 5
_WIDTH = 2_048
_ALIKE = 0.8
_NEAR = 0.6
_SAME = 0.9999
_PAIRS = 3
SIZE = 300.0
_EDGE = 18.0

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Dot:
    """Prompts that are much alike, as one dot."""

    x: float
    y: float
    radius: float
    turns: tuple[int, ...]
    opening: str
    is_evidence: bool
    order: float
    """When the first of them came: 0 at the beginning of the session, 1 at its end."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two prompts that are much alike, side by side."""

    first: int
    second: int
    likeness: float
    pair: Pair


@dataclass(frozen=True, slots=True)
class PromptMap:
    """The map of a session's prompts."""

    dots: tuple[Dot, ...]
    prompts: int
    """In the session."""
    compared: int
    """So many of them, evenly drawn, are on the map."""
    pairs: tuple[Likeness, ...]

    @property
    def groups(self) -> tuple[Dot, ...]:
        """The dots of more than one prompt, largest first."""
        return tuple(sorted((dot for dot in self.dots if len(dot.turns) > 1), key=lambda dot: -len(dot.turns)))


def prompt_map(session: Session, evidence: Sequence[int] = ()) -> PromptMap:
    """The map of what people typed in a session, or of all that was given where it is not known who typed."""
    every = [turn for turn in session.turns if lane_of(turn) == "person" and turn.text]
    every = every or [turn for turn in session.turns if lane_of(turn) == "injected" and turn.text]
    prompts = _some(every)
    if not prompts:
        return PromptMap((), 0, 0, ())
    alike = _likeness([turn.text or "" for turn in prompts])
    groups = _grouped(alike)
    places = _laid_out(alike[np.ix_([group[0] for group in groups], [group[0] for group in groups])])
    shown, last = frozenset(evidence), max(len(session.turns) - 1, 1)
    dots = (
        Dot(
            x=round(float(x), 1),
            y=round(float(y), 1),
            radius=round(4 + 2.2 * len(group) ** 0.5, 1),
            turns=tuple(prompts[one].index for one in group),
            opening=plain((prompts[group[0]].text or "")[:400], 90),
            is_evidence=any(prompts[one].index in shown for one in group),
            order=prompts[group[0]].index / last,
        )
        for group, (x, y) in zip(groups, places, strict=True)
    )
    return PromptMap(tuple(dots), len(every), len(prompts), tuple(_pairs(prompts, alike)))


def _some(turns: list[Turn]) -> list[Turn]:
    """All of them, or so many evenly spread."""
    if len(turns) <= _MOST_PROMPTS:
        return turns
    return [turns[round(place)] for place in np.linspace(0, len(turns) - 1, _MOST_PROMPTS)]


def _likeness(texts: Sequence[str]) -> Numbers:
    """The likeness of each two texts, from 0 to 1."""
    counts = np.zeros((len(texts), _WIDTH))
    for row, text in enumerate(texts):
        read = f" {' '.join(text[:_READ].lower().split())} ".encode()
        runs = [crc32(read[at : at + _RUN]) % _WIDTH for at in range(max(len(read) - _RUN + 1, 1))]
        counts[row] = np.bincount(runs, minlength=_WIDTH)
    unit = counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-12)
    alike: Numbers = np.clip(unit @ unit.T, 0.0, 1.0)
    return alike


def _grouped(alike: Numbers) -> list[list[int]]:
    """Each prompt with the first one that it is much like."""
    groups: list[list[int]] = []
    for one in range(len(alike)):
        home = next((group for group in groups if alike[one, group[0]] >= _ALIKE), None)
        if home is None:
            groups.append([one])
        else:
            home.append(one)
    return groups


def _laid_out(alike: Numbers) -> Numbers:
    """Places on the plane whose distances are as near to the unlikeness as two dimensions allow."""
    if len(alike) == 1:
        return np.full((1, 2), SIZE / 2)
    apart = 1 - alike
    middle = np.eye(len(apart)) - 1 / len(apart)
    values, vectors = np.linalg.eigh(-0.5 * middle @ apart @ middle)
    flat = vectors[:, -2:] * np.sqrt(np.maximum(values[-2:], 0))
    if flat.shape[1] < 2:
        flat = np.column_stack([flat, np.zeros(len(flat))])
    low, high = flat.min(axis=0), flat.max(axis=0)
    scaled = np.where(high > low, (flat - low) / np.maximum(high - low, 1e-12), 0.5)
    return _EDGE + scaled * (SIZE - 2 * _EDGE)


def _pairs(prompts: Sequence[Turn], alike: Numbers) -> list[Likeness]:
    """The pairs that are most alike, each prompt once; those that differ in something tell more and come first."""
    first, second = np.triu_indices(len(prompts), 1)
    likeness = alike[first, second]
    found, used = list[Likeness](), set[int]()
    near = np.flatnonzero(likeness >= _NEAR)
    for place in near[np.lexsort((-likeness[near], likeness[near] > _SAME))]:
        a, b = int(first[place]), int(second[place])
        if used.isdisjoint((a, b)):
            used |= {a, b}
            pair = compare(prompts[a].text or "", prompts[b].text or "")
            found.append(Likeness(prompts[a].index, prompts[b].index, float(likeness[place]), pair))
        if len(found) == _PAIRS:
            break
    return found
