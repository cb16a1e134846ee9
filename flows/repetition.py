"""Gopher's rules against repetitive documents (Rae and others, 2021, table A1), over arrays of word numbers."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

Words = npt.NDArray[np.uint64]

TOP = {2: 0.20, 3: 0.18, 4: 0.16}
"""Of the most frequent n-gram, the most of all characters that it may make up."""
REPEATED = {5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.10}
"""Of n-grams that came before, the most of all characters that they may cover."""
PIECES = {"line": (0.30, 0.20), "paragraph": (0.30, 0.20)}
"""Of lines and paragraphs that came before, the most by number and by characters."""

_PARAGRAPHS, _LINES, _WORDS = re.compile(r"\n{2,}"), re.compile(r"\n+"), re.compile(r"\S+")
_BASE = np.uint64(0x9E3779B97F4A7C15)


def gopher(text: str) -> float:
    """The largest ratio of a figure to its limit: above 1 a document would be dropped. NaN for an empty one."""
    text = text.strip()
    if not text:
        return float("nan")
    return max(ratios(text).values())


def ratios(text: str) -> dict[str, float]:
    """Each figure over its limit."""
    found = {}
    for name, cut in (("paragraph", _PARAGRAPHS), ("line", _LINES)):
        count, chars = _repeated(cut.split(text))
        by_number, by_chars = PIECES[name]
        found[f"{name}s"] = count / by_number
        found[f"{name} characters"] = chars / len(text) / by_chars
    words = _WORDS.findall(text)
    numbers, sizes = _numbered(words), np.array([len(word) for word in words], np.int64)
    sums = np.r_[0, np.cumsum(sizes)]
    running = np.zeros(len(words), np.uint64)
    for size in range(1, max(REPEATED) + 1):
        if len(words) < size:
            break
        # The hash of each n-gram, from that of the one a word shorter.
        running = running[: len(words) - size + 1] * _BASE + numbers[size - 1 :]
        if size in TOP:
            found[f"top {size}-gram"] = _top(running, sums, size) / len(text) / TOP[size]
        if size in REPEATED:
            found[f"repeated {size}-grams"] = _covered(running, sizes, size) / len(text) / REPEATED[size]
    return found


def _repeated(pieces: Sequence[str]) -> tuple[float, int]:
    """The share of pieces that came before, and their characters."""
    seen: set[str] = set()
    count = chars = 0
    for piece in pieces:
        if piece in seen:
            count, chars = count + 1, chars + len(piece)
        seen.add(piece)
    return count / len(pieces), chars


def _numbered(words: Sequence[str]) -> Words:
    """A large random number for each different word."""
    codes = pd.factorize(np.array(words, np.object_))[0]
    chances = np.random.default_rng(0).integers(1, 2**63, size=int(codes.max(initial=-1)) + 1, dtype=np.uint64)
    return np.asarray(chances[codes], np.uint64)


def _top(grams: Words, sums: npt.NDArray[np.int64], size: int) -> float:
    """The characters of the most frequent n-gram, blanks between its words included, over all its places."""
    codes, _ = pd.factorize(grams)
    counts = np.bincount(codes)
    best = int(np.argmax(counts))
    place = int(np.argmax(codes == best))
    return float(counts[best] * (sums[place + size] - sums[place] + size - 1)) if counts[best] > 1 else 0.0


def _covered(grams: Words, sizes: npt.NDArray[np.int64], size: int) -> float:
    """The characters of words in n-grams that came before, none counted twice."""
    again = np.flatnonzero(pd.Series(grams).duplicated().to_numpy())
    starts = np.zeros(len(sizes) + 1, np.int64)
    np.add.at(starts, again, 1)
    np.add.at(starts, again + size, -1)
    return float(sizes[np.cumsum(starts)[:-1] > 0].sum())
