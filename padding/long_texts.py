"""Long texts to paste: tool results, replies and chat logs of other sessions, cut where a person would cut them."""

import re
from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from padding.asks import replies, stretch
from padding.effort import Effort
from padding.envelope import ask_of, unnumbered
from padding.grammar import nonsense
from padding.material import Material
from padding.work import Work

_LEAST, _MOST, _DRAWS = 160, 11_000, 3
_LOOSE_END = re.compile(r"\d+\.|[-*#]+")
_ENDS = frozenset('.!?:`)}]"*|>')
_SPEAKERS = (("User", "Assistant"), ("**User**", "**Assistant**"), ("me", "bot"), ("Human", "AI"), ("Q", "A"))


def room(host: Work, material: Material, effort: Effort, units: int) -> int:
    """Characters of one text such that about so many of them make up the session's padding."""
    sizes = material.sizes(host)
    whole = sizes[min(int(effort.length * len(sizes)), len(sizes) - 1)][1]
    odds = effort.share / (1 - effort.share) if effort.share < 1 else 0.0
    padding = min(whole * effort.share, host.chars * odds) if odds else float(whole)
    return int(min(max(padding / units, _LEAST), _MOST))


def document(host: Work, material: Material, chars: int, rng: Generator) -> str:
    """Texts of other sessions, one after the other, until there are about so many characters."""
    parts: list[str] = []
    length = 0
    while length < chars and len(parts) < 24:
        part = _long(material.result if rng.random() < 0.5 else material.reply, host, rng)
        parts.append(whole(unnumbered(part or nonsense(chars, rng))))
        length += len(parts[-1])
    return whole("\n\n".join(parts)[:chars])


def _long(draw: Callable[[Work, Generator], str | None], host: Work, rng: Generator) -> str:
    """The longest of a few texts, so that a document is not made of scraps."""
    return max((draw(host, rng) or "" for _ in range(_DRAWS)), key=len)


def article(host: Work, material: Material, chars: int, rng: Generator) -> str:
    """What an assistant wrote on one thing: replies of one other session, those on the same thing together."""
    donor = material.other(host, rng) or host
    said = [text for text in replies(donor, 300) if is_prose(text)] or replies(donor)
    said = said or [material.reply(host, rng) or nonsense(chars, rng)]
    start = int(rng.random() * len(said))
    return whole("\n\n".join(whole(text) for text in (said[start:] + said[:start])[:40])[:chars])


def chat_log(host: Work, material: Material, chars: int, rng: Generator) -> str:
    """Another session as somebody would copy it out of a window."""
    asker, answerer = _SPEAKERS[int(rng.random() * len(_SPEAKERS))]
    lines: list[str] = []
    length = 0
    for exchange in stretch(host, material, rng):
        lines += [f"{asker}: {ask_of(exchange)[:1200]}", f"{answerer}: {exchange.reply[:2000]}"]
        length += len(lines[-1]) + len(lines[-2])
        if length >= chars or len(lines) > 60:
            break
    return whole("\n\n".join(lines)[:chars])


def shared(seeds: int, rng: Generator) -> Generator:
    """A generator that many sessions have in common: one script's, one colleague's collection."""
    return np.random.default_rng([seeds, int(rng.random() * seeds)])


def parted(text: str, chars: int) -> list[str]:
    """The text in parts of about so many characters, cut between lines where it has any."""
    parts: list[str] = []
    while len(text) > chars:
        end = max(text.rfind("\n", chars // 2, chars), text.rfind(" ", chars // 2, chars)) + 1 or chars
        parts.append(text[:end].strip())
        text = text[end:]
    return [part for part in (*parts, text.strip()) if part]


def is_prose(text: str) -> bool:
    """Whether a text reads as written for a person: few numbered lines, braces and bars at its beginning."""
    head = text[:1500]
    return sum(map(head.count, "→{};|")) * 80 < len(head)


def whole(text: str) -> str:
    """The text without the part of a line or a sentence at its end, where its source has cut it."""
    text = text.rstrip()
    if text[-1:] in _ENDS:
        return text.lstrip("\n")
    end = max(text.rfind("\n"), text.rfind(". ") + 1, text.rfind("? ") + 1)
    text = (text[:end] if end * 3 > len(text) else text).rstrip()
    last = text.rsplit(maxsplit=1)[-1] if text else ""
    if len(last) < len(text) and _LOOSE_END.fullmatch(last):
        text = text[: -len(last)].rstrip()
    return text.lstrip("\n")
