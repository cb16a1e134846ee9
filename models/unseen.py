"""The figures that count: padding of families, sources, users and times that a model has not seen."""

from collections.abc import Sequence

import numpy as np

from models.figures import Bools, Figure, auc, average_precision
from models.outcomes import Once
from models.protocols import Sessions, Trial
from models.report import Cell, Table
from models.sampling import Sampler
from models.slices import families, mean_of, pooled, recall, slices, tested
from models.splits import is_padded, leaks

BUDGETS = (0.01, 0.001)
ENOUGH = 20
"""Below so many genuine sessions a source's rate is shown, but says little."""


def left_out(trials: Sequence[Trial], sessions: Sessions, sampler: Sampler) -> Table:
    """Each family against a model that has seen neither it nor its look-alikes."""
    names = families(trials)
    every = ~is_padded(sessions.meta)
    rows: list[tuple[Cell, ...]] = []
    for name in names:
        own, harsh = slices(trials, sessions, name), slices(trials, sessions, name, every)
        found = [sampler.recall(own, budget) for budget in BUDGETS]
        told = sampler.figure(pooled(own, auc), found[0].n)
        rows.append((name, found[0].n, *found, sampler.recall(harsh, BUDGETS[0]), told))
    rows.sort(key=lambda row: _value(row[2]))
    worst = rows[0] if rows else ()
    columns = ("family", "sessions", "recall at 1%", "recall at 0.1%", "recall at 1%, look-alikes counted", "AUC")
    means = [mean_recall(trials, sessions, names, sampler, budget) for budget in BUDGETS]
    means.append(mean_recall(trials, sessions, names, sampler, BUDGETS[0], every))
    told = sampler.figure(mean_of([pooled(slices(trials, sessions, name), auc) for name in names]), means[0].n)
    head: list[tuple[Cell, ...]] = [("mean of families", means[0].n, *means, told)]
    if worst:
        head.append((f"worst family ({worst[0]})", *worst[1:]))
    return Table("families", "One family left out", columns, (*head, *rows), _family_notes(trials, sessions))


def sources(judged: Once, sessions: Sessions, sampler: Sampler) -> Table:
    """Each source at the threshold that was fixed without it."""
    null, padded = sessions.null(), is_padded(sessions.meta)
    names = sessions.meta["source"].to_numpy()
    rows: list[tuple[Cell, ...]] = []
    for number, trial in enumerate(judged.trials):
        name = trial.fold.left_out[0]
        here = (names == name) & (judged.trial == number)
        genuine, made = here & null, here & ~null & ~padded
        share = [sampler.share(judged.flagged, np.flatnonzero(rows_)) for rows_ in (genuine, made, here & padded)]
        promised = trial.fitted.beforehand(BUDGETS[0])[1]
        rows.append((name, int(genuine.sum()), *share, promised))
    rows.sort(key=lambda row: -_value(row[2], 0.0))
    columns = ("source", "genuine", "false positives", "look-alikes flagged", "recall", "promised")
    every = [np.flatnonzero(judged.tested & who) for who in (null, ~null & ~padded, padded)]
    overall = [sampler.share(judged.flagged, who) for who in every]
    known = [row for row in rows if isinstance(row[1], int) and row[1] >= ENOUGH]
    head: list[tuple[Cell, ...]] = [("all sources", len(every[0]), *overall, None)]
    if rows:
        head.append((f"worst source ({rows[0][0]})", *rows[0][1:]))
    if known and known[0] != rows[0]:
        head.append((f"worst with {ENOUGH} or more ({known[0][0]})", *known[0][1:]))
    notes = (
        "The model has seen neither the source nor anybody in it, and its threshold for 1 % was fixed on other "
        "sources, as training fixes it: never lower than what keeps the budget where each of these is left out in "
        "turn. `promised`: whether there were enough genuine sessions for the finite-sample guarantee (without "
        "regard to users); where not, the threshold is the plain quantile.",
    )
    return Table("sources", "One source left out", columns, (*head, *rows), notes)


def known_families(tries: dict[str, tuple[Sequence[Trial], Once]], sessions: Sessions, sampler: Sampler) -> Table:
    """Families seen in training, users or times not: what is easiest, for comparison."""
    null, padded = sessions.null(), is_padded(sessions.meta)
    rows: list[tuple[Cell, ...]] = []
    for name, (trials, judged) in tries.items():
        own = slices(trials, sessions)
        count = int(judged.tested.sum())
        whole = [sampler.figure(pooled(own, measure), count) for measure in (auc, average_precision)]
        groups: tuple[Bools, ...] = (padded, null, ~padded & ~null)
        shares = [sampler.share(judged.flagged, np.flatnonzero(judged.tested & group)) for group in groups]
        both = sorted({kind for trial in trials for kind in leaks(trial.fold.train, trial.fold.test, sessions.meta)})
        rows.append((name, count, *whole, sampler.recall(own, BUDGETS[0]), *shares, ", ".join(both) or "nothing"))
    columns = ("protocol", "sessions", "AUC", "average precision", "recall at 1%", "recall at the threshold",
               "false positives", "look-alikes flagged", "on both sides")  # fmt: skip
    said = "group" in sessions.meta and sessions.meta["group"].notna().any()
    near = "near-duplicates were looked for" if said else "near-duplicates were not looked for beyond these"
    notes = (
        "No user, no genuine session with what was made of it, and no group of near-duplicates is on both sides "
        f"({near}). Families are seen in training here, so these are not the results that count. `recall at the "
        "threshold` is at a threshold fixed beforehand on held-out genuine sessions.",
    )
    return Table("grouped", "Grouped by user, and split by time", columns, tuple(rows), notes)


def mean_recall(
    trials: Sequence[Trial], sessions: Sessions, names: Sequence[str], sampler: Sampler, budget: float,
    among: Bools | None = None,
) -> Figure:  # fmt: skip
    """The mean over families of the recall at a budget."""
    parts = [slices(trials, sessions, name, among) for name in names]
    count = tested([one for part in parts for one in part])
    return sampler.figure(mean_of([recall(part, budget) for part in parts]), count)


def _family_notes(trials: Sequence[Trial], sessions: Sessions) -> tuple[str, ...]:
    null = sessions.null()
    few = min((int(null[trial.rows].sum()) for trial in trials), default=0)
    joined = sorted({" with ".join(trial.fold.left_out) for trial in trials if len(trial.fold.left_out) > 1})
    together = f" Left out together: {'; '.join(joined)}." if joined else ""
    return (
        "The model has seen neither the family, nor its look-alikes, nor the users it is tried on. The threshold is "
        "the best on the genuine sessions of the fold that is tested, at most 1 % or 0.1 % of them above it; the "
        f"smallest fold has {few} of them, so that below {1 / few if few else 1:.1%} the threshold is their highest "
        "score. Users are parted in more than one way (`parts`), and all ways count alike. Sessions with too little to "
        f"judge count as missed.{together}",
    )


def _value(cell: Cell, undefined: float = 1.0) -> float:
    return cell.value if isinstance(cell, Figure) and cell.value is not None else undefined
