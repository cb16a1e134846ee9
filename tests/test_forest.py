"""Trees: the same seed gives the same, text keeps them, constraints hold, contributions add up."""

import numpy as np
import pandas as pd
import pytest
from laboratory import COLUMNS, laboratory

from models.forest import Forest, Params, Part

SMALL = Params(trees=30, least=5)


def part(table: pd.DataFrame, meta: pd.DataFrame) -> Part:
    return Part(table, (meta["label"] == "padded").to_numpy(np.float64), np.ones(len(table)))


@pytest.fixture(scope="module")
def forest() -> Forest:
    return Forest.fit(part(*laboratory()), SMALL, monotone=[column.monotone for column in COLUMNS])


def test_the_same_rows_and_seed_give_the_same_trees(forest: Forest) -> None:
    again = Forest.fit(part(*laboratory()), SMALL, monotone=[column.monotone for column in COLUMNS])
    assert again.text == forest.text
    other = Forest.fit(part(*laboratory(seed=1)), SMALL)
    assert other.text != forest.text


def test_text_keeps_every_score(forest: Forest) -> None:
    table, _ = laboratory(seed=2)
    assert np.array_equal(Forest.from_text(forest.text).raw(table), forest.raw(table))


def test_a_column_that_may_only_speak_one_way_never_speaks_the_other(forest: Forest) -> None:
    table, _ = laboratory(seed=3)
    more = table.assign(repeats=table["repeats"] + 1)
    fewer = table.assign(answers=table["answers"] + 1)
    assert (forest.raw(more) >= forest.raw(table) - 1e-9).all()
    assert (forest.raw(fewer) <= forest.raw(table) + 1e-9).all()
    assert (forest.raw(more) > forest.raw(table)).any()


def test_contributions_add_up_to_the_score(forest: Forest) -> None:
    table, _ = laboratory(seed=4)
    assert np.allclose(forest.contributions(table).sum(1), forest.raw(table))


def test_columns_are_found_by_their_names_whatever_their_order(forest: Forest) -> None:
    table, _ = laboratory(seed=5)
    assert np.array_equal(forest.raw(table[table.columns[::-1]]), forest.raw(table))
    with pytest.raises(ValueError, match="lacks answers"):
        forest.raw(table.drop(columns="answers"))


def test_trees_stop_where_a_validation_part_gains_nothing_more() -> None:
    table, meta = laboratory(strength=0.0)
    watched = part(*laboratory(seed=6, strength=0.0))
    patient = Params(trees=400, patience=10)
    assert Forest.fit(part(table, meta), patient, watched).trees < 100
