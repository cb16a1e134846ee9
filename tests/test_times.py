"""Times of every notation become UTC; what is no time is refused."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traces.format import Unreadable
from traces.times import time_of

BERLIN = ZoneInfo("Europe/Berlin")
MOMENT = datetime(2026, 1, 15, 12, 0, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-15T12:00:00.250Z",
        "2026-01-15T13:00:00.250+01:00",
        "2026-01-15 12:00:00.250+00:00",
        1768478400.25,
        1768478400250,
        1768478400250000,
        1768478400250000000,
        "1768478400250",
        "1768478400.25",
    ],
)
def test_one_moment_in_every_notation(value: object) -> None:
    assert time_of(value, BERLIN) == MOMENT


def test_a_time_without_a_zone_is_taken_in_the_given_zone() -> None:
    assert time_of("2026-01-15T13:00:00.250", BERLIN) == MOMENT
    assert time_of("2026-07-15T14:00:00", BERLIN) == datetime(2026, 7, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, "", 0])
def test_no_time_stays_null(value: object) -> None:
    assert time_of(value, BERLIN) is None


def test_a_time_in_the_future_is_kept_as_the_source_has_it() -> None:
    assert time_of("2099-01-01T00:00:00Z", BERLIN) == datetime(2099, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("value", ["yesterday", "2026-13-45T00:00:00Z", True, [], -5, 1e30, float("nan"), float("inf")])
def test_what_is_no_time_is_refused(value: object) -> None:
    with pytest.raises(Unreadable, match="bad-time"):
        time_of(value, BERLIN)


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none()))
def test_any_value_gives_a_time_null_or_a_refusal(value: object) -> None:
    try:
        moment = time_of(value, BERLIN)
    except Unreadable:
        return
    assert moment is None or moment.tzinfo is not None
