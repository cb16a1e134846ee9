"""Sentences about outcomes: what of the work is opened, used or spoken of again."""

from collections.abc import Callable

from features.sentence import Count, Sentence


def _files(*whats: str) -> Count:
    return lambda seen: sum(any(getattr(file, what) for what in whats) for file in seen.files.values())


def _about(about: str) -> Callable[[str, Count], Sentence]:
    return lambda words, whole: Sentence(about, words, whole)


told, passing = map(_about, ("files nobody speaks of", "work that does not last"))

SENTENCES: dict[str, Sentence] = {
    "changes_unreported": told(
        "{n} of {whole} file<|s> written or edited [is|are] named by no reply or prompt from then on",
        _files("written", "edited"),
    ),
    "reads_unmentioned": told(
        "{n} of {whole} file<|s> read [is|are] named by no reply or prompt afterwards", _files("read")
    ),
    "written_forgotten": told(
        "{n} of {whole} file<|s> written [is|are] neither opened, used nor spoken of afterwards", _files("written")
    ),
    "unopened_chars": passing(
        "{percent} of the session goes into those of {whole} file<|s> that are never opened or used", _files("written")
    ),
    "apart_chars": passing(
        "{percent} of the session is written into folders of which it uses nothing else, in {whole} file<|s> at most",
        _files("written"),
    ),
    "own_work_read": passing(
        "{percent} of what {whole} tool call<|s> show when they look is what the session wrote itself",
        lambda seen: sum(call.action in ("read", "search") and call.result is not None for call in seen.calls),
    ),
}
