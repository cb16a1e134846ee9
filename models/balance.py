"""Weights for training, so that no source, family or user speaks for all the others."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from models.bootstrap import Clusters
from models.figures import Bools, Floats, Ints

_PASSES = 50


def balanced(labels: Bools, groupings: Mapping[str, Clusters], *, power: float = 0.5, cap: float = 10.0) -> Floats:
    """Weights of mean 1, half of them on each label, and within a label no group far ahead of the others.

    For each grouping (say `source`, `family`, `user`) a group's share of its label goes towards its share of sessions
    to the `power`: 0 makes all groups equal, however small, and 1 leaves them as they are. Groupings that contradict
    each other are met half-way; sessions of nobody known are one group. No weight exceeds `cap` times the mean of its
    label, so that a group of one session is not learned by heart. With one label alone all weight is on it.
    """
    if not 0 <= power <= 1:
        raise ValueError(f"a power of {power} is not between 0 and 1")
    if cap < 1:
        raise ValueError(f"no weight can stay under {cap} times the mean; a cap is at least 1")
    weights = np.ones(len(labels))
    sides = [side for side in (labels, ~labels) if side.any()]
    for side in sides:
        rows = np.flatnonzero(side)
        codes = [_numbered([groups[row] for row in rows.tolist()]) for groups in groupings.values()]
        weights[rows] = _capped(_raked(codes, len(rows), power), cap) * len(labels) / len(sides) / len(rows)
    return weights


def shares(weights: Floats, groups: Sequence[Any]) -> dict[Any, float]:
    """How much of the weight is on each group, the most first."""
    total = float(weights.sum())
    found: dict[Any, float] = {}
    for weight, group in zip(weights.tolist(), groups, strict=True):
        found[group] = found.get(group, 0.0) + weight / total
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _numbered(groups: Sequence[Any]) -> Ints:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(str(group), len(numbers)) for group in groups], np.int64)


def _raked(codes: Sequence[Ints], rows: int, power: float) -> Floats:
    """Brought nearer to the shares of all groupings at once, again and again; no grouping comes last and wins."""
    weights = np.ones(rows)
    wanted = [np.bincount(code) ** power / (np.bincount(code) ** power).sum() for code in codes]
    for _ in range(_PASSES):
        steps = [(goal / np.bincount(code, weights))[code] for code, goal in zip(codes, wanted, strict=True)]
        for step in steps:
            weights *= step ** (1 / len(steps))
        weights /= weights.mean()
    return weights


def _capped(weights: Floats, cap: float) -> Floats:
    """Weights of mean 1, none above the cap; what is cut off goes to the others."""
    for _ in range(_PASSES):
        high = weights >= cap
        if not (weights > cap * (1 + 1e-9)).any():
            break
        rest = weights[~high].sum()
        weights = np.where(high, cap, weights * (len(weights) - cap * high.sum()) / max(rest, 1e-12))
    return weights
