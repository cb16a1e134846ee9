"""Hashes of spans of bytes, and of runs of hashes, in a few passes over an array. Not for secrets."""

from functools import lru_cache
from itertools import count

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_ODD = 0x9E3779B97F4A7C15
_INVERSE = pow(_ODD, -1, 1 << 64)


def mixed(values: Hashes) -> Hashes:
    """Hashes stirred such that each bit depends on all bits (the finish of murmur3)."""
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        values = values ^ (values >> np.uint64(33))
        values *= np.uint64(factor)
    return values ^ (values >> np.uint64(33))


def runs(hashes: Hashes, n: int) -> Hashes:
    """The hash of each run of `n` neighbours; there are `len(hashes) - n + 1` of them."""
    size = max(0, len(hashes) - n + 1)
    total = np.zeros(size, np.uint64)
    for place in range(n):
        total = total * np.uint64(_ODD) + hashes[place : place + size]
    return mixed(total)


def spans(data: Bytes, *ends: tuple[Ints, Ints]) -> list[Hashes]:
    """The hashes of several sets of spans, each as starts and ends, at the cost of one pass over the bytes.

    A running sum of a polynomial modulo 2^64; a span's hash is a difference of two sums, brought back to its start.
    No byte should be 0, as zeros before a span's first other byte do not count.
    """
    sums = np.zeros(len(data) + 1, np.uint64)
    powers, inverses = _powers(1 << max(18, len(data).bit_length()))
    np.multiply(data, powers[: len(data)], out=sums[1:])
    np.cumsum(sums, out=sums)
    return [mixed((sums[end] - sums[start]) * inverses[start]) for start, end in ends]


def places(starts: Ints, chosen: Ints) -> Ints:
    """The places of all members of the chosen groups, one group after the other; `starts` has an end too."""
    lengths = starts[chosen + 1] - starts[chosen]
    before = np.cumsum(lengths) - lengths
    return np.asarray(np.arange(int(lengths.sum())) + np.repeat(starts[chosen] - before, lengths))


def firsts(hashes: Hashes) -> Ints:
    """The place of each hash's first appearance: equal hashes have equal places. Linear; nothing is sorted.

    All write their places into a table, the first one last, and see whose they find. Those that find another hash's try
    again among themselves.
    """
    bits = max(8, (2 * len(hashes)).bit_length() - 1)
    places = np.int32 if len(hashes) < 1 << 31 else np.int64  # the smaller the table, the more of it is at hand
    table = np.empty(1 << bits, places)
    found = np.zeros(len(hashes), np.int64)
    left, keys = np.arange(len(hashes), dtype=places), hashes
    for factor in count(_ODD, 2):
        slots = (keys * np.uint64(factor) >> np.uint64(64 - bits)).view(np.int64)
        table[slots[::-1]] = left[::-1]  # of several, the last one stays
        found[left] = met = table[slots]
        wrong = np.flatnonzero(hashes[met] != keys)
        if not len(wrong):
            break
        left, keys = left[wrong], keys[wrong]
    return found


def distinct(numbers: Ints) -> Ints:
    """The numbers in order, each once; none may be below 0. Where most differ, far quicker than numpy's `unique`."""
    ordered = np.sort(numbers)
    return np.asarray(ordered[np.diff(ordered, prepend=-1) > 0])


def new(hashes: Hashes) -> Flags:
    """Which of the hashes appear for the first time."""
    return np.asarray(firsts(hashes) == np.arange(len(hashes)))


@lru_cache(2)
def _powers(size: int) -> tuple[Hashes, Hashes]:
    both = np.full(size, _ODD, np.uint64), np.full(size, _INVERSE, np.uint64)
    for powers in both:
        powers[0] = 1
    first, second = (np.cumprod(powers, dtype=np.uint64) for powers in both)
    return first, second
