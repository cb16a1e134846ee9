"""A row for each turn of a session: what speaks for its being padding, itself and beside its neighbours.

It serves the padded share of a session, not the judgement on it. Padding comes in exchanges and in stretches of them,
so what a turn shows is told of its exchange and of the exchanges around it too. Of the whole session it is not: that
tells a model which kind of padding it has met before, not which turns. Nothing of the header is read; the cost is
linear.
"""

from functools import cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from features.hashing import Flags, Floats, Ints
from features.seen import CALL, PROMPT, REPLY, RESULT, Seen, look
from features.seen import VERSION as SEEN
from traces.schema import Session

VERSION = 1
"""Raised whenever a column's values change."""

Columns = dict[str, npt.NDArray[np.float32]]

_LOOKS = frozenset({"read", "search", "fetch"})
_CHANGES = frozenset({"edit", "write", "save"})
_NEAR, _AROUND = 8, 2
_LONG_WORD = 6


def turns(seen: Seen) -> Columns:
    """The table's columns, a value a turn; null (NaN) where one is undefined."""
    if not seen.size:
        return {name: np.zeros(0, np.float32) for name in columns()}
    return _filled(seen)


@cache
def columns() -> tuple[str, ...]:
    """The names of the columns, in order."""
    nobody = Session(session_id="", format="", file="")
    return tuple(_filled(look(nobody)))


def fingerprint() -> str:
    """A digest of the columns and of how they are made: a model checks it."""
    said = f"turns {VERSION} seen {SEEN} {' '.join(columns())}"
    return blake2b(said.encode(), digest_size=6).hexdigest()


def _filled(seen: Seen) -> Columns:
    shown, weight = _evidence(seen), 1.0 + np.sqrt(seen.chars)
    exchanges = {name: _means(seen, values, weight) for name, values in shown.items()}
    table = _outer(seen) | {name: values for name, values in shown.items() if name not in _OF_EXCHANGE}
    table |= {f"{name}_near": _smooth(values, weight, _NEAR) for name, values in shown.items()}
    table |= {f"{name}_exchange": one[seen.exchange] for name, one in exchanges.items()}
    sizes = np.asarray(np.bincount(seen.exchange, weight, len(seen.prompts) + 1), np.float64)
    table |= {f"{name}_around": _smooth(one, sizes, _AROUND)[seen.exchange] for name, one in exchanges.items()}
    return {name: np.asarray(values, np.float32) for name, values in table.items()}


def _outer(seen: Seen) -> dict[str, Floats]:
    """What a turn is, where it stands, and what its exchange is made of."""
    size, asked = seen.size, max(1, len(seen.prompts))
    logs = np.log1p(seen.chars)
    exchange = np.log1p(np.bincount(seen.exchange, seen.chars, len(seen.prompts) + 1))[seen.exchange]
    calls = np.bincount(seen.exchange, seen.streams == CALL, len(seen.prompts) + 1)[seen.exchange]
    own = np.bincount(seen.exchange, minlength=len(seen.prompts) + 1)[seen.exchange]
    return {
        "stream": seen.streams.astype(float),
        "place": np.arange(size) / max(1, size - 1),
        "exchange_place": seen.exchange / asked,
        "log_chars": logs,
        "log_chars_beyond_usual": logs - _usual(seen, logs),
        "exchange_log_chars": exchange,
        "exchange_calls": np.log1p(calls),
        "exchange_turns": np.log1p(own),
    }


def _evidence(seen: Seen) -> dict[str, Floats]:
    """What each turn shows; what only prompts show stands on the prompts alone."""
    news, copies = seen.news, seen.copies
    shown = {
        "fresh": news.fresh,
        "words_used": _ratio(news.taken_up, news.introduced),
        "names_used": _ratio(news.names_taken_up, news.names),
        "names_carried": _ratio(news.carried, news.names),
        "names": _by_turn(seen, seen.words.specific, seen.words.turn),
        "names_elsewhere": _elsewhere(seen, seen.words.specific),
        "words_elsewhere": _elsewhere(seen, seen.words.chars >= _LONG_WORD),
        "like_earlier": np.nan_to_num(copies.likeness),
        "like_later": _copied_later(seen),
    }
    return shown | _doing(seen) | _asking(seen)


def _doing(seen: Seen) -> dict[str, Floats]:
    """What calls and their results show: what they do, and whether it was done before to no other effect."""
    calls = seen.calls
    same = [call.same is not None for call in calls]
    idle = [c.same is not None and c.outcome is not None and c.outcome == calls[c.same].outcome for c in calls]
    return {
        "repeated": _on_calls(seen, same),
        "repeated_unchanged": _on_calls(seen, idle),
        "changes": _on_calls(seen, [call.action in _CHANGES for call in calls]),
        "looks": _on_calls(seen, [call.action in _LOOKS for call in calls]),
        "fails": _on_calls(seen, [call.failed for call in calls]),
    }


def _asking(seen: Seen) -> dict[str, Floats]:
    """What prompts show: whether they heed what was said, how vague they are, and whether there was time for it."""
    words = np.where(seen.streams == PROMPT, seen.words.counts, np.nan).astype(float)
    late = {name: np.full(seen.size, np.nan) for name in ("pause", "hurry")}
    late["pause"][seen.pace.prompts] = np.log1p(seen.pace.pause)
    late["hurry"][seen.pace.prompts] = np.log1p((seen.pace.read + seen.pace.typed) / (0.5 + seen.pace.pause))
    return late | {
        "heeds": seen.news.answers,
        "familiar": seen.news.familiar,
        "prompt_words": np.log1p(words),
        "prompt_names": np.where(seen.streams == PROMPT, _by_turn(seen, seen.words.specific, seen.words.turn), np.nan),
        "prompt_fresh": np.where(seen.streams == PROMPT, seen.news.fresh, np.nan),
        "prompt_like_earlier": np.where(seen.streams == PROMPT, np.nan_to_num(seen.copies.likeness), np.nan),
        "reply_fresh": np.where(seen.streams == REPLY, seen.news.fresh, np.nan),
        "result_fresh": np.where(seen.streams == RESULT, seen.news.fresh, np.nan),
    }


_OF_EXCHANGE = frozenset({"prompt_words", "prompt_names", "prompt_fresh", "prompt_like_earlier"}) | {
    "reply_fresh",
    "result_fresh",
}
"""What a turn has in another column already, and is kept apart only to be told of its exchange."""


def _on_calls(seen: Seen, flags: list[bool]) -> Floats:
    """A flag of each call, on its turn and on that of its result; null on all other turns."""
    values = np.full(seen.size, np.nan)
    for call, flag in zip(seen.calls, flags, strict=True):
        values[call.turn] = flag
        if call.result is not None:
            values[call.result] = flag
    return values


def _copied_later(seen: Seen) -> Floats:
    """The likeness of a turn to the later turns that are most like it: the first of many copies has no earlier one."""
    found, copied = np.zeros(seen.size), np.flatnonzero(seen.copies.like >= 0)
    np.maximum.at(found, seen.copies.like[copied], seen.copies.likeness[copied])
    return found


def _elsewhere(seen: Seen, chosen: Flags) -> Floats:
    """Share of a turn's chosen words that exchanges before or after its own use too; null where there are no others."""
    if len(seen.prompts) < 2:
        return np.full(seen.size, np.nan)
    code, turn = seen.words.code, seen.words.turn
    of = seen.exchange[turn]
    first = np.zeros(int(code.max(initial=-1)) + 1, np.int64)
    last = first.copy()
    first[code[::-1]], last[code] = of[::-1], of
    met = (first[code] < of) | (last[code] > of)
    return _by_turn(seen, met[chosen], turn[chosen])


def _by_turn(seen: Seen, flags: Flags, turn: Ints) -> Floats:
    return _ratio(np.bincount(turn, flags, seen.size), np.bincount(turn, minlength=seen.size))


def _usual(seen: Seen, logs: Floats) -> Floats:
    """The middle length of the turns of each turn's stream."""
    usual = np.zeros(seen.size)
    for own in seen.by_stream:
        if len(own):
            usual[own] = np.median(logs[own])
    return usual


def _means(seen: Seen, values: Floats, weight: Floats) -> Floats:
    """The weighted mean of each exchange, nulls left out; exchange 0 is what comes before the first prompt."""
    known, count = ~np.isnan(values), len(seen.prompts) + 1
    heavy = np.where(known, weight, 0.0)
    return _ratio(
        np.bincount(seen.exchange, heavy * np.nan_to_num(values), count), np.bincount(seen.exchange, heavy, count)
    )


def _smooth(values: Floats, weight: Floats, reach: int) -> Floats:
    """The weighted mean of each value and of so many neighbours on either side, nulls left out."""
    heavy = np.where(np.isnan(values), 0.0, weight)
    ends = np.arange(len(values))
    low, high = np.maximum(ends - reach, 0), np.minimum(ends + reach + 1, len(values))
    sums, sizes = (np.concatenate(([0.0], np.cumsum(one))) for one in (heavy * np.nan_to_num(values), heavy))
    counts = np.concatenate(([0], np.cumsum(heavy > 0)))
    return _ratio(sums[high] - sums[low], np.where(counts[high] > counts[low], sizes[high] - sizes[low], 0.0))


def _ratio(part: npt.NDArray[np.number], whole: npt.NDArray[np.number]) -> Floats:
    return np.asarray(np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan), np.float64)
