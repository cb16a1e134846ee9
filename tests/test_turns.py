"""A row for each turn: nothing of the header, nothing of other sessions, and what shows stands on the right turns."""

import numpy as np
import numpy.typing as npt
import pytest
from conversation import asked, edited, read, said, session, shell
from feature_sessions import OTHER_HEADER, SESSIONS
from hypothesis import given, settings
from msgspec.structs import replace

from features.seen import look
from features.turns import columns, fingerprint, turns
from traces.schema import Session

Table = dict[str, npt.NDArray[np.float32]]


def rows(one: Session) -> Table:
    return turns(look(one))


def same(one: Table, other: Table) -> bool:
    return list(one) == list(other) and all(np.array_equal(one[name], other[name], equal_nan=True) for name in one)


@settings(max_examples=40, deadline=None)
@given(SESSIONS)
def test_there_is_a_finite_or_null_float_for_each_turn_and_column(one: Session) -> None:
    made = rows(one)
    assert tuple(made) == columns()
    for name, values in made.items():
        assert values.dtype == np.float32, name
        assert len(values) == len(one.turns), name
        assert not np.isinf(values).any(), name


@settings(max_examples=25, deadline=None)
@given(SESSIONS, SESSIONS)
def test_a_row_does_not_depend_on_other_sessions(one: Session, other: Session) -> None:
    before = rows(one)
    rows(other)
    assert same(before, rows(one))


@settings(max_examples=25, deadline=None)
@given(SESSIONS)
def test_nothing_of_the_header_matters(one: Session) -> None:
    assert set(OTHER_HEADER) | {"turns"} == set(Session.__struct_fields__)
    assert same(rows(one), rows(replace(one, **OTHER_HEADER)))


def worked_then_spun() -> Session:
    """An exchange of work, taken up by the next one; then three exchanges that repeat an idle look."""
    spun = [
        part
        for _ in range(3)
        for part in (
            asked("tell me all of it again"),
            shell("git status", "nothing to commit, all is clean here"),
            said("all is as it was before, there is nothing to do here"),
        )
    ]
    return session(
        asked("mend parse_row in src/rows.py, row 7 is wrong"),
        read("src/rows.py", "def parse_row(line): return line.split(separator_sign)"),
        edited("src/rows.py", "separator_sign", "','"),
        said("parse_row splits at separator_sign no more"),
        asked("does separator_sign still stand in src/rows.py?"),
        said("no, parse_row is all that stands there"),
        *spun,
    )


def test_what_is_repeated_without_effect_stands_on_the_call_and_its_result() -> None:
    one = worked_then_spun()
    idle = rows(one)["repeated_unchanged"]
    calls = [turn.index for turn in one.turns if turn.kind == "tool_call"]
    assert idle[calls].tolist() == [0, 0, 0, 1, 1]
    assert idle[[place + 1 for place in calls]].tolist() == [0, 0, 0, 1, 1]
    assert np.isnan(idle[0])


def test_the_first_of_many_copies_is_seen_to_be_copied_later() -> None:
    one = worked_then_spun()
    replies = [turn.index for turn in one.turns if turn.kind == "message" and turn.role == "assistant"][2:]
    made = rows(one)
    assert made["like_later"][replies].tolist() == [1, 1, 0]
    assert made["like_earlier"][replies[1:]].tolist() == [1, 1]


def test_an_exchange_tells_all_its_turns_what_its_prompt_shows() -> None:
    one, made = worked_then_spun(), rows(worked_then_spun())
    exchange = look(one).exchange
    for number in range(2, 6):
        own = made["heeds_exchange"][exchange == number]
        assert len(set(own.tolist())) == 1
    assert made["heeds_exchange"][exchange == 2][0] > 0
    assert made["heeds_exchange"][exchange == 5][0] < made["heeds_exchange"][exchange == 2][0]
    assert made["changes_exchange"][exchange == 1][0] > 0
    assert made["changes_exchange"][exchange == 4][0] == 0


def test_names_that_other_exchanges_use_tie_a_turn_to_the_session() -> None:
    one, made = worked_then_spun(), rows(worked_then_spun())
    exchange = look(one).exchange
    assert made["names_elsewhere_exchange"][exchange == 1][0] > 0
    assert np.nan_to_num(made["names_elsewhere_exchange"][exchange == 5][0]) == 0


def test_neighbours_share_what_they_show() -> None:
    made = rows(worked_then_spun())
    assert made["fresh_near"].std() < np.nanstd(made["fresh"])


def test_an_empty_session_has_columns_and_no_row() -> None:
    assert {len(values) for values in rows(session()).values()} == {0}


@pytest.mark.parametrize("exchanges", [400])
def test_a_long_session_costs_what_its_length_says(exchanges: int) -> None:
    parts = [part for n in range(exchanges) for part in (asked(f"look at row {n}"), said(f"row {n} is well"))]
    assert len(rows(session(*parts))["fresh"]) == 2 * exchanges


def test_the_fingerprint_names_the_columns() -> None:
    assert len(fingerprint()) == 12
    assert fingerprint() == fingerprint()
    assert len(set(columns())) == len(columns())
