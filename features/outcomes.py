"""Outcomes: whether files that are made and read are ever spoken of, and how much goes into what does not last."""

from collections.abc import Callable, Iterator
from functools import partial
from math import nan

import numpy as np

from features.calls import Call
from features.feature import ACTIONS, Shown, feature, strongest
from features.files import File
from features.hashing import Floats, Ints
from features.measures import ratio
from features.seen import Seen

_LOOKS = frozenset({"read", "search"})


def _changed(seen: Seen) -> dict[str, File]:
    return {name: file for name, file in seen.files.items() if file.written or file.edited}


def _read(seen: Seen) -> dict[str, File]:
    return {name: file for name, file in seen.files.items() if file.read}


def _unreported(seen: Seen) -> list[int]:
    """Files that no reply and no prompt names from their last change on: the turns of that change."""
    return [file.changed for name, file in _changed(seen).items() if seen.mentions.get(name, -1) < file.changed]


def _unmentioned(seen: Seen) -> list[int]:
    return [file.read[0] for name, file in _read(seen).items() if seen.mentions.get(name, -1) < file.read[0]]


def _unopened(seen: Seen) -> dict[str, File]:
    """Files written, and then neither read nor edited nor used."""
    files = ((name, file) for name, file in seen.files.items() if file.written)
    return {name: file for name, file in files if max([*file.edited[-1:], file.opened]) < file.written[-1]}


def _forgotten(seen: Seen) -> list[int]:
    return [file.written[-1] for name, file in _unopened(seen).items() if seen.mentions.get(name, -1) < file.written[0]]


def _unopened_turns(seen: Seen) -> list[int]:
    return sorted({turn for file in _unopened(seen).values() for turn in file.written})


def _cost(seen: Seen, call: Call) -> int:
    """Characters of a call and of its result."""
    return int(seen.chars[call.turn] + (0 if call.result is None else seen.chars[call.result]))


def _all(seen: Seen) -> float:
    return float(seen.chars.sum())


def _folders(call: Call) -> list[str]:
    return (call.path or "").replace("\\", "/").split("/")


def _apart(seen: Seen) -> Iterator[Call]:
    """Writes into folders of which the session reads, edits and uses nothing but what it wrote there itself."""
    made: set[str] = set()
    touched: set[str] = set()
    for call in seen.calls:
        if call.action == "write":
            made |= set(call.names)
        elif call.path and made.isdisjoint(call.names):
            touched.add("/".join(_folders(call)[:-1]))
    writes = (call for call in seen.calls if call.action == "write" and call.path)
    return (call for call in writes if "/".join(_folders(call)[:-1]) not in touched)


def _looks(seen: Seen) -> tuple[list[Call], list[Call]]:
    """The looks that show anything, and those of them that show files which the session had written itself."""
    made: set[str] = set()
    looks: list[Call] = []
    own: list[Call] = []
    for call in seen.calls:
        if call.action in _LOOKS and call.result is not None:
            looks.append(call)
            own += [] if made.isdisjoint(call.names) else [call]
        elif call.action == "write":
            made |= set(call.names)
    return looks, own


def _shown(seen: Seen, calls: list[Call]) -> float:
    return float(sum(int(seen.chars[call.result]) for call in calls if call.result is not None))


def _turns(listed: Callable[[Seen], list[int]]) -> Shown:
    """Evidence: the listed turns, each once."""
    return lambda seen: np.array(list(dict.fromkeys(listed(seen))), np.int64)


def _costly(calls: Callable[[Seen], Iterator[Call]]) -> Shown:
    """Evidence: these calls, the longest first."""

    def shown(seen: Seen) -> Ints:
        found = list(calls(seen))
        costs: Floats = np.array([1 + _cost(seen, call) for call in found], float)
        return strongest(np.array([call.turn for call in found], np.int64), costs)

    return shown


high = partial(feature, "progress", ACTIONS, "high")


@high(shown_by=_turns(_unreported))
def changes_unreported(seen: Seen) -> float:
    """Share of the files written or edited that no reply or prompt names after their last change.

    Honest: agents that work silently; a commit message says it instead.
    """
    return ratio(len(_unreported(seen)), len(_changed(seen)))


@high(shown_by=_turns(_unmentioned))
def reads_unmentioned(seen: Seen) -> float:
    """Share of the files read that no reply or prompt names afterwards.

    Honest: agents that work silently; reading to understand.
    """
    return ratio(len(_unmentioned(seen)), len(_read(seen)))


@high(shown_by=_turns(_forgotten))
def written_forgotten(seen: Seen) -> float:
    """Share of the files written that are then neither opened nor used, nor named by any reply or prompt.

    Honest: many small files of one kind; work that was right at once, and is told of as a whole.
    """
    return ratio(len(_forgotten(seen)), sum(bool(file.written) for file in seen.files.values()))


@high(shown_by=_turns(_unopened_turns))
def unopened_chars(seen: Seen) -> float:
    """Share of the session's characters that go into files which nothing opens or uses; null where none is written.

    Honest: a long report for a person to read.
    """
    wrote = any(file.written for file in seen.files.values())
    return ratio(float(seen.chars[_unopened_turns(seen)].sum()), _all(seen)) if wrote else nan


@high(shown_by=_costly(_apart))
def apart_chars(seen: Seen) -> float:
    """Share of its characters written into folders of which it uses nothing else; null where nothing is written.

    Honest: a new project; notes that are kept in a place of their own.
    """
    wrote = any(call.action == "write" and call.path for call in seen.calls)
    return ratio(float(sum(int(seen.chars[call.turn]) for call in _apart(seen))), _all(seen)) if wrote else nan


@high(shown_by=_costly(lambda seen: iter(_looks(seen)[1])))
def own_work_read(seen: Seen) -> float:
    """Of what reads and searches show, the share that is of files which the session had written itself.

    Honest: checking what was written, above all in a new project.
    """
    looks, own = _looks(seen)
    return ratio(_shown(seen, own), _shown(seen, looks))
