"""Versions of a text: said differently each time, or moving towards a last one."""

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec.structs import replace
from numpy.random import Generator

from padding.synonyms import exchanged
from padding.work import Piece, Step

_FENCED = re.compile(r"(```.*?(?:```|\Z)\s*)", re.DOTALL)
_BETWEEN = re.compile(r"(\s(?:(?<=[^\d\s][.!?:]\s)\s*(?=[A-Z0-9`*\"«¿¡-])|(?<=\n)\n*))")  # begins with what is rare
_NO_LETTER = re.compile(r"[\W\d_]+")
_NO_ASCII_LETTER = {place: None for place in range(128) if not chr(place).isalpha()}
_CALLED = re.compile(r"\w\([\w., ]*\)\Z")
_CODE_SIGNS = ("```", "{", "}", "()", ":=")
_CODE_START = re.compile(r"\s*(?://|#include|(?:return|import)\b)")
_NOT_WRITTEN = frozenset({"kindly", "sort out", "go with", "put in"})
_REWORDED, _FEW_LETTERS, _LONGEST_WORD = 5, 15, 40


def sentences(text: str) -> list[str]:
    """The text's sentences, lines and fenced blocks, each with the space or the lines' ends after it."""
    return list(_sentences(text))


@lru_cache(4096)
def _sentences(text: str) -> tuple[str, ...]:
    found: list[str] = []
    for place, block in enumerate(_FENCED.split(text)):
        said = [block, ""] if place % 2 else [*_BETWEEN.split(block), ""]
        found += map(str.__add__, said[::2], said[1::2])
    return tuple(part for part in found if part.strip())


def joined(parts: Sequence[str]) -> str:
    """Sentences as one text."""
    ended = (part if part[-1:].isspace() else part + ("\n" if part.lstrip()[:1] in "-*#|`" else " ") for part in parts)
    return "".join(ended).rstrip()


def reworded(text: str, rng: Generator, often: float = 0.6) -> str:
    """The text with words exchanged for others that mean the same, as an assistant would write them: in one pass."""
    return exchanged(text, rng, often, _NOT_WRITTEN)


def varied(text: str, rng: Generator, others: Sequence[str] = ()) -> str:
    """The same said differently: some sentences left out, moved, reworded, one of another text put in."""
    parts = sentences(text[:8000])
    if len(parts) < 2:
        return reworded(text[:8000], rng)
    keep = 0.6 + 0.4 * rng.random()
    kept = [part for part in parts if rng.random() < keep] or parts[:1]
    for place in range(len(kept) - 1):
        if rng.random() < 0.15:
            kept[place], kept[place + 1] = kept[place + 1], kept[place]
    told = list(kept)
    for place in rng.integers(0, len(told), min(_REWORDED, len(told))).tolist():
        told[place] = reworded(told[place], rng)
    if others and rng.random() < 0.6:
        told.insert(int(rng.random() * (len(told) + 1)), others[int(rng.random() * len(others))])
    return joined(told)


def extract(text: str, rng: Generator, about: str = "", most: int = 8) -> str:
    """What a text says of something, or says at all: some of its sentences in their order, a few words exchanged."""
    parts = [part for part in sentences(text[:8000]) if _is_said(part)]
    found = [part for part in parts if about and about in part][:most]
    count = max(0, 1 + int(rng.random() * most) - len(found))
    places = sorted(rng.integers(0, len(parts), min(count, len(parts))).tolist()) if parts else []
    chosen = list(dict.fromkeys([*found, *(parts[place] for place in places)]))
    return reworded(joined(chosen).lstrip(" -*"), rng, 0.3)


@lru_cache(32_768)
def _is_said(part: str) -> bool:
    """Whether a part of a text is language, and not a line of code or a number."""
    if len(part) > _LONGEST_WORD and part.isascii() and " " not in part.strip():  # a line of a dump
        return False
    if any(sign in part for sign in _CODE_SIGNS) or _CODE_START.match(part):
        return False
    ended = part.rstrip()
    if ended.endswith(")") and _CALLED.search(ended):
        return False
    letters = len(part.translate(_NO_ASCII_LETTER) if part.isascii() else _NO_LETTER.sub("", part))
    return letters >= _FEW_LETTERS and letters + part.count(" ") > 0.8 * len(part)


def retold(step: Step, rng: Generator) -> Step:
    """The step with the same calls and results, and what was thought or said before them in other words."""
    return Step(tuple(_retold(piece, rng) if piece.turn.role == "assistant" else piece for piece in step.pieces))


def _retold(piece: Piece, rng: Generator) -> Piece:
    text = piece.turn.text
    return piece if not text else replace(piece, turn=replace(piece.turn, text=varied(text, rng)))


def swapped(text: str, terms: Sequence[str], others: Sequence[str], rng: Generator) -> str:
    """A skeleton with other nouns in it: each of its terms exchanged for one of other terms."""
    if not others:
        return text
    exchanged = {term: others[int(rng.random() * len(others))] for term in dict.fromkeys(terms[:12])}
    if not exchanged:
        return text
    pattern = "|".join(re.escape(term) for term in sorted(exchanged, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{pattern})(?!\w)", lambda match: exchanged[match[0]], text)


class Draft:
    """A text that is brought to its last form sentence by sentence, each one touched once and then left alone."""

    def __init__(self, final: str, rng: Generator, others: Sequence[str] = ()) -> None:
        self._final = sentences(final[:8000]) or [final]
        self._now = [
            others[int(rng.random() * len(others))] if others and rng.random() < 0.25 else part
            for part in sentences(reworded(joined(self._final), rng))
        ]
        self._now += self._final[len(self._now) :]
        self._open = rng.permutation(len(self._final)).tolist()

    @property
    def text(self) -> str:
        """The draft as it stands."""
        return joined(self._now)

    @property
    def done(self) -> bool:
        """Whether nothing is left to change."""
        return not self._open

    @property
    def next(self) -> str:
        """The sentence that will be touched next."""
        return self._now[self._open[-1]] if self._open else self._now[-1]

    def touched(self, count: int) -> str:
        """The draft after the next so many sentences got their last form."""
        for _ in range(min(count, len(self._open))):
            place = self._open.pop()
            self._now[place] = self._final[place]
        return self.text
