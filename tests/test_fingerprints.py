"""Fingerprints: two sorts that differ are told apart, two that do not are not."""

import numpy as np
from laboratory import laboratory

from models.fingerprints import by_classifier, by_column, told


def both(shift: float) -> tuple[object, object, list[str]]:
    table, _ = laboratory(800)
    second = np.arange(800) >= 400
    table["noise"] = table["noise"] + shift * second
    return table, second, [f"pair{number % 400}" for number in range(800)]


def test_sorts_that_do_not_differ_are_within_the_band() -> None:
    table, second, pairs = both(0.0)
    sources = ["one"] * 400 + ["one"] * 400
    found = by_classifier(table, second, pairs, sources)  # type: ignore[arg-type]
    assert [one.by for one in found] == ["all", "one"]
    assert found[0].state != "outside"


def test_the_column_that_gives_a_sort_away_comes_first_and_is_outside_the_band() -> None:
    table, second, pairs = both(1.0)
    first, *others = by_column(table, second, pairs)  # type: ignore[arg-type]
    assert (first.by, first.state) == ("noise", "outside")
    assert all(one.state != "outside" for one in others)
    assert (told(table, second, pairs).value or 0) > 0.65  # type: ignore[arg-type]


def test_a_source_of_a_few_sessions_is_left_out() -> None:
    table, second, pairs = both(0.0)
    sources = ["few" if number % 400 < 10 else "many" for number in range(800)]
    assert [one.by for one in by_classifier(table, second, pairs, sources)] == ["all", "many"]  # type: ignore[arg-type]
