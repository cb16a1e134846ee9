"""Outcomes are told from what becomes of what is made."""

from collections.abc import Iterable

import pytest
from conversation import asked, edited, read, said, session, shell, wrote

from features.feature import load
from features.seen import look
from features.table import evidence
from traces.schema import Session, Turn

NOTHING = float("nan")
OWN = {name: one for name, one in load().items() if one.measure.__module__ == "features.outcomes"}


def chars(*parts: Iterable[Turn]) -> int:
    return sum(len(turn.tool_arguments or turn.text or "") for turn in session(*parts).turns)


WRITTEN = wrote("project/x/b.py")
REMOVED = shell("rm -rf project/x", "")
DELETED = [asked("go"), WRITTEN, read("src/a.py"), REMOVED]
RUN = [asked("go"), wrote("x/b.py"), shell("python x/b.py"), wrote("x/c.py")]
"""Parts of the cases below, to count their characters."""

CASES: dict[str, tuple[Session, dict[str, float]]] = {
    "changes that are spoken of, and not": (
        session(asked("go"), edited("a.py", "x", "y"), wrote("b.py"), said("I changed a.py for you")),
        {"changes_unreported": 1 / 2, "written_forgotten": 1},
    ),
    "a change after the last word": (
        session(asked("mend a.py"), said("a.py it is"), edited("a.py", "x", "y")),
        {"changes_unreported": 1},
    ),
    "reads that are spoken of, and not": (
        session(asked("go"), read("a.py"), read("b.py"), said("it is in a.py")),
        {"reads_unmentioned": 1 / 2, "changes_unreported": NOTHING},
    ),
    "written and run": (
        session(*RUN),
        {
            "written_forgotten": 1 / 2,
            "unopened_chars": chars(wrote("x/c.py")[:1]) / chars(*RUN),
            "apart_chars": 2 * chars(wrote("x/c.py")[:1]) / chars(*RUN),
        },
    ),
    "written where something else is read": (
        session(asked("go"), read("x/a.py"), wrote("x/b.py")),
        {"apart_chars": 0},
    ),
    "made and deleted by its folder": (
        session(*DELETED),
        {
            "apart_chars": chars(WRITTEN[:1]) / chars(*DELETED),
        },
    ),
    "its own file read again": (
        session(asked("go"), wrote("b.py"), read("b.py", "x" * 30), read("a.py", "y" * 10)),
        {"own_work_read": 30 / 40},
    ),
    "a file read before it is written": (
        session(asked("go"), read("b.py", "x" * 30), wrote("b.py")),
        {"own_work_read": 0},
    ),
    "only talk": (
        session(asked("go"), said("well")),
        {"apart_chars": NOTHING, "unopened_chars": NOTHING, "own_work_read": NOTHING},
    ),
}


@pytest.mark.parametrize(
    ("case", "feature"), [(case, feature) for case, (_, expected) in CASES.items() for feature in expected]
)
def test_its_value_is_the_obvious_one(case: str, feature: str) -> None:
    one, expected = CASES[case]
    assert OWN[feature].measure(look(one)) == pytest.approx(expected[feature], nan_ok=True, abs=1e-9), case


def test_every_feature_of_these_files_has_a_case() -> None:
    assert {name for _, expected in CASES.values() for name in expected} == set(OWN)


def test_the_evidence_names_the_turns() -> None:
    assert evidence(CASES["made and deleted by its folder"][0], "apart_chars") == (1,)
    assert evidence(CASES["its own file read again"][0], "own_work_read") == (3,)
    assert evidence(CASES["changes that are spoken of, and not"][0], "changes_unreported") == (3,)
