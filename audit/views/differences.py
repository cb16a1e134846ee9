"""Two texts side by side: which words they share and which only one of them has."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_MOST_WORDS = 600


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text."""

    text: str
    shared: bool
    """Whether the other text has it in the same place."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts with what differs told apart; only their first few hundred words are compared and shown."""

    left: tuple[Piece, ...]
    right: tuple[Piece, ...]
    cut: bool

    @property
    def same(self) -> bool:
        """Whether nothing differs in what is shown."""
        return all(piece.shared for piece in (*self.left, *self.right))


def compare(left: str, right: str) -> Pair:
    """The two texts, word by word."""
    words = [_WORDS.findall(text[: _MOST_WORDS * 20]) for text in (left, right)]
    is_cut = any(len(found) > _MOST_WORDS or len(text) > _MOST_WORDS * 20 for found, text in zip(words, (left, right)))  # noqa: B905
    first, second = (found[:_MOST_WORDS] for found in words)
    steps = SequenceMatcher(None, first, second, autojunk=False).get_opcodes()
    return Pair(
        tuple(_pieces((first[a:b], kind == "equal") for kind, a, b, _, _ in steps)),
        tuple(_pieces((second[c:d], kind == "equal") for kind, _, _, c, d in steps)),
        is_cut,
    )


def _pieces(runs: Iterator[tuple[list[str], bool]]) -> Iterator[Piece]:
    return (Piece("".join(words), shared) for words, shared in runs if words)
