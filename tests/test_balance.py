"""No source, family or user has more of the weight than it is allowed."""

import numpy as np
import pytest

from models.balance import balanced, shares


def test_half_of_the_weight_is_on_each_label() -> None:
    rng = np.random.default_rng(0)
    labels = rng.random(300) < 0.2
    groupings = {name: rng.integers(1, size, 300).tolist() for name, size in (("source", 5), ("user", 40))}
    weights = balanced(labels, groupings)
    assert weights.sum() == pytest.approx(300)
    assert weights[labels].sum() == pytest.approx(150)
    assert (weights > 0).all()


@pytest.mark.parametrize(("power", "small"), [(0, 0.5), (0.5, 0.25), (1, 0.1)])
def test_a_large_source_is_damped_by_the_power(power: float, small: float) -> None:
    """90 sessions against 10: as equals, as 3 to 1, or as they are."""
    sources = ["large"] * 90 + ["small"] * 10
    weights = balanced(np.zeros(100, np.bool_), {"source": sources}, power=power)
    assert shares(weights, sources) == pytest.approx({"large": 1 - small, "small": small})


def test_groupings_that_contradict_each_other_are_met_half_way_in_whatever_order() -> None:
    sources = ["a"] * 90 + ["b"] * 10
    users = ["ann"] * 50 + ["bob"] * 40 + ["cid"] * 10
    found = [
        balanced(np.zeros(100, np.bool_), groupings, power=0)
        for groupings in ({"source": sources, "user": users}, {"user": users, "source": sources})
    ]
    assert found[0] == pytest.approx(found[1])
    assert 1 / 3 < shares(found[0], sources)["b"] < 1 / 2


def test_no_weight_exceeds_the_cap() -> None:
    """One session of a source of its own would weigh fifty times the mean."""
    sources = ["large"] * 99 + ["single"]
    labels = np.zeros(100, np.bool_)
    assert balanced(labels, {"source": sources}, power=0, cap=100)[-1] == pytest.approx(50)
    capped = balanced(labels, {"source": sources}, power=0, cap=5)
    assert capped[-1] == pytest.approx(5)
    assert capped.sum() == pytest.approx(100)


def test_sessions_of_nobody_known_are_one_group() -> None:
    users = [None] * 50 + ["ann"] * 50
    weights = balanced(np.zeros(100, np.bool_), {"user": users}, power=0)
    assert weights == pytest.approx(np.ones(100))


def test_senseless_powers_and_caps_are_refused() -> None:
    with pytest.raises(ValueError, match="a power of 2 is not between 0 and 1"):
        balanced(np.zeros(2, np.bool_), {}, power=2)
    with pytest.raises(ValueError, match=r"under 0\.5 times the mean"):
        balanced(np.zeros(2, np.bool_), {}, cap=0.5)
