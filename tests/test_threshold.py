"""The threshold keeps its budget as often as it promises, or refuses and says what it would take; or it estimates."""

from math import erfc

import numpy as np
import pytest

from models.figures import Floats
from models.threshold import ENOUGH, Own, TooFewGenuine, allowed, choose, needed


def above(value: float) -> float:
    """The true share of a standard normal above a value."""
    return 0.5 * erfc(value / 2**0.5)


def test_two_hundred_and_ninety_nine_are_just_enough_for_one_percent() -> None:
    assert needed(0.01, 0.95) == 299
    scores = np.random.default_rng(0).normal(size=299)
    assert choose(scores, budget=0.01).value == scores.max()
    with pytest.raises(
        TooFewGenuine, match=r"^298 genuine sessions are too few .* 95% .* 1\.00% are flagged: it takes 299;"
    ):
        choose(scores[:298], budget=0.01)


@pytest.mark.parametrize(
    ("budget", "confidence", "count"), [(0.05, 0.95, 59), (0.001, 0.95, 2995), (0.1, 0.9, 22), (0.5, 0.5, 1)]
)
def test_the_number_needed_is_exact(budget: float, confidence: float, count: int) -> None:
    assert needed(budget, confidence) == count
    assert (1 - budget) ** count <= 1 - confidence + 1e-12
    assert count == 1 or (1 - budget) ** (count - 1) > 1 - confidence
    assert allowed(count, budget, confidence) == 0
    assert count == 1 or allowed(count - 1, budget, confidence) is None


def test_one_more_false_alarm_is_allowed_from_473_sessions_on() -> None:
    """0.99^n + n 0.01 0.99^(n-1) falls under 0.05 at 473."""
    assert (allowed(472, 0.01), allowed(473, 0.01)) == (0, 1)


@pytest.mark.parametrize(("sessions", "budget"), [(299, 0.01), (800, 0.01), (1000, 0.05)])
def test_the_budget_is_kept_in_95_of_100_draws_and_not_much_more_often(sessions: int, budget: float) -> None:
    rng = np.random.default_rng(sessions)
    draws = 1000
    broken = sum(above(choose(rng.normal(size=sessions), budget=budget).value) > budget for _ in range(draws))
    assert broken <= 0.05 * draws + 3 * (0.05 * 0.95 * draws) ** 0.5
    assert broken > 0  # a threshold that is never wrong is too high


def test_ties_make_it_flag_fewer_and_never_more() -> None:
    rng = np.random.default_rng(1)
    draws, broken = 500, 0
    for _ in range(draws):
        scores = np.round(rng.exponential(size=600), 0)
        broken += float(np.exp(-(choose(scores, budget=0.05).value + 0.5))) > 0.05
    assert broken <= 0.05 * draws


def test_equal_scores_flag_nobody() -> None:
    found = choose(np.ones(400), budget=0.01)
    assert found.flagged == 0
    assert not found.flags(np.ones(3)).any()
    assert found.flags(np.array([1.1, np.nan])).tolist() == [True, False]


def test_what_is_flagged_among_those_it_was_chosen_on_is_told() -> None:
    found = choose(np.arange(2000.0), budget=0.01)
    assert found.flagged == allowed(2000, 0.01) == 12
    assert found.value == 1987
    assert (found.genuine, found.worth) == (2000, 2000)


def of_users(rng: np.random.Generator, users: int, each: int, alike: float) -> tuple[Floats, Floats]:
    owners = np.repeat(np.arange(users), each)
    own = rng.normal(size=users)[owners]
    return alike**0.5 * own + (1 - alike) ** 0.5 * rng.normal(size=len(owners)), owners.astype(np.float64)


def test_with_users_it_holds_where_sessions_of_one_user_are_alike() -> None:
    rng = np.random.default_rng(0)
    draws, broken, unaware = 150, 0, 0
    for _ in range(draws):
        scores, users = of_users(rng, 100, 20, alike=0.4)
        broken += above(choose(scores, budget=0.05, users=users).value) > 0.05
        unaware += above(choose(scores, budget=0.05).value) > 0.05
    assert broken <= 0.05 * draws
    assert unaware > 0.1 * draws  # what would happen otherwise


def test_independent_sessions_of_users_are_worth_nearly_all() -> None:
    scores, users = of_users(np.random.default_rng(0), 300, 10, alike=0)
    assert choose(scores, users=users).worth > 2000


def test_a_few_users_cannot_stand_for_everybody() -> None:
    scores, users = of_users(np.random.default_rng(0), 5, 200, alike=0.5)
    with pytest.raises(
        TooFewGenuine, match=r"1000 genuine sessions .* it takes 299 independent ones, .* are worth \d+;"
    ):
        choose(scores, users=users)


def test_one_user_is_worth_one_session() -> None:
    with pytest.raises(TooFewGenuine, match="are worth 1;"):
        choose(np.random.default_rng(0).normal(size=1000), users=["me"] * 1000)


def test_unscored_sessions_are_not_counted_as_genuine_ones() -> None:
    with pytest.raises(ValueError, match="2 of 400 genuine scores are not finite; leave unscored sessions out"):
        choose(np.r_[np.zeros(398), np.nan, np.inf])


def test_senseless_budgets_are_refused() -> None:
    with pytest.raises(ValueError, match="a false-positive budget of 1 is not between 0 and 1"):
        choose(np.zeros(400), budget=1)
    with pytest.raises(ValueError, match="a confidence of 95 is not"):
        choose(np.zeros(400), confidence=95)
    with pytest.raises(ValueError, match="there are 400 scores but 3 users"):
        choose(np.zeros(400), users=[1, 2, 3])


def own(rng: np.random.Generator, flagged: int = 15, unflagged: int = 40) -> Own:
    """A slice of standard normal sessions: of those above 1.5 one in five was drawn, of the others one in twenty."""
    scores = rng.normal(size=30_000)
    high, low = scores[scores > 1.5][:flagged], scores[scores <= 1.5][:unflagged]
    share = above(1.5)
    weights = np.r_[np.full(len(high), share / len(high)), np.full(len(low), (1 - share) / len(low))]
    return Own(np.r_[high, low], weights)


def test_an_estimate_from_a_slice_drawn_by_unequal_chance_lies_about_the_budget() -> None:
    rng = np.random.default_rng(3)
    rates = [above(own(rng).threshold(0.01).value) for _ in range(400)]
    assert np.mean(rates) == pytest.approx(0.01, abs=0.004)
    assert 0.3 < np.mean(np.array(rates) > 0.01) < 0.75  # no promise, and not called one
    assert own(rng).threshold(0.01).confidence is None


def test_what_stands_for_few_counts_as_few() -> None:
    scores = np.arange(100.0)
    even = Own(scores, np.ones(100)).threshold(0.02)
    assert (even.value, even.flagged) == (97.0, 2)
    seldom = Own(scores, np.where(scores >= 90, 0.1, 1.0)).threshold(0.02)
    assert (seldom.value, seldom.flagged) == (89.0, 10)
    assert Own(scores, np.full(100, 7.0)).threshold(0.02) == even


def test_with_as_many_of_the_house_as_a_promise_takes_it_is_the_promise() -> None:
    scores = np.random.default_rng(0).normal(size=800)
    found, promised = Own(scores, np.full(800, 20.0)).threshold(0.01), choose(scores, budget=0.01)
    assert found == promised
    assert found.confidence == 0.95
    few = Own(scores, np.where(scores > 2, 1.0, 1e-9)).threshold(0.01)
    assert (few.confidence, few.worth) == (None, int((scores > 2).sum()))


def test_of_very_few_nothing_is_estimated() -> None:
    assert not Own.none().is_enough
    assert Own.none().worth == 0
    assert not Own(np.zeros(ENOUGH - 1), np.ones(ENOUGH - 1)).is_enough
    assert Own(np.zeros(ENOUGH), np.ones(ENOUGH)).is_enough
