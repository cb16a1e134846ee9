"""Progress is told from what is taken up, changed, kept and answered."""

import pytest
from conversation import asked, called, edited, read, said, session, shell, thought, wrote

from features.feature import load
from features.seen import look
from features.table import evidence
from traces.schema import Session

NOTHING = float("nan")

RED, GREEN = "1 failed, 3 passed", "4 passed"

CASES: dict[str, tuple[Session, dict[str, float]]] = {
    "a prompt that takes the answer up": (
        session(asked("why broken"), said("because retry_limit overflows"), asked("raise retry_limit")),
        {
            "prompts_take_up": 1 / 2,
            "prompts_heedless": 0,
            "prompts_familiar": 1 / 2,
            "reply_words_used": 1 / 3,
            "heedless_run": 0,
            "last_prompt_takes_up": 1 / 2,
        },
    ),
    "prompts that take nothing up": (
        session(asked("one thing"), said("answer a"), asked("other stuff"), said("answer b"), asked("third matter")),
        {"prompts_take_up": 0, "prompts_heedless": 1, "heedless_run": 1, "prompt_freshness": 1, "reply_words_used": 0},
    ),
    "what is asked is used": (
        session(asked("fix parse_row in rows.py"), called("Read", "def parse_row", file_path="rows.py")),
        {"prompt_words_used": 2 / 5, "prompt_names_used": 2 / 3},
    ),
    "what is read is used": (
        session(asked("go"), read("a", "key_one word"), read("b", "key_two word"), said("it is key_one")),
        {"result_words_used": 1 / 3, "result_names_used": 1 / 2, "results_unused": 1 / 2},
    ),
    "what is written shows up": (
        session(asked("go"), called("Note", "ok", note="new_name old_name"), said("made new_name")),
        {"call_names_used": 1 / 2},
    ),
    "everything is said twice": (
        session(asked("do all of it"), said("it is done now"), asked("do all of it"), said("it is done now")),
        {"prompt_freshness": 1 / 2, "reply_freshness": 1 / 2, "late_freshness": NOTHING},
    ),
    "results that become stale": (
        session(asked("go"), *(read("a", "one and the same text") for _ in range(12))),
        {
            "result_freshness": 1 / 12,
            "call_freshness": 1 / 12,
            "results_stale": 11 / 12,
            "stalest_stretch": 0,
            "late_freshness": 0,
        },
    ),
    "work that ends with a commit": (
        session(
            asked("x" * 10), read("a.py"), read("b.py"), edited("a.py", "x", "y"), shell("ls"), shell("git commit")
        ),
        {
            "changing_calls": 2 / 5,
            "saves": 20,
            "saved_late": 1,
            "after_last_change": 4 / 175,
            "last_exchange_changes": 1,
        },
    ),
    "nothing is changed": (
        session(asked("x"), read("a"), read("b")),
        {
            "changing_calls": 0,
            "after_last_change": NOTHING,
            "longest_without_change": 1,
            "last_exchange_changes": NOTHING,
        },
    ),
    "an error that is answered": (
        session(asked("x"), called("Get", "no", error=True, id=1), called("Get", "yes", error=False, id=2)),
        {"failing_calls": 1 / 2, "errors_answered": 1},
    ),
    "a command that fails and is mended": (
        session(asked("x"), shell("make it", "Error: no rule"), shell("make that", "ok")),
        {"failing_calls": 1 / 2, "errors_answered": 1},
    ),
    "a command that fails and is repeated": (
        session(asked("x"), shell("make it", "Error: no rule"), shell("make it", "Error: no rule")),
        {"failing_calls": 1, "errors_answered": 0},
    ),
    "tests from red to green": (
        session(asked("x"), shell("pytest", RED), edited("a.py", "x", "y"), shell("pytest", GREEN)),
        {"tests_turned": 1, "tests_idle": 0},
    ),
    "tests again and again": (
        session(asked("x"), *(part for _ in range(3) for part in (shell("pytest", GREEN), read("a.py")))),
        {"tests_turned": 0, "tests_idle": 1},
    ),
    "a file that nobody opens, one that is run": (
        session(asked("x"), wrote("a/one.py"), wrote("a/two.py"), shell("python a/two.py")),
        {"written_unopened": 1 / 2, "written_deleted": 0, "deleted_unused": 0, "overwritten_unread": 0},
    ),
    "made and deleted": (
        session(
            asked("x"), wrote("one.py"), shell("rm one.py"), wrote("two.py"), shell("python two.py"), shell("rm two.py")
        ),
        {"written_deleted": 1, "deleted_unused": 1 / 2},
    ),
    "written over": (
        session(asked("x"), wrote("a.py", "1"), wrote("a.py", "2"), read("a.py"), wrote("a.py", "3")),
        {"overwritten_unread": 1 / 3},
    ),
    "back and forth": (
        session(asked("x"), *(edited("a.py", *pair) for pair in (("p", "q"), ("q", "p"), ("p", "q"), ("q", "r")))),
        {"edits_undone": 2 / 4, "edits_per_file": 4},
    ),
    "reads for nothing": (
        session(asked("x"), read("a.py"), read("b.py"), read("b.py"), edited("a.py", "x", "y")),
        {"reads_idle": 1 / 2, "reads_repeated": 1 / 3},
    ),
    "an exchange that leaves nothing": (
        session(asked("q"), said("x" * 99), asked("q"), read("a", "key_one"), asked("use key_one"), said("done")),
        {"dead_chars": 100 / (100 + 1 + 18 + 7)},
    ),
    "changes only in the first half": (
        session(asked("a"), wrote("a.py"), asked("b"), wrote("b.py"), asked("c"), said("x"), asked("d"), said("x")),
        {"late_changes": -1, "last_exchange_changes": 0},
    ),
}


@pytest.mark.parametrize(
    ("case", "feature"), [(case, feature) for case, (_, expected) in CASES.items() for feature in expected]
)
def test_its_value_is_the_obvious_one(case: str, feature: str) -> None:
    one, expected = CASES[case]
    assert load()[feature].measure(look(one)) == pytest.approx(expected[feature], nan_ok=True, abs=1e-9), case


def test_every_feature_of_the_kind_has_a_case() -> None:
    tested = {name for _, expected in CASES.values() for name in expected}
    elsewhere = "features.outcomes"  # test_feature_outcomes.py
    of_kind = {name: one for name, one in load().items() if one.kind == "progress"}
    assert {name for name, one in of_kind.items() if one.measure.__module__ != elsewhere} == tested


def test_the_evidence_names_the_turns() -> None:
    made = CASES["made and deleted"][0]
    assert evidence(made, "deleted_unused") == (3,)
    assert evidence(CASES["back and forth"][0], "edits_undone") == (3, 5)
    assert evidence(CASES["an exchange that leaves nothing"][0], "dead_chars") == (1, 0)
    assert evidence(session(asked("x"), said("y"), thought("z")), "after_last_change") == (0, 1, 2)
