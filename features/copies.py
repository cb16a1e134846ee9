"""How much each text of a session is like an earlier one of the same stream, in linear time: MinHash in bands.

A text's skeleton (its words without figures and paths) is cut into runs of two words, at most 400 of them: the first
300 and the last 100. Two texts' likeness is the share of 64 least hashes that agree, which estimates the share of runs
that they have in common to within 0.06. Each text is compared with the latest earlier text in each of 32 bands of two
hashes, and with the text before it; so a likeness below about 0.2 is often missed, one above 0.4 hardly ever.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from features.hashing import Floats, Hashes, Ints, distinct, mixed
from features.words import Words

Signatures = npt.NDArray[np.uint32]

_HASHES, _BANDS = 64, 32
_FIRST, _LAST = 300, 100
_BLOCK = 1 << 12
_GROUP, _GROUPS = 8, 64


@dataclass(frozen=True, slots=True)
class Copies:
    """For each turn: how much it is like an earlier one."""

    skeleton: Hashes
    """A hash of the turn's words, figures and paths left open; 0 where it has no word."""
    opening: Hashes
    """A hash of its first three words; 0 where it has no word."""
    signature: Signatures
    """Its 64 least hashes (turns × 64)."""
    likeness: Floats
    """The likeness to the most alike of the earlier turns that were looked at; null where there is none before it."""
    like: Ints
    """That turn; -1 where there is none."""

    def alike(self, one: Ints, other: Ints) -> Floats:
        """The likeness of turns, pair by pair; null where either has no word."""
        same = agreeing(self.signature[one], self.signature[other])
        return np.where((self.skeleton[one] > 0) & (self.skeleton[other] > 0), same, np.nan)


def agreeing(one: Signatures, other: Signatures) -> Floats:
    """The likeness of texts by their signatures, row by row."""
    return np.asarray(np.count_nonzero(one == other, axis=1) / _HASHES)


def copies_of(words: Words, streams: Ints) -> Copies:
    """Compares all turns of a session with the earlier turns of their own streams."""
    skeleton, starts = _skeletons(words)
    filled = np.flatnonzero(np.diff(starts) > 0)
    whole, opening = np.zeros((2, len(streams)), np.uint64)
    signature = np.zeros((len(streams), _HASHES), np.uint32)
    likeness, like = np.full(len(streams), np.nan), np.full(len(streams), -1, np.int64)
    if len(filled):
        whole[filled] = _ordered(skeleton, starts, filled)
        opening[filled] = _openings(skeleton, starts, filled)
        signature[filled] = _signatures(skeleton, starts, filled)
        likeness[filled], nearest = _nearest(signature[filled], streams[filled])
        like[filled] = np.where(nearest >= 0, filled[nearest], -1)
    return Copies(whole, opening, signature, likeness, like)


def _skeletons(words: Words) -> tuple[Hashes, Ints]:
    """The words with figures and paths as one placeholder each, and where each turn's begin."""
    open = words.open
    repeated = np.zeros(len(open), bool)
    repeated[1:] = open[1:] & open[:-1] & (words.turn[1:] == words.turn[:-1])
    kept = ~repeated
    starts = np.concatenate(([0], np.cumsum(kept)))[words.starts]
    return np.where(open, np.uint64(1), words.hash)[kept], starts


def _ordered(skeleton: Hashes, starts: Ints, filled: Ints) -> Hashes:
    """A hash of each turn's skeleton in its order: the sum of its words, each stirred with its place."""
    place = np.arange(len(skeleton)) - np.repeat(starts[:-1], np.diff(starts))
    stirred = mixed(skeleton + mixed(place.astype(np.uint64)))
    return np.maximum(mixed(np.add.reduceat(stirred, starts[filled])), np.uint64(1))


def _openings(skeleton: Hashes, starts: Ints, filled: Ints) -> Hashes:
    first, end = starts[filled], starts[filled + 1]
    total = np.zeros(len(filled), np.uint64)
    for place in range(3):
        here = np.minimum(first + place, end - 1)
        total = mixed(total + np.where(first + place < end, skeleton[here], np.uint64(0)))
    return np.maximum(total, np.uint64(1))


def _signatures(skeleton: Hashes, starts: Ints, filled: Ints) -> Signatures:
    """The least hashes of each turn; its shingles are gone through in groups of eight, the last filled up."""
    pairs = mixed(skeleton[:-1] * np.uint64(3) + skeleton[1:])
    shingles = np.append(pairs, skeleton[-1:]).astype(np.uint32)
    alone = starts[filled + 1] - starts[filled] == 1
    shingles[starts[filled[alone]]] = skeleton[starts[filled[alone]]].astype(np.uint32)
    chosen, counts = _chosen(starts, filled)
    ends = np.cumsum(counts)
    signature = np.empty((len(filled), _HASHES), np.uint32)
    cuts = [*np.flatnonzero(np.diff(ends // _GROUPS, prepend=-1)).tolist(), len(filled)]
    for start, end in pairwise(cuts):
        before = int(ends[start] - counts[start])
        stirred = shingles[chosen[:, before : int(ends[end - 1])], None] * _FACTORS
        stirred ^= stirred >> np.uint32(15)
        stirred *= np.uint32(0x2C1B3C6D)
        least = stirred.min(axis=0)
        signature[start:end] = np.minimum.reduceat(least, ends[start:end] - counts[start:end] - before, axis=0)
    return signature


def _chosen(starts: Ints, filled: Ints) -> tuple[Ints, Ints]:
    """The places of the shingles that are looked at: the first 300 and the last 100 of each turn."""
    size = np.maximum(starts[filled + 1] - starts[filled] - 1, 1)
    looked_at = np.minimum(size, _FIRST + _LAST)
    groups = -(-looked_at // _GROUP)
    group = np.repeat(np.arange(len(filled)), groups)
    first = np.arange(len(group)) - (np.cumsum(groups) - groups)[group]
    place = np.minimum(first * _GROUP + np.arange(_GROUP)[:, None], (looked_at - 1)[group])
    left_out = (size - looked_at)[group]
    return place + starts[filled][group] + left_out * (place >= _FIRST), groups


def _nearest(signature: Signatures, streams: Ints) -> tuple[Floats, Ints]:
    """Each text's greatest likeness among the candidates before it, and which that is."""
    best, which = np.full(len(streams), np.nan), np.full(len(streams), -1, np.int64)
    text, earlier = _candidates(signature, streams)
    likeness = np.empty(len(text))
    for start in range(0, len(text), _BLOCK):
        here = slice(start, start + _BLOCK)
        likeness[here] = agreeing(signature[text[here]], signature[earlier[here]])
    order = np.lexsort((earlier, likeness, text))
    last = order[np.diff(text[order], append=-1) != 0]
    best[text[last]], which[text[last]] = likeness[last], earlier[last]
    return best, which


def _candidates(signature: Signatures, streams: Ints) -> tuple[Ints, Ints]:
    """Pairs of a text and an earlier one: the one before it, and the latest with which it shares a band."""
    width = _HASHES // _BANDS
    keys = streams.astype(np.uint64) + np.arange(0, 8 * (_BANDS + 1), 8, dtype=np.uint64)[:, None]
    for column in range(width):
        keys[1:] = mixed(keys[1:] + signature[:, column::width].T)
    bits = np.uint64(len(streams).bit_length())
    ordered = np.sort(mixed(keys) >> bits << bits | np.arange(len(streams), dtype=np.uint64), axis=1)
    text = (ordered & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)
    same = ordered[:, 1:] >> bits == ordered[:, :-1] >> bits
    pairs = distinct(text[:, 1:][same] * len(streams) + text[:, :-1][same])
    return pairs // len(streams), pairs % len(streams)


_FACTORS = mixed(np.arange(1, _HASHES + 1, dtype=np.uint64)).astype(np.uint32) | np.uint32(1)
