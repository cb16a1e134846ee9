"""Triviality is told without knowing the language: words, names and figures, and what a prompt sets off."""

from math import log1p
from random import Random
from string import printable

import pytest
from conversation import asked, called, read, said, session, shell, thought, wrote

from features.feature import load
from features.seen import look
from features.table import evidence
from traces.schema import Session

NOTHING = float("nan")
FIFTY = " ".join(f"{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(50))

CASES: dict[str, tuple[Session, dict[str, float]]] = {
    "one-word prompts": (
        session(asked("more"), said("x"), asked("more"), said("x"), asked("why not this one")),
        {"one_word_prompts": 2 / 3, "prompt_words": 1, "prompt_names": 0, "vague_prompts": 1, "questions": 0},
    ),
    "names and figures of one's own": (
        session(asked("see src/app.py"), asked("rename userId to user_id"), asked("line 42"), asked("thanks a lot")),
        {"prompt_names": 6 / 13, "vague_prompts": 1 / 4, "prompt_words": 3.5, "one_word_prompts": 0},
    ),
    "questions in three scripts": (
        session(asked("why?"), asked("为什么？"), asked("لماذا؟"), asked("Do it.")),
        {"questions": 3 / 4},
    ),
    "a Chinese prompt has as many words as signs": (session(asked("为什么坏了")), {"prompt_words": 5}),
    "one byte again and again": (
        session(asked("a" * 400), said("a" * 400)),
        {"prompt_disorder": 0, "reply_disorder": 0, "prompt_word_length": 400, "prompt_variety": NOTHING},
    ),
    "two bytes in turn": (
        session(asked("ab" * 200), said("ab" * 200)),
        {"prompt_disorder": 1, "reply_disorder": 1, "prompt_word_length": 400},
    ),
    "fifty words, all different": (session(asked(FIFTY)), {"prompt_variety": 1, "prompt_word_length": 2}),
    "fifty words, all the same": (session(asked("ping " * 50)), {"prompt_variety": 1 / 50}),
    "prompts of the same length": (session(*(asked("abc") for _ in range(3))), {"prompt_lengths": 0}),
    "two prompts": (session(asked("abc"), asked("abcd")), {"prompt_lengths": NOTHING}),
    "a short prompt that sets off a lot": (
        session(asked("a" * 10), thought("b" * 40), said("c" * 60), asked("d" * 10), said("e" * 20)),
        {"spent_per_asked": (log1p(100 / 20) + log1p(20 / 20)) / 2, "idle_exchanges": NOTHING, "delegated": NOTHING},
    ),
    "longer prompts set off more": (
        session(*(part for n in range(1, 6) for part in (asked("a" * n), said("b" * n * n)))),
        {"asked_and_spent": 1},
    ),
    "each prompt sets off the same": (
        session(*(part for n in range(1, 6) for part in (asked("a" * n), said("b" * 9)))),
        {"asked_and_spent": NOTHING, "spent_evenly": 0},
    ),
    "looking and delegating": (
        session(
            asked("x"), read("a"), shell("grep x"), called("Task", "ok", prompt="look"), wrote("a"), asked("thanks")
        ),
        {"looked_up": 2 / 4, "delegated": 1 / 4, "idle_exchanges": 1 / 2},
    ),
    "nothing": (session(), {"prompt_words": NOTHING, "prompt_names": NOTHING, "spent_per_asked": NOTHING}),
}


@pytest.mark.parametrize(
    ("case", "feature"), [(case, feature) for case, (_, expected) in CASES.items() for feature in expected]
)
def test_its_value_is_the_obvious_one(case: str, feature: str) -> None:
    one, expected = CASES[case]
    assert load()[feature].measure(look(one)) == pytest.approx(expected[feature], nan_ok=True, abs=1e-9), case


def test_every_feature_of_the_kind_has_a_case() -> None:
    tested = {name for _, expected in CASES.values() for name in expected}
    assert {name for name, one in load().items() if one.kind == "triviality"} == tested


def test_random_characters_have_more_disorder_than_words() -> None:
    measure = load()["prompt_disorder"].measure
    words = session(asked("the cat sat on the mat and looked " * 20))
    signs = session(asked("".join(Random(1).choices(printable, k=600))))
    assert measure(look(words)) < 4 < measure(look(signs))


def test_the_evidence_for_vagueness_is_the_vague_prompts() -> None:
    one = session(asked("fix src/app.py"), said("done"), asked("go on please"), said("done"), asked("more"))
    assert evidence(one, "vague_prompts") == (4, 2)
    assert evidence(one, "one_word_prompts")[0] == 4
