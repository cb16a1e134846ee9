"""The detector: trained, kept, read again; what it says of a session and what it refuses to say."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from laboratory import COLUMNS, HONEST, laboratory

from models.detector import Detector
from models.figures import auc
from models.forest import Params
from models.plan import Plan, divided, parted_by_user, weighed
from models.splits import is_padded
from models.threshold import TooFewGenuine
from models.training import directed, train

SMALL = Params(trees=60, least=10)


@pytest.fixture(scope="module")
def detector() -> Detector:
    return train(*laboratory(3000), COLUMNS, "f1", SMALL)


def test_it_tells_padded_from_genuine_sessions_that_it_has_not_seen(detector: Detector) -> None:
    table, meta = laboratory(2000, seed=1)
    enough = detector.enough(table)
    assert auc(detector.raw(table)[enough], is_padded(meta)[enough]) > 0.85


def test_it_keeps_its_false_positive_budget_on_unseen_genuine_sessions(detector: Detector) -> None:
    table, meta = laboratory(8000, seed=2)
    judged = detector.judge(table, budget=0.05)
    genuine = (meta["kind"] == "null").to_numpy() & (judged["status"] == "scored").to_numpy()
    assert judged["flagged"].to_numpy()[genuine].mean() < 0.05
    assert judged["flagged"].to_numpy()[is_padded(meta)].mean() > 0.3


def test_its_probabilities_follow_the_base_rate_that_it_is_told(detector: Detector) -> None:
    table, meta = laboratory(8000, seed=3)
    rows = np.flatnonzero(is_padded(meta) | (meta["kind"] == "null").to_numpy())
    rare = detector.judge(table.iloc[rows], prevalence=0.02)["probability"]
    even = detector.judge(table.iloc[rows], prevalence=0.5)["probability"]
    scored = rare.notna()
    assert (rare[scored] < even[scored]).all()
    assert abs(float(even[scored].mean()) - 0.5) < 0.1


def test_its_interval_holds_its_probability_and_the_flag_agrees_with_the_threshold(detector: Detector) -> None:
    judged = detector.judge(laboratory(500, seed=4)[0]).query("status == 'scored'")
    assert (judged["probability_low"] <= judged["probability"]).all()
    assert (judged["probability"] <= judged["probability_high"]).all()
    sure = np.abs(judged["probability"] - judged["threshold"]) > 1e-9
    assert (judged["flagged"] == (judged["probability"] > judged["threshold"]))[sure].all()


def test_a_session_with_too_little_in_it_is_not_scored_and_never_flagged(detector: Detector) -> None:
    table, _ = laboratory(50, seed=5)
    short = table.assign(turn_count=3.0, repeats=9.0, answers=-9.0)
    judged = detector.judge(short)
    assert set(judged["status"]) == {"unscored"}
    assert judged["probability"].isna().all()
    assert not judged["flagged"].any()


def test_it_says_what_honest_use_looks_like(detector: Detector) -> None:
    table, meta = laboratory(600, seed=6)
    alike = (meta["kind"] == "look-alike").to_numpy()
    said = np.array(detector.looks_like(table))
    assert set(said) <= {*HONEST}
    assert (said == HONEST[0])[alike].mean() > (said == HONEST[0])[(meta["kind"] == "null").to_numpy()].mean() + 0.3


def test_what_was_written_gives_the_same_scores(detector: Detector, tmp_path: Path) -> None:
    table, _ = laboratory(300, seed=7)
    detector.said(data="checksum").write(tmp_path)
    kept = Detector.read(tmp_path)
    pd.testing.assert_frame_equal(
        kept.judge(table).drop(columns="novelty"), detector.judge(table).drop(columns="novelty")
    )
    assert kept.about["data"] == "checksum"
    assert not [file for file in tmp_path.iterdir() if file.suffix not in {".txt", ".json", ".parquet"}]


def test_a_table_of_another_feature_set_is_refused(detector: Detector) -> None:
    detector.accept("f1")
    with pytest.raises(ValueError, match="feature set f2, the model learnt from f1"):
        detector.accept("f2")


def test_a_budget_that_cannot_be_promised_is_refused_with_the_number_that_it_takes() -> None:
    few = train(*laboratory(300), COLUMNS, "f1", SMALL)
    with pytest.raises(TooFewGenuine, match="299"):
        few.threshold(0.01)


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no model"):
        Detector.read(tmp_path / "nothing")


def test_no_session_that_thresholds_are_chosen_on_was_seen_by_the_trees() -> None:
    _, meta = laboratory(2000)
    plan = Plan()
    grown, watched, held = divided(meta, plan)
    assert parted_by_user(meta)
    users = meta["user"].to_numpy()
    assert not set(users[held]) & {*users[grown], *users[watched]}
    assert sorted([*grown, *watched, *held]) == list(range(len(meta)))
    assert abs(len(held) / len(meta) - plan.held) < 0.05


def test_neither_label_outweighs_the_other_and_no_source_dominates() -> None:
    _, meta = laboratory(1000)
    meta.loc[meta.index[:700], "source"] = "huge"
    weights = weighed(meta, Plan())
    padded = is_padded(meta)
    assert np.isclose(weights[padded].sum(), weights[~padded].sum())
    huge = (meta["source"] == "huge").to_numpy()
    assert weights[huge & padded].sum() / weights[padded].sum() < 0.6


def test_what_is_only_context_never_moves_a_score(detector: Detector) -> None:
    table, _ = laboratory(300, seed=8)
    other = table.assign(turn_count=table["turn_count"] + 1000, noise=7.0)
    enough = detector.enough(table)
    assert np.array_equal(detector.raw(table)[enough], detector.raw(other)[enough])
    assert {column.name for column in directed(COLUMNS)} == {"repeats", "answers"}


def test_a_source_whose_genuine_sessions_look_padded_raises_the_threshold_for_sources_that_are_unknown() -> None:
    table, meta = laboratory(3000)
    odd = ((meta["source"] == "gamma") & (meta["kind"] == "null")).to_numpy()
    table.loc[odd, "repeats"] += 1.5
    found = train(table, meta, COLUMNS, "f1", SMALL)
    alone = replace(found, foreign=np.zeros(0))
    assert found.threshold(0.05).value > alone.threshold(0.05).value
    assert found.threshold(0.05).flagged <= alone.threshold(0.05).flagged


def test_verdicts_are_never_held_and_move_no_other_session() -> None:
    _, meta = laboratory(1000)
    before = divided(meta, Plan())
    verdicts = meta.iloc[:50].assign(
        kind="verdict", session_id=[f"v{number}" for number in range(50)], made_from=[[f"v{n}"] for n in range(50)]
    )
    after = divided(pd.concat([meta, verdicts], ignore_index=True), Plan())
    assert np.array_equal(before[2], after[2])
    assert set(range(1000, 1050)) <= set(after[0])
