"""Repetition inside and across texts: lines and runs of words as the Gopher rules count them, and compression."""

from functools import partial
from math import nan

import numpy as np
import pyarrow as pa

from features.feature import CONTENT, SPEECH, Shown, feature, strongest
from features.hashing import Flags, Hashes, Ints, firsts, new, places, runs
from features.measures import ratio
from features.seen import PROMPT, REPLY, RESULT, Seen

_LEAST_WORDS = 20
_LEAST_BYTES = 200
_MOST_BYTES = 2_000_000


def _repeated_lines(seen: Seen, stream: int) -> tuple[Ints, Flags]:
    """The lines of a stream, and which of them have appeared in it before."""
    lines = places(seen.words.line_starts, seen.of(stream))
    return lines, ~new(seen.words.line[lines])


def _line_share(seen: Seen, stream: int, chars: bool) -> float:
    lines, repeated = _repeated_lines(seen, stream)
    if len(lines) < 2:
        return nan
    weights = seen.words.line_chars[lines] if chars else np.ones(len(lines))
    return ratio(float(weights[repeated].sum()), float(weights.sum()))


def _runs_of(seen: Seen, stream: int, n: int) -> tuple[Ints, Ints, Hashes]:
    """The words of a stream; the runs of `n` of them that lie within one turn: where they begin, and their hashes."""
    words = places(seen.words.starts, seen.of(stream))
    turn = seen.words.turn[words]
    inside = np.flatnonzero(turn[: max(0, len(words) - n + 1)] == turn[n - 1 :])
    return words, inside, runs(seen.words.hash[words], n)[inside]


def _covered(seen: Seen, stream: int, n: int) -> tuple[Ints, Flags]:
    """The words of a stream, and which of them lie in a run of `n` words that has appeared before."""
    words, inside, hashes = _runs_of(seen, stream, n)
    repeated = inside[~new(hashes)]
    ends = np.zeros(len(words) + 1, np.int64)
    ends[repeated] += 1
    ends[repeated + n] -= 1
    return words, np.asarray(np.cumsum(ends[:-1]) > 0)


def _run_share(seen: Seen, stream: int, n: int) -> float:
    words, covered = _covered(seen, stream, n)
    if len(words) < max(n, _LEAST_WORDS):
        return nan
    chars = seen.words.chars[words]
    return ratio(float(chars[covered].sum()), float(chars.sum()))


def _commonest_run(seen: Seen, stream: int, n: int) -> float:
    words, _, hashes = _runs_of(seen, stream, n)
    if len(words) < _LEAST_WORDS or not len(hashes):
        return nan
    most = int(np.bincount(firsts(hashes)).max())
    return ratio(most if most > 1 else 0, len(words) / n)


def _with_runs(stream: int) -> Shown:
    """Evidence: the turns with the most words in repeated runs of five."""

    def shown(seen: Seen) -> Ints:
        words, covered = _covered(seen, stream, 5)
        return strongest(np.arange(seen.size), np.bincount(seen.words.turn[words[covered]], minlength=seen.size))

    return shown


def _with_commonest(stream: int, n: int) -> Shown:
    """Evidence: the turns in which the commonest run of `n` words stands most often."""

    def shown(seen: Seen) -> Ints:
        words, inside, hashes = _runs_of(seen, stream, n)
        if not len(hashes):
            return np.zeros(0, np.int64)
        kinds = firsts(hashes)
        mine = inside[kinds == np.bincount(kinds).argmax()]
        return strongest(np.arange(seen.size), np.bincount(seen.words.turn[words[mine]], minlength=seen.size))

    return shown


def _with_lines(stream: int) -> Shown:
    """Evidence: the turns with the most repeated lines."""

    def shown(seen: Seen) -> Ints:
        lines, repeated = _repeated_lines(seen, stream)
        turn = np.searchsorted(seen.words.line_starts, lines[repeated], "right") - 1
        return strongest(np.arange(seen.size), np.bincount(turn, minlength=seen.size))

    return shown


def _compressed(seen: Seen, stream: int) -> float:
    """Compressed size as a share of the size; the first two million characters are looked at."""
    data = "\n".join(seen.texts[turn] for turn in seen.of(stream).tolist())[:_MOST_BYTES].encode(errors="replace")
    return nan if len(data) < _LEAST_BYTES else len(pa.compress(data, "zstd", asbytes=True)) / len(data)


prompts = partial(feature, "similarity", SPEECH, "high")
replies = partial(feature, "similarity", SPEECH, "high")
results = partial(feature, "similarity", CONTENT, "high")
packed = partial(feature, "similarity", SPEECH, "low")
packed_results = partial(feature, "similarity", CONTENT, "low")


@prompts(shown_by=_with_lines(PROMPT))
def prompt_lines_repeated(seen: Seen) -> float:
    """Share of the prompts' lines that an earlier line of the prompts repeats.

    Honest: a form that is filled in again; logs that are pasted.
    """
    return _line_share(seen, PROMPT, chars=False)


@prompts(shown_by=_with_commonest(PROMPT, 2))
def prompt_pairs_repeated(seen: Seen) -> float:
    """Share of the prompts' words that the commonest pair of words makes up.

    Honest: one name that the session is about.
    """
    return _commonest_run(seen, PROMPT, 2)


@prompts(shown_by=_with_runs(PROMPT))
def prompt_fives_repeated(seen: Seen) -> float:
    """Share of the prompts' characters in runs of five words that have appeared before; blocks in each call show.

    Honest: logs and tables that are pasted; standing instructions.
    """
    return _run_share(seen, PROMPT, 5)


@prompts(shown_by=_with_runs(PROMPT))
def prompt_tens_repeated(seen: Seen) -> float:
    """Share of the prompts' characters in runs of ten words that have appeared before.

    Honest: a text that is pasted again after it was revised.
    """
    return _run_share(seen, PROMPT, 10)


@replies(shown_by=_with_lines(REPLY))
def reply_lines_repeated(seen: Seen) -> float:
    """Share of the replies' lines that repeat an earlier line of the replies.

    Honest: code, tables and reports in a fixed form.
    """
    return _line_share(seen, REPLY, chars=False)


@replies(shown_by=_with_runs(REPLY))
def reply_fives_repeated(seen: Seen) -> float:
    """Share of the replies' characters in runs of five words that have appeared before; template skeletons show.

    Honest: drafts that are revised; reports in a fixed form.
    """
    return _run_share(seen, REPLY, 5)


@results(shown_by=_with_lines(RESULT))
def result_line_chars_repeated(seen: Seen) -> float:
    """Share of the results' characters in lines that repeat an earlier line of the results.

    Honest: the same file or test after each change.
    """
    return _line_share(seen, RESULT, chars=True)


@packed(shown_by=_with_runs(PROMPT))
def prompt_compression(seen: Seen) -> float:
    """Compressed size of all prompts together, as a share of their size. Repeated filler lowers it, random raises it.

    Honest: logs and tables compress well.
    """
    return _compressed(seen, PROMPT)


@packed(shown_by=_with_runs(REPLY))
def reply_compression(seen: Seen) -> float:
    """Compressed size of all replies together, as a share of their size. Repeated answers lower it.

    Honest: code and tables compress well.
    """
    return _compressed(seen, REPLY)


@packed_results(shown_by=_with_runs(RESULT))
def result_compression(seen: Seen) -> float:
    """Compressed size of all results together, as a share of their size. The same output again and again lowers it.

    Honest: logs compress well.
    """
    return _compressed(seen, RESULT)
