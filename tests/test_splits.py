"""Nothing that would flatter a model is on both sides of a fold, and planted leaks are found."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.splits import Fold, bound, by_time, by_user, leaks, leave_families_out, leave_sources_out, parts

START = datetime(2026, 1, 5, tzinfo=UTC)
FAMILIES = {"loops": "polling", "fillers": "small_talk", "heartbeat": "pinged"}


def a_row(number: int, **columns: Any) -> dict[str, Any]:
    return {
        "session_id": f"s{number}",
        "label": "genuine",
        "family": "null",
        "strategy": "joined",
        "twin": "",
        "source": "a",
        "user": None,
        "started": START + timedelta(days=number),
        "made_from": (f"g{number}",),
        "group": None,
        **columns,
    }


def a_laboratory(seed: int = 0) -> pd.DataFrame:
    """Forty users of four sources with three genuine sessions each; of each a null, some padded, some look-alikes."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for base in range(120):
        user, source = f"u{base // 3}", "abcd"[base // 30]
        shared = {"user": user, "source": source, "made_from": (f"g{base}", f"g{rng.integers(120)}")}
        rows.append(a_row(len(rows), **shared))
        for family, strategy in FAMILIES.items():
            if rng.random() < 0.5:
                kind = {"label": "padded", "family": family, "strategy": strategy, "twin": f"honest_{strategy}"}
                rows.append(a_row(len(rows), **{**shared, "user": f"new{len(rows)}"}, **kind))
            if rng.random() < 0.3:
                kind = {"family": "honest", "strategy": f"honest_{strategy}", "twin": strategy}
                rows.append(a_row(len(rows), **shared, **kind))
    frame = pd.DataFrame(rows)
    frame["started"] = [START + timedelta(hours=float(hours)) for hours in rng.permutation(len(rows))]
    return frame


def of(meta: pd.DataFrame, rows: Any, column: str) -> set[str]:
    return set(meta[column].iloc[rows])


def test_parts_by_user_test_each_session_once_and_leak_nothing() -> None:
    meta = a_laboratory()
    folds = by_user(meta, 5)
    assert sorted(np.concatenate([fold.test for fold in folds]).tolist()) == list(range(len(meta)))
    for fold in folds:
        assert len(fold.train) + len(fold.test) == len(meta)
        assert leaks(fold.train, fold.test, meta) == {}


def test_parts_are_of_like_size_and_mixture() -> None:
    meta = a_laboratory()
    for fold in by_user(meta, 5):
        labels = meta["label"].iloc[fold.test]
        assert len(labels) == pytest.approx(len(meta) / 5, rel=0.1)
        assert (labels == "padded").mean() == pytest.approx((meta["label"] == "padded").mean(), abs=0.05)


def test_the_seed_decides_the_parts() -> None:
    meta = a_laboratory()
    assert (parts(meta, 5, 1) == parts(meta, 5, 1)).all()
    assert (parts(meta, 5, 1) != parts(meta, 5, 2)).any()


def test_a_chain_of_user_genuine_session_and_group_stays_together() -> None:
    meta = pd.DataFrame(
        [
            a_row(0, user="ann"),
            a_row(1, user="ann", made_from=("g7", "g9")),
            a_row(2, user="bob", made_from=("g7",)),
            a_row(3, user="bob", group="copies"),
            a_row(4, user="cid", group="copies"),
            a_row(5, user="dan", made_from=("g9", "g7")),
            a_row(6, made_from=()),
            a_row(7, made_from=("s6",)),
        ]
    )
    found = bound(meta).tolist()
    assert len(set(found[:5])) == 1
    assert found[5] not in found[:5]  # g7 was only borrowed from
    assert found[6] == found[7]  # made from a session that is here itself
    assert len(set(found)) == 3


def test_nulls_bind_nobody() -> None:
    meta = pd.DataFrame([a_row(0), a_row(1), a_row(2, user=float("nan")), a_row(3, user="", made_from=None)])
    assert len(set(bound(meta))) == 4


def test_a_frame_without_groups_and_twins_is_enough() -> None:
    meta = a_laboratory().drop(columns=["group", "twin"])
    assert len(by_user(meta)) == 5
    assert len(leave_families_out(meta)) == 6


def test_a_family_left_out_is_seen_nowhere_in_training_nor_are_its_look_alikes() -> None:
    meta = a_laboratory()
    folds = leave_families_out(meta)
    assert [fold.left_out for fold in folds] == [("fillers",)] * 2 + [("heartbeat",)] * 2 + [("loops",)] * 2
    for fold in folds:
        (family,) = fold.left_out
        assert leaks(fold.train, fold.test, meta, ("user", "base", "group", "family", "twin")) == {}
        assert family not in of(meta, fold.train, "family")
        assert f"honest_{FAMILIES[family]}" not in of(meta, fold.train, "strategy")
        assert of(meta, fold.train, "family") >= set(FAMILIES) - {family}
        assert of(meta, fold.test, "family") == {family, "null", "honest"}


@pytest.mark.parametrize("said_by", ["padded", "genuine"])
def test_it_is_enough_that_one_of_both_says_whose_look_alike_it_is(said_by: str) -> None:
    meta = a_laboratory()
    meta.loc[meta["label"] != said_by, "twin"] = ""
    for fold in leave_families_out(meta):
        assert f"honest_{FAMILIES[fold.left_out[0]]}" not in of(meta, fold.train, "strategy")


def test_the_parts_of_a_family_test_each_of_its_sessions_and_each_genuine_one_once() -> None:
    meta = a_laboratory()
    tested = np.concatenate([fold.test for fold in leave_families_out(meta, folds=3) if fold.left_out == ("loops",)])
    expected = np.flatnonzero((meta["family"] == "loops") | (meta["label"] == "genuine"))
    assert sorted(tested.tolist()) == expected.tolist()


def test_families_that_draw_from_each_other_are_left_out_together() -> None:
    meta = a_laboratory()
    folds = leave_families_out(meta, {"heartbeat": ["loops", "gone"], "gone": ["fillers"]})
    assert sorted({fold.left_out for fold in folds}) == [("fillers",), ("heartbeat", "loops")]
    for fold in folds:
        assert of(meta, fold.train, "family").isdisjoint(fold.left_out)


def test_families_that_leave_none_to_learn_from_are_refused() -> None:
    with pytest.raises(ValueError, match=r"all families \(fillers, heartbeat, loops\) would be left out together"):
        leave_families_out(a_laboratory(), {"heartbeat": ["loops", "fillers"]})


def test_a_source_left_out_takes_with_it_whoever_is_bound_to_it() -> None:
    meta = a_laboratory()
    moved = meta.index[meta["user"] == "u0"][0]
    meta.loc[moved, "source"] = "d"
    folds = {fold.name: fold for fold in leave_sources_out(meta)}
    assert list(folds) == ["without a", "without b", "without c", "without d"]
    for fold in folds.values():
        assert leaks(fold.train, fold.test, meta, ("user", "base", "group", "source")) == {}
    assert moved in folds["without d"].test
    assert moved not in folds["without a"].train
    assert len(folds["without b"].train) == (meta["source"] != "b").sum()


def test_the_latest_sessions_are_tested_on_a_model_of_earlier_ones() -> None:
    meta = a_laboratory()
    meta.loc[3, "started"] = pd.NaT
    fold = by_time(meta, 0.3)
    assert leaks(fold.train, fold.test, meta, ("user", "base", "group", "time")) == {}
    assert 3 not in {*fold.train.tolist(), *fold.test.tolist()}
    assert min(len(fold.train), len(fold.test)) > 10


def test_who_is_found_before_and_after_is_kept_where_there_is_more() -> None:
    days = {"ann": (0, 1, 9), "bob": (2, 8, 7), "cid": (3, 4, 5), "dan": (6,)}
    rows = [a_row(day, user=user) for user, all_days in days.items() for day in all_days]
    fold = by_time(pd.DataFrame(rows), 0.3)
    sides = [[rows[row]["session_id"] for row in side] for side in (fold.train, fold.test)]
    assert sides == [["s0", "s1", "s3", "s4", "s5", "s6"], ["s8", "s7"]]


def test_sessions_without_any_time_cannot_be_split_by_it() -> None:
    with pytest.raises(ValueError, match="none of the 2 sessions has a time"):
        by_time(pd.DataFrame([a_row(0, started=None), a_row(1, started=None)]))


PADDED = {"label": "padded", "family": "loops", "strategy": "polling", "twin": "honest_polling"}


@pytest.mark.parametrize(
    ("kind", "left", "right", "both"),
    [
        ("user", {"user": "ann"}, {"user": "ann"}, "ann"),
        ("base", {"made_from": ("g5", "g6")}, {"made_from": ("g5", "g8")}, "g5"),
        ("base", {"made_from": ("s1",)}, {"made_from": ()}, "s1"),
        ("group", {"group": "copies"}, {"group": "copies"}, "copies"),
        ("family", PADDED, PADDED, "loops"),
        ("twin", {"strategy": "honest_polling", "twin": "polling"}, PADDED, "honest_polling"),
        ("twin", {"strategy": "honest_polling"}, PADDED, "honest_polling"),
        ("source", {}, {}, "a"),
        ("time", {"started": START + timedelta(days=3)}, {"started": START}, "s1"),
    ],
)
def test_a_planted_leak_is_found(kind: str, left: dict[str, Any], right: dict[str, Any], both: str) -> None:
    meta = pd.DataFrame([a_row(0, **left), a_row(1, **right)])
    assert leaks(np.array([0]), np.array([1]), meta, (kind,)) == {kind: (both,)}
    assert leaks(np.array([0]), np.array([0]), meta.iloc[:1], ()) == {}


@pytest.mark.parametrize("kind", ["user", "base", "group", "family", "twin", "time"])
def test_what_does_not_leak_is_not_complained_of(kind: str) -> None:
    meta = pd.DataFrame([a_row(0, **{**PADDED, "family": "other", "made_from": ("g1", "g2")}), a_row(2, **PADDED)])
    assert leaks(np.array([0]), np.array([1]), meta, (kind,)) == {}


def test_a_leak_put_into_a_good_fold_is_found() -> None:
    meta = a_laboratory()
    good = by_user(meta)[0]
    bad = Fold("bad", np.append(good.train, good.test[0]), good.test[1:])
    assert "user" in leaks(bad.train, bad.test, meta) or "base" in leaks(bad.train, bad.test, meta)


def test_too_few_bundles_are_refused() -> None:
    meta = pd.DataFrame([a_row(number, user="ann") for number in range(9)])
    with pytest.raises(ValueError, match="9 sessions are bound into 1 bundles, too few for 5 folds"):
        by_user(meta)


def test_a_label_that_is_neither_is_refused() -> None:
    with pytest.raises(ValueError, match="a label is 'maybe'; it must be 'padded' or 'genuine'"):
        by_user(pd.DataFrame([a_row(0, label="maybe")]))
