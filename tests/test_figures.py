"""Figures agree with scikit-learn's and with hand counts, for one weighting and for many at once."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from sklearn import metrics

from models.figures import (
    Bools,
    Floats,
    at_rate,
    auc,
    average_precision,
    brier,
    ece,
    flagged_share,
    log_loss,
    recall_at,
)


def some_scores(sessions: int = 400, seed: int = 0, digits: int = 1) -> tuple[Floats, Bools, Floats]:
    """Scores with many ties, labels and weights."""
    rng = np.random.default_rng(seed)
    labels = rng.random(sessions) < 0.4
    return np.round(rng.normal(labels * 1.2, 1), digits), labels, rng.exponential(size=sessions)


def chances(scores: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-scores)))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(auc, metrics.roc_auc_score), (average_precision, metrics.average_precision_score)],
)
def test_ranking_figures_are_those_of_scikit_learn(ours: Callable[..., Floats], theirs: Callable[..., float]) -> None:
    scores, labels, weights = some_scores()
    assert float(ours(scores, labels)) == pytest.approx(theirs(labels, scores))
    assert float(ours(scores, labels, weights)) == pytest.approx(theirs(labels, scores, sample_weight=weights))


def test_probability_figures_are_those_of_scikit_learn() -> None:
    scores, labels, weights = some_scores()
    found = chances(scores)
    assert float(brier(found, labels, weights)) == pytest.approx(
        metrics.brier_score_loss(labels, found, sample_weight=weights)
    )
    assert float(log_loss(found, labels, weights)) == pytest.approx(
        metrics.log_loss(labels, found, sample_weight=weights)
    )


@pytest.mark.parametrize(
    "measure",
    [
        auc,
        average_precision,
        partial(recall_at, budget=0.05),
        lambda scores, labels, weights: flagged_share(scores, ~labels, weights, threshold=0.8),
        lambda scores, labels, weights: brier(chances(scores), labels, weights),
        lambda scores, labels, weights: log_loss(chances(scores), labels, weights),
        lambda scores, labels, weights: auc(scores, labels, at_rate(labels, 0.02, weights)),
    ],
)
def test_many_weightings_at_once_give_what_each_gives_alone(measure: Callable[..., Floats]) -> None:
    scores, labels, _ = some_scores()
    many = np.random.default_rng(1).exponential(size=(2, 3, len(scores)))
    found = measure(scores, labels, many)
    assert found.shape == (2, 3)
    assert found == pytest.approx(
        np.array([[float(measure(scores, labels, weights)) for weights in row] for row in many])
    )


def test_recall_at_a_budget_by_hand() -> None:
    scores = np.array([9.0, 8, 7, 6, 5, 4, 3, 2])
    labels = np.array([True, True, False, True, False, True, False, False])
    found = [float(recall_at(scores, labels, budget=budget)) for budget in (0, 0.24, 0.25, 0.5, 1)]
    assert found == [0.5, 0.5, 0.75, 1, 1]


def test_tied_sessions_are_flagged_together_or_not_at_all() -> None:
    scores, labels = np.array([2.0, 1, 1, 1, 0]), np.array([True, True, True, False, False])
    assert float(recall_at(scores, labels, budget=0.4)) == pytest.approx(1 / 3)
    assert float(recall_at(scores, labels, budget=0.5)) == 1


def test_a_constant_score_finds_nothing() -> None:
    scores, labels = np.zeros(10), np.arange(10) < 5
    assert float(recall_at(scores, labels, budget=0.01)) == 0
    assert float(auc(scores, labels)) == 0.5


def test_a_session_without_a_score_is_never_flagged_and_counts_as_missed() -> None:
    scores, labels = np.array([3.0, np.nan, 1, np.nan]), np.array([True, True, False, False])
    assert float(recall_at(scores, labels, budget=1)) == 0.5
    assert float(flagged_share(scores, labels, threshold=-5)) == 0.5
    assert float(brier(np.array([0.9, np.nan, 0.1, np.nan]), labels)) == pytest.approx(0.01)


def test_a_flag_is_above_the_threshold_and_not_at_it() -> None:
    assert float(flagged_share(np.array([1.0, 2, 3]), np.ones(3, np.bool_), threshold=2)) == pytest.approx(1 / 3)


def test_what_is_undefined_is_nan() -> None:
    scores, genuine = np.array([1.0, 2.0]), np.zeros(2, np.bool_)
    for measure in (auc, average_precision, partial(recall_at, budget=0.1)):
        assert np.isnan(float(measure(scores, genuine)))
    assert np.isnan(float(flagged_share(scores, genuine, threshold=0)))


def test_a_base_rate_weighs_both_labels_as_asked() -> None:
    scores, labels, weights = some_scores()
    found = at_rate(labels, 0.02, weights)
    assert found[labels].sum() == pytest.approx(0.02)
    assert found.sum() == pytest.approx(1)
    assert found[labels] == pytest.approx(weights[labels] * found[labels][0] / weights[labels][0])
    assert float(auc(scores, labels, found)) == pytest.approx(float(auc(scores, labels, weights)))
    with pytest.raises(ValueError, match=r"a base rate of 1\.5"):
        at_rate(labels, 1.5)


def test_calibration_error_by_hand() -> None:
    found = np.repeat([0.1, 0.3, 0.9], [10, 10, 10])
    labels = np.r_[np.arange(10) < 2, np.arange(10) < 3, np.arange(10) < 6]
    assert float(ece(found, labels, bins=3)) == pytest.approx((0.1 + 0 + 0.3) / 3)


def test_bins_never_part_equal_probabilities() -> None:
    """Half of equal sessions are padded; a bin that held only those would show an error that is not there."""
    found, labels = np.full(100, 0.5), np.arange(100) < 50
    assert float(ece(found, labels, bins=10)) == pytest.approx(0)


def test_the_calibration_error_of_a_perfect_model_is_small_and_of_a_sure_one_large() -> None:
    rng = np.random.default_rng(0)
    found = rng.random(20000)
    labels = rng.random(20000) < found
    assert float(ece(found, labels)) < 0.015
    assert float(ece(np.where(found > 0.5, 0.99, 0.01), labels)) > 0.2


def test_calibration_bins_are_of_equal_mass_under_weights() -> None:
    """Two hundred light sessions and ten heavy ones: bins by number would put all heavy ones into one bin."""
    found = np.r_[np.linspace(0, 0.4, 200), np.linspace(0.6, 1, 10)]
    labels = np.r_[np.zeros(200, np.bool_), np.arange(10) % 2 == 1]
    weights = np.r_[np.full(200, 1e-6), np.full(10, 1.0)]
    by_hand = np.abs(found[200:] - labels[200:]).mean()
    assert float(ece(found, labels, weights, bins=10)) == pytest.approx(by_hand, abs=1e-3)
