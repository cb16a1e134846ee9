"""Figures that features share; each is null (NaN) where there is nothing to measure."""

from math import inf, nan

import numpy as np
import numpy.typing as npt

from features.hashing import Floats, Ints

Numbers = npt.NDArray[np.float64] | npt.NDArray[np.int64] | npt.NDArray[np.bool_]


def share(flags: Numbers) -> float:
    """How many of them, or the mean of numbers; nulls are left out."""
    numbers = known(flags)
    return float(numbers.sum() / len(numbers)) if len(numbers) else nan


def middle(numbers: Numbers) -> float:
    """The median; nulls are left out."""
    numbers = known(numbers)
    if not len(numbers):
        return nan
    half = len(numbers) // 2
    ordered = np.sort(numbers)
    return float(ordered[half] if len(numbers) % 2 else (ordered[half - 1] + ordered[half]) / 2)


def ratio(part: float, whole: float) -> float:
    """A quotient, null where it is undefined."""
    return float(part / whole) if whole else nan


def known(numbers: Numbers) -> Floats:
    """The numbers that are not null."""
    floats = np.asarray(numbers, np.float64)
    return floats[~np.isnan(floats)]


def variation(numbers: Numbers, least: int = 3) -> float:
    """Spread over mean; null below so many numbers."""
    numbers = known(numbers)
    return ratio(float(numbers.std()), float(numbers.mean())) if len(numbers) >= least else nan


def agreement(one: Floats, other: Floats, least: int = 5) -> float:
    """The correlation of two series' ranks; null below so many pairs, or where one does not vary."""
    both = ~(np.isnan(one) | np.isnan(other))
    if both.sum() < least:
        return nan
    first, second = ranks(one[both]), ranks(other[both])
    spread = float(first.std() * second.std())
    return ratio(float(((first - first.mean()) * (second - second.mean())).mean()), spread)


def ranks(numbers: Floats) -> Floats:
    """Ranks; equal numbers share the middle of theirs."""
    ordered = np.sort(numbers)
    return (np.searchsorted(ordered, numbers) + np.searchsorted(ordered, numbers, "right")) / 2.0


def longest_run(flags: npt.NDArray[np.bool_]) -> int:
    """The length of the longest run of true ones."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0


def entropy(counts: Ints) -> float:
    """Bits for each drawing from these counts."""
    counts = counts[counts > 0]
    if not len(counts):
        return nan
    shares = counts / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def slope(numbers: Floats, least: int = 4) -> float:
    """By how much of their mean the numbers grow from the first to the last, on a straight line through them."""
    numbers = known(numbers)
    if len(numbers) < least or not numbers.mean():
        return nan
    place = np.linspace(-0.5, 0.5, len(numbers))
    return float((place * numbers).sum() / (place * place).sum() / abs(numbers.mean()))


def bounded(number: float, least: float = -inf, most: float = inf) -> float:
    """The number, brought into bounds; null stays null."""
    return number if number != number else min(max(number, least), most)
