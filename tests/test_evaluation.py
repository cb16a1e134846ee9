"""The evaluation: what is planted is found, what was not seen was not seen, and no figure flatters."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest
from made_sessions import FAMILIES, TINY, made_sessions

from models.bootstrap import numbered
from models.evaluation import Evaluation, Others, evaluate, goals
from models.figures import Figure, Floats, recall_at
from models.groups import grouped as by_kind
from models.handwritten import Judged, errors, figures
from models.outcomes import once, unseen_strategy
from models.peers import Peer
from models.plan import Plan
from models.protocols import (
    Sessions,
    Trial,
    by_users,
    family_folds,
    fitted,
    grouped,
    quantile,
    silent,
    without_families,
    without_sources,
)
from models.reliability import calibration, shares
from models.report import Table
from models.sampling import Owners, Sampler
from models.slices import Slice, pooled
from models.splits import Fold, is_padded, leaks
from models.unseen import left_out, sources


def quiet(_done: int, _total: int) -> None:
    return None


@pytest.fixture(scope="module")
def sessions() -> Sessions:
    return made_sessions()


@pytest.fixture(scope="module")
def trials(sessions: Sessions) -> list[Trial]:
    return without_families(sessions, family_folds(sessions, TINY), TINY, quiet)


@pytest.fixture(scope="module")
def sampler(sessions: Sessions) -> Sampler:
    return Sampler.of(Owners.of(sessions.meta).numbers, TINY.draws, 0)


@pytest.fixture(scope="module")
def whole(sessions: Sessions) -> Evaluation:
    others = Others(missing={"elsewhere": "It is not installed."}, judged=handwritten())
    return evaluate(sessions, {"seed": 0}, others, TINY)


def handwritten() -> Judged:
    scores = np.array([3.0, 2.0, np.nan, 2.5, -1.0, -2.0])
    padded = np.array([True, True, True, False, False, False])
    names = tuple(f"{number}.json" for number in range(6))
    why = ("a loop", "a pasted block", "one line", "a batch that is used", "a review", "a fix")
    return Judged(scores, padded, names, ("family",) * 6, ("en",) * 6, why, np.full(6, 0.5), 2.7)


def value(cell: object) -> float:
    assert isinstance(cell, Figure)
    assert cell.value is not None
    return cell.value


def test_a_family_is_tried_on_models_that_saw_neither_it_nor_its_look_alikes_nor_its_users(
    sessions: Sessions, trials: list[Trial]
) -> None:
    meta = sessions.meta
    for trial in trials:
        assert leaks(trial.fold.train, trial.rows, meta) == {}
        seen = set(meta["strategy"].iloc[trial.fold.train])
        for family in trial.fold.left_out:
            strategy = FAMILIES[family][0]
            assert not {strategy, f"honest_{strategy}"} & seen
    assert {family for trial in trials for family in trial.fold.left_out} == set(FAMILIES)


def test_families_that_are_plain_are_found_and_one_that_differs_in_nothing_is_not(
    sessions: Sessions, trials: list[Trial], sampler: Sampler
) -> None:
    table = left_out(trials, sessions, sampler)
    found = {str(row[0]): value(row[2]) for row in table.rows}
    assert found["hidden"] < 0.15
    assert min(found["loops"], found["heartbeat"]) > 0.3
    assert found["mean of families"] == pytest.approx(np.mean([found[name] for name in FAMILIES]))
    assert str(table.rows[1][0]) == "worst family (hidden)"


def test_recall_is_the_share_above_the_best_threshold_of_each_fold(
    sessions: Sessions, trials: list[Trial], sampler: Sampler
) -> None:
    row = left_out(trials, sessions, sampler).row("loops")
    hits = total = 0
    for trial in (one for one in trials if "loops" in one.fold.left_out):
        limit = quantile(trial.raw[sessions.null()[trial.rows]], 0.01)
        mine = (sessions.meta["family"].iloc[trial.rows] == "loops").to_numpy()
        hits, total = hits + int((trial.raw[mine] > limit).sum()), total + int(mine.sum())
    assert row["sessions"] == total
    assert value(row["recall at 1%"]) == pytest.approx(hits / total)


def test_a_session_counts_once_however_many_ways_users_are_parted(sessions: Sessions, sampler: Sampler) -> None:
    twice = replace(TINY, parts=(2, 3))
    folds = family_folds(sessions, twice)
    assert len(folds) == 5 * len(FAMILIES)
    trials = without_families(sessions, folds, twice, quiet)
    family = (sessions.meta["family"] == "loops").to_numpy()
    assert left_out(trials, sessions, sampler).row("loops")["sessions"] == int(family.sum())
    assert once(trials, sessions, 0.01, own=True).tested.all()


def test_scores_of_two_models_are_never_mixed() -> None:
    padded = np.array([True, False, False, False])
    low = Slice(np.arange(4), np.array([1.0, 0.0, 0.0, 0.0]), padded)
    high = Slice(np.arange(4, 8), np.array([101.0, 100.0, 100.0, 100.0]), padded)
    statistic = pooled([low, high], partial(recall_at, budget=0.01))
    assert float(statistic(np.ones(8))) == 1.0
    one_side = np.r_[np.zeros(4), np.ones(4)]
    assert float(statistic(one_side)) == 1.0


def test_a_threshold_has_at_most_its_budget_above_it_and_unscored_sessions_are_not_flagged() -> None:
    scores = np.random.default_rng(0).normal(size=250)
    assert int((scores > quantile(scores, 0.01)).sum()) == 2
    assert int((scores > quantile(scores, 0.001)).sum()) == 0
    scores[:200] = np.nan
    assert int((scores > quantile(scores, 0.01)).sum()) == 2
    with pytest.raises(ValueError, match="no genuine session"):
        quantile(np.zeros(0), 0.01)


def test_people_made_up_for_one_genuine_session_are_one_user(sessions: Sessions) -> None:
    rows = [{"session_id": f"s{n}", "user": f"u{n}", "made_from": [f"g{n // 10}"]} for n in range(300)]
    owners = Owners.by_user(pd.DataFrame(rows))
    assert len(np.unique(owners.numbers)) == 30
    assert owners.users == pytest.approx(30)


def test_with_few_users_genuine_sessions_are_drawn_with_all_that_was_made_of_them() -> None:
    many, few = made_sessions(120, people=60).meta, made_sessions(120, people=4).meta
    assert Owners.of(many).kind == "user"
    owners = Owners.of(few)
    assert owners.kind == "base"
    assert len(np.unique(owners.numbers)) == 120
    bases = numbered([made_from[0] for made_from in few["made_from"]])
    assert len({*zip(owners.numbers.tolist(), bases.tolist(), strict=True)}) == 120


def test_each_session_is_judged_once_a_look_alike_by_a_model_that_had_not_seen_its_kind(
    sessions: Sessions, trials: list[Trial]
) -> None:
    judged = once(trials, sessions, 0.01, own=True)
    padded, null = is_padded(sessions.meta), sessions.null()
    assert judged.tested.all()
    assert unseen_strategy(judged, sessions)[padded].all()
    assert unseen_strategy(judged, sessions)[~padded & ~null].all()
    assert judged.flagged[null].mean() <= 0.01
    chance = judged.probability(0.02)
    scored = ~np.isnan(judged.raw)
    assert (chance[scored] >= 0).all()
    assert (chance[scored] <= 1).all()
    assert np.isnan(chance[~scored]).all()


def test_a_source_whose_honest_sessions_repeat_is_shown_as_the_worst(sampler: Sampler) -> None:
    sessions = made_sessions()
    odd = (sessions.meta["source"] == "d").to_numpy()
    sessions.table.loc[odd, "repeats"] += 4
    judged = once(without_sources(sessions, TINY, quiet), sessions, 0.01, own=False)
    table = sources(judged, sessions, sampler)
    assert str(table.rows[1][0]) == "worst source (d)"
    assert value(table.row("d")["false positives"]) > 0.3
    assert value(table.row("a")["false positives"]) < 0.1
    assert table.row("a")["promised"] is False  # 36 held-out genuine sessions promise nothing


def test_a_threshold_is_high_enough_for_each_source_left_out_in_turn_as_that_of_a_detector_is() -> None:
    sessions = made_sessions()
    odd = (sessions.meta["source"] == "d").to_numpy()
    sessions.table.loc[odd, "repeats"] += 4
    every = np.arange(len(sessions.meta))
    known, anywhere = (fitted(sessions, every, TINY.params, Plan(), elsewhere=asked) for asked in (False, True))
    assert not len(known.foreign)
    assert len(anywhere.foreign) == int(sessions.null().sum())
    assert anywhere.beforehand(0.01)[0] > known.beforehand(0.01)[0]
    assert (anywhere.foreign > anywhere.beforehand(0.01)[0]).mean() <= 0.01


def test_families_that_draw_on_each_other_stay_in_one_group(sessions: Sessions) -> None:
    bound = replace(sessions, together={"hidden": ("loops",)})
    groups = grouped(bound, TINY)
    assert "loops" in groups["hidden"]
    assert "hidden" in groups["loops"]
    assert set(groups) == set(FAMILIES)
    assert len({frozenset((name, *others)) for name, others in groups.items()}) == 2


def test_a_model_that_says_too_much_has_the_larger_calibration_error(sessions: Sessions, sampler: Sampler) -> None:
    judged = once(by_users(sessions, TINY, quiet), sessions, 0.01, own=False)
    sharper = replace(judged, raw=judged.raw * 8)
    table = calibration({"as it is": judged, "too sure": sharper}, sessions, sampler)
    for rate in ("0.5", "0.1"):
        for column in ("ECE", "Brier"):
            name = f"{rate}, weighed as they are"
            assert value(table.row(f"as it is, {name}")[column]) < value(table.row(f"too sure, {name}")[column])


def test_the_error_of_padded_shares_is_that_of_the_estimates(sessions: Sessions, sampler: Sampler) -> None:
    assert shares(sessions, sampler).rows == ()
    truth = sessions.meta["padded_share"]
    estimate = truth + np.where(is_padded(sessions.meta), -0.2, 0.1)
    table = shares(replace(sessions, meta=sessions.meta.assign(share_estimate=estimate)), sampler)
    assert value(table.row("padded")["mean absolute error"]) == pytest.approx(0.2)
    assert value(table.row("padded")["mean error"]) == pytest.approx(-0.2)
    assert value(table.row("genuine")["root mean square error"]) == pytest.approx(0.1)
    assert value(table.row("all")["correlation"]) == pytest.approx(1.0)
    assert table.row("genuine")["correlation"].value is None  # type: ignore[union-attr]


def test_padded_shares_are_estimated_for_each_user_by_what_has_not_seen_them(sessions: Sessions) -> None:
    asked: list[tuple[Fold, bool]] = []

    def estimate(fold: Fold) -> Callable[[Floats], Floats]:
        def given(probabilities: Floats) -> Floats:
            asked.append((fold, bool(np.nanmin(probabilities) == 1.0)))
            return probabilities * 0.5

        return given

    others = Others(estimate=estimate)
    found = evaluate(sessions, {}, others, replace(TINY, draws=5), silent)
    assert [known for _, known in asked] == [False, True] * TINY.users
    tested = np.concatenate([fold.test for fold, known in asked if known])
    assert sorted(tested.tolist()) == list(range(len(sessions.meta)))
    rows = {str(row[0]): row for row in found.report.table("padded_share").rows}
    assert value(rows["padded, if that is known"][2]) == pytest.approx(0.1)
    assert value(rows["genuine"][3]) == pytest.approx(np.nanmean(found.shares[~is_padded(sessions.meta)]))


def test_sessions_are_grouped_by_what_is_known_of_them(sessions: Sessions) -> None:
    kinds = dict(by_kind(sessions.meta.assign(turns=np.resize([3, 20, 59, 60, 500], len(sessions.meta)))))
    assert kinds["length"][:5].tolist() == ["0 to 19", "20 to 59", "20 to 59", "60 to 199", "200 or more"]
    assert set(kinds["times"]) == {"with times", "without times"}
    assert "language" not in dict(by_kind(sessions.meta.drop(columns="language")))


def test_misses_and_false_alarms_are_named_with_their_reasons() -> None:
    table = errors(handwritten())
    assert [(row[0], row[1], row[5]) for row in table.rows] == [
        ("1.json", "missed", "a pasted block"),
        ("2.json", "missed", "one line"),
    ]
    alarm = errors(replace(handwritten(), scores=np.array([3.0, 2.0, 1.0, 2.5, -1.0, np.nan])))
    assert [row[1] for row in alarm.rows] == ["missed", "missed"]
    peer = Peer("guess", np.arange(6.0), "nothing")
    found = figures(handwritten(), [peer], 40, 0)
    assert value(found.row("Winnow")["recall at 5%"]) == pytest.approx(1 / 3)
    assert value(found.row("guess")["AUC"]) == 0.0
    assert found.row("Winnow")["can judge"] == pytest.approx(5 / 6)


def test_with_enough_genuine_sessions_a_false_alarm_is_allowed_and_named() -> None:
    scores = np.r_[5.0, 0.5, 4.0, np.linspace(-2, 0, 21)]
    padded = np.r_[True, True, False, np.zeros(21, bool)]
    many = tuple(map(str, range(24)))
    judged = Judged(scores, padded, many, many, many, many, np.full(24, 0.5), 3.0)
    assert [(row[0], row[1]) for row in errors(judged).rows] == [("2", "false alarm")]


def test_a_goal_is_reached_by_the_figure_itself() -> None:
    def table(name: str, *rows: tuple[object, ...]) -> Table:
        return Table(name, name, tuple("abcdef"[: len(rows[0])]), rows)  # type: ignore[arg-type]

    good, bad = Figure(0.95, 0.8, 1.0, 9), Figure(0.55, 0.3, 0.7, 9)
    tables = [
        table("families", ("mean of families", 9, good), ("worst family (x)", 9, bad)),
        table("sources", ("worst source (y)", 9, Figure(0.03, 0.0, 0.2, 9))),
        table("calibration", ("families not seen, 0.5", 0.5, Figure(0.02, 0.01, 0.05, 9)),
              ("families not seen, 0.1", 0.1, Figure(0.04, 0.01, 0.05, 9)),
              ("users not seen, 0.5", 0.5, Figure(0.5, 0.4, 0.6, 9))),
    ]  # fmt: skip
    assert [row[3] for row in goals(tables).rows] == [True, False, True, False, None]


def test_the_report_has_every_section(whole: Evaluation) -> None:
    names = [table.name for table in whole.report.tables]
    assert names == ["goals", "families", "clusters", "sources", "grouped", "look_alikes", "groups", "hardness",
                     "calibration",
                     "padded_share", "abstained", "ablations", "peers", "judged", "judged_errors"]  # fmt: skip


def test_every_row_of_figures_has_its_interval(whole: Evaluation) -> None:
    for name in ("families", "grouped", "look_alikes", "calibration"):
        for row in whole.report.table(name).rows:
            for cell in row:
                if isinstance(cell, Figure) and cell.value is not None:
                    assert cell.low is not None, (name, row[0])
                    assert cell.high is not None, (name, row[0])
                    assert cell.low <= cell.high


def test_nothing_is_on_both_sides_and_the_split_by_time_is_there(whole: Evaluation) -> None:
    rows = {str(row[0]): row for row in whole.report.table("grouped").rows}
    assert set(rows) == {"grouped by user", "split by time"}
    assert {row[-1] for row in rows.values()} == {"nothing"}


def test_a_change_is_against_all_features_and_evidence_that_is_not_there_is_said(whole: Evaluation) -> None:
    table = whole.report.table("ablations")
    named = {str(row[0]): row for row in table.rows}
    assert named["without timing"][1] == 4
    assert named["only volume and similarity"][1] == 2
    for name in ("without timing", "without progress", "only volume and similarity"):
        assert value(named[name][6]) == pytest.approx(value(named[name][2]) - value(named["all features"][2]))
    assert any("no such features" in name for name in named)


def test_sessions_without_times_have_no_split_by_time() -> None:
    few = made_sessions(96, people=96)
    timeless = replace(few, meta=few.meta.assign(started=None))
    found = evaluate(timeless, {}, None, replace(TINY, draws=5), silent)
    assert [row[0] for row in found.report.table("grouped").rows] == ["grouped by user"]


def test_the_same_seed_gives_the_same_figures_and_no_step_is_taken_twice(sessions: Sessions, whole: Evaluation) -> None:
    steps: list[str] = []

    def step(name: str) -> Callable[[int, int], None]:
        steps.append(name)
        return quiet

    others = Others(missing={"elsewhere": "It is not installed."}, judged=handwritten())
    again = evaluate(sessions, {"seed": 0}, others, TINY, step)
    assert json.loads(again.report.json()) == json.loads(whole.report.json())
    assert len(steps) == len(set(steps))
