"""Asks without anything of one's own: names, paths and figures give way to words that anybody could use."""

import re
from functools import lru_cache
from zlib import crc32

from msgspec.structs import replace

from padding.languages import language_of
from padding.work import Exchange, Piece, Step, Work

LONGEST = 1_500
"""Longer prompts are pasted, not asked: they stay as they are."""

_OWN = re.compile(r"`[^`\n]+`|\S*[\d_/\\]\S*|[A-Za-z]\w*(?:[.@]\w+)+|\b[a-z]+[A-Z]\w*\b|\b[A-Z]{2,}\b")
_ANYTHING = {
    "en": ("it", "that", "this part", "the file", "the thing", "everything", "the rest", "the code"),
    "de": ("das", "es", "den Teil", "die Datei", "alles", "den Rest"),
    "fr": ("ça", "cela", "cette partie", "le fichier", "tout", "le reste"),
    "es": ("eso", "esto", "esta parte", "el archivo", "todo", "el resto"),
    "pt": ("isso", "isto", "esta parte", "o ficheiro", "tudo", "o resto"),
    "it": ("questo", "quello", "questa parte", "il file", "tutto", "il resto"),
}


@lru_cache(4096)
def vague(text: str) -> str:
    """The same ask with nothing of one's own in it; the same text always becomes the same."""
    if len(text) > LONGEST:
        return text
    words = _ANYTHING[language_of(text)]
    said = _OWN.sub(lambda found: words[crc32(found[0].encode()) % len(words)], text)
    return said if said.strip() else words[0]


def asked_vaguely(work: Work) -> Work:
    """The work with the prompts of its padding made vague; real prompts, and what tools and agents say, stay."""
    exchanges = tuple(Exchange(tuple(map(_vague, one.opening)), tuple(map(_step, one.steps))) for one in work.exchanges)
    return Work(work.header, exchanges, work.anchor)


def _step(step: Step) -> Step:
    return Step(tuple(map(_vague, step.pieces)))


def _vague(piece: Piece) -> Piece:
    turn = piece.turn
    if not (piece.padding and turn.role == "user" and turn.kind == "message" and turn.text):
        return piece
    return replace(piece, turn=replace(turn, text=vague(turn.text)))
