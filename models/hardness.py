"""Recall by how much of a session is padding, and by how hard its maker tried: the harder ones should be told apart."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from models.figures import Bools, auc
from models.protocols import Sessions, Trial
from models.report import Cell, Table
from models.sampling import Sampler
from models.slices import Slice, pooled, slices
from models.splits import is_padded
from models.unseen import BUDGETS

BANDS = (0.0, 0.1, 0.3, 0.5, 0.8, 1.0)
"""Padded shares at which one band ends and the next begins; the last holds sessions that are nothing but padding."""
EFFORTS = ("timing", "wording", "texts", None, None, "names")
"""What the parts of an effort say; those without a name are numbers."""

_NEITHER = ""


def hardness(trials: Sequence[Trial], sessions: Sessions, sampler: Sampler) -> Table:
    """Families not seen, in bands of padded share and by each part of the effort."""
    parts = slices(trials, sessions)
    rows: list[tuple[Cell, ...]] = []
    for name, mine in bands(sessions):
        own = [one for part in parts if (one := _only(part, mine)) is not None]
        first, second = (sampler.recall(own, budget) for budget in BUDGETS)
        rows.append((name, first.n, first, second, sampler.figure(pooled(own, auc), first.n)))
    columns = ("padded sessions", "sessions", "recall at 1%", "recall at 0.1%", "AUC")
    notes = (
        "Each by models that had seen neither the family nor its look-alikes, at the best threshold of its fold; all "
        "sessions count the same here, where the mean above is over families. An effort says how a padded session was "
        "timed, how it was reworded, where its texts came from, and whether names in it were kept.",
    )
    return Table("hardness", "Recall by padded share and by effort, the family not seen", columns, tuple(rows), notes)


def bands(sessions: Sessions) -> Iterator[tuple[str, Bools]]:
    """What padded sessions there are, in groups that are not empty; only of what is known of them."""
    padded = is_padded(sessions.meta)
    if "padded_share" in sessions.meta:
        share = sessions.meta["padded_share"].to_numpy(np.float64)
        for low, high in pairwise(BANDS):
            mine = padded & (share >= low) & ((share < high) | (high == BANDS[-1]))
            if mine.any():
                yield f"padded share {low:g} to {high:g}", mine
    if "effort" in sessions.meta:
        efforts = [str(effort or _NEITHER).split(",") for effort in sessions.meta["effort"]]
        for place, what in enumerate(EFFORTS):
            if what is None:
                continue
            said = np.array([parts[place] if len(parts) > place else _NEITHER for parts in efforts], np.object_)
            for value in sorted(set(said[padded]) - {_NEITHER}):
                yield f"{what}: {value.removeprefix(f'{what} ')}", padded & (said == value)


def _only(part: Slice, mine: Bools) -> Slice | None:
    """The slice with no other padded sessions than these; null where it has none of them."""
    kept = ~part.padded | mine[part.rows]
    if not part.padded[kept].any():
        return None
    return Slice(part.rows[kept], part.scores[kept], part.padded[kept])
