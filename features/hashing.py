"""Hashes of spans of bytes, and of runs of hashes, in a few passes over an array. Not for secrets."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Hashes = npt.NDArray[np.uint64]
Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_ODD = 0x9E3779B97F4A7C15
_INVERSE = pow(_ODD, -1, 1 << 64)


def mixed(values: Hashes) -> Hashes:
    """Hashes stirred such that each bit depends on all bits (the finish of murmur3)."""
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return values ^ (values >> np.uint64(33))


def runs(hashes: Hashes, n: int) -> Hashes:
    """The hash of each run of `n` neighbours; there are `len(hashes) - n + 1` of them."""
    size = max(0, len(hashes) - n + 1)
    total = np.zeros(size, np.uint64)
    for place in range(n):
        total = total * np.uint64(_ODD) + hashes[place : place + size]
    return mixed(total)


def folded(data: Bytes) -> Bytes:
    """The bytes with ASCII capitals made small."""
    return _FOLDED[data]


def spans(data: Bytes, *ends: tuple[Ints, Ints]) -> list[Hashes]:
    """The hashes of several sets of spans, each as starts and ends, at the cost of one pass over the bytes.

    A running sum of a polynomial modulo 2^64; a span's hash is a difference of two sums, brought back to its start.
    """
    sums = np.zeros(len(data) + 1, np.uint64)
    powers, inverses = _powers(1 << max(20, len(data).bit_length()))
    np.cumsum((data.astype(np.uint64) + np.uint64(1)) * powers[: len(data)], out=sums[1:])
    return [mixed((sums[end] - sums[start]) * inverses[start]) for start, end in ends]


def places(starts: Ints, chosen: Ints) -> Ints:
    """The places of all members of the chosen groups, one group after the other; `starts` has an end too."""
    lengths = starts[chosen + 1] - starts[chosen]
    before = np.cumsum(lengths) - lengths
    return np.asarray(np.arange(int(lengths.sum())) + np.repeat(starts[chosen] - before, lengths))


def numbered(hashes: Hashes) -> Ints:
    """Each hash's number, in order of first appearance: equal hashes have equal numbers. Linear; nothing is sorted."""
    return np.asarray(pa.array(hashes).dictionary_encode().indices).astype(np.int64)


@lru_cache(2)
def _powers(size: int) -> tuple[Hashes, Hashes]:
    both = np.full(size, _ODD, np.uint64), np.full(size, _INVERSE, np.uint64)
    for powers in both:
        powers[0] = 1
    first, second = (np.cumprod(powers, dtype=np.uint64) for powers in both)
    return first, second


_FOLDED: Bytes = np.arange(256, dtype=np.uint8)
_FOLDED[ord("A") : ord("Z") + 1] += 32
