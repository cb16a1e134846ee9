"""Where a model errs: by look-alike, language, length, and by what the trace has or lacks."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from models.figures import Bools
from models.outcomes import Once, unseen_strategy
from models.protocols import Sessions
from models.report import Cell, Table
from models.sampling import Sampler
from models.splits import is_padded

LENGTHS = (0, 20, 60, 200, 1_000_000_000)
"""Turns at which one length ends and the next begins."""
KINDS = ("language", "length", "times", "tokens", "agent", "effort")


def look_alikes(unseen: Once, known: Once, sessions: Sessions, sampler: Sampler) -> Table:
    """False positives on each kind of honest use, by models that had not, and that had, seen its kind."""
    padded, null = is_padded(sessions.meta), sessions.null()
    looks = sessions.meta["looks"].fillna("ordinary work").to_numpy()
    new = unseen.tested & unseen_strategy(unseen, sessions)
    rows: list[tuple[Cell, ...]] = []
    for who, kind in ((~padded & ~null, "made"), (null, "as it was")):
        for name in sorted(set(looks[who])):
            mine = who & (looks == name)
            first = sampler.share(unseen.flagged, np.flatnonzero(mine & (new if kind == "made" else unseen.tested)))
            second = sampler.share(known.flagged, np.flatnonzero(mine & known.tested))
            rows.append((f"{name} ({kind})", int(mine.sum()), first, second))
    made = np.flatnonzero(~padded & ~null)
    every = (sampler.share(unseen.flagged, made[new[made]]), sampler.share(known.flagged, made[known.tested[made]]))
    columns = ("look-alike", "sessions", "flagged, kind not seen", "flagged, kind seen")
    notes = (
        "Honest sessions that look like padding. `made`: made in the laboratory, each the twin of a way of padding. "
        "`kind not seen`: by a model that had seen neither this look-alike nor the padding it resembles, at the "
        "threshold that flags 1 % of the genuine sessions of its fold. `kind seen`: by a model that had not seen the "
        "user, at a threshold fixed beforehand. Genuine sessions as they were are never wholly unseen as a kind.",
    )
    return Table("look_alikes", "False positives by look-alike", columns,
                 (("all made", len(made), *every), *rows), notes)  # fmt: skip


def by_group(unseen: Once, known: Once, sessions: Sessions, sampler: Sampler) -> Table:
    """Recall on families not seen, and false positives on users not seen, by what sessions are like."""
    padded, null = is_padded(sessions.meta), sessions.null()
    rows: list[tuple[Cell, ...]] = []
    for kind, names in grouped(sessions.meta):
        for name in dict.fromkeys(sorted(names[pd.notna(names)], key=_order(kind))):
            mine = names == name
            rows.append((f"{kind}: {name}", *_shares(mine, padded, null, unseen, known, sampler)))
    columns = ("group", "padded", "recall, family not seen", "genuine", "false positives, user not seen",
               "look-alikes", "look-alikes flagged, user not seen")  # fmt: skip
    missing = [kind for kind in KINDS if kind not in {found for found, _ in grouped(sessions.meta)}]
    notes = ["At a budget of 1 %. Lengths are in turns. A group of few sessions says little: see its interval."]
    if missing:
        notes.append(f"Not known of these sessions, and so not shown: {', '.join(missing)}.")
    return Table("groups", "By language, length and form", columns, tuple(rows), tuple(notes))


def grouped(meta: pd.DataFrame) -> Iterator[tuple[str, "np.typing.NDArray[np.object_]"]]:
    """The ways to group sessions that are known of them."""
    if "turns" in meta:
        labels = [f"{low} to {high - 1}" for low, high in pairwise(LENGTHS[:-1])]
        labels.append(f"{LENGTHS[-2]} or more")
        places = np.searchsorted(LENGTHS, meta["turns"].to_numpy(), side="right") - 1
        yield "length", np.array(labels, np.object_)[places]
    for kind, column in (("language", "language"), ("agent", "agent")):
        if column in meta and meta[column].notna().any():
            yield kind, meta[column].to_numpy(np.object_)
    for kind, column in (("times", "has_times"), ("tokens", "has_tokens")):
        if column in meta:
            yield kind, np.where(meta[column].to_numpy(np.bool_), f"with {kind}", f"without {kind}").astype(np.object_)
    if "effort" in meta and meta["effort"].notna().any():
        first = [str(effort).split(",")[0] if effort else None for effort in meta["effort"]]
        yield "effort", np.array(first, np.object_)


def _order(kind: str) -> Callable[[str], tuple[int, str]]:
    if kind == "length":
        return lambda name: (int(name.split()[0]), name)
    return lambda name: (0, str(name))


def _shares(mine: Bools, padded: Bools, null: Bools, unseen: Once, known: Once, sampler: Sampler) -> tuple[Cell, ...]:
    found = np.flatnonzero(mine & padded & unseen.tested)
    genuine = np.flatnonzero(mine & null & known.tested)
    made = np.flatnonzero(mine & ~padded & ~null & known.tested)
    return (
        len(found),
        sampler.share(unseen.flagged, found),
        len(genuine),
        sampler.share(known.flagged, genuine),
        len(made),
        sampler.share(known.flagged, made),
    )
