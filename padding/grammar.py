"""Made-up text, where nothing can be borrowed: heartbeats, nonsense, stock questions, varied by grammar and seed.

Borrow first (`Material.prompt`, `.reply`, `.result`): wording that exists nowhere else gives the laboratory away.
"""

from itertools import islice

import numpy as np
from numpy.random import Generator

from padding.languages import HEARTBEATS, MORE, QUESTIONS, TOPICS, language_of

_CONSONANTS, _VOWELS = "bcdfghjklmnprstvwz", "aeiou"
_SYLLABLES = [consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS]
_SIGNS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789    .,;:-_/+=()[]{}<>?!#$%&*"


def heartbeat(like: str, rng: Generator) -> str:
    """A prompt that only says that somebody is there, in the language of `like`."""
    return cased(_pick(HEARTBEATS[language_of(like)], rng), rng)


def more(like: str, rng: Generator) -> str:
    """A prompt that only asks to go on, in the language of `like`."""
    return cased(_pick(MORE[language_of(like)], rng), rng)


def question(like: str, rng: Generator) -> str:
    """A stock question about a stock topic, in the language of `like`."""
    language = language_of(like)
    return cased(_pick(QUESTIONS[language], rng).replace("…", _pick(TOPICS[language], rng)), rng)


def word(rng: Generator) -> str:
    """A word that does not exist."""
    syllables = 1 + int(rng.random() * 4)
    return "".join(_pick(_CONSONANTS, rng) + _pick(_VOWELS, rng) for _ in range(syllables))


def nonsense(chars: int, rng: Generator) -> str:
    """Sentences of words that do not exist."""
    count = 1 + chars // 3
    lengths = rng.integers(1, 5, count).tolist()
    places = iter(rng.integers(0, len(_SYLLABLES), sum(lengths)).tolist())
    stops = (rng.random(count) < 0.1).tolist()
    said: list[str] = []
    length = 0
    for many, stop in zip(lengths, stops, strict=True):
        said += [_SYLLABLES[place] for place in islice(places, many)]
        said.append(". " if stop else " ")
        length += 2 * many + 1  # at least
        if length >= chars:
            break
    return "".join(said)[:chars].strip()


def signs(chars: int, rng: Generator, alphabet: str = _SIGNS) -> str:
    """Random characters of an alphabet (ASCII)."""
    table = np.frombuffer(alphabet.encode("ascii"), np.uint8)
    return table[rng.integers(0, len(table), max(1, chars))].tobytes().decode("ascii")


def salad(texts: list[str], chars: int, rng: Generator) -> str:
    """Words of these texts in random order."""
    words = [found for text in texts for found in text.split()] or [word(rng)]
    made: list[str] = []
    length = 0
    for place in rng.integers(0, len(words), 1 + chars // 2).tolist():
        made.append(words[place])
        length += len(words[place]) + 1
        if length > chars:
            break
    return " ".join(made)[:chars].rstrip()


def cased(text: str, rng: Generator) -> str:
    """The text as somebody would type it: with or without a capital, a full stop, a typing error."""
    if rng.random() < 0.5:
        text = text[:1].lower() + text[1:]
    if rng.random() < 0.4:
        text = text.rstrip(".!?") or text
    if rng.random() < 0.08 and len(text) > 6:
        place = 1 + int(rng.random() * (len(text) - 3))
        text = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text


def _pick(values: tuple[str, ...] | list[str] | str, rng: Generator) -> str:
    return values[int(rng.random() * len(values))]
