"""Exchanging words of a text for others that mean the same, in one quick pass."""

import re
from collections.abc import Collection
from functools import lru_cache

from numpy.random import Generator

from padding.languages import ALIKE, language_of


def exchanged(text: str, rng: Generator, often: float, without: Collection[str] = ()) -> str:
    """The text with about so many of the words that have others exchanged, capitals kept; `without` are never used."""
    pattern, alike = _alike(language_of(text), frozenset(without))

    def other(match: re.Match[str]) -> str:
        if rng.random() >= often:
            return match[0]
        words = alike[match[0].lower()]
        word = words[int(rng.random() * len(words))]
        return word[:1].upper() + word[1:] if match[0][:1].isupper() else word

    return pattern.sub(other, text)


@lru_cache(32)
def _alike(language: str, without: frozenset[str]) -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    """A pattern for all words that can be exchanged, and what each can be exchanged for."""
    groups = (tuple(word for word in words if word not in without) for words in ALIKE[language])
    alike = {word.lower(): words for words in groups if len(words) > 1 for word in words}
    rest: dict[str, list[str]] = {}
    for word in sorted(alike, key=lambda word: (-len(word), word)):
        rest.setdefault(word[0], []).append(re.escape(word[1:]))
    first = "".join(rest) + "".join(rest).upper()  # a class of first letters is six times quicker than a plain choice
    choice = "|".join(f"[{letter}{letter.upper()}](?:{'|'.join(ends)})" for letter, ends in rest.items())
    return re.compile(rf"\b(?=[{first}])(?:{choice})\b"), alike
