"""Padded shares as they would be estimated in sessions of users that no model has seen, to be held against the truth.

Turns of all sessions are held in memory, as numbers. For each fold a model of shares is learnt anew, as in training.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from features import turns
from features.seen import look
from models.evaluation import Estimate
from models.figures import Floats, Ints
from models.share import ShareModel, TooFewPadded
from models.splits import Fold
from padding.dataset import Label
from traces.schema import Session


@dataclass(slots=True)
class Turns:
    """What the turns of sessions show, and which of them are padding."""

    tables: list[pd.DataFrame] = field(default_factory=list)
    marks: list[Floats] = field(default_factory=list)
    weights: list[Floats] = field(default_factory=list)

    def add(self, session: Session, label: Label) -> None:
        """Takes in the next session; sessions come in the order of their rows."""
        seen = look(session)
        marked = np.zeros(seen.size, np.float64)
        marked[list(label.padded_turns if label.label == "padded" else ())] = 1.0
        self.tables.append(pd.DataFrame(turns.turns(seen)))
        self.marks.append(marked)
        self.weights.append(seen.chars.astype(np.float64))

    def of(self, rows: Ints) -> tuple[pd.DataFrame, Floats, Floats, Ints]:
        """The turns of these sessions, which of them are padding, what they weigh, and whose they are, by row."""
        sizes = [len(self.marks[row]) for row in rows.tolist()]
        return (
            pd.concat([self.tables[row] for row in rows.tolist()], ignore_index=True),
            np.concatenate([self.marks[row] for row in rows.tolist()]),
            np.concatenate([self.weights[row] for row in rows.tolist()]),
            np.repeat(rows, sizes),
        )


def estimator(held: Turns, hosts: Sequence[str]) -> Estimate:
    """For a fold, what says the padded shares of its test part, given how likely each of them is padded.

    `hosts` names, session by session, what each was made from. Null where there is too little padding to learn from.
    """

    def estimate(fold: Fold) -> "_OfFold":
        table, padded, weights, owners = held.of(fold.train)
        users = [hosts[row] for row in owners.tolist()]
        try:
            model = ShareModel.fit(table, padded > 0, weights, owners.tolist(), users, made_by=turns.fingerprint())
        except TooFewPadded:
            return _OfFold(None, held, fold.test)
        return _OfFold(model, held, fold.test)

    return estimate


@dataclass(frozen=True, slots=True)
class _OfFold:
    model: ShareModel | None
    held: Turns
    rows: Ints

    def __call__(self, probabilities: Floats) -> Floats:
        found = np.full(len(self.rows), np.nan)
        sized = np.array([bool(len(self.held.marks[row])) for row in self.rows.tolist()])
        known = np.flatnonzero(sized & ~np.isnan(probabilities))
        if self.model is None or not len(known):
            return found
        table, _, weights, owners = self.held.of(self.rows[known])
        shares = self.model.shares(table, weights, owners.tolist(), probabilities[known])
        found[known] = [one.share for one in shares]
        return found
