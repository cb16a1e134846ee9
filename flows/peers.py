"""Other ways to judge a session, to compare with: each reads sessions and gives a score, higher for more suspicious.

They get what they ask for, and are run as they are; none is trained here. What two of them need is not installed with
Winnow: where `loopguard-runtime` or `tokenjam` can be imported, they are run, else they are said to be missing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
import pyarrow as pa

from flows.peers_installed import loopguard, tokenjam
from flows.repetition import gopher
from models.peers import Peer
from traces.schema import Session, Turn

NAN = float("nan")
_CHARS_A_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to judge."""

    name: str
    judge: Callable[[Session], float]
    says: str
    needs: str | None = None
    """The package that it needs, by the name it is imported under."""


def volume(session: Session) -> float:
    """Tokens in and out, where the trace has them; else a token for four characters."""
    told = [(turn.input_tokens or 0) + (turn.output_tokens or 0) for turn in session.turns]
    return float(sum(told) or sum(len(said(turn)) for turn in session.turns) // _CHARS_A_TOKEN)


def repeats(session: Session) -> float:
    """The share of characters in turns that say or do exactly what an earlier one did."""
    seen: set[tuple[str, str, str]] = set()
    repeated = whole = 0
    for turn in session.turns:
        text = said(turn)
        key = (turn.role, turn.kind, text)
        whole += len(text)
        repeated += len(text) if key in seen else 0
        seen.add(key)
    return repeated / whole if whole else NAN


def compression(session: Session) -> float:
    """How much shorter zstd makes the whole session."""
    text = whole(session).encode()
    if not text:
        return NAN
    return 1 - len(pa.Codec("zstd").compress(text, asbytes=True)) / len(text)


def repetition(session: Session) -> float:
    """By how much the session exceeds the nearest of Gopher's limits on repetition; above 1 it would be dropped."""
    return gopher(whole(session))


def said(turn: Turn) -> str:
    """What a turn says, or what a call passes."""
    return turn.text or f"{turn.tool_name or ''} {turn.tool_arguments or ''}".strip()


def whole(session: Session) -> str:
    """All that was said and done, turn after turn."""
    return "\n\n".join(filter(None, map(said, session.turns)))


RULES = (
    Rule("token volume", volume, "all tokens of the session; a token for four characters where the trace has none."),
    Rule("exact repeats", repeats, "the share of characters in turns that repeat an earlier one exactly."),
    Rule("zstd ratio", compression, "how much shorter zstd makes the session."),
    Rule("Gopher repetition", repetition,
         "the published limits on repeated lines, paragraphs and word n-grams, on the session as one document; the "
         "score is the largest ratio of a figure to its limit. Words are what blanks part, and repeats of n-grams are "
         "counted by the characters they cover."),
    Rule("loopguard-runtime", loopguard,
         "its offline check with the default detectors, on calls and results; the score is its gravest decision, then "
         "the mean risk of all. It judges calls only: sessions without any it cannot judge. Its detector of rewordings "
         "needs an embedding service, and is not among the default ones.", "loopguard"),
    Rule("tokenjam", tokenjam,
         "its alert engine with the default rules (the same call four times in six; a fifth of calls failing), fed one "
         "span a call; the score is the alerts for each call. Sessions without calls it cannot judge. Its other "
         "analyzers price models, caching and verbosity over cohorts, and judge no session.", "tokenjam"),
)  # fmt: skip


def available() -> tuple[tuple[Rule, ...], dict[str, str]]:
    """The rules that can be run here, and for the others why not."""
    found = tuple(rule for rule in RULES if rule.needs is None or find_spec(rule.needs))
    missing = {rule.name: f"The package is not installed ({rule.says})" for rule in RULES if rule not in found}
    return found, missing


def judged(rules: Sequence[Rule], session: Session) -> dict[str, float]:
    """What each rule says of a session."""
    return {rule.name: rule.judge(session) for rule in rules}


def as_peers(rules: Sequence[Rule], scores: Sequence[Mapping[str, float]]) -> tuple[Peer, ...]:
    """The scores of many sessions, rule by rule."""
    return tuple(Peer(rule.name, np.array([one[rule.name] for one in scores], np.float64), rule.says) for rule in rules)
