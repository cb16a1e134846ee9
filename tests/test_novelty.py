"""Novelty: far from everything is high, in the middle is low, labels are unknown to it."""

import numpy as np
import pandas as pd
import pytest
from laboratory import laboratory

from models.novelty import Novelty


def test_what_is_like_nothing_in_training_is_novel_and_a_training_session_is_not() -> None:
    table, _ = laboratory()
    novelty = Novelty.fit(table)
    usual = pd.DataFrame([table.median()])
    strange = usual.assign(repeats=50.0, answers=-50.0, noise=50.0)
    assert novelty.of(usual)[0] < 0.5
    assert novelty.of(strange)[0] == 1.0


def test_the_scores_of_sessions_like_those_of_training_are_spread_evenly() -> None:
    novelty = Novelty.fit(laboratory(1500)[0])
    fresh = novelty.of(laboratory(1500, seed=1)[0])
    assert np.allclose(np.quantile(fresh, [0.25, 0.5, 0.75]), [0.25, 0.5, 0.75], atol=0.06)


def test_it_is_the_same_when_it_was_kept_as_parquet(tmp_path: object) -> None:
    table, _ = laboratory()
    novelty = Novelty.fit(table)
    place = f"{tmp_path}/novelty.parquet"
    novelty.to_table().to_parquet(place, index=False)
    kept = Novelty.from_table(pd.read_parquet(place))
    assert np.allclose(kept.of(table), novelty.of(table), atol=2e-3)


def test_columns_that_do_not_vary_are_refused_where_no_other_is_there() -> None:
    with pytest.raises(ValueError, match="none of the 2 columns varies"):
        Novelty.fit(pd.DataFrame({"one": [1.0] * 9, "none": [np.nan] * 9}))
