"""Timing is measured between turns; without times there is nothing to measure."""

from math import log, sqrt

import pytest
from conversation import asked, called, said, session

from features.feature import load
from features.seen import look
from features.table import evidence
from traces.schema import Session

NOTHING = float("nan")


def timed(
    pauses: list[float], takes: float = 5, asks: list[str] | None = None, says: list[str] | None = None
) -> Session:
    """Prompts after these pauses, each answered after so many seconds."""
    parts, now = [], 0.0
    for place, pause in enumerate([0.0, *pauses]):
        now += pause
        parts.append(asked((asks or ["go on"] * 99)[place], at=now))
        now += takes
        parts.append(said((says or ["done"] * 99)[place], at=now))
    return session(*parts)


CASES: dict[str, tuple[Session, dict[str, float]]] = {
    "a clock": (
        timed([55] * 8),
        {
            "hours": (8 * 60 + 5) / 3600,
            "usual_pause": 55,
            "shortest_pauses": 55,
            "pause_spread": 0,
            "pause_burstiness": -1,
            "cycle_burstiness": -1,
            "pause_skew": NOTHING,
            "pause_entropy": 0,
            "pauses_alike": 1,
            "typed_too_fast": 0,
            "read_too_fast": 0,
            "pause_follows_reading": NOTHING,
            "step_spread": 0,
        },
    ),
    "a clock of a quarter of an hour": (timed([895] * 8), {"on_the_hour": 1}),
    "pauses that double": (
        timed([1.0, 3.0, 7.0, 15.0, 31.0]),
        {
            "usual_pause": 7,
            "pause_spread": log(2) * sqrt(2),
            "pause_skew": 0,
            "pause_entropy": 1,
            "pauses_alike": 1 / 5,
        },
    ),
    "longer pauses before longer prompts, after longer replies": (
        timed([10, 20, 30, 40, 50, 60], asks=["a" * n for n in range(1, 8)], says=["b" * n for n in range(1, 8)]),
        {"pause_follows_typing": 1, "pause_follows_reading": 1},
    ),
    "a thousand characters in a second": (
        timed([1, 100], asks=["x", "y" * 1000, "y" * 1000]),
        {"typed_too_fast": 1 / 2},
    ),
    "a book read in a second": (timed([1, 100], says=["word " * 600, "word " * 600, ""]), {"read_too_fast": 1 / 2}),
    "no times": (
        session(*(part for _ in range(6) for part in (asked("go"), said("done")))),
        {"hours": NOTHING, "usual_pause": NOTHING, "pauses_alike": NOTHING, "on_the_hour": NOTHING},
    ),
    "times that run backwards": (timed([-50, -50], takes=0), {"usual_pause": NOTHING, "typed_too_fast": NOTHING}),
}


@pytest.mark.parametrize(
    ("case", "feature"), [(case, feature) for case, (_, expected) in CASES.items() for feature in expected]
)
def test_its_value_is_the_obvious_one(case: str, feature: str) -> None:
    one, expected = CASES[case]
    assert load()[feature].measure(look(one)) == pytest.approx(expected[feature], nan_ok=True, abs=1e-6), case


def test_every_feature_of_the_kind_has_a_case() -> None:
    tested = {name for _, expected in CASES.values() for name in expected}
    assert {name for name, one in load().items() if one.kind == "timing"} == tested


def test_people_are_bursty_and_timers_are_not() -> None:
    measure = load()["pause_burstiness"].measure
    person, timer = timed([2, 3, 2, 900, 4, 2, 7200, 3]), timed([58, 61, 60, 59, 62, 60, 61, 58])
    assert measure(look(timer)) < -0.9 < 0 < measure(look(person))


def test_tools_between_prompts_do_not_count_as_pauses() -> None:
    one = session(asked("a", at=0), called("Bash", "ok", at=100), said("b", at=110), asked("c", at=117))
    assert load()["usual_pause"].measure(look(one)) == 7


def test_the_evidence_is_the_prompts_that_were_typed_too_fast() -> None:
    assert evidence(timed([1, 100, 1], asks=["x", "y" * 90, "y" * 90, "y" * 99]), "typed_too_fast") == (6, 2)
