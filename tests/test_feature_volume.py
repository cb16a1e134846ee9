"""Volume and mix are counted by stream: prompts, context, replies, thoughts, calls, results."""

from math import log1p

import pytest
from conversation import asked, called, read, said, session, shell, thought

from features.feature import load
from features.seen import look
from features.table import evidence
from traces.schema import Session

NOTHING = float("nan")


def counted(*sizes: tuple[int, int, int]) -> Session:
    """A session of model calls with so many input, cached and output tokens."""
    return session(
        *(said("x", input_tokens=size, cached_tokens=cached, output_tokens=out) for size, cached, out in sizes)
    )


CASES: dict[str, tuple[Session, dict[str, float]]] = {
    "a turn of each kind": (
        session(
            asked("a" * 10),
            asked("b" * 20, typed=False),
            thought("c" * 30),
            called("Read", "d" * 40),
            said("e" * 28),
        ),
        {
            "turn_count": 6,
            "prompt_count": 1,
            "prompt_chars_share": 10 / 130,
            "context_chars_share": 20 / 130,
            "reply_chars_share": 28 / 130,
            "result_chars_share": 40 / 130,
            "largest_result_share": 1,
            "calls_per_prompt": 1,
            "reply_chars_per_prompt_char": log1p(2.8),
            "tool_variety": 1,
            "output_share": NOTHING,
        },
    ),
    "prompts that nobody typed count where there are no others": (
        session(asked("run the nightly job", typed=False), said("done")),
        {"prompt_count": 1, "context_chars_share": 0},
    ),
    "four calls of one tool": (
        session(asked("x"), *(shell("ls", "ab" * n) for n in (1, 1, 1, 2))),
        {"tool_variety": 1 / 2, "largest_result_share": 4 / 10, "calls_per_prompt": 4},
    ),
    "an input that grows evenly and is cached": (
        counted((100, 0, 10), (200, 100, 10), (300, 200, 40), (400, 300, 40)),
        {
            "output_share": 100 / 1000,
            "cached_share": 600 / 1000,
            "input_growth": 300 / 250,
            "growing_calls": 1,
            "usual_growth": 100,
            "usual_output": 25,
        },
    ),
    "an input that is compacted once": (
        counted((100, 0, 1), (900, 0, 1), (200, 0, 1)),
        {"growing_calls": 1 / 2, "cached_share": 0, "input_growth": NOTHING},
    ),
    "nothing": (session(), {"turn_count": 0, "prompt_chars_share": NOTHING, "calls_per_prompt": NOTHING}),
}


@pytest.mark.parametrize(
    ("case", "feature"), [(case, feature) for case, (_, expected) in CASES.items() for feature in expected]
)
def test_its_value_is_the_obvious_one(case: str, feature: str) -> None:
    one, expected = CASES[case]
    assert load()[feature].measure(look(one)) == pytest.approx(expected[feature], nan_ok=True, rel=1e-9), case


def test_every_feature_of_the_kind_has_a_case() -> None:
    tested = {name for _, expected in CASES.values() for name in expected}
    assert {name for name, one in load().items() if one.kind == "volume"} == tested


def test_volume_is_never_a_reason_by_itself() -> None:
    assert {one.speaks for one in load().values() if one.kind == "volume"} == {"context"}


def test_the_evidence_is_the_largest_turns() -> None:
    one = session(asked("short"), read("a", "x" * 50), read("b", "x" * 90))
    assert evidence(one, "result_chars_share") == (4, 2)
