"""Sentences about progress: what is taken up, what is changed, what becomes of files, and how it ends."""

from collections.abc import Callable

import numpy as np

from features.files import File
from features.seen import CALL, PROMPT, REPLY, RESULT, Seen
from features.sentence import Count, Sentence, acting, among, calls, of

_UNHEEDED, _CHANGES, _ERRORS, _TESTS = "unheeded replies", "changes", "errors", "tests"
_WRITTEN, _READ = "files written", "files read"


def _introduced(seen: Seen) -> np.typing.NDArray[np.int64]:
    return seen.news.introduced


def _named(seen: Seen) -> np.typing.NDArray[np.int64]:
    return seen.news.names


def _answering(seen: Seen) -> int:
    return int((~np.isnan(seen.news.answers)).sum())


def _naming_results(seen: Seen) -> int:
    return int((seen.news.names[seen.results] > 0).sum())


def _failed(seen: Seen) -> int:
    return sum(call.failed for call in seen.calls)


def _tests_after_first(seen: Seen) -> int:
    return max(0, sum(call.action == "test" and call.result is not None for call in seen.calls) - 1)


def _stretch(seen: Seen) -> int:
    return min(8, seen.size)


def _fifth(seen: Seen) -> int:
    return max(1, len(seen.calls) // 5)


def _late_changes(seen: Seen) -> int:
    return sum(call.action in ("edit", "write", "save") for call in seen.calls[-_fifth(seen) :])


def _last_changes(seen: Seen) -> int:
    last = len(seen.prompts)
    return sum(c.action in ("edit", "write", "save") and bool(seen.exchange[c.turn] == last) for c in seen.calls)


def _files(what: str) -> Count:
    return lambda seen: sum(bool(getattr(file, what)) for file in seen.files.values())


def _times(what: str) -> Count:
    def count(seen: Seen) -> int:
        held: list[File] = list(seen.files.values())
        return sum(len(getattr(file, what)) for file in held)

    return count


def _about(about: str) -> Callable[..., Sentence]:
    return lambda words, whole, part=None: Sentence(about, words, whole, part)


heed, change, error, tests, written, read = map(_about, (_UNHEEDED, _CHANGES, _ERRORS, _TESTS, _WRITTEN, _READ))

SENTENCES: dict[str, Sentence] = {
    "prompts_take_up": heed(
        "{percent} of the words of {whole} later prompt<|s> came up since the prompt before, on average", _answering
    ),
    "prompts_heedless": heed(
        "{n} of {whole} later prompt<|s> [uses|use] no word that came up since the prompt before", _answering
    ),
    "heedless_run": heed(
        "{n} of {whole} later prompt<|s> in a row [uses|use] no word that came up since the prompt before", _answering
    ),
    "last_prompt_takes_up": heed(
        "{percent} of the last prompt's words came up since the prompt before, of {whole} prompt<|s> in all", of(PROMPT)
    ),
    "prompt_words_used": Sentence(
        "unused prompts",
        "{n} of {whole} word<|s> that prompts bring up [is|are] used later by replies, thoughts or calls",
        among(PROMPT, _introduced),
    ),
    "prompt_names_used": Sentence(
        "unused prompts",
        "{n} of {whole} name<|s> and figures in the prompts [is|are] used later by replies, thoughts or calls",
        among(PROMPT, _named),
    ),
    "reply_words_used": Sentence(
        "unused replies",
        "{n} of {whole} word<|s> that replies bring up [is|are] used later by prompts or calls",
        among(REPLY, _introduced),
    ),
    "result_words_used": Sentence(
        "unused results",
        "{n} of {whole} word<|s> that results bring up [is|are] used later by anybody",
        among(RESULT, _introduced),
    ),
    "result_names_used": Sentence(
        "unused results",
        "{n} of {whole} name<|s> and figures in the results [is|are] used later by anybody",
        among(RESULT, _named),
    ),
    "results_unused": Sentence(
        "unused results",
        "of {n} out of {whole} result<|s> with names or figures of their own, none is ever used again",
        _naming_results,
    ),
    "call_names_used": Sentence(
        "unused calls",
        "{n} of {whole} name<|s> and figures that calls bring up [shows|show] up again",
        among(CALL, _named),
    ),
    "stalest_stretch": Sentence(
        "stale stretches", "in one stretch of {whole} results and replies {percent} is new", _stretch
    ),
    "late_freshness": Sentence(
        "stale stretches",
        "results and replies of the second half are {figure} times as new as those of the first half",
        of(RESULT),
    ),
    "changing_calls": change(
        "{n} of {whole} tool call<|s> [writes, edits or saves|write, edit or save] something", calls
    ),
    "after_last_change": change(
        "{percent} of the session comes after the last of {whole} change<|s>", acting("edit", "write", "save")
    ),
    "longest_without_change": change(
        "{percent} of the session is one stretch in which nothing is written, edited or saved", calls
    ),
    "saves": change(
        "{n} of {whole} tool call<|s> [commits, pushes or merges|commit, push or merge] anything", calls, acting("save")
    ),
    "saved_late": change(
        "{n} of the last {whole} tool call<|s> [writes, edits or saves|write, edit or save] anything",
        _fifth,
        _late_changes,
    ),
    "last_exchange_changes": change(
        "{n} of the calls in the last of {whole} exchange<|s> [writes, edits or saves|write, edit or save] anything",
        of(PROMPT),
        _last_changes,
    ),
    "late_changes": change(
        "the share of exchanges that change something moves by {points} from the first half to the second", of(PROMPT)
    ),
    "dead_chars": change(
        "{percent} of the text before the last exchange is in exchanges that change nothing and are never referred to",
        of(PROMPT),
    ),
    "failing_calls": error("{n} of {whole} tool call<|s> [fails|fail]; real work meets errors", calls),
    "errors_answered": error(
        "{n} of {whole} failed call<|s> [is|are] soon followed by another way that works", _failed
    ),
    "tests_turned": tests(
        "{n} of {whole} later test run<|s> [ends|end] otherwise than the one before", _tests_after_first
    ),
    "tests_idle": tests(
        "before {n} of {whole} later test run<|s> nothing was changed or run since the one before", _tests_after_first
    ),
    "written_unopened": written(
        "{n} of {whole} file<|s> written [is|are] never read, edited or used afterwards", _files("written")
    ),
    "written_deleted": written("{n} of {whole} file<|s> written [is|are] deleted later", _files("written")),
    "deleted_unused": written(
        "{n} of {whole} file<|s> written [is|are] deleted without having been used", _files("written")
    ),
    "overwritten_unread": written(
        "{n} of {whole} write<|s> [goes|go] over what nobody had read or used", _times("written")
    ),
    "edits_undone": written(
        "{n} of {whole} edit<|s> [puts|put] back a text that an earlier edit took away", acting("edit")
    ),
    "reads_idle": read(
        "{n} of {whole} file<|s> read [is|are] neither edited nor named by any other call", _files("read")
    ),
    "reads_repeated": read(
        "{n} of {whole} read<|s> [repeats|repeat] one before of a file that had not changed", _times("read")
    ),
}
