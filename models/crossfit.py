"""Genuine labels that may be wrong, and whether trusting them less would help."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from models.bootstrap import difference, interval
from models.calibration import fit
from models.detector import Column
from models.doubtful import Doubt, doubts, trust
from models.figures import Figure, recall_at
from models.folds import FOLDS, out_of_fold
from models.forest import Params
from models.plan import Plan, weighed
from models.splits import is_padded
from models.training import directed

_PARAMS = Params(trees=250)


@dataclass(frozen=True, slots=True)
class Suspected:
    """Labels that may be wrong, and what a correction for them is worth."""

    doubts: tuple[Doubt, ...]
    padded_share: float
    """The share of the genuine sessions that the scores leave possible to be padding: an upper bound."""
    plain: Figure
    """Recall at 1 % false positives of models that trust the labels."""
    corrected: Figure
    """The same where genuine sessions count by how likely they are genuine after all."""
    gained: Figure
    """What the correction gains, on the same draws."""


def suspected(
    table: pd.DataFrame,
    meta: pd.DataFrame,
    columns: Sequence[Column],
    plan: Plan | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Suspected:
    """Cross-fits twice, with the labels as they are and corrected, by the sessions that others were made from."""
    how = plan or Plan()
    padded, weights, own = is_padded(meta), weighed(meta, how), directed(columns)
    params = replace(_PARAMS, seed=how.seed)
    plain = out_of_fold(table, meta, own, weights, params, lambda done: progress(done, 2 * FOLDS))
    even = fit(plain, padded, weights).probability(plain, 0.5)
    looks = (meta["kind"] == "look-alike").to_numpy()
    trusted = trust(even, padded, trusted=looks | (meta["kind"] == "verdict").to_numpy())
    corrected = out_of_fold(
        table, meta, own, weights * trusted.weights, params, lambda done: progress(FOLDS + done, 2 * FOLDS)
    )
    rows = np.flatnonzero(~looks)
    hosts = [made_from[0] for made_from in meta["made_from"].iloc[rows]]
    before, after = (partial(recall_at, one[rows], padded[rows], budget=0.01) for one in (plain, corrected))
    found = doubts(even, padded, meta["session_id"].tolist())
    real = set(meta["session_id"][(~padded) & ~looks])
    return Suspected(
        doubts=tuple(one for one in found if one.session_id in real),
        padded_share=trusted.padded_share,
        plain=interval(before, hosts),
        corrected=interval(after, hosts),
        gained=difference(after, before, hosts),
    )
