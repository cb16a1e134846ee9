"""Meanings of many sessions: the texts of several sessions go to the encoder at once, and the memory stays bounded."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain

import numpy as np

from features.encoder import Matrix
from features.excerpts import excerpt
from features.meaning import Meaning, Picked, meaning_of, pick, spread
from features.reference import Reference, fitted
from features.seen import PROMPT, REPLY, RESULT, streams_of
from features.tongues import SAYINGS, directions, without
from features.vectors import Vectors
from traces.schema import Session, Turn

_SESSIONS = 64
_CHARS = 16_000_000
_FITTED = 8


def with_meanings(
    sessions: Iterable[Session], vectors: Vectors, reference: Reference | None = None
) -> Iterator[tuple[Session, Meaning]]:
    """Each session and what its texts mean. At most 64 sessions, or 16 million characters, are held at a time."""
    if reference is not None:
        reference.check(vectors.fingerprint)
    for held in _together(sessions):
        picked = [_picked(session.turns) for session in held]
        texts = [
            [excerpt(session.turns[turn].text or "") for turn in one.turns] for session, one in _both(held, picked)
        ]
        found = vectors.of(list(chain.from_iterable(texts)))
        ends = np.cumsum([0, *map(len, texts)]).tolist()
        for place, (session, one) in enumerate(_both(held, picked)):
            # By itself: a matrix product's last digits depend on how many rows it has.
            own = without(found[ends[place] : ends[place + 1]].copy(), _tongues(vectors))
            yield session, meaning_of(one, own, reference)


def fit(sessions: Iterable[Session], vectors: Vectors) -> Reference:
    """What genuine work looks like, from training sessions; each has the same weight."""
    return fitted([told(meaning) for _, meaning in with_meanings(sessions, vectors)], vectors.fingerprint)


def told(meaning: Meaning) -> Matrix:
    """What a session tells a reference that is fitted on it: its prompts' vectors, 8 at most, evenly spread."""
    return meaning.vectors[spread(np.arange(len(meaning.vectors)), _FITTED)]


def _picked(turns: tuple[Turn, ...]) -> Picked:
    streams = streams_of(turns)
    blank = np.array([not turn.text or turn.text.isspace() for turn in turns], bool)
    return pick(blank, *(np.flatnonzero(streams == stream) for stream in (PROMPT, REPLY, RESULT)))


def _both(sessions: list[Session], picked: list[Picked]) -> Iterator[tuple[Session, Picked]]:
    return zip(sessions, picked, strict=True)


def _together(sessions: Iterable[Session]) -> Iterator[list[Session]]:
    held, chars = list[Session](), 0
    for session in sessions:
        held.append(session)
        chars += sum(len(turn.text or "") + len(turn.tool_arguments or "") for turn in session.turns)
        if len(held) == _SESSIONS or chars > _CHARS:
            yield held
            held, chars = [], 0
    if held:
        yield held


@lru_cache(2)
def _tongues(vectors: Vectors) -> Matrix:
    return directions(vectors.of(list(chain.from_iterable(SAYINGS))))
