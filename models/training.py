"""Training: from a table and what is known of its sessions to a detector.

The genuine sessions fall into three parts: trees grow on one, stop growing by the second, and the third, which the
trees never see, gives the calibration and the thresholds. So the promise about false positives is exact for sessions
that come as those of the third part came. With few sessions none is kept back: trees grow on all, and the scores come
from folds; the promise then holds for the folds' models, and for the final one as far as it is like them.

A session and what was made from it are on one side; so is a user, where nobody has very many: with a few users, of whom
one has a fourth of all sessions, the parts would be of different kinds, and the promise then holds for these users
only. Sources are also left out one after the other, to see what happens elsewhere.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd

from models.balance import balanced
from models.calibration import Compared, compare, fit
from models.detector import ORDINARY, Column, Detector, Least
from models.figures import Bools, Floats, Ints
from models.folds import out_of_fold
from models.forest import Forest, Params, Part
from models.novelty import Novelty
from models.reference import Reference
from models.splits import bound, is_padded, parts

LEAST = (Least("turn_count", 4.0),)
"""A session of three turns has too little in it to be judged."""

_PARTS = 20
_LARGE, _MOST_SOURCES = 20, 12
_LOOKS = Params(trees=80, rate=0.1, leaves=7, least=10)
_FEW = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """How the sessions are parted and weighed."""

    held: float = 0.4
    """The share of the sessions that is kept for calibration and thresholds. With 0 none is kept: trees grow on all,
    and scores to calibrate by come from five folds; for who has too few sessions to keep some back."""
    validation: float = 0.1
    """The share that says when the trees stop growing."""
    look_alikes: float = 0.5
    """How much an honest look-alike counts, against a genuine session as it was."""
    power: float = 0.5
    """How far large sources, users and families stay large: 1 as they are, 0 not at all."""
    seed: int = 0


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
    grown, watched, held = divided(meta, how)
    weights = weighed(meta, how)
    names = [column.name for column in columns]
    judging = directed(columns)
    padded = is_padded(meta)

    def part(rows: Ints) -> Part:
        own = table.iloc[rows][[column.name for column in judging]]
        return Part(own, padded[rows].astype(np.float64), weights[rows])

    monotone = [column.monotone for column in judging]
    forest = Forest.fit(part(grown), chosen, part(watched), monotone)
    if how.held:
        judged = held[enough(table.iloc[held], least)]
        raw = forest.raw(table.iloc[judged])
    else:
        fixed = replace(chosen, trees=forest.trees)
        forest = Forest.fit(part(np.arange(len(meta))), fixed, monotone=monotone)
        judged = np.flatnonzero(enough(table, least))
        raw = out_of_fold(table, meta, judging, weights, fixed)[judged]
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
            **_about(chosen, how, meta, (grown, watched, held), compared, forest),
            "reference": Reference.of(table.iloc[plain][names], meta["user"].iloc[plain].tolist()).plain(),
        },
    )


def unchosen(meta: pd.DataFrame) -> Bools:
    """Genuine sessions that came as they came, by which thresholds are chosen: no look-alikes, and no verdicts.

    An earlier model chose what auditors see: among the sessions that they clear, those that it flagged are many, and by
    them every threshold would be high. Nor does a session count that they found padded.
    """
    counts = meta["sampling"].fillna(1.0).to_numpy(np.float64) > 0 if "sampling" in meta else np.ones(len(meta), bool)
    return np.asarray(~meta["kind"].isin(["look-alike", "verdict"]).to_numpy() & ~is_padded(meta) & counts, np.bool_)


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


def divided(meta: pd.DataFrame, plan: Plan) -> tuple[Ints, Ints, Ints]:
    """The rows that trees grow on, those that stop them, and those that nothing of the trees sees.

    Verdicts move nothing: they are never held, since an earlier model chose them, and what is bound to a held session
    is in no part.
    """
    verdict = (meta["kind"] == "verdict").to_numpy()
    made = np.flatnonzero(~verdict)
    own = meta.iloc[made]
    part = parts(own if parted_by_user(own) else own.assign(user=None), _PARTS, plan.seed)
    held = round(_PARTS * plan.held)
    watched = max(1, round(_PARTS * plan.validation))
    if held + watched >= _PARTS or (plan.held and not held):
        raise ValueError(f"of a held share of {plan.held} and a validation share of {plan.validation} nothing is left")
    bonds = bound(meta.assign(user=None))
    free = np.flatnonzero(verdict & ~np.isin(bonds, bonds[made[part < held]]))
    return (
        np.sort(np.concatenate([made[part >= held + watched], free])),
        made[(part >= held) & (part < held + watched)],
        made[part < held],
    )


def parted_by_user(meta: pd.DataFrame) -> bool:
    """Whether each user can be kept on one side: nobody has more sessions than a part has room for."""
    return int(np.bincount(bound(meta)).max()) * _PARTS <= len(meta)


def weighed(meta: pd.DataFrame, plan: Plan) -> Floats:
    """How much each session counts: half on each label, no source, user or family far ahead."""
    padded = is_padded(meta)
    group = np.where(padded, meta["family"].astype(str), meta["kind"].astype(str))
    groupings = {"source": meta["source"].tolist(), "user": meta["user"].tolist(), "group": group.tolist()}
    weights = balanced(padded, groupings, power=plan.power)
    weights = weights * np.where(meta["kind"] == "look-alike", plan.look_alikes, 1.0)
    if "sampling" in meta:
        weights = weights * meta["sampling"].fillna(1.0).to_numpy(np.float64)
    for side in (padded, ~padded):
        weights[side] *= len(weights) / 2 / weights[side].sum()
    return weights


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
