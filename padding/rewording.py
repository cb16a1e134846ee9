"""The same ask in other words: sentences moved, words exchanged, openings and endings that other people typed."""

import re
from collections.abc import Iterator

from numpy.random import Generator

from padding.effort import Effort
from padding.grammar import cased
from padding.material import Material
from padding.synonyms import exchanged
from padding.work import Work

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_SHORT = 60
_EXCHANGED = 0.6
_READ = 3000


def wordings(text: str, host: Work, material: Material, effort: Effort, rng: Generator) -> Iterator[str]:
    """The ask, again and again, in as many words as the person takes the trouble to find."""
    while True:
        if effort.wording == "borrowed":
            yield material.prompt(host, rng) or reworded(text, rng)
        elif effort.wording == "reworded":
            said = reworded(text, rng)
            extra = material.prompt(host, rng) if rng.random() < 0.15 else None
            yield f"{said} {extra}" if extra and len(extra) < _SHORT else said
        else:
            yield shuffled(text, rng) if effort.wording == "shuffled" else text


def shuffled(text: str, rng: Generator) -> str:
    """The text's sentences in another order; of a single one, its case and its full stop."""
    sentences = [sentence for sentence in _SENTENCE.split(text) if sentence.strip()]
    if len(sentences) < 2 or len(sentences) > 60:
        return cased(text, rng)
    order = rng.permutation(len(sentences)).tolist()
    return (" " if "\n" not in text else "\n").join(sentences[place] for place in order)


def reworded(text: str, rng: Generator) -> str:
    """The text with words exchanged for others that mean the same."""
    text = exchanged(text[:_READ], rng, _EXCHANGED) + text[_READ:]
    return cased(text, rng) if len(text) < 400 else text
