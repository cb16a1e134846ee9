"""What a model would say of the verdicts that teach it, had it not learnt from them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from models.detector import Column
from models.figures import Floats
from models.folds import FOLDS
from models.forest import Forest, Params, Part
from models.plan import Plan, divided, weighed
from models.splits import bound, is_padded
from models.training import LEAST, directed, enough


def unseen(
    table: pd.DataFrame, meta: pd.DataFrame, columns: Sequence[Column], params: Params, plan: Plan | None = None
) -> Floats:
    """Raw scores of verdicts, in their order, each by trees that have seen neither it nor anything bound to it.

    The trees grow on the rest of what trees grow on; `params` says how many. NaN where there is too little to judge.
    """
    how = plan or Plan()
    grown, _, _ = divided(meta, how)
    weights, padded, bonds = weighed(meta, how), is_padded(meta).astype(np.float64), bound(meta)
    names = [column.name for column in directed(columns)]
    monotone = [column.monotone for column in directed(columns)]
    rows = np.flatnonzero(meta["kind"] == "verdict")
    fold = np.random.default_rng(how.seed).integers(0, FOLDS, bonds.max() + 1)[bonds]
    scores = np.full(len(meta), np.nan)
    for one in np.unique(fold[rows]):
        own = rows[fold[rows] == one]
        rest = grown[~np.isin(bonds[grown], bonds[own])]
        part = Part(table.iloc[rest][names], padded[rest], weights[rest])
        scores[own] = Forest.fit(part, params, monotone=monotone).raw(table.iloc[own])
    return np.where(enough(table, LEAST), scores, np.nan)[rows]
