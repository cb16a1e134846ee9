"""Training: from a table and what is known of its sessions to a detector.

Calibration and thresholds come from sessions that the trees have never seen (`models/plan.py` parts them). So the
promise about false positives is exact for sessions that come as those came. With few sessions none is kept back: trees
grow on all, and the scores come from folds; the promise then holds for the folds' models, and for the final one as far
as it is like them. Sources are also left out one after the other, to see what happens elsewhere.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace

import numpy as np
import pandas as pd

from models.calibration import Compared, compare, fit
from models.detector import ORDINARY, Column, Detector, Least
from models.figures import Bools, Floats, Ints
from models.folds import out_of_fold
from models.forest import Forest, Params, Part
from models.novelty import Novelty
from models.plan import Plan, divided, parted_by_user, unchosen, weighed
from models.reference import Reference
from models.splits import bound, is_padded

LEAST = (Least("turn_count", 4.0),)
"""A session of three turns has too little in it to be judged."""

_LARGE, _MOST_SOURCES = 20, 12
_LOOKS = Params(trees=80, rate=0.1, leaves=7, least=10)
_FEW = 5


def train(
    table: pd.DataFrame,
    meta: pd.DataFrame,
    columns: Sequence[Column],
    fingerprint: str,
    params: Params | None = None,
    plan: Plan | None = None,
    least: Sequence[Least] = LEAST,
) -> Detector:
    """A detector from the sessions of `table`; `meta`, row by row, is as `models.splits` wants it.

    Besides, `meta` has `kind` (`null`, `padded`, `look-alike`, `verdict`), `looks` (what a genuine session is known
    to be; may be null) and, if verdicts are among them, `sampling` (how much more or less one counts).
    """
    _check(table, meta)
    chosen, how = params or Params(), plan or Plan()
    rows = grown, _, _ = divided(meta, how)
    weights, padded, judging = weighed(meta, how), is_padded(meta), directed(columns)
    every = Part(table[[column.name for column in judging]], padded.astype(np.float64), weights)
    forest, raw, judged = _grown(every, meta, judging, rows, chosen, how, enough(table, least))
    names = [column.name for column in columns]
    compared = compare(raw, padded[judged], bound(meta.iloc[judged].assign(user=None)), weights[judged])
    looks, classes = _looks(table[names], meta, how.seed)
    genuine = unchosen(meta)
    elsewhere = foreign(table, meta, judging, weights, replace(chosen, trees=forest.trees))
    usual = table.iloc[grown][names][~padded[grown]].median()
    plain = np.flatnonzero(genuine & enough(table, least))
    return Detector(
        columns=tuple(_usually(column, float(usual[column.name])) for column in columns),
        fingerprint=fingerprint,
        forest=forest,
        calibration=fit(raw, padded[judged], weights[judged], compared[0].method),
        doubt=fit(raw, padded[judged], weights[judged], "venn-abers"),
        genuine=np.sort(raw[genuine[judged]]),
        foreign=np.sort(elsewhere[genuine & enough(table, least) & np.isfinite(elsewhere)]),
        novelty=Novelty.fit(table.iloc[grown][names], how.seed),
        looks=looks,
        classes=classes,
        least=tuple(least),
        about={
            **_about(chosen, how, meta, rows, compared, forest),
            "reference": Reference.of(table.iloc[plain][names], meta["user"].iloc[plain].tolist()).plain(),
        },
    )


def _grown(
    every: Part, meta: pd.DataFrame, columns: Sequence[Column], rows: tuple[Ints, Ints, Ints], params: Params,
    plan: Plan, judgeable: Bools,
) -> tuple[Forest, Floats, Ints]:  # fmt: skip
    """The trees, with raw scores of sessions that had no part in them, and which these are."""
    grown, watched, held = rows
    monotone = [column.monotone for column in columns]
    forest = Forest.fit(every.take(grown), params, every.take(watched), monotone)
    if plan.held:
        judged = held[judgeable[held]]
        return forest, forest.raw(every.table.iloc[judged]), judged
    fixed = replace(params, trees=forest.trees)
    judged = np.flatnonzero(judgeable)
    raw = out_of_fold(every.table, meta, columns, every.weights, fixed)[judged]
    return Forest.fit(every, fixed, monotone=monotone), raw, judged


def directed(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns that may say that a session is padded: those that can speak one way only.

    Volume and whatever else is only context never moves the score. It serves novelty, and what a session looks like.
    """
    return tuple(column for column in columns if column.monotone)


def foreign(
    table: pd.DataFrame, meta: pd.DataFrame, columns: Sequence[Column], weights: Floats, params: Params
) -> Floats:
    """Raw scores by trees that knew nothing of a session's source; NaN where there is but one source to learn from.

    Small sources are left out together, and of very many sources several at a time.
    """
    names, padded = meta["source"].fillna("unknown").astype(str), is_padded(meta)
    own = [column.name for column in columns]
    counts = names[~padded].value_counts()
    large = counts.index[counts >= _LARGE]
    group = names.map({name: place % _MOST_SOURCES for place, name in enumerate(large)}).fillna(-1).to_numpy(np.int64)
    scores = np.full(len(meta), np.nan)
    for one in np.unique(group):
        rest, left = np.flatnonzero(group != one), np.flatnonzero(group == one)
        if not padded[rest].any() or padded[rest].all():
            continue
        part = Part(table.iloc[rest][own], padded[rest].astype(np.float64), weights[rest])
        grown = Forest.fit(part, params, monotone=[column.monotone for column in columns])
        scores[left] = grown.raw(table.iloc[left])
    return scores


def _usually(column: Column, value: float) -> Column:
    return replace(column, usual=None if np.isnan(value) else value)


def enough(table: pd.DataFrame, least: Sequence[Least]) -> Bools:
    """Which sessions have enough in them to be judged."""
    found = np.ones(len(table), bool)
    for one in least:
        found &= table[one.column].to_numpy(np.float64) >= one.value
    return found


def _looks(table: pd.DataFrame, meta: pd.DataFrame, seed: int) -> tuple[Forest, tuple[str, ...]]:
    """What honest use looks like, learnt from genuine sessions of which that is known."""
    said = meta["looks"].where(~is_padded(meta)).dropna()
    counts = said.value_counts()
    classes = tuple(sorted({ORDINARY, *counts[counts >= _FEW].index}))
    said = said[said.isin(classes)]
    if len(classes) < 2 or said.nunique() < 2:
        raise ValueError(f"there is but one kind of honest use to learn from: {', '.join(classes)}")
    target = said.map({name: place for place, name in enumerate(classes)}).to_numpy(np.float64)
    counted = np.bincount(target.astype(np.int64), minlength=len(classes))
    weights = (1 / np.sqrt(counted[target.astype(np.int64)])).astype(np.float64)
    part = Part(table.loc[said.index], target, weights / weights.mean())
    return Forest.fit(part, replace(_LOOKS, seed=seed), target="multiclass", classes=len(classes)), classes


def _about(
    params: Params,
    plan: Plan,
    meta: pd.DataFrame,
    rows: tuple[Ints, Ints, Ints],
    compared: Sequence[Compared],
    forest: Forest,
) -> dict[str, object]:
    return {
        "params": asdict(params),
        "plan": asdict(plan),
        "trees": forest.trees,
        "parted_by_user": parted_by_user(meta),
        "sessions": dict(zip(("grown", "watched", "held"), map(len, rows), strict=True)),
        "kinds": {str(kind): int(count) for kind, count in meta["kind"].value_counts().items()},
        "calibrations": [asdict(one) for one in compared],
    }


def _check(table: pd.DataFrame, meta: pd.DataFrame) -> None:
    if len(table) != len(meta) or not table.index.equals(meta.index):
        raise ValueError(f"a table of {len(table)} sessions does not belong to {len(meta)} descriptions of sessions")
    padded = is_padded(meta)
    if not padded.any() or padded.all():
        raise ValueError(f"{int(padded.sum())} of {len(meta)} sessions are padded: both sorts are needed")
