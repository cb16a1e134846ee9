"""How sessions are parted and weighed before anything is learnt from them.

The genuine sessions fall into three parts: trees grow on one, stop growing by the second, and the third, which the
trees never see, gives the calibration and the thresholds. A session and what was made from it are on one side; so is a
user, where nobody has very many: with a few users, of whom one has a fourth of all sessions, the parts would be of
different kinds, and a promise about false positives then holds for these users only.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.balance import balanced
from models.figures import Bools, Floats, Ints
from models.splits import bound, is_padded, parts

_PARTS = 20


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


def unchosen(meta: pd.DataFrame) -> Bools:
    """Genuine sessions that came as they came, by which thresholds are chosen: no look-alikes, and no verdicts.

    An earlier model chose what auditors see: among the sessions that they clear, those that it flagged are many, and by
    them every threshold would be high. Nor does a session count that they found padded.
    """
    counts = meta["sampling"].fillna(1.0).to_numpy(np.float64) > 0 if "sampling" in meta else np.ones(len(meta), bool)
    return np.asarray(~meta["kind"].isin(["look-alike", "verdict"]).to_numpy() & ~is_padded(meta) & counts, np.bool_)
