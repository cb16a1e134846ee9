"""Probabilities are right on data whose truth is known, at any base rate."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from models.calibration import Calibration, compare, fit
from models.figures import Bools, Floats, at_rate, ece
from models.venn_abers import bounds

METHODS = ("isotonic", "beta", "venn-abers")


def a_world(sessions: int, seed: int = 0, rate: float = 0.5) -> tuple[Floats, Bools]:
    """Raw scores that are far too sure: the true log-odds, at even odds, are 0.4 of them and a little more."""
    rng = np.random.default_rng(seed)
    labels = rng.random(sessions) < rate
    evidence = rng.normal(np.where(labels, 1, -1), 2**0.5)
    return evidence / 0.4 - 0.7, labels


def truth(scores: Floats, rate: float) -> Floats:
    """The true probability there: normals of variance 2, at -1 and 1, have log-odds that equal the place."""
    odds = np.exp((scores + 0.7) * 0.4) * rate / (1 - rate)
    return np.asarray(odds / (1 + odds))


@pytest.mark.parametrize("method", METHODS)
def test_probabilities_come_near_the_truth(method: str) -> None:
    fitted = fit(*a_world(6000), method=method)
    scores, labels = a_world(20000, seed=1)
    assert ece(fitted.probability(scores), labels) < 0.025
    assert np.abs(fitted.probability(scores) - truth(scores, 0.5)).mean() < 0.025
    assert ece(1 / (1 + np.exp(-scores)), labels) > 0.08  # what the raw scores claim is far off


@pytest.mark.parametrize("method", METHODS)
def test_they_are_right_for_a_company_where_two_in_a_hundred_are_padded(method: str) -> None:
    fitted = fit(*a_world(6000), method=method)
    scores, labels = a_world(40000, seed=2, rate=0.02)
    assert ece(fitted.probability(scores, prevalence=0.02), labels) < 0.006
    assert ece(fitted.probability(scores), labels) > 0.1
    assert fitted.probability(scores, 0.02).mean() == pytest.approx(0.02, abs=0.005)


@pytest.mark.parametrize("method", METHODS)
def test_the_rate_of_the_fit_is_that_of_its_weights(method: str) -> None:
    scores, labels = a_world(6000)
    fitted = fit(scores, labels, at_rate(labels, 0.1), method)
    assert fitted.rate == pytest.approx(0.1)
    unseen, _ = a_world(5000, seed=3)
    assert np.abs(fitted.probability(unseen) - truth(unseen, 0.1)).mean() < 0.025
    assert np.abs(fitted.probability(unseen, 0.5) - truth(unseen, 0.5)).mean() < 0.03


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("prevalence", [None, 0.02, 0.9])
def test_a_higher_score_never_gives_a_lower_probability(method: str, prevalence: float | None) -> None:
    fitted = fit(*a_world(400), method=method)
    found = fitted.probability(np.linspace(-40, 40, 4001), prevalence)
    assert (np.diff(found) >= -1e-12).all()
    assert found[0] < found[-1]
    assert found.min() > 0
    assert found.max() < 1


@pytest.mark.parametrize("method", METHODS)
def test_a_calibration_survives_json(method: str) -> None:
    fitted = fit(*a_world(500), method=method)
    text = fitted.to_json()
    again = Calibration.from_json(text)
    assert again == fitted
    assert (again.probability(np.linspace(-9, 9, 99)) == fitted.probability(np.linspace(-9, 9, 99))).all()
    assert json.loads(text)["method"] == method


def test_a_method_that_is_not_known_is_refused() -> None:
    text = replace(fit(*a_world(50)), method="platt").to_json()
    with pytest.raises(ValueError, match="'platt' is no known calibration; known are isotonic, beta, venn-abers"):
        Calibration.from_json(text)
    with pytest.raises(ValueError, match="'platt'"):
        fit(*a_world(50), method="platt")


def test_one_label_is_not_enough() -> None:
    with pytest.raises(ValueError, match="there are 0 padded and 3 genuine ones"):
        fit(np.array([1.0, 2.0, 3.0]), np.zeros(3, np.bool_))


def test_a_prevalence_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="a prevalence of 0 is not between 0 and 1"):
        fit(*a_world(50)).probability(np.zeros(1), 0)


def test_a_session_without_a_score_has_no_probability_and_does_not_disturb_the_fit() -> None:
    scores, labels = a_world(300)
    for method in METHODS:
        whole = fit(np.append(scores, np.nan), np.append(labels, True), method=method)
        assert whole == fit(scores, labels, method=method)
        assert np.isnan(whole.probability(np.array([np.nan, 0.0]))).tolist() == [True, False]


@pytest.mark.parametrize("method", METHODS)
def test_scores_that_separate_perfectly_promise_no_certainty(method: str) -> None:
    scores = np.r_[np.linspace(-5, -1, 50), np.linspace(1, 5, 50)]
    fitted = fit(scores, scores > 0, method=method)
    found = fitted.probability(np.array([-50.0, 50.0]))
    assert found[0] >= 1 / 102
    assert found[1] <= 101 / 102


def test_beta_stays_monotone_where_scores_say_the_contrary() -> None:
    scores, labels = a_world(500)
    fitted = fit(-scores, labels, method="beta")
    assert np.ptp(fitted.probability(np.linspace(-9, 9, 50))) == pytest.approx(0, abs=1e-9)
    assert fitted.probability(np.zeros(1))[0] == pytest.approx(labels.mean(), abs=1e-6)


@pytest.mark.parametrize("digits", [0, 1, 6])
@pytest.mark.parametrize("weighted", [False, True])
def test_venn_abers_gives_what_isotonic_regression_with_one_session_more_gives(digits: int, weighted: bool) -> None:
    rng = np.random.default_rng(digits)
    scores = np.round(rng.normal(size=30), digits)
    labels = rng.random(30) < 1 / (1 + np.exp(-2 * scores))
    weights = rng.random(30) + 0.1 if weighted else np.ones(30)
    weights *= 30 / weights.sum()
    distinct, lower, upper = bounds(scores, labels, weights)
    for score in (*distinct, *(distinct + 0.003), -9.0, 9.0):
        found = (lower[np.searchsorted(distinct, score, "right")], upper[np.searchsorted(distinct, score, "left")])
        expected = [
            IsotonicRegression()
            .fit(np.append(scores, score), np.append(labels, label), sample_weight=np.append(weights, 1))
            .predict([score])[0]
            for label in (0, 1)
        ]
        assert found == pytest.approx(expected, abs=1e-9)


def test_venn_abers_is_surer_the_more_it_has_seen() -> None:
    scores = np.linspace(-6, 6, 50)
    widths = []
    for sessions in (100, 4000):
        fitted = fit(*a_world(sessions), method="venn-abers")
        low, high = fitted.interval(scores)
        assert (low <= fitted.probability(scores) + 1e-12).all()
        assert (fitted.probability(scores) <= high + 1e-12).all()
        widths.append(float((high - low).mean()))
    assert widths[1] < 0.3 * widths[0]


def test_the_interval_moves_with_the_base_rate() -> None:
    fitted = fit(*a_world(1000), method="venn-abers")
    scores = np.linspace(-4, 4, 9)
    assert (fitted.interval(scores, 0.02)[1] < fitted.interval(scores)[1]).all()


def test_other_methods_have_no_interval() -> None:
    with pytest.raises(ValueError, match="a beta calibration has no intervals"):
        fit(*a_world(50)).interval(np.zeros(1))


def test_the_comparison_puts_the_method_first_that_fits_the_world() -> None:
    scores, labels = a_world(1500)
    users = np.arange(1500) // 5
    rows = compare(scores, labels, users)
    assert rows[0].method == "beta"  # the true curve is one of its own; the others must learn it
    assert {row.method for row in rows} == set(METHODS)
    assert max(row.ece for row in rows) < 0.06
    assert [row.log_loss for row in rows] == sorted(row.log_loss for row in rows)


def test_the_comparison_at_a_small_base_rate_judges_there() -> None:
    scores, labels = a_world(1500)
    rows = compare(scores, labels, np.arange(1500) // 5, prevalence=0.02)
    assert max(row.brier for row in rows) < 0.03
    assert max(row.ece for row in rows) < 0.02


def test_the_comparison_keeps_a_user_on_one_side() -> None:
    """Each user has one score of their own and one label: who has seen the user knows, who has not cannot."""
    rng = np.random.default_rng(0)
    users = np.repeat(np.arange(60), 10)
    scores, labels = rng.normal(size=60)[users], (rng.random(60) < 0.5)[users]
    apart = compare(scores, labels, users)
    mixed = compare(scores, labels, np.arange(600))
    error = [next(row.brier for row in rows if row.method == "isotonic") for rows in (apart, mixed)]
    assert error[0] > 0.24
    assert error[0] > error[1]
