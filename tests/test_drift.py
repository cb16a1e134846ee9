"""Drift is found where it is, not found where it is not, however many columns, sessions or alike ones there are."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp

from models.drift import ALPHA, FAR, MOVED, Drift, drift, finest, holm
from models.reference import Reference, Spread, worths

TRAINING = "training"


def made(seed: int, rows: int, columns: int = 40, users: int | None = None) -> tuple[pd.DataFrame, list[int] | None]:
    """Columns as features are: even, counts with many zeros, shares in thirds, half null, constant."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(rows, columns))
    owners = None if users is None else rng.integers(0, users, rows)
    if owners is not None:
        values = np.sqrt(0.5) * values + np.sqrt(0.5) * rng.normal(size=(users or 0, columns))[owners]
    counts, thirds, null = slice(5, 12), slice(12, 18), slice(18, 26)
    values[:, counts] = np.maximum(np.round(3 * values[:, counts]), 0)
    values[:, thirds] = np.round(3 * values[:, thirds]) / 3
    values[:, null] = np.where(rng.random((rows, 8)) < 0.5, np.nan, values[:, null])
    values[:, -1] = 1.0
    table = pd.DataFrame(values, columns=[f"c{place}" for place in range(columns)]).astype(np.float32)
    return table, None if owners is None else owners.tolist()


def against(then: pd.DataFrame, now: pd.DataFrame) -> Drift:
    return drift(Reference.of(then), now, TRAINING)


def moved(found: Drift) -> list[str]:
    return [one.column for one in found.of("moved", "far")]


def test_where_nothing_has_moved_no_alarm_is_given_in_a_hundred_reports() -> None:
    alarms = 0
    for seed in range(100):
        then, now = made(2 * seed, 800)[0], made(2 * seed + 1, 300)[0]
        alarms += bool(moved(against(then, now)))
    assert alarms == 0  # of 4,000 columns; with ALPHA a tenth of an alarm is expected


def test_nor_is_one_given_where_the_sessions_of_a_user_are_alike() -> None:
    corrected, naive = 0, 0
    for seed in range(40):
        (then, whose), (now, owners) = made(2 * seed, 800, users=60), made(2 * seed + 1, 400, users=40)
        corrected += bool(moved(drift(Reference.of(then, whose), now, TRAINING, owners)))
        naive += bool(moved(against(then, now)))
    assert corrected == 0
    assert naive > 4  # those who count sessions are woken often


def test_a_column_that_was_shifted_is_named_and_no_other() -> None:
    then, now = made(1, 1000)[0], made(2, 500)[0]
    now["c2"] += 0.8
    found = against(then, now)
    assert moved(found) == ["c2"]
    [one] = found.of("far")
    assert one.p < ALPHA
    assert one.psi >= FAR
    assert one.then == pytest.approx(0, abs=0.15)
    assert one.now == pytest.approx(0.8, abs=0.15)
    assert found.columns[0] is one


def test_a_shift_that_does_not_matter_is_no_drift_however_many_sessions_show_it() -> None:
    then, now = made(3, 30_000)[0], made(4, 30_000)[0]
    now["c2"] += 0.1
    found = against(then, now)
    one = next(one for one in found.columns if one.column == "c2")
    assert one.p < 1e-12
    assert one.psi < MOVED
    assert moved(found) == []


def test_a_column_that_becomes_null_has_moved() -> None:
    then, now = made(5, 1000)[0], made(6, 400)[0]
    now.loc[:200, "c3"] = np.nan
    [one] = against(then, now).of("far")
    assert (one.column, one.nulls_then) == ("c3", 0.0)
    assert one.nulls_now == pytest.approx(0.5, abs=0.01)


def test_a_column_that_was_constant_and_is_not_any_more_has_moved() -> None:
    then, now = made(7, 1000)[0], made(8, 400)[0]
    for other in (0.0, 5.0):
        now.loc[:120, "c39"] = other
        assert moved(against(then, now)) == ["c39"]


def test_a_column_of_which_only_the_tail_grows_has_moved() -> None:
    then, now = made(9, 1000)[0], made(10, 600)[0]
    now.loc[:90, "c1"] = 3 + np.abs(now.loc[:90, "c1"])
    assert moved(against(then, now)) == ["c1"]


def test_the_index_of_a_shifted_bell_is_what_theory_says() -> None:
    rng = np.random.default_rng(11)
    then, now = (pd.DataFrame({"x": rng.normal(size=40_000)}) for _ in range(2))
    for shift in (0.3, 0.5):
        [one] = against(then, now + shift).columns
        assert one.psi == pytest.approx(shift**2, rel=0.15)  # Jeffreys' divergence, a little less by the bins


def test_the_gap_is_kolmogorovs_as_far_as_quantiles_tell() -> None:
    rng = np.random.default_rng(12)
    then, now = rng.normal(size=700), 0.4 + 1.3 * rng.normal(size=300)
    [one] = against(pd.DataFrame({"x": then}), pd.DataFrame({"x": now})).columns
    known = ks_2samp(then, now).statistic
    assert known - 0.02 <= one.gap <= known + 1e-6


def test_few_sessions_tell_nothing_and_say_so() -> None:
    found = against(made(13, 1000)[0], made(14, 30)[0])
    assert not found.told
    assert {one.how for one in found.columns} == {"untold"}
    assert against(made(13, 1000)[0], made(14, 600)[0]).told


def test_many_sessions_of_three_people_tell_nothing_either() -> None:
    then, (now, owners) = made(15, 1000)[0], made(16, 2000, users=3)
    assert not drift(Reference.of(then), now, TRAINING, owners).told


def test_what_is_large_is_seen_even_where_little_can_be_told() -> None:
    then, now = made(17, 1000)[0], made(18, 60)[0]
    now["c0"] += 5
    assert moved(against(then, now)) == ["c0"]


def test_sessions_without_a_user_count_each_by_itself() -> None:
    table = made(19, 500)[0]
    assert worths([table["c0"].to_numpy(np.float64)], [None] * 500) == [pytest.approx(500, rel=0.2)]
    assert worths([table["c0"].to_numpy(np.float64)], ["one"] * 500) == [1.0]


def test_users_who_do_not_differ_at_all_hide_no_session() -> None:
    assert worths([np.array([1.0, 2.0, 1.0, 2.0])], ["ann", "ann", "bob", "bob"]) == [4.0]


def test_a_reference_is_the_same_after_json() -> None:
    then, now = made(20, 900)[0], made(21, 400)[0]
    now["c13"] += 1
    kept = Reference.of(then)
    read = Reference.read(json.loads(json.dumps(kept.plain(), allow_nan=False)))
    found = {one.column: one for one in drift(read, now, TRAINING).columns}
    for one in against(then, now).columns:
        other = found[one.column]
        assert one.how == other.how
        assert one.psi == pytest.approx(other.psi, abs=2e-3)
        assert one.gap == pytest.approx(other.gap, abs=1e-4)


def test_a_reference_that_is_broken_is_refused_by_name() -> None:
    plain = Reference.of(made(22, 50)[0][["c0"]]).plain()
    plain["c0"]["upto"].pop()
    with pytest.raises(ValueError, match=r"the reference of c0 has \d+, \d+, \d+ numbers: train the model again"):
        Reference.read(plain)


def test_columns_that_only_one_side_has_are_left_out() -> None:
    then, now = made(23, 300)[0], made(24, 300)[0]
    found = against(then[["c0", "c1"]], now[["c1", "c2"]])
    assert [one.column for one in found.columns] == ["c1"]
    assert against(then, now[:0]).columns == ()


def test_a_column_that_was_always_null_has_moved_once_it_is_not() -> None:
    nothing = pd.DataFrame({"x": np.full(500, np.nan)})
    assert Spread.of(nothing["x"].to_numpy(np.float64)).median is None
    assert moved(against(nothing, nothing)) == []
    assert moved(against(nothing, pd.DataFrame({"x": np.ones(500)}))) == ["x"]


def test_holms_correction_is_holms() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_more_columns_need_more_sessions() -> None:
    assert finest(200, 1) < finest(200, 150) < finest(100, 150)
