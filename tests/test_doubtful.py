"""Wrong labels that were planted are found, and padding that was mixed into genuine traffic is trusted less."""

import numpy as np
import pytest

from models.doubtful import doubts, most_padding, trust
from models.figures import Bools, Floats


def chances(labels: Bools, seed: int = 0, gap: float = 3.0) -> Floats:
    """Calibrated probabilities at even odds."""
    places = np.random.default_rng(seed).normal(labels * gap, 1)
    return np.asarray(1 / (1 + np.exp(-gap * (places - gap / 2))))


def names(count: int) -> list[str]:
    return [f"s{number}" for number in range(count)]


def test_planted_wrong_labels_head_the_list() -> None:
    truth = np.arange(600) % 2 == 0
    wrong = np.arange(600) % 50 < 1
    found = doubts(chances(truth, gap=5), truth ^ wrong, names(600))
    planted = {f"s{row}" for row in np.flatnonzero(wrong)}
    first = {doubt.session_id for doubt in found[: len(planted)]}
    assert len(first & planted) >= 11
    assert len(found) < 24
    assert [doubt.margin for doubt in found] == sorted((doubt.margin for doubt in found), reverse=True)


def test_a_doubt_says_what_the_label_is_and_what_the_model_says() -> None:
    probabilities = np.array([0.95, 0.9, 0.05, 0.98, 0.1, 0.02])
    labels = np.array([True, True, True, False, False, False])
    found = [(doubt.session_id, doubt.labelled, doubt.probability) for doubt in doubts(probabilities, labels, names(6))]
    assert found == [("s3", "genuine", 0.98), ("s2", "padded", 0.05)]


def test_it_lists_what_cleanlab_lists() -> None:
    cleanlab = pytest.importorskip("cleanlab.filter")
    truth = np.arange(500) % 2 == 0
    labels = truth ^ (np.random.default_rng(1).random(500) < 0.05)
    probabilities = chances(truth, gap=2)
    theirs = cleanlab.find_label_issues(
        labels.astype(int),
        np.stack([1 - probabilities, probabilities], axis=1),
        filter_by="confident_learning",
        n_jobs=1,
    )
    ours = {int(doubt.session_id[1:]) for doubt in doubts(probabilities, labels, names(500))}
    assert ours == set(np.flatnonzero(theirs).tolist())


def test_good_labels_and_unscored_sessions_are_not_doubted() -> None:
    labels = np.array([True, True, False, False, True])
    assert doubts(np.array([0.9, 0.8, 0.1, 0.2, np.nan]), labels, names(5)) == ()


def test_one_label_alone_is_not_doubted() -> None:
    assert doubts(np.array([0.1, 0.9]), np.zeros(2, np.bool_), names(2)) == ()


def a_mixture(share: float, sessions: int = 4000) -> tuple[Floats, Bools, Bools]:
    """Padded sessions of the laboratory, and traffic with a share of padding: probabilities, labels, the truth."""
    labels = np.arange(2 * sessions) < sessions
    truth = labels | (np.random.default_rng(3).random(2 * sessions) < share)
    odds = chances(truth) / (1 - chances(truth))  # padded against genuine
    known = odds / (share * odds + 1 - share)  # padded against the traffic, as a model that was fitted on it says
    return np.asarray(known / (1 + known)), labels, truth


@pytest.mark.parametrize("share", [0.0, 0.05, 0.2])
def test_the_share_of_padding_in_the_traffic_is_estimated(share: float) -> None:
    probabilities, labels, _ = a_mixture(share)
    found = most_padding(probabilities[labels], probabilities[~labels])
    assert found == pytest.approx(share, abs=0.02 + 0.1 * share)


def test_padding_in_the_traffic_loses_its_weight_and_genuine_work_keeps_it() -> None:
    probabilities, labels, truth = a_mixture(0.1)
    found = trust(probabilities, labels)
    hidden, genuine = ~labels & truth, ~truth
    assert (found.weights[labels] == 1).all()
    assert found.weights[hidden].mean() < 0.35
    assert found.weights[genuine].mean() > 0.9
    assert (1 - found.weights[~labels]).mean() == pytest.approx(0.1, abs=0.03)


def test_with_the_true_share_the_weight_is_the_chance_of_being_genuine() -> None:
    probabilities, labels, truth = a_mixture(0.1)
    weights = trust(probabilities, labels, padded_share=0.1).weights[~labels]
    genuine = ~truth[~labels]
    for low, high in ((0, 0.3), (0.3, 0.7), (0.7, 1.01)):
        here = (weights >= low) & (weights < high)
        assert genuine[here].mean() == pytest.approx(weights[here].mean(), abs=0.08)


def test_trusted_sessions_keep_their_weight_whatever_they_look_like() -> None:
    probabilities, labels, _ = a_mixture(0.1)
    trusted = ~labels & (np.arange(len(labels)) % 2 == 0)
    weights = trust(probabilities, labels, trusted).weights
    assert (weights[trusted] == 1).all()
    assert weights[~labels & ~trusted].min() < 0.1


def test_nothing_changes_without_padding_in_the_traffic_or_without_traffic() -> None:
    probabilities, labels, _ = a_mixture(0.1, sessions=50)
    assert (trust(probabilities, labels, padded_share=0.0).weights == 1).all()
    assert (trust(probabilities, np.ones(100, np.bool_)).weights == 1).all()
    assert (trust(probabilities, labels, ~labels).weights == 1).all()


def test_a_session_without_a_score_keeps_its_weight() -> None:
    probabilities, labels, _ = a_mixture(0.1)
    probabilities[-1] = np.nan
    assert trust(probabilities, labels).weights[-1] == 1


def test_a_share_of_everything_is_refused() -> None:
    with pytest.raises(ValueError, match="a padded share of 1 is not between 0 and 1"):
        trust(*a_mixture(0.1, 50)[:2], padded_share=1)
