"""Scores of sessions by trees that have not seen them."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from models.detector import Column
from models.figures import Floats
from models.forest import Forest, Params, Part
from models.splits import is_padded, parts

FOLDS = 5


def out_of_fold(
    table: pd.DataFrame,
    meta: pd.DataFrame,
    columns: Sequence[Column],
    weights: Floats,
    params: Params,
    progress: Callable[[int], None] = lambda _done: None,
) -> Floats:
    """Each session's raw score by trees that have seen neither it nor what was made from the same session."""
    part, padded = parts(meta.assign(user=None), FOLDS, params.seed), is_padded(meta).astype(np.float64)
    values = table[[column.name for column in columns]]
    scores = np.full(len(meta), np.nan)
    for one in range(FOLDS):
        rest, own = np.flatnonzero(part != one), np.flatnonzero(part == one)
        grown = Part(values.iloc[rest], padded[rest], weights[rest])
        forest = Forest.fit(grown, params, monotone=[column.monotone for column in columns])
        scores[own] = forest.raw(values.iloc[own])
        progress(one + 1)
    return scores
