"""The words and lines of a session, cut and hashed with a few passes over its bytes.

No language is assumed. A word is a run of letters, digits and `_`; each sign of a script that is written without spaces
(Chinese, Japanese, Korean, Thai, Lao) is a word. ASCII capitals are folded; symbols and emoji are no words.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.hashing import Bytes, Flags, Hashes, Ints, folded, numbered, spans

_BLOCK = 1_000_000
_LETTER, _DIGIT, _SLASH, _JOINT = 1, 2, 4, 8


@dataclass(frozen=True, slots=True)
class Words:
    """All words and lines of a session's turns, one turn after the other."""

    starts: Ints
    """The place of each turn's first word, and the number of words at the end."""
    turn: Ints
    """The turn of each word."""
    hash: Hashes
    """Each word's hash."""
    code: Ints
    """Each word's number in order of first appearance: equal words have equal numbers."""
    chars: Ints
    """Each word's bytes."""
    specific: Flags
    """Whether it looks like a name or figure of one's own: a digit, `snake_case`, `camelCase`, part of a path."""
    open: Flags
    """Whether a template would leave it open: it has a digit or is part of a path."""
    line_starts: Ints
    """The place of each turn's first line, and the number of lines at the end. Lines without words are left out."""
    line: Hashes
    """The hash of each line, from its first word to its last."""
    line_chars: Ints
    """Its bytes."""
    bytes: Ints
    """How often each byte occurs in each stream of turns (streams × 256)."""

    @property
    def counts(self) -> Ints:
        """Words by turn."""
        return np.diff(self.starts)


def words_of(texts: Sequence[bytes], streams: Ints, kinds: int) -> Words:
    """The words of one session's texts; `streams` says which of so many kinds each text is of."""
    blocks = [_block(texts[start:end], streams[start:end], kinds) for start, end in _blocks(texts)]
    columns = [np.concatenate(column) for column in zip(*(block[:-1] for block in blocks), strict=True)]
    counts, hashes, chars, specific, open, line_counts, lines, line_chars = columns
    return Words(
        starts=np.concatenate(([0], np.cumsum(counts))),
        turn=np.repeat(np.arange(len(texts)), counts),
        hash=hashes,
        code=numbered(hashes),
        chars=chars,
        specific=specific,
        open=open,
        line_starts=np.concatenate(([0], np.cumsum(line_counts))),
        line=lines,
        line_chars=line_chars,
        bytes=np.sum([block[-1] for block in blocks], axis=0, dtype=np.int64),
    )


def _blocks(texts: Sequence[bytes]) -> list[tuple[int, int]]:
    """Stretches of texts that have about so many bytes together, so that the working memory stays bounded."""
    cuts, size = [0], 0
    for place, text in enumerate(texts):
        if size and size + len(text) > _BLOCK:
            cuts.append(place)
            size = 0
        size += len(text)
    return list(zip(cuts, [*cuts[1:], len(texts)], strict=True))


def _block(texts: Sequence[bytes], streams: Ints, kinds: int) -> tuple[npt.NDArray[np.generic], ...]:
    data = np.frombuffer(b"\n".join([*texts, b""]), np.uint8)
    edges = np.concatenate(([0], np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1)))
    kind, joints = _kinds(data)
    starts, ends = _words(kind, joints)
    specific, open = _looks(data, kind, starts, ends)
    line_starts, line_ends = _lines(data, starts, ends)
    hashes, lines = spans(folded(data), (starts, ends), (line_starts, line_ends))
    histogram = np.zeros((kinds, 256), np.int64)
    for stream in set(streams.tolist()):
        own = b"".join([texts[place] for place in np.flatnonzero(streams == stream).tolist()])
        histogram[stream] = np.bincount(np.frombuffer(own, np.uint8), minlength=256)
    counts = np.diff(np.searchsorted(starts, edges))
    line_counts = np.diff(np.searchsorted(line_starts, edges))
    return counts, hashes, ends - starts, specific, open, line_counts, lines, line_ends - line_starts, histogram


def _kinds(data: Bytes) -> tuple[Bytes, Flags | None]:
    """What each byte is, and where words meet although no space is between them."""
    kind = _CLASSES[data]
    if not (data >= 0x80).any():
        return kind, None
    joints = np.zeros(len(data) + 4, bool)
    following = np.append(data[1:], 0)
    alone = ((data >= 0xE3) & (data <= 0xED)) | ((data == 0xE0) & (following >= 0xB8) & (following <= 0xBB))
    lead = np.flatnonzero(alone)
    joints[lead] = joints[lead + 3] = True
    wide = ((data == 0xE3) & (following == 0x80)) | ((data == 0xEF) & (following >= 0xBC) & (following <= 0xBD))
    for first, size in ((data == 0xE2, 3), (data == 0xF0, 4), (wide, 3)):
        signs = np.flatnonzero(first)
        for place in range(size):
            kind[np.minimum(signs + place, len(kind) - 1)] = 0
    kind[-1] = 0
    return kind, joints[: len(data)]


def _words(kind: Bytes, joints: Flags | None) -> tuple[Ints, Ints]:
    inside = np.concatenate(([False], (kind & (_LETTER | _DIGIT)) > 0))
    changes = inside[1:] != inside[:-1]
    if joints is None:
        edges = np.flatnonzero(changes)
        return edges[::2], edges[1::2]
    both = inside[1:] & inside[:-1] & joints
    return np.flatnonzero((changes & inside[1:]) | both), np.flatnonzero((changes & inside[:-1]) | both)


def _looks(data: Bytes, kind: Bytes, starts: Ints, ends: Ints) -> tuple[Flags, Flags]:
    """Which words look like names and figures of one's own, and which a template would leave open."""
    upper = (data >= ord("A")) & (data <= ord("Z"))
    marks = (data == ord("_")) | (kind == _DIGIT)
    marks[1:] |= upper[1:] & (data[:-1] >= ord("a")) & (data[:-1] <= ord("z"))
    digits, marked = _has(kind == _DIGIT, starts, ends), _has(marks, starts, ends)
    before, after = kind[np.maximum(starts - 1, 0)], kind[ends]
    joined = np.append(starts[1:] == ends[:-1] + 1, False) & (after == _JOINT)
    pathlike = ((before == _SLASH) & (starts > 0)) | (after == _SLASH) | joined
    pathlike[1:] |= joined[:-1]
    return marked | pathlike, digits | pathlike


def _has(flags: Flags, starts: Ints, ends: Ints) -> Flags:
    sums = np.zeros(len(flags) + 1, np.int32)
    np.cumsum(flags, out=sums[1:])
    return np.asarray(sums[ends] > sums[starts])


def _lines(data: Bytes, starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Lines from their first word to their last; those without a word are left out."""
    if not len(starts):
        return starts, ends
    line = np.searchsorted(np.flatnonzero(data == ord("\n")), starts)
    firsts = np.flatnonzero(np.diff(line, prepend=-1))
    return starts[firsts], ends[np.append(firsts[1:], len(starts)) - 1]


_CLASSES: Bytes = np.zeros(256, np.uint8)
for _signs, _class in (
    (b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_" + bytes(range(128, 256)), _LETTER),
    (b"0123456789", _DIGIT),
    (b"/\\", _SLASH),
    (b".@", _JOINT),
):
    _CLASSES[list(_signs)] = _class
