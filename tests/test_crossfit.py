"""Out-of-fold scores, labels that may be wrong, and what a correction for them is worth."""

import numpy as np
from laboratory import COLUMNS, laboratory

from models.crossfit import suspected
from models.figures import auc
from models.folds import out_of_fold
from models.forest import Params
from models.splits import is_padded


def test_a_score_comes_from_trees_that_had_not_seen_the_session() -> None:
    table, meta = laboratory(600)
    rng = np.random.default_rng(0)
    nothing = table.assign(**{name: rng.normal(size=600) for name in table.columns})
    scores = out_of_fold(nothing, meta, COLUMNS, np.ones(600), Params(trees=60))
    assert 0.4 < float(auc(scores, is_padded(meta))) < 0.6


def test_genuine_sessions_that_are_padding_after_all_are_listed_first() -> None:
    table, meta = laboratory(1500, strength=3.0)
    wrong = np.flatnonzero(is_padded(meta))[:12]
    meta.loc[wrong, ["label", "kind", "family"]] = ["genuine", "null", "null"]
    found = suspected(table, meta, COLUMNS)
    listed = [one.session_id for one in found.doubts[:15]]
    assert len({f"s{row}" for row in wrong} & set(listed)) >= 8
    assert 0.005 < found.padded_share < 0.2
    assert found.gained.low is not None


def test_made_look_alikes_are_never_doubted() -> None:
    table, meta = laboratory(800)
    alike = set(meta["session_id"][meta["kind"] == "look-alike"])
    assert not alike & {one.session_id for one in suspected(table, meta, COLUMNS).doubts}
