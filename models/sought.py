"""What tuning seeks: recall on families that the trees have not seen, fold by fold, at a small false-positive rate.

The best parameters are chosen on these very families: their score here flatters them. What they are worth is for
`evaluate` to say, on other data or beside the parameters that were there before.
"""

from collections.abc import Iterator

import numpy as np

from models.figures import recall_at
from models.forest import Params
from models.protocols import Effort, Sessions, Trial, grouped_family_folds, silent, without_families
from models.rates import BUDGET
from models.slices import slices
from models.tuning import Objective


def unseen_recall(sessions: Sessions, effort: Effort, budget: float = BUDGET) -> Objective:
    """For parameters, the mean recall at the budget over the families that each fold leaves out.

    Many families are left out at a time, so that a fold costs one model; the next is fitted when its score is asked.
    """
    folds = grouped_family_folds(sessions, effort)
    # A group's parts by user come one after the other: the first folds should be of as many groups as there are.
    ordered = sorted(range(len(folds)), key=lambda place: (folds[place].name.rpartition(" ")[2], place))

    def scores(params: Params) -> Iterator[float]:
        for place in ordered:
            own = Effort(params, seed=effort.seed, held_unseen=effort.held_unseen)
            [trial] = without_families(sessions, [folds[place]], own, silent(""))
            yield mean_recall(trial, sessions, budget)

    return scores


def mean_recall(trial: Trial, sessions: Sessions, budget: float) -> float:
    """The mean over the families that a fold has left out; those without a session in its test part do not count."""
    found = [recall_at(part.scores, part.padded, budget=budget)
             for family in trial.fold.left_out for part in slices([trial], sessions, family)]  # fmt: skip
    if not found:
        raise ValueError(f"{trial.fold.name}: no padded session to find, or no genuine one to tell it from")
    return float(np.mean(found))
