"""The words and lines of a session, cut and hashed with a few passes over its bytes.

No language is assumed. A word is a run of letters, digits and `_`; each sign of a script that is written without spaces
(Chinese, Japanese, Korean, Thai, Lao) is a word. ASCII capitals are folded; symbols and emoji are no words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from features.hashing import Bytes, Flags, Hashes, Ints, firsts, spans

_BLOCK = 1 << 18
"""Bytes that are worked on at a time: what is made of them stays in a processor's cache."""
_DIGIT, _LOWER, _UPPER, _MARK, _SLASH, _JOINT, _BREAK = (1 << bit for bit in range(7))
_OTHER = 128
_INSIDE = _DIGIT | _LOWER | _UPPER | _MARK | _OTHER


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

    @property
    def counts(self) -> Ints:
        """Words by turn."""
        return np.diff(self.starts)


def words_of(texts: Sequence[bytes]) -> Words:
    """The words of one session's texts."""
    blocks = [_block(texts[start:end]) for start, end in _blocks(texts)]
    columns = blocks[0] if len(blocks) == 1 else [np.concatenate(column) for column in zip(*blocks, strict=True)]
    counts, hashes, chars, specific, open, line_counts, lines, line_chars = columns
    return Words(
        starts=np.concatenate(([0], np.cumsum(counts))),
        turn=np.repeat(np.arange(len(texts)), counts),
        hash=hashes,
        code=_codes(hashes),
        chars=chars,
        specific=specific,
        open=open,
        line_starts=np.concatenate(([0], np.cumsum(line_counts))),
        line=lines,
        line_chars=line_chars,
    )


def _codes(hashes: Hashes) -> Ints:
    found = firsts(hashes)
    return np.asarray((np.cumsum(found == np.arange(len(hashes))) - 1)[found])


def _blocks(texts: Sequence[bytes]) -> list[tuple[int, int]]:
    """Stretches of texts that have about so many bytes together, so that the working memory stays bounded."""
    cuts, size = [0], 0
    for place, text in enumerate(texts):
        if size and size + len(text) > _BLOCK:
            cuts.append(place)
            size = 0
        size += len(text)
    return list(zip(cuts, [*cuts[1:], len(texts)], strict=True))


def _block(texts: Sequence[bytes]) -> tuple[npt.NDArray[Any], ...]:
    data = b"\n".join([b"", *texts, b""])
    edges = np.cumsum(np.fromiter(map(len, (b"", *texts)), np.int64, len(texts) + 1) + 1)
    kind = np.frombuffer(data.translate(_KINDS), np.uint8)
    joints = None
    if not data.isascii():
        kind, joints = _scripts(np.frombuffer(data, np.uint8), kind.copy())
    starts, ends = _words(kind, joints)
    specific, open = _looks(kind, starts, ends)
    line_starts, line_ends = _lines(kind, starts, ends)
    letters = np.frombuffer(data.translate(_LETTERS), np.uint8)
    hashes, lines = spans(letters, (starts, ends), (line_starts, line_ends))
    counts = np.diff(np.searchsorted(starts, edges))
    line_counts = np.diff(np.searchsorted(line_starts, edges))
    return counts, hashes, ends - starts, specific, open, line_counts, lines, line_ends - line_starts


def _scripts(data: Bytes, kind: Bytes) -> tuple[Bytes, Ints]:
    """The kinds with symbols taken out, and the places where words meet although no space is between them."""
    high = np.flatnonzero(data >= 0xE0)
    lead, following = data[high], data[high + 1]
    alone = ((lead >= 0xE3) & (lead <= 0xED)) | ((lead == 0xE0) & (following >= 0xB8) & (following <= 0xBB))
    wide = ((lead == 0xE3) & (following == 0x80)) | ((lead == 0xEF) & (following >= 0xBC) & (following <= 0xBD))
    for chosen, size in ((lead == 0xE2, 3), (lead == 0xF0, 4), (wide, 3)):
        signs = high[chosen]
        for place in range(size):
            kind[signs + place] = 0
    return kind, np.union1d(high[alone], high[alone] + 3)


def _words(kind: Bytes, joints: Ints | None) -> tuple[Ints, Ints]:
    inside = (kind & _INSIDE) > 0
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    starts, ends = edges[::2], edges[1::2]
    if joints is None or not len(joints):
        return starts, ends
    joints = joints[inside[joints] & inside[joints - 1]]
    return np.sort(np.concatenate((starts, joints))), np.sort(np.concatenate((ends, joints)))


def _looks(kind: Bytes, starts: Ints, ends: Ints) -> tuple[Flags, Flags]:
    """Which words look like names and figures of one's own, and which a template would leave open."""
    marks = kind & (_DIGIT | _MARK)
    marks[1:] |= (kind[1:] & _UPPER) & (kind[:-1] << 1)  # a capital after a small letter
    marks = np.bitwise_or.reduceat(marks, starts)
    before, after = kind[starts - 1], kind[ends]
    joined = np.append(starts[1:] == ends[:-1] + 1, False) & (after == _JOINT)
    pathlike = (before == _SLASH) | (after == _SLASH) | joined
    pathlike[1:] |= joined[:-1]
    return (marks > 0) | pathlike, ((marks & _DIGIT) > 0) | pathlike


def _lines(kind: Bytes, starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Lines from their first word to their last; those without a word are left out."""
    if not len(starts):
        return starts, ends
    breaks = np.searchsorted(starts, np.flatnonzero(kind == _BREAK))
    opening = breaks[np.diff(breaks, append=len(starts)) > 0]
    return starts[opening], ends[np.append(opening[1:], len(starts)) - 1]


def _table(*classes: tuple[bytes, int]) -> bytes:
    return bytes(next((of for signs, of in classes if sign in signs), 0) for sign in range(256))


_KINDS = _table(
    (b"0123456789", _DIGIT),
    (bytes(range(ord("a"), ord("z") + 1)), _LOWER),
    (bytes(range(ord("A"), ord("Z") + 1)), _UPPER),
    (b"_", _MARK),
    (b"/\\", _SLASH),
    (b".@", _JOINT),
    (b"\n", _BREAK),
    (bytes(range(128, 256)), _OTHER),
)
_LETTERS = bytes((byte + 1) % 256 for byte in bytes(range(256)).lower())
"""ASCII capitals are made small and every byte is one more, such that none is 0; there is no 255 in UTF-8."""
