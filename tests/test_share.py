"""The padded share: it is near the truth, says how sure it is, weighs sessions alike, and survives being written."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.figures import Bools, Floats, Ints
from models.forest import Params
from models.share import ShareModel
from models.spread import Spread

QUICK = Params(trees=20, rate=0.25, leaves=7, least=10, columns=1.0, rows=0.8)


class Turns:
    """Sessions of twenty turns by ten users; a third are genuine, the others padded from some turn on."""

    def __init__(self, sessions: int, seed: int, noise: float = 0.25) -> None:
        draw = np.random.default_rng(seed)
        self.sessions: Ints = np.repeat(np.arange(sessions), 20)
        self.users: Ints = self.sessions % 10
        start = np.where(np.arange(sessions) % 3 == 0, 20, draw.integers(0, 18, sessions))
        self.padded: Bools = np.tile(np.arange(20), sessions) >= start[self.sessions]
        self.weights: Floats = draw.integers(50, 150, len(self.sessions)).astype(float)
        shown = self.padded + draw.normal(0, noise, len(self.sessions))
        self.table = pd.DataFrame({"shown": shown, "other": draw.normal(size=len(shown))})

    @property
    def true(self) -> Floats:
        sums = np.bincount(self.sessions, self.weights)
        return np.asarray(np.bincount(self.sessions, self.weights * self.padded) / sums)


def fitted(held: Turns) -> ShareModel:
    return ShareModel.fit(held.table, held.padded, held.weights, held.sessions, held.users, QUICK, made_by="abc")


@pytest.fixture(scope="module")
def model() -> ShareModel:
    return fitted(Turns(150, 1))


def test_the_share_is_near_the_truth_on_other_sessions(model: ShareModel) -> None:
    other = Turns(120, 2)
    found = model.shares(other.table, other.weights, other.sessions)
    error = np.abs(np.array([one.share for one in found]) - other.true).mean()
    assert error < 0.05 < np.abs(other.true - other.true.mean()).mean()


def test_nine_of_ten_true_shares_lie_within_the_bounds(model: ShareModel) -> None:
    other = Turns(240, 3)
    found = model.shares(other.table, other.weights, other.sessions)
    inside = [one.low - 1e-9 <= true <= one.high + 1e-9 for one, true in zip(found, other.true, strict=True)]
    assert np.mean(inside) > 0.75
    assert all(0 <= one.low <= one.share <= one.high <= 1 for one in found)


def test_bounds_are_wider_where_turns_say_less() -> None:
    sure, unsure = (fitted(Turns(90, 4, noise)) for noise in (0.2, 1.2))
    widths = []
    for one in (sure, unsure):
        other = Turns(60, 5, 0.2 if one is sure else 1.2)
        widths.append(np.mean([s.high - s.low for s in one.shares(other.table, other.weights, other.sessions)]))
    assert widths[0] < widths[1]


def test_padded_tokens_are_the_share_of_the_weight(model: ShareModel) -> None:
    other = Turns(3, 6)
    for one, whole in zip(
        model.shares(other.table, other.weights, other.sessions),
        np.bincount(other.sessions, other.weights),
        strict=True,
    ):
        assert one.weight == whole
        assert one.padded == pytest.approx(one.share * whole)


def test_one_session_alone_gets_the_same_share_as_among_others(model: ShareModel) -> None:
    other = Turns(9, 7)
    together = model.shares(other.table, other.weights, other.sessions)
    for number, one in enumerate(together):
        own = other.sessions == number
        assert model.share(other.table[own].reset_index(drop=True), other.weights[own]) == one


def test_a_session_that_is_hardly_padded_by_its_score_has_hardly_a_share(model: ShareModel) -> None:
    other = Turns(9, 8)
    own = other.sessions == 4
    table, weights = other.table[own], other.weights[own]
    certain, doubtful, never = (model.share(table, weights, chance) for chance in (1.0, 0.3, 0.01))
    assert doubtful.share == pytest.approx(0.3 * certain.share)
    assert doubtful.low == 0
    assert doubtful.high <= certain.high
    assert never.high == 0 or never.high == pytest.approx(never.share)


def test_a_session_without_any_weight_has_no_share(model: ShareModel) -> None:
    other = Turns(1, 9)
    one = model.share(other.table, np.zeros(20))
    assert np.isnan([one.share, one.low, one.high]).all()
    assert model.shares(other.table.iloc[:0], np.zeros(0), np.zeros(0, int)) == []


def test_long_sessions_do_not_outvote_short_ones() -> None:
    held = Turns(90, 10)
    heavy = np.where(held.sessions == 0, 1e6, held.weights)
    light = fitted(held)
    held.weights = heavy
    other = Turns(30, 11)
    one, two = (model.chances(other.table) for model in (light, fitted(held)))
    assert np.abs(one - two).max() < 0.5
    assert np.abs(one - two).mean() < 0.05


def test_what_is_written_and_read_again_says_the_same(model: ShareModel, tmp_path: Path) -> None:
    model.to_files(tmp_path / "share")
    again = ShareModel.from_files(tmp_path / "share")
    other = Turns(12, 12)
    assert again.made_by == "abc"
    assert again.shares(other.table, other.weights, other.sessions) == model.shares(
        other.table, other.weights, other.sessions
    )
    assert sorted(path.name for path in (tmp_path / "share").iterdir()) == ["of_all.txt", "of_padded.txt", "share.json"]
    assert json.loads((tmp_path / "share" / "share.json").read_text())["made_by"] == "abc"


def test_the_same_turns_give_the_same_model(model: ShareModel) -> None:
    other = Turns(12, 13)
    assert np.array_equal(model.chances(other.table), fitted(Turns(150, 1)).chances(other.table))


@pytest.mark.parametrize("users", [1, 10])
def test_too_few_sessions_or_users_are_refused(users: int) -> None:
    held = Turns(12 if users == 10 else 60, 14)
    with pytest.raises(ValueError, match="are too few to estimate padded shares: it takes 20"):
        ShareModel.fit(held.table, held.padded, held.weights, held.sessions, held.users % users, QUICK)


def test_a_table_of_other_columns_is_refused(model: ShareModel) -> None:
    with pytest.raises(ValueError, match="the table lacks shown"):
        model.share(pd.DataFrame({"other": [1.0]}), np.ones(1))


def test_probabilities_are_one_a_session(model: ShareModel) -> None:
    other = Turns(3, 15)
    with pytest.raises(ValueError, match="3 sessions but 2 probabilities"):
        model.shares(other.table, other.weights, other.sessions, np.array([0.1, 0.2]))


def test_the_curve_rises_and_its_bounds_hold_it() -> None:
    draw = np.random.default_rng(0)
    true = draw.uniform(0, 1, 400)
    spread = Spread.fit(np.clip(true + draw.normal(0, 0.1, 400), 0, 1), true)
    found = [spread.at(at) for at in np.linspace(0, 1, 21)]
    means = [mean for mean, _, _ in found]
    assert means == sorted(means)
    assert all(low <= mean <= high for mean, low, high in found)
    assert found[10] == pytest.approx((0.5, 0.33, 0.67), abs=0.08)
    assert np.isnan(spread.at(float("nan"))).all()
