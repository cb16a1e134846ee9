"""Sentences about self-similarity: what is said, done and returned again."""

from collections.abc import Callable

from features.seen import CALL, PROMPT, REPLY, RESULT, Seen
from features.sentence import Count, Sentence, after_first, among, calls, of, telling

_PROMPTS, _REPLIES, _RESULTS, _CALLS = "repeated prompts", "repeated replies", "repeated results", "repeated calls"


def _lines(stream: int) -> Count:
    def count(seen: Seen) -> int:
        starts = seen.words.line_starts
        return int((starts[1:] - starts[:-1])[seen.of(stream)].sum())

    return count


def _words(stream: int) -> Count:
    return among(stream, lambda seen: seen.words.counts)


def _calls_after(places: int) -> Count:
    return lambda seen: max(0, len(seen.calls) - places)


def _repeats(seen: Seen) -> int:
    return sum(call.same is not None for call in seen.calls)


def _about(about: str) -> Callable[[str, Count], Sentence]:
    return lambda words, whole: Sentence(about, words, whole)


prompts, replies, results, doing = map(_about, (_PROMPTS, _REPLIES, _RESULTS, _CALLS))
_PROMPT, _REPLY, _RESULT, _CALL = map(after_first, (PROMPT, REPLY, RESULT, CALL))

SENTENCES: dict[str, Sentence] = {
    "prompts_alike_50": prompts(
        "{n} of {whole} later prompt<|s> [shares|share] half of the wording of one before", _PROMPT
    ),
    "prompts_alike_70": prompts(
        "{n} of {whole} later prompt<|s> [shares|share] 70 % of the wording of one before", _PROMPT
    ),
    "prompts_alike_90": prompts(
        "{n} of {whole} later prompt<|s> [repeats|repeat] one before nearly word for word", _PROMPT
    ),
    "prompt_likeness": prompts(
        "{percent} of the wording of {whole} later prompt<|s> is that of the most similar one before", _PROMPT
    ),
    "prompt_likeness_to_last": prompts(
        "{percent} of the wording of {whole} later prompt<|s> is that of the prompt just before", _PROMPT
    ),
    "prompt_period": prompts(
        "{whole} later prompt<|s> [takes|take] turns: {percent} of the wording comes round at a fixed distance", _PROMPT
    ),
    "prompt_run": prompts("{n} of {whole} later prompt<|s> in a row [is|are] nearly the one just before", _PROMPT),
    "prompt_skeletons": prompts(
        "{n} of {whole} later prompt<|s> [is|are] an earlier one with other figures, paths and ids in it", _PROMPT
    ),
    "prompt_openings": prompts(
        "{n} of {whole} later prompt<|s> [begins|begin] with the same three words as one before", _PROMPT
    ),
    "prompt_lines_repeated": prompts(
        "{n} of the prompts' {whole} line<|s> [is|are] there for another time", _lines(PROMPT)
    ),
    "prompt_pairs_repeated": prompts(
        "one pair of words makes up {percent} of the {whole} word<|s> of all prompts", _words(PROMPT)
    ),
    "prompt_fives_repeated": prompts(
        "{percent} of the text of {whole} prompt<|s> stands in runs of five words that were there before", of(PROMPT)
    ),
    "prompt_tens_repeated": prompts(
        "{percent} of the text of {whole} prompt<|s> stands in runs of ten words that were there before", of(PROMPT)
    ),
    "prompt_compression": prompts(
        "the text of {whole} prompt<|s> can be packed into {percent} of its size", of(PROMPT)
    ),
    "prompt_freshness": prompts("{percent} of a prompt is new, on average over {whole} prompt<|s>", telling(PROMPT)),
    "replies_alike_50": replies(
        "{n} of {whole} later repl<y|ies> [shares|share] half of the wording of one before", _REPLY
    ),
    "replies_alike_90": replies(
        "{n} of {whole} later repl<y|ies> [repeats|repeat] one before nearly word for word", _REPLY
    ),
    "reply_likeness": replies(
        "{percent} of the wording of {whole} later repl<y|ies> is that of the most similar one before", _REPLY
    ),
    "reply_likeness_to_last": replies(
        "{percent} of the wording of {whole} later repl<y|ies> is that of the reply just before", _REPLY
    ),
    "reply_openings": replies(
        "{n} of {whole} later repl<y|ies> [begins|begin] with the same three words as one before", _REPLY
    ),
    "reply_lines_repeated": replies(
        "{n} of the replies' {whole} line<|s> [is|are] there for another time", _lines(REPLY)
    ),
    "reply_fives_repeated": replies(
        "{percent} of the text of {whole} repl<y|ies> stands in runs of five words that were there before", of(REPLY)
    ),
    "reply_compression": replies("the text of {whole} repl<y|ies> can be packed into {percent} of its size", of(REPLY)),
    "reply_freshness": replies("{percent} of a reply is new, on average over {whole} repl<y|ies>", telling(REPLY)),
    "calls_alike_70": doing(
        "{n} of {whole} later tool call<|s> [shares|share] 70 % of the arguments' wording with one before", _CALL
    ),
    "call_period": doing(
        "{whole} later tool call<|s> [takes|take] turns: {percent} of the wording comes round at a fixed distance",
        _CALL,
    ),
    "call_freshness": doing("{percent} of a call's arguments is new, on average over {whole} call<|s>", telling(CALL)),
    "calls_repeated": doing("{n} of {whole} later tool call<|s> [is|are] identical to one before", _calls_after(1)),
    "calls_repeated_unchanged": doing(
        "{n} of {whole} later tool call<|s> [repeats|repeat] one before and [gets|get] the same result", _calls_after(1)
    ),
    "repeats_unchanged": doing("{n} of {whole} repeated tool call<|s> [gets|get] the same result as before", _repeats),
    "repeats_alike": doing("the results of {whole} repeated tool call<|s> are {percent} what came before", _repeats),
    "calls_repeated_idle": doing(
        "{n} of {whole} later tool call<|s> [repeats|repeat] one before, with nothing changed or run in between",
        _calls_after(1),
    ),
    "calls_in_a_circle": doing(
        "{n} of {whole} later pair<|s> of neighbouring tool calls [was|were] made before in the same order",
        _calls_after(2),
    ),
    "results_alike_50": results(
        "{n} of {whole} later result<|s> [shares|share] half of the wording of one before", _RESULT
    ),
    "results_alike_90": results(
        "{n} of {whole} later result<|s> [is|are] nearly word for word what came before", _RESULT
    ),
    "result_likeness": results(
        "{percent} of the wording of a usual one of {whole} later result<|s> is that of one before", _RESULT
    ),
    "result_line_chars_repeated": results(
        "{percent} of the text of {whole} result<|s> stands in lines that were there before", of(RESULT)
    ),
    "result_compression": results(
        "the text of {whole} result<|s> can be packed into {percent} of its size", of(RESULT)
    ),
    "result_freshness": results("{percent} of a result is new, on average over {whole} result<|s>", telling(RESULT)),
    "results_stale": results("{n} of {whole} result<|s> [shows|show] hardly anything that is new", telling(RESULT)),
    "looked_up": Sentence(
        "changes", "{n} of {whole} tool call<|s> only [reads, searches or fetches|read, search or fetch]", calls
    ),
}
