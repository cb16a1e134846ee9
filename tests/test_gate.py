"""A challenger passes where nothing got worse, and each way of getting worse stops it with its reason."""

from dataclasses import replace

import numpy as np
import pytest

from models.figures import Bools, Floats
from models.gate import HeldOut, Judged, Tolerances, decide

SESSIONS = 2000


def held_out(verdicts: int = 0) -> HeldOut:
    """A thousand padded sessions and a thousand genuine ones, of a hundred users, four sources, two look-alikes."""
    rows = np.arange(SESSIONS)
    labels = rows % 2 == 0
    return HeldOut(
        labels=labels,
        users=(rows // 20).tolist(),
        sources=["abcd"[row // 500] for row in rows],
        look_alikes=[None if labels[row] or row % 3 else ("cron", "polling")[row % 4 // 2] for row in rows],
        verdicts=rows < verdicts,
    )


def judged(labels: Bools, gap: float = 4.0, seed: int = 0) -> Judged:
    """A calibrated model: normals that lie apart by a gap have log-odds that are linear in the place."""
    places = np.random.default_rng(seed).normal(labels * gap, 1)
    scores = gap * (places - gap / 2)
    return Judged(scores, float(np.quantile(scores[~labels], 0.99)), as_chance(scores))


def as_chance(scores: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-scores)))


def raised(model: Judged, rows: Bools) -> Judged:
    return replace(model, scores=np.where(rows, 99.0, model.scores))


def lowered(model: Judged, rows: Bools) -> Judged:
    return replace(model, scores=np.where(rows, -99.0, model.scores))


def some(among: Bools, count: int) -> Bools:
    """The first so many of these."""
    chosen = np.zeros(len(among), np.bool_)
    chosen[np.flatnonzero(among)[:count]] = True
    return chosen


def test_an_equal_challenger_passes() -> None:
    held = held_out()
    model = judged(held.labels)
    decision = decide(model, model, held, draws=200)
    assert decision.passed
    assert decision.reasons == ()
    assert [row.group for row in decision.table] == [
        "all",
        "all",
        "source a",
        "source b",
        "source c",
        "source d",
        "look-alike cron",
        "look-alike polling",
        "all",
    ]


def test_a_better_challenger_passes() -> None:
    held = held_out()
    decision = decide(judged(held.labels, 3), judged(held.labels, 5), held, draws=200)
    assert decision.passed, decision.reasons
    recall = decision.table[0]
    assert recall.challenger > recall.champion + 0.1
    assert recall.low is not None
    assert recall.low > 0


def test_a_clear_loss_of_recall_stops_it() -> None:
    held = held_out()
    champion = judged(held.labels)
    decision = decide(champion, lowered(champion, some(held.labels, 40)), held, draws=200)
    assert not decision.passed
    (reason,) = decision.reasons
    assert reason.startswith("recall at 1.0% false positives (all) fell from 0.9")
    assert reason.endswith("by more than 0.010")


def test_a_loss_that_cannot_be_ruled_out_stops_it() -> None:
    """Two unlike models of equal recall on thirty users: the data cannot tell that the new one is as good."""
    held = held_out()
    first = np.arange(SESSIONS) < 100
    few = HeldOut(
        held.labels[first],
        np.arange(100) // 20,
        held.sources[:100],
        held.look_alikes[:100],
        held.verdicts[first],
    )
    champion = judged(few.labels, 6)
    halves = [some(few.labels, 10), few.labels & ~some(few.labels, 40)]
    decision = decide(lowered(champion, halves[0]), lowered(champion, halves[1]), few, draws=200)
    assert decision.table[0].champion == decision.table[0].challenger == 0.8
    assert not decision.passed
    assert "may have fallen by more than 0.050: the lower bound of the difference is -" in decision.reasons[0]


def test_a_loss_within_the_tolerance_passes() -> None:
    held = held_out()
    champion = judged(held.labels, 6)
    assert decide(champion, lowered(champion, some(held.labels, 8)), held, draws=200).passed
    strict = Tolerances(recall=0.001)
    assert not decide(champion, lowered(champion, some(held.labels, 8)), held, strict, draws=200).passed


def test_one_source_that_got_worse_stops_it_even_if_all_got_better() -> None:
    held = held_out()
    champion = judged(held.labels, 4)
    better = judged(held.labels, 6)
    of_c = ~held.labels & (np.array(held.sources) == "c")
    challenger = raised(better, some(of_c, 9))
    decision = decide(champion, challenger, held, Tolerances(budget=0.03), draws=200)
    assert not decision.passed
    (reason,) = decision.reasons
    assert reason.startswith("false positives of source c rose from ")
    assert reason.endswith("of 250, by more than 2.0%")


def test_one_look_alike_that_got_worse_stops_it() -> None:
    held = held_out()
    champion = judged(held.labels, 6)
    polling = np.flatnonzero([kind == "polling" for kind in held.look_alikes])
    spread = np.isin(np.arange(SESSIONS), polling[::20])  # some in each source, too few to tell there
    decision = decide(champion, raised(champion, spread), held, Tolerances(budget=0.02), draws=200)
    assert [reason.split(" rose")[0] for reason in decision.reasons] == ["false positives of look-alike polling"]


def test_more_false_alarms_everywhere_stop_it() -> None:
    held = held_out()
    champion = judged(held.labels, 6)
    decision = decide(champion, replace(champion, threshold=-12.0), held, draws=200)
    assert any(reason.startswith("false positives of all rose") for reason in decision.reasons)


def test_a_single_session_proves_nothing_against_a_small_source() -> None:
    held = held_out()
    sources = list(held.sources)
    small = np.flatnonzero(~held.labels)[:3]
    for row in small:
        sources[row] = "small"
    held = replace(held, sources=sources)
    champion = judged(held.labels, 6)
    alarm = np.isin(np.arange(SESSIONS), small[:1])
    assert decide(champion, raised(champion, alarm), held, draws=200).passed
    assert not decide(champion, raised(champion, np.isin(np.arange(SESSIONS), small[:2])), held, draws=200).passed


def test_lost_calibration_stops_it() -> None:
    held = held_out()
    champion = judged(held.labels, 2)
    overconfident = replace(champion, probabilities=as_chance(5 * champion.scores))
    decision = decide(champion, overconfident, held, draws=200)
    (reason,) = decision.reasons
    assert reason.startswith("the calibration error is 0.")
    assert ", above 0.030 and above the champion's 0.0" in reason


def test_bad_calibration_that_is_no_worse_than_the_champions_passes() -> None:
    held = held_out()
    champion = judged(held.labels, 2)
    champion = replace(champion, probabilities=as_chance(5 * champion.scores))
    challenger = replace(champion, probabilities=as_chance(3 * champion.scores))
    assert decide(champion, challenger, held, draws=200).passed


def test_calibration_is_judged_at_the_base_rate_that_probabilities_are_for() -> None:
    held = held_out()
    champion = judged(held.labels, 2)
    rare = replace(champion, probabilities=as_chance(champion.scores + np.log(0.02 / 0.98)))
    assert decide(champion, rare, held, Tolerances(prevalence=0.02), draws=200).passed
    assert not decide(champion, rare, held, draws=200).passed


def test_padding_that_people_confirmed_and_it_misses_stops_it() -> None:
    held = held_out(verdicts=60)
    champion = judged(held.labels, 6)
    missed = some(held.labels & held.verdicts, 6)
    decision = decide(champion, lowered(champion, missed), held, draws=200)
    (reason,) = decision.reasons
    assert reason.startswith("recall at the threshold (verdicts) fell from ")


def test_too_few_verdicts_are_shown_and_not_judged() -> None:
    held = held_out(verdicts=20)
    champion = judged(held.labels, 6)
    decision = decide(champion, lowered(champion, some(held.labels & held.verdicts, 5)), held, draws=200)
    assert decision.passed
    assert decision.table[1].group == "verdicts (too few to judge)"
    assert decision.table[1].challenger == 0.5


def test_a_challenger_that_abstains_from_padding_loses_recall() -> None:
    held = held_out()
    champion = judged(held.labels, 6)
    silent = some(held.labels, 200)
    challenger = Judged(
        np.where(silent, np.nan, champion.scores), champion.threshold, np.where(silent, np.nan, champion.probabilities)
    )
    assert "recall" in decide(champion, challenger, held, draws=200).reasons[0]


def test_the_decision_is_the_same_each_time_and_has_a_table() -> None:
    held = held_out(verdicts=100)
    models = judged(held.labels, 4), judged(held.labels, 4, seed=1)
    first, second = (decide(*models, held, draws=200) for _ in range(2))
    assert first == second
    lines = first.markdown().splitlines()
    assert len(lines) == len(first.table) + 2
    assert {line.count("|") for line in lines} == {8}
    assert any("source d" in line for line in lines)


def test_what_cannot_be_compared_is_refused() -> None:
    held = held_out()
    model = judged(held.labels)
    with pytest.raises(ValueError, match="the challenger has 3 scores for 2000 held-out sessions"):
        decide(model, replace(model, scores=model.scores[:3]), held)
    with pytest.raises(ValueError, match="the champion scores none of the 2000"):
        decide(replace(model, probabilities=np.full(SESSIONS, np.nan)), model, held)
    with pytest.raises(ValueError, match="0 of 2000 held-out sessions are padded; both kinds are needed"):
        decide(model, model, replace(held, labels=np.zeros(SESSIONS, np.bool_)))
    with pytest.raises(ValueError, match="all 2000 held-out sessions are of one user"):
        decide(model, model, replace(held, users=["me"] * SESSIONS))
