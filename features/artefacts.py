"""Artefacts: what becomes of the files that are written, edited and read."""

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np

from features.feature import ACTIONS, Shown, feature
from features.files import File
from features.measures import ratio
from features.seen import Seen


def _written(seen: Seen) -> list[File]:
    return [file for file in seen.files.values() if file.written]


def _unopened(seen: Seen) -> list[int]:
    """Files that were written, and then neither read nor edited nor used: the turns that wrote them."""
    files = _written(seen)
    return [file.written[-1] for file in files if max([*file.edited[-1:], file.opened]) < file.written[-1]]


def _deleted(seen: Seen) -> list[int]:
    return [file.deleted[-1] for file in _written(seen) if file.deleted and file.deleted[-1] > file.written[0]]


def _deleted_unread(seen: Seen) -> list[int]:
    files = [file for file in _written(seen) if file.deleted]
    return [
        file.deleted[-1] for file in files if not any(file.written[0] < turn < file.deleted[-1] for turn in file.used)
    ]


def _undone(seen: Seen) -> list[int]:
    """Edits that put back a text which an earlier edit of the same file took away."""
    undone: list[int] = []
    taken: set[tuple[str | None, int]] = set()
    for call in seen.calls:
        if call.action == "edit" and call.old is not None and call.new is not None:
            if (call.path, call.new) in taken:
                undone.append(call.turn)
            taken.add((call.path, call.old))
    return undone


def _idle_reads(seen: Seen) -> list[int]:
    """Files that were read and then neither edited nor named by any other call: the turns that read them last."""
    files = [file for file in seen.files.values() if file.read]
    return [file.read[-1] for file in files if max([*file.used[-1:], file.changed]) < file.read[0]]


def _read_again(seen: Seen) -> list[int]:
    return [turn for file in seen.files.values() for turn in file.read_again]


def _overwritten(seen: Seen) -> list[int]:
    return [turn for file in seen.files.values() for turn in file.overwritten]


def _often_edited(seen: Seen) -> list[int]:
    often = sorted(seen.files.values(), key=lambda file: -len(file.edited))
    return [turn for file in often for turn in file.edited]


def _turns(listed: Callable[[Seen], list[int]]) -> Shown:
    """Evidence: the listed turns, each once."""
    return lambda seen: np.array(list(dict.fromkeys(listed(seen))), np.int64)


def _count(files: Iterable[File], what: str) -> int:
    return sum(len(getattr(file, what)) for file in files)


low = partial(feature, "progress", ACTIONS, "low")
high = partial(feature, "progress", ACTIONS, "high")


@high(shown_by=_turns(_unopened))
def written_unopened(seen: Seen) -> float:
    """Share of the files written that are then neither read nor edited nor named by another call.

    Honest: a report that a person reads outside the session; work that was right at once.
    """
    return ratio(len(_unopened(seen)), len(_written(seen)))


@high(shown_by=_turns(_deleted))
def written_deleted(seen: Seen) -> float:
    """Share of the files written that are deleted later.

    Honest: scratch files, and experiments that gave their answer.
    """
    return ratio(len(_deleted(seen)), len(_written(seen)))


@high(shown_by=_turns(_deleted_unread))
def deleted_unused(seen: Seen) -> float:
    """Share of the files written that are deleted without having been run, tested, searched or saved.

    Honest: a file that turned out to be in the wrong place.
    """
    return ratio(len(_deleted_unread(seen)), len(_written(seen)))


@high(shown_by=_turns(_overwritten))
def overwritten_unread(seen: Seen) -> float:
    """Share of writes that write over what nobody had read or used.

    Honest: a draft that is made again at once, because it was wrong.
    """
    return ratio(_count(seen.files.values(), "overwritten"), _count(seen.files.values(), "written"))


@high(shown_by=_turns(_undone))
def edits_undone(seen: Seen) -> float:
    """Share of edits that put back a text which an earlier edit of the same file took away.

    Honest: an experiment that failed, debugging output that is taken out.
    """
    edits = sum(call.action == "edit" for call in seen.calls)
    return ratio(len(_undone(seen)), edits)


@partial(feature, "progress", ACTIONS, "context")(shown_by=_turns(_often_edited))
def edits_per_file(seen: Seen) -> float:
    """Edits for each file that is edited.

    Honest: one large file that the task is about.
    """
    edited = [file for file in seen.files.values() if file.edited]
    return ratio(_count(edited, "edited"), len(edited))


@high(shown_by=_turns(_idle_reads))
def reads_idle(seen: Seen) -> float:
    """Share of the files read that are then neither edited nor named by any other call.

    Honest: reading to understand; reviews.
    """
    return ratio(len(_idle_reads(seen)), sum(bool(file.read) for file in seen.files.values()))


@high(shown_by=_turns(_read_again))
def reads_repeated(seen: Seen) -> float:
    """Share of reads that repeat an earlier one of a file that had not changed since.

    Honest: an agent whose memory was compacted.
    """
    return ratio(_count(seen.files.values(), "read_again"), _count(seen.files.values(), "read"))
