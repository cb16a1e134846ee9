"""What the random slice says is right on average, and its intervals are as wide as they have to be."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from desk import ANN, LEA, Clock, company, score

from audit import queue, review
from audit.drawing import Plan
from audit.estimates import Sampled, estimate, figures
from audit.intake import enqueue
from audit.ledger import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{tmp_path}/ledger.db", Clock())
    yield opened
    opened.close()


def sample(flagged: bool, padded: int, genuine: int, chance: float = 0.1) -> list[Sampled]:
    return [Sampled(flagged, True, chance)] * padded + [Sampled(flagged, False, chance)] * genuine


def test_figures_are_weighted_by_the_size_of_what_was_sampled() -> None:
    found = estimate("1", [*sample(True, 30, 10, 0.5), *sample(False, 1, 99, 0.01)], flagged=80, unflagged=10_000)
    assert found.precision.value == pytest.approx(0.75)
    assert found.prevalence.value == pytest.approx((0.75 * 80 + 0.01 * 10_000) / 10_080)
    assert found.recall.value == pytest.approx(60 / 160)
    assert (found.precision.reviewed, found.recall.reviewed) == (40, 140)


def test_sampling_probabilities_weigh_within_a_stratum() -> None:
    mixed = [*sample(True, 10, 0, 0.5), *sample(True, 0, 10, 0.1)]
    found = estimate("1", mixed, flagged=120, unflagged=0)
    assert found.precision.value == pytest.approx(20 / 120)


def test_an_interval_is_clopper_and_pearsons_where_there_is_one_stratum() -> None:
    found = estimate("1", sample(True, 8, 2), flagged=100, unflagged=900).precision
    assert found.value == pytest.approx(0.8)
    assert found.low == pytest.approx(0.4439, abs=0.01)
    assert found.high == pytest.approx(0.9748, abs=0.01)


def test_few_reviews_make_a_wide_interval_and_many_a_narrow_one() -> None:
    widths = []
    for times in (1, 10, 100):
        sampled = [*sample(True, 3 * times, times), *sample(False, times, 19 * times)]
        recall = estimate("1", sampled, 500, 9_500).recall
        assert recall.low is not None
        assert recall.high is not None
        widths.append(recall.high - recall.low)
    assert widths[0] > 0.5 > widths[1] > widths[2] > 0.02


def test_where_nothing_was_found_the_interval_still_allows_for_it() -> None:
    found = estimate("1", [*sample(True, 10, 0), *sample(False, 0, 30)], 100, 9_900)
    assert found.prevalence.value == pytest.approx(0.01)
    assert found.prevalence.high == pytest.approx(0.01 + 0.99 * (1 - 0.025 ** (1 / 30)), abs=0.01)
    assert found.recall.value == 1.0
    assert found.recall.low is not None
    assert found.recall.low < 0.15  # thirty clean ones say little about 9,900


def test_what_cannot_be_said_is_null_with_the_reason() -> None:
    found = estimate("1", sample(False, 0, 5), flagged=40, unflagged=1_000)
    assert (found.precision.value, found.precision.low, found.precision.high) == (None, None, None)
    assert found.precision.reason == "none of the flagged sessions in the random slice is decided yet, of 40 in all"
    assert found.recall.value is None
    nothing = estimate("1", [*sample(True, 0, 4), *sample(False, 0, 5)], 40, 1_000)
    assert nothing.precision.value == 0
    assert nothing.recall.value is None
    assert "none of the 9 decided sessions of the random slice is padded" in nothing.recall.reason
    assert estimate("1", [], 0, 0).prevalence.reason == "there are no flagged or unflagged sessions"
    assert estimate("1", sample(False, 0, 5), 0, 1_000).prevalence.value == 0


@pytest.mark.parametrize(("precision", "missed", "drawn"), [(0.8, 0.01, 300), (0.5, 0.03, 100), (0.95, 0.002, 600)])
def test_the_intervals_cover_the_truth_as_often_as_they_say(precision: float, missed: float, drawn: int) -> None:
    luck = np.random.default_rng(7)
    flagged, unflagged, rounds = 400, 19_600, 200
    truth = {
        "precision": precision,
        "prevalence": (precision * flagged + missed * unflagged) / (flagged + unflagged),
        "recall": precision * flagged / (precision * flagged + missed * unflagged),
    }
    covered = dict.fromkeys(truth, 0)
    for _ in range(rounds):
        inside, outside = int(luck.binomial(40, precision)), int(luck.binomial(drawn, missed))
        sampled = [*sample(True, inside, 40 - inside), *sample(False, outside, drawn - outside, 0.02)]
        found = estimate("1", sampled, flagged, unflagged)
        for name, value in truth.items():
            figure = getattr(found, name)
            covered[name] += figure.low <= value <= figure.high
    assert all(count / rounds >= 0.94 for count in covered.values()), covered


def test_the_random_slice_of_a_worked_queue_finds_the_truth(ledger: Ledger) -> None:
    plan = Plan(random=0.3, random_flagged=0.5, near=0.0, novel=0.0, double=0.0)
    scores = {one.session_id: one for one in company(1000)}
    truth = {name: hash_of(name) < (0.8 if one.flagged else 0.02) for name, one in scores.items()}
    enqueue(ledger, scores.values(), plan)
    while found := queue.next_for(ledger, ANN, plan):
        review.decide(ledger, ANN, found.session_id, "padded" if truth[found.session_id] else "genuine")
    result = figures(ledger, "1")
    padded = [name for name, value in truth.items() if value]
    assert (result.flagged, result.unflagged) == (
        sum(one.flagged for one in scores.values()),
        sum(not one.flagged for one in scores.values()),
    )
    assert result.prevalence.low is not None
    assert result.prevalence.high is not None
    assert result.prevalence.low <= len(padded) / 1000 <= result.prevalence.high
    recall = sum(scores[name].flagged for name in padded) / len(padded)
    assert result.recall.low is not None
    assert result.recall.high is not None
    assert result.recall.low <= recall <= result.recall.high
    assert result.waiting == result.unsure == 0


def hash_of(name: str) -> float:
    return int(name.removeprefix("session-")) * 7919 % 10_007 / 10_007


def test_what_was_aimed_at_or_picked_says_nothing_about_everything(ledger: Ledger) -> None:
    enqueue(ledger, (score(f"s{n}") for n in range(20)), Plan(random=0, random_flagged=0, double=0))
    enqueue(ledger, [score("s99", 0.1)], Plan(random=0, near=0, novel=0))
    review.pick(ledger, ANN, "s99")
    for session in [*(f"s{n}" for n in range(20)), "s99"]:
        review.decide(ledger, ANN, session, "padded")
    found = figures(ledger, "1")
    assert (found.decided, found.flagged, found.unflagged) == (0, 20, 1)
    assert found.prevalence.value is None


def test_unsure_and_waiting_cases_are_counted_and_left_out(ledger: Ledger) -> None:
    enqueue(ledger, (score(f"s{n}") for n in range(10)), Plan(random=1, random_flagged=1, double=0))
    for n, decision in enumerate(("padded", "padded", "genuine", "unsure")):
        review.decide(ledger, LEA, f"s{n}", decision)  # type: ignore[arg-type]
    found = figures(ledger, "1")
    assert (found.decided, found.unsure, found.waiting) == (3, 1, 6)
    assert found.precision.value == pytest.approx(2 / 3)


def test_a_new_model_version_starts_from_verdicts_on_the_same_content(ledger: Ledger) -> None:
    everything = Plan(random=1, random_flagged=1, double=0)
    enqueue(ledger, [score("s1"), score("s2")], everything)
    for session in ("s1", "s2"):
        review.decide(ledger, ANN, session, "padded")
    enqueue(ledger, [score("s1", model_version="2"), score("s2", 0.1, model_version="2")], everything)
    assert figures(ledger, "1").recall.value == 1.0
    assert figures(ledger, "2").recall.value == 0.5
    enqueue(ledger, [score("s1", content="longer", model_version="2")], everything)
    assert (figures(ledger, "1").flagged, figures(ledger, "2").flagged) == (1, 1)
