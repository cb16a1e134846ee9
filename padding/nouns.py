"""Names of things in a text (files, symbols, quoted words), and putting one in the place of another of its kind."""

import re
from collections.abc import Sequence

from msgspec.structs import replace
from numpy.random import Generator

from padding.work import Exchange, Piece, Step

_FILE = r"[\w-]+(?:[./][\w-]+)*\.(?:py|go|ts|tsx|js|jsx|md|json|toml|ya?ml|sh|txt|html|css|rs|java|sql|csv|ipynb|xml)"
_NAMED = re.compile(
    rf"\b{_FILE}\b"
    r"|\b[a-z]+(?:[A-Z][a-z0-9]+)+\b"
    r"|\b[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+\b"
    r"|\b[a-z0-9]+(?:_[a-z0-9]+)+\b"
)
_WORD = re.compile(
    r"\b(?:the|your|this|our|an?|der|die|das|dem|den|eine?|les?|la|une?|el|los|las|il|uma?)\s+([^\W\d_]{5,24})\b",
    re.IGNORECASE,
)
_LOOKED_AT = 2500


def names_in(text: str) -> list[str]:
    """Files (without their folders) and symbols that the beginning of a text names, each once, in order."""
    found = _NAMED.findall(text[:_LOOKED_AT])
    return list(dict.fromkeys(name.rpartition("/")[2] for name in found))


def noun_of(text: str, rng: Generator) -> str | None:
    """Something that the text is about: a name, else a word after an article; null where it has neither."""
    found = names_in(text) or _WORD.findall(text[:_LOOKED_AT])
    return found[int(rng.random() * len(found))] if found else None


def kind_of(name: str) -> str:
    """What sort of name it is: a file's suffix, or the way in which a symbol is written."""
    if "." in name:
        return name.rpartition(".")[2]
    if "_" in name:
        return "snake"
    return "pascal" if name[:1].isupper() else "camel"


def matched(old: Sequence[str], new: Sequence[str], rng: Generator) -> dict[str, str]:
    """For each of the old names another new one of its kind; those without one are left out."""
    kinds: dict[str, list[str]] = {}
    for name in dict.fromkeys(new):
        if name not in old:
            kinds.setdefault(kind_of(name), []).append(name)
    alike = ((name, kinds.get(kind_of(name), [])) for name in dict.fromkeys(old))
    return {name: found.pop(int(rng.random() * len(found))) for name, found in alike if found}


def renamed_in(exchange: Exchange, names: dict[str, str]) -> Exchange:
    """The exchange with other names for things wherever they stand whole, but for the names of arguments."""
    if not names:
        return exchange
    longest_first = sorted(names, key=len, reverse=True)
    pattern = re.compile(rf'(?<![\w.-])(?:{"|".join(map(re.escape, longest_first))})(?![\w-]|\\?"\s*:)')

    def put(text: str | None) -> str | None:
        return text and pattern.sub(lambda match: names[match[0]], text)

    def named(piece: Piece) -> Piece:
        turn = piece.turn
        return replace(piece, turn=replace(turn, text=put(turn.text), tool_arguments=put(turn.tool_arguments)))

    steps = tuple(Step(tuple(map(named, step.pieces))) for step in exchange.steps)
    return Exchange(tuple(map(named, exchange.opening)), steps)
