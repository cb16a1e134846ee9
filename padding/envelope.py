"""What an agent puts around a typed text: headings, sender blocks, a line's end. Made asks need it as typed ones do.

Does not make an envelope up: a host without one gives its asks bare.
"""

import re

from msgspec.structs import replace
from numpy.random import Generator

from padding.parts import prompt, with_result
from padding.remembered import remembered
from padding.work import Exchange, Piece, Step, Work

_HEADS = (
    re.compile(r"\A(# Context from my IDE setup:.*?## My request for Codex:\n)", re.DOTALL),
    re.compile(r"\A((?:\[media attached:.*?\n)?(?:[\w ]+\(untrusted metadata\):\n```json\n.*?\n```\n+)+)", re.DOTALL),
    re.compile(r"\A(\[\w{3} \d{4}-\d\d-\d\d \d\d:\d\d [^\]\n]{2,8}\] )"),
)
_NUMBERED = re.compile(r"^ *(\d+)(→|\t)", re.MULTILINE)
_ENDED = re.compile(r"\n\(Open file: [^\n]*\n\(Current directory: .*\Z", re.DOTALL)
_NUMBER = re.compile(r'("(?:message_id|reply_to_id)": ")(\d+)(")')


def typed(text: str, host: Work, gap: float | None, rng: Generator) -> Piece:
    """An ask as the host's agent hands it on, after a pause."""
    own = _own(host)
    model = own[int(rng.random() * len(own))] if own else ""
    return prompt(_around(model, rng) + bare(text).strip() + _tail(model), gap)


def shown(step: Step, text: str) -> Step:
    """The step with another text in its last result, as the tool shows texts: numbered, fenced, with its prompt."""
    own = step.results[-1].text or "" if step.results else ""
    if len(_NUMBERED.findall(own[:400])) > 1:
        first = _NUMBERED.search(own)
        start, sign = (int(first[1]), first[2]) if first else (1, "→")
        text = "\n".join(f"{start + place:6}{sign}{line}" for place, line in enumerate(text.splitlines()))
    if own.startswith("```") and not text.startswith("```"):
        text = f"{own[: own.find(chr(10))]}\n{text}\n```"
    ended = _ENDED.search(own)
    return with_result(step, text + (ended[0] if ended else ""))


def unnumbered(text: str) -> str:
    """Lines without the numbers that a tool put before them."""
    return _NUMBERED.sub("", text)


def bare(text: str) -> str:
    """What was typed, without what the agent put before it."""
    found = (head.match(text) for head in _HEADS)
    return next((text[match.end() :] for match in found if match), text)


def ask_of(exchange: Exchange) -> str:
    """What a person (or who stands for one) asked last in the exchange's opening, without its envelope."""
    said = [piece.turn for piece in exchange.opening if piece.turn.role == "user" and piece.turn.text]
    chosen = [turn for turn in said if turn.typed] or said
    return bare(chosen[-1].text or "").strip() if chosen else ""


@remembered
def own_words(host: Work) -> str:
    """Some of what was asked in the host, by which its language can be known."""
    return "\n".join(ask_of(exchange)[:200] for exchange in host.exchanges[:8])[:600]


def reasked(exchange: Exchange, gap: float | None) -> Exchange:
    """The exchange with only its last ask to open it, after another pause."""
    asks = [piece for piece in exchange.opening if piece.turn.role == "user"]
    chosen = [piece for piece in asks if piece.turn.typed] or asks
    return Exchange(tuple(replace(piece, gap=gap) for piece in chosen[-1:]), exchange.steps)


def _around(model: str, rng: Generator) -> str:
    matches = (head.match(model) for head in _HEADS)
    head = next((match[1] for match in matches if match), "")
    ahead = 2 * (1 + int(rng.random() * 40))
    return _NUMBER.sub(lambda match: f"{match[1]}{int(match[2]) + ahead}{match[3]}", head)


def _tail(model: str) -> str:
    return model[len(model.rstrip("\n")) :][:2]


@remembered
def _own(host: Work) -> list[str]:
    """Texts of the host's own asks, those that were typed if there are any."""
    said = [p.turn for e in host.exchanges for p in e.opening if p.turn.role == "user" and p.turn.text]
    return [turn.text or "" for turn in said if turn.typed] or [turn.text or "" for turn in said]
