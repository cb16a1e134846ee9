"""Training: from a table and what is known of its sessions to a detector.

The genuine sessions fall into three parts: trees grow on one, stop growing by the second, and the third, which the
trees never see, gives the calibration and the thresholds. So the promise about false positives is exact for sessions
that come as those of the third part came. A session and what was made from it are on one side; so is a user, where
there are enough of them to part: with a few users, of whom one may have a fourth of all sessions, the parts would be of
different kinds, and the promise then holds for these users only.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from models.balance import balanced
from models.calibration import Compared, compare, fit
from models.detector import ORDINARY, Column, Detector, Least
from models.figures import Bools, Floats, Ints
from models.forest import Forest, Params, Part
from models.novelty import Novelty
from models.splits import bound, is_padded, parts

LEAST = (Least("turn_count", 4.0),)
"""A session of three turns has too little in it to be judged."""

_PARTS = 20
_MANY_USERS = 100
_LOOKS = Params(trees=80, rate=0.1, leaves=7, least=10)
_FEW = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """How the sessions are parted and weighed."""

    held: float = 0.4
    """The share of the genuine sessions that is kept for calibration and thresholds."""
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
    padded = is_padded(meta)

    def part(rows: Ints) -> Part:
        return Part(table.iloc[rows][names], padded[rows].astype(np.float64), weights[rows])

    forest = Forest.fit(part(grown), chosen, part(watched), [column.monotone for column in columns])
    judged = held[_enough(table.iloc[held], least)]
    raw = forest.raw(table.iloc[judged])
    compared = compare(raw, padded[judged], bound(meta.iloc[judged].assign(user=None)), weights[judged])
    looks, classes = _looks(table[names], meta, how.seed)
    genuine = (meta["kind"] != "look-alike").to_numpy() & ~padded
    return Detector(
        columns=tuple(columns),
        fingerprint=fingerprint,
        forest=forest,
        calibration=fit(raw, padded[judged], weights[judged], compared[0].method),
        doubt=fit(raw, padded[judged], weights[judged], "venn-abers"),
        genuine=np.sort(raw[genuine[judged]]),
        novelty=Novelty.fit(table.iloc[grown][names], how.seed),
        looks=looks,
        classes=classes,
        least=tuple(least),
        about=_about(chosen, how, meta, (grown, watched, held), compared, forest),
    )


def divided(meta: pd.DataFrame, plan: Plan) -> tuple[Ints, Ints, Ints]:
    """The rows that trees grow on, those that stop them, and those that nothing of the trees sees."""
    part = parts(meta if parted_by_user(meta) else meta.assign(user=None), _PARTS, plan.seed)
    held = round(_PARTS * plan.held)
    watched = max(1, round(_PARTS * plan.validation))
    if held < 1 or held + watched >= _PARTS:
        raise ValueError(f"of a held share of {plan.held} and a validation share of {plan.validation} nothing is left")
    return (
        np.flatnonzero(part >= held + watched),
        np.flatnonzero((part >= held) & (part < held + watched)),
        np.flatnonzero(part < held),
    )


def parted_by_user(meta: pd.DataFrame) -> bool:
    """Whether there are enough users to keep each on one side."""
    return int(meta["user"].nunique()) >= _MANY_USERS


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


def _enough(table: pd.DataFrame, least: Sequence[Least]) -> Bools:
    enough = np.ones(len(table), bool)
    for one in least:
        enough &= table[one.column].to_numpy(np.float64) >= one.value
    return enough


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
    params = Params(**{**asdict(_LOOKS), "seed": seed})
    return Forest.fit(part, params, target="multiclass", classes=len(classes)), classes


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
