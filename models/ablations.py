"""What each kind of evidence is worth: the same trials without it."""

from collections.abc import Iterator, Sequence

from models.figures import Figure
from models.outcomes import summary
from models.protocols import Effort, Sessions, Step, Trial, grouped_family_folds, without_families
from models.report import Cell, Table
from models.sampling import Sampler
from models.slices import families, mean_of, recall, slices, tested

KINDS = {
    "embeddings": ("language",),
    "timing": ("timing",),
    "progress": ("progress",),
    "cross-session": ("context", "across"),
}
"""What is left out, and how the kinds of its features may be called."""
CHEAP = ("volume", "similarity")
"""What costs next to nothing to compute."""


def ablations(sessions: Sessions, effort: Effort, sampler: Sampler, step: Step) -> tuple[Table, list[Trial]]:
    """All features, then without each kind, then the cheap ones alone; and the trials with all of them."""
    folds = grouped_family_folds(sessions, effort)
    full = without_families(sessions, folds, effort, step("all features, families left out in groups"))
    rows: list[tuple[Cell, ...]] = [("all features", len(sessions.columns), *summary(full, sessions, sampler), None)]
    for name, names in variants(sessions):
        if len(names) in {0, len(sessions.columns)}:
            rows.append((f"{name} (no such features here)", len(names), None, None, None, None, None))
            continue
        trials = without_families(sessions, folds, effort, step(name), names)
        found = summary(trials, sessions, sampler)
        rows.append((name, len(names), *found, _less(trials, full, sessions, sampler)))
    columns = ("features", "number", "mean recall at 1%", "mean recall at 0.1%", "worst family at 1%", "AUC",
               "change of mean recall at 1%")  # fmt: skip
    notes = (
        f"Families are left out in {effort.groups} groups, all of a group at once, in the same parts by user as above: "
        "there is less to learn from, and it is the same for every row. The change is paired: both models on the same "
        "draws.",
    )
    return Table("ablations", "Without a kind of evidence", columns, tuple(rows), notes), full


def variants(sessions: Sessions) -> Iterator[tuple[str, list[str]]]:
    """What is left in each ablation, by column names."""
    for name, kinds in KINDS.items():
        yield f"without {name}", [one.name for one in sessions.columns if one.kind not in kinds]
    yield f"only {' and '.join(CHEAP)}", [one.name for one in sessions.columns if one.kind in CHEAP]


def _less(trials: Sequence[Trial], full: Sequence[Trial], sessions: Sessions, sampler: Sampler) -> Figure:
    names = families(trials)
    one, other = (mean_of([recall(slices(which, sessions, name), 0.01) for name in names]) for which in (trials, full))
    count = tested([part for name in names for part in slices(full, sessions, name)])
    return sampler.figure(lambda weights: one(weights) - other(weights), count)
