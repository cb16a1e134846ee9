"""A session as all features see it: looked at once, in time that grows with its length and no faster."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from features.calls import Call, calls_of
from features.copies import Copies, copies_of
from features.files import File, files_of
from features.hashing import Flags, Floats, Ints
from features.meaning import Meaning
from features.mentions import mentions_of
from features.news import News, news_of
from features.pace import Pace, pace_of
from features.words import Words, words_of
from traces.schema import Session, Turn

VERSION = 1
"""Raised whenever what is precomputed here changes: it is part of the feature set's fingerprint."""

PROMPT, CONTEXT, REPLY, THOUGHT, CALL, RESULT = range(6)
"""The streams of a session: what is asked; what is put in unasked; replies; thoughts; calls' arguments; results."""

_STREAMS = 6
_HEAD, _TAIL = 48_000, 16_000


@dataclass(frozen=True, slots=True)
class Seen:
    """What features may know of a session: nothing of its header, so nothing about who anybody is."""

    turns: tuple[Turn, ...]
    """Its turns."""
    streams: Ints
    """Which stream each turn belongs to."""
    by_stream: tuple[Ints, ...]
    """The turns of each stream."""
    chars: Ints
    """The length of each turn's text, or of a call's arguments."""
    texts: tuple[str, ...]
    """These texts; of long ones the first 48,000 and the last 16,000 characters."""
    prompts: Ints
    """The turns that ask: a user's messages that were typed or may have been; where there are none, all of them."""
    replies: Ints
    """The turns in which the assistant says something."""
    results: Ints
    """The turns that are tools' results."""
    calls: tuple[Call, ...]
    """The tool calls with their results."""
    files: Mapping[str, File]
    """The files that the calls name, by the last part of their paths."""
    mentions: Mapping[str, int]
    """For each of these files, the last reply or prompt that names it; not those that none names."""
    call_turns: Ints
    """The turns of these calls."""
    exchange: Ints
    """For each turn, the number of prompts up to and including it: 0 before the first."""
    words: Words
    copies: Copies
    news: News
    times: Floats
    """Seconds of each turn's time; null where it has none."""
    pace: Pace
    inputs: Floats
    """The input tokens of each turn's model call; null where it says none."""
    cached: Floats
    """Of these, tokens from a cache; null where it says none."""
    outputs: Floats
    """The output tokens; null where it says none."""
    meaning: Meaning | None = None
    """What the texts mean, as vectors say; null where none were made, and then no feature of language can be had."""

    @property
    def size(self) -> int:
        """The number of turns."""
        return len(self.turns)

    def of(self, stream: int) -> Ints:
        """The turns of one stream."""
        return self.by_stream[stream]


def look(session: Session, meaning: Meaning | None = None) -> Seen:
    """Looks at a session once; `meanings.py` makes what its texts mean."""
    turns = session.turns
    streams = streams_of(turns)
    texts = tuple((t.tool_arguments if t.kind == "tool_call" else t.text) or "" for t in turns)
    cut = tuple(t if len(t) <= _HEAD + _TAIL else f"{t[:_HEAD]}\n{t[-_TAIL:]}" for t in texts)
    words = words_of([text.encode(errors="replace") for text in cut])
    by_stream = tuple(np.flatnonzero(streams == stream) for stream in range(_STREAMS))
    calls = calls_of(turns)
    files, exchange = files_of(calls), np.cumsum(streams == PROMPT)
    chars = np.fromiter(map(len, texts), np.int64, len(texts))
    times = _numbers(turn.time.timestamp() if turn.time else None for turn in turns)
    return Seen(
        turns=turns,
        streams=streams,
        by_stream=by_stream,
        chars=chars,
        texts=cut,
        prompts=by_stream[PROMPT],
        replies=by_stream[REPLY],
        results=by_stream[RESULT],
        calls=calls,
        files=files,
        mentions=mentions_of(files, cut, np.flatnonzero((streams == PROMPT) | (streams == REPLY)).tolist()),
        call_turns=np.fromiter((call.turn for call in calls), np.int64, len(calls)),
        exchange=exchange,
        words=words,
        copies=copies_of(words, streams),
        news=news_of(words, streams, _takers(), exchange),
        times=times,
        inputs=_numbers(turn.input_tokens for turn in turns),
        cached=_numbers(turn.cached_tokens for turn in turns),
        outputs=_numbers(turn.output_tokens for turn in turns),
        pace=pace_of(times, chars, by_stream[PROMPT], by_stream[REPLY]),
        meaning=meaning,
    )


def _numbers(values: Iterable[float | None]) -> Floats:
    return np.array(list(values), float)  # which makes nulls of what is None


@cache
def _takers() -> Flags:
    """Who can take up what a stream introduces: nobody by going on himself."""
    takers = np.zeros((_STREAMS, _STREAMS), bool)
    takers[[[PROMPT], [CONTEXT]], [REPLY, THOUGHT, CALL]] = True
    takers[[[REPLY], [THOUGHT]], [PROMPT, CALL]] = True
    takers[CALL, [PROMPT, REPLY, RESULT]] = True
    takers[RESULT, [PROMPT, REPLY, THOUGHT, CALL]] = True
    return takers


def streams_of(turns: tuple[Turn, ...]) -> Ints:
    """Prompts are a user's messages that are not known to be injected; where none is left, all of a user's."""
    users = [turn for turn in turns if turn.role == "user" and turn.kind == "message"]
    asked = any(turn.typed is not False and turn.text for turn in users)
    return np.array([_stream(turn, asked) for turn in turns], np.int64)


def _stream(turn: Turn, asked: bool) -> int:
    if turn.kind == "tool_call":
        return CALL
    if turn.kind == "tool_result" or turn.role == "tool":
        return RESULT
    if turn.kind == "thinking":
        return THOUGHT
    if turn.role == "user":
        return PROMPT if turn.typed is not False or not asked else CONTEXT
    return REPLY if turn.role == "assistant" else CONTEXT
