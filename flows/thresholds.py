"""What thresholds go by: by sessions that no model chose, of the house itself where it has reviewed enough of them.

A model that has learnt from verdicts scores the house's sessions lower than those of the laboratory, so that by the
laboratory's it would flag next to nothing. The random slice of the queue, whose chances are known, says how the house's
own genuine sessions lie.
"""

import numpy as np

from flows import learning
from flows.verdicts import Verdicts
from models.crossed import unseen
from models.detector import Detector
from models.forest import Params
from models.plan import Plan
from models.rates import BUDGET
from models.splits import is_padded
from models.threshold import ENOUGH, Own


def own(detector: Detector, data: learning.Data, taught: Verdicts, plan: Plan) -> Own:
    """The genuine sessions of the random slice that teach, as they score with trees that have not seen them.

    Of those for evaluation none is looked at: the gate asks them whether the threshold that follows is right.
    """
    params = Params(**{**detector.about["params"], "trees": detector.forest.trees})
    raw = unseen(data.table, data.meta, data.columns, params, plan)
    meta = taught.meta[taught.teaching]
    drawn = meta["drawn"].to_numpy(np.float64)
    counts = ~is_padded(meta) & np.isfinite(drawn) & np.isfinite(raw)
    return Own(raw[counts], 1 / drawn[counts])


def told_of(own: Own, budget: float = BUDGET) -> str:
    """What thresholds go by, in words."""
    if not own.is_enough:
        return f"go by the laboratory: {len(own.raw)} genuine sessions of the random slice teach, it takes {ENOUGH}"
    promise = "a promise" if own.threshold(budget).confidence else "an estimate, no promise"
    return f"go by {len(own.raw)} genuine sessions of the random slice, which are worth {own.worth}: {promise}"
