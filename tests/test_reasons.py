"""Reasons: only what raises the score and can defend itself, each thing said once, five at most."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.reasons import MOST, Column, Reasons, choose

COLUMNS = {
    "alike_50": Column("similarity", "high", "repeated prompts", 0.1),
    "alike_90": Column("similarity", "high", "repeated prompts", 0.0),
    "results_alike": Column("similarity", "high", "repeated results", 0.2),
    "calls_repeated": Column("similarity", "high", "repeated calls", 0.2),
    "heeds": Column("progress", "low", "unheeded replies", 0.4),
    "unused": Column("progress", "high", "unused results"),
    "vague": Column("triviality", "high", "vague prompts", 0.1),
    "even": Column("timing", "low", "even pauses", 1.0),
    "far": Column("language", "high", "unusual prompts", 0.3),
    "spread": Column("triviality", "context", "lengths", 1.0),
    "chars": Column("volume", "high", "size", 10.0),
}
NAMES = tuple(COLUMNS)


def chosen(added: dict[str, float], values: dict[str, float] | None = None, most: int = MOST) -> Reasons:
    """The reasons where these columns add so much; where no value is named, it speaks for padding."""
    speaking = {name: 0.01 if column.speaks == "low" else 99.0 for name, column in COLUMNS.items()}
    held = speaking | (values or {})
    return choose([added.get(name, 0.0) for name in NAMES], [held[name] for name in NAMES], NAMES, COLUMNS, most)


def codes(found: Reasons) -> list[str]:
    return [one.code for one in found.chosen]


def test_the_weightiest_reason_comes_first() -> None:
    found = chosen({"heeds": 0.5, "alike_90": 1.5})
    assert codes(found) == ["alike_90", "heeds"]
    assert [one.rank for one in found.chosen] == [1, 2]
    assert [one.weight for one in found.chosen] == [0.75, 0.25]


def test_a_reason_carries_its_value_and_the_usual_one() -> None:
    [one] = chosen({"heeds": 0.5}, {"heeds": 0.05}).chosen
    assert (one.kind, one.about, one.value, one.usual) == ("progress", "unheeded replies", 0.05, 0.4)


def test_what_lowers_the_score_is_no_reason() -> None:
    assert codes(chosen({"heeds": -0.5, "vague": 0.2})) == ["vague"]


def test_volume_and_context_are_never_reasons_however_much_they_add() -> None:
    found = chosen({"chars": 9.0, "spread": 0.5, "heeds": 0.5})
    assert codes(found) == ["heeds"]
    assert found.background == pytest.approx(0.95)
    assert found.chosen[0].weight == pytest.approx(0.05)


def test_volume_alone_gives_no_reason_at_all() -> None:
    assert chosen({"chars": 3.0}) == Reasons((), 1.0, 0.0)


def test_what_is_missing_is_no_reason() -> None:
    found = chosen({"even": 1.0, "vague": 1.0}, {"even": nan})
    assert codes(found) == ["vague"]
    assert found.background == pytest.approx(0.5)


@pytest.mark.parametrize(("name", "value"), [("vague", 0.1), ("vague", 0.0), ("heeds", 0.4), ("heeds", 0.9)])
def test_a_value_on_the_honest_side_is_no_reason(name: str, value: float) -> None:
    assert codes(chosen({name: 1.0}, {name: value})) == []


def test_without_a_usual_value_any_value_speaks() -> None:
    assert codes(chosen({"unused": 1.0}, {"unused": 0.0})) == ["unused"]


def test_columns_that_say_the_same_make_one_reason() -> None:
    found = chosen({"alike_50": 0.4, "alike_90": 0.6, "heeds": 0.5})
    assert codes(found) == ["alike_90", "heeds"]
    assert found.chosen[0].also == ("alike_50",)
    assert found.chosen[0].weight == pytest.approx(1.0 / 1.5)


def test_what_columns_about_one_thing_take_away_is_subtracted() -> None:
    assert codes(chosen({"alike_50": 0.6, "alike_90": -0.7, "heeds": 0.1})) == ["heeds"]
    assert chosen({"alike_50": 0.6, "alike_90": -0.5, "heeds": 0.1}).chosen[0].weight == pytest.approx(0.5)


def test_of_each_kind_there_are_two_at_most_and_the_others_are_told_of() -> None:
    found = chosen({"alike_90": 3.0, "results_alike": 2.0, "calls_repeated": 1.0, "vague": 0.5})
    assert codes(found) == ["alike_90", "results_alike", "vague"]
    assert found.others == pytest.approx(1.0 / 6.5)


def test_there_are_five_at_most() -> None:
    everything = dict.fromkeys(NAMES, 1.0)
    assert len(chosen(everything).chosen) == 5
    assert len(chosen(everything, most=2).chosen) == 2


def test_what_hardly_weighs_anything_is_not_told_unless_it_is_all_there_is() -> None:
    assert codes(chosen({"heeds": 1.0, "vague": 0.01})) == ["heeds"]
    assert codes(chosen({"chars": 1.0, "vague": 0.01})) == ["vague"]


def test_the_constant_last_part_is_left_out() -> None:
    added = [1.0 if name == "heeds" else 0.0 for name in NAMES]
    held = [0.0] * len(NAMES)
    assert choose([*added, -2.0], held, NAMES, COLUMNS) == choose(added, held, NAMES, COLUMNS)


def test_a_column_that_nothing_is_known_of_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing is known of strange: describe all columns of the model"):
        choose([1.0], [1.0], ["strange"], COLUMNS)


@given(
    st.lists(st.floats(-3, 3), min_size=len(NAMES), max_size=len(NAMES)),
    st.lists(st.floats(-2, 2) | st.just(nan) | st.just(inf), min_size=len(NAMES), max_size=len(NAMES)),
)
def test_parts_add_up_and_every_reason_can_defend_itself(added: list[float], held: list[float]) -> None:
    found = choose(added, held, NAMES, COLUMNS)
    parts = sum(one.weight for one in found.chosen) + found.background + found.others
    assert parts == pytest.approx(1.0) or parts == 0.0
    assert len({one.about for one in found.chosen}) == len(found.chosen) <= MOST
    for one in found.chosen:
        assert COLUMNS[one.code].speaks != "context"
        assert one.kind != "volume"
        assert added[NAMES.index(one.code)] > 0
        assert one.value == one.value
        assert not {"chars", "spread"} & set(one.also)
