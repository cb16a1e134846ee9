"""Sessions written by hand, never trained on: each miss and each false alarm by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from models.bootstrap import share
from models.figures import Bools, Floats, auc, recall_at
from models.peers import Peer
from models.protocols import quantile
from models.report import Cell, Table
from models.sampling import Sampler

BUDGET = 0.05
"""So few sessions have no 1 %."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Hand-written sessions with the model's scores and the writers' reasons."""

    scores: Floats
    """Raw; NaN where there is too little to judge."""
    padded: Bools
    names: tuple[str, ...]
    families: tuple[str, ...]
    languages: tuple[str, ...]
    why: tuple[str, ...]
    """Why each is what it is, in its writer's words."""
    probabilities: Floats
    threshold: float
    """The raw score above which a session is flagged, for a budget of 1 %."""


def figures(judged: Judged, peers: Sequence[Peer], draws: int, seed: int) -> Table:
    """How well hand-written sessions are told apart, by the model and by peers."""
    sampler = Sampler.of(np.arange(len(judged.padded)), draws, seed)
    rows: list[tuple[Cell, ...]] = [("Winnow", *_told(judged.scores, judged.padded, sampler))]
    rows += [(peer.name, *_told(peer.scores, judged.padded, sampler)) for peer in peers]
    for name, who in (("flagged at the threshold for 1%: padded", judged.padded),
                      ("flagged at the threshold for 1%: genuine", ~judged.padded)):  # fmt: skip
        flags = judged.scores[who] > judged.threshold
        rows.append((name, None, share(np.asarray(flags, np.bool_), list(range(len(flags)))), None))
    notes = (
        f"{int(judged.padded.sum())} padded and {int((~judged.padded).sum())} genuine sessions, each by its own user; "
        "the genuine ones were written to look padded. Each judge has its best threshold on these very sessions.",
    )
    return Table("judged", "Hand-written sessions", ("judge", "AUC", f"recall at {BUDGET:.0%}", "can judge"),
                 tuple(rows), notes)  # fmt: skip


def errors(judged: Judged) -> Table:
    """Each padded session missed and each genuine one flagged, at 5 % false positives."""
    limit = quantile(judged.scores[~judged.padded], BUDGET)
    flagged = judged.scores > limit
    wrong = np.flatnonzero(flagged != judged.padded)
    order = sorted(wrong.tolist(), key=lambda one: (not judged.padded[one], -_low(float(judged.scores[one]))))
    rows = tuple(
        (
            judged.names[one],
            "missed" if judged.padded[one] else "false alarm",
            judged.families[one],
            judged.languages[one],
            float(judged.probabilities[one]),
            judged.why[one],
        )
        for one in order
    )
    columns = ("session", "error", "what it is", "language", "probability", "why it is so")
    notes = (
        "At the threshold with at most 5 % of these genuine sessions above it; probabilities for a base rate of one "
        "half, a dash where there is too little to judge. What it really is is said by its writer.",
    )
    return Table("judged_errors", "Misses and false alarms among them", columns, rows, notes)


def _told(scores: Floats, padded: Bools, sampler: Sampler) -> tuple[Cell, ...]:
    known = float((~np.isnan(scores)).mean())
    found = [sampler.figure(partial(measure, scores, padded), len(padded))
             for measure in (auc, partial(recall_at, budget=BUDGET))]  # fmt: skip
    return (*found, known)


def _low(score: float) -> float:
    return -np.inf if np.isnan(score) else score
