"""Repetition is measured as it is: in prompts, replies, lines, calls, and in what calls return."""

import pytest
from conversation import asked, called, read, said, session, shell

from features.copies import copies_of
from features.feature import load
from features.seen import look
from features.table import evidence
from traces.schema import Session

NOTHING = float("nan")
LONG = "please have a look at the build of the payment service and tell me why it broke again this morning"
FRENCH = "pourquoi la mise en page du rapport change quand on ajoute une colonne au tableau des ventes"
OTHER = "write a limerick on seven cats who sail to Madeira with nothing but cheese and a drum"

CASES: dict[str, tuple[Session, dict[str, float]]] = {
    "the same prompt four times": (
        session(*(part for _ in range(4) for part in (asked(LONG), said(OTHER)))),
        {
            "prompts_alike_50": 1,
            "prompts_alike_70": 1,
            "prompts_alike_90": 1,
            "prompt_likeness": 1,
            "prompt_likeness_to_last": 1,
            "prompt_period": 1,
            "prompt_run": 1,
            "prompt_skeletons": 1,
            "prompt_openings": 1,
            "prompt_lines_repeated": 3 / 4,
            "prompt_fives_repeated": 3 / 4,
            "prompt_tens_repeated": 3 / 4,
            "prompt_pairs_repeated": 8 / 80,
            "replies_alike_50": 1,
            "replies_alike_90": 1,
            "reply_likeness": 1,
            "reply_openings": 1,
            "reply_likeness_to_last": 1,
            "reply_lines_repeated": 3 / 4,
            "reply_fives_repeated": 3 / 4,
        },
    ),
    "three prompts with nothing in common": (
        session(*(asked(text) for text in (LONG, FRENCH, OTHER))),
        {
            "prompts_alike_50": 0,
            "prompts_alike_70": 0,
            "prompts_alike_90": 0,
            "prompt_likeness": 0,
            "prompt_likeness_to_last": 0,
            "prompt_run": 0,
            "prompt_skeletons": 0,
            "prompt_openings": 0,
            "prompt_lines_repeated": 0,
            "prompt_fives_repeated": 0,
            "prompt_tens_repeated": 0,
            "prompt_pairs_repeated": 0,
        },
    ),
    "one template with other figures": (
        session(*(asked(f"resize image {n} of the folder /tmp/{n} to half of its width") for n in (17, 23, 99))),
        {"prompt_skeletons": 1, "prompts_alike_90": 1, "prompt_run": 1},
    ),
    "two prompts in rotation": (
        session(*(asked(text) for text in (LONG, OTHER) * 4)),
        {"prompt_period": 1, "prompt_likeness_to_last": 0, "prompts_alike_90": 6 / 7, "prompt_run": 0},
    ),
    "one prompt": (
        session(asked(LONG)),
        {"prompts_alike_70": NOTHING, "prompt_period": NOTHING, "prompt_skeletons": NOTHING, "calls_repeated": NOTHING},
    ),
    "a call that always returns the same": (
        session(asked("look"), *(shell("cat /etc/hosts", "127.0.0.1 localhost") for _ in range(5))),
        {
            "calls_repeated": 1,
            "calls_repeated_unchanged": 1,
            "repeats_unchanged": 1,
            "repeats_alike": 1,
            "calls_repeated_idle": 1,
            "calls_in_a_circle": 1,
            "calls_alike_70": 1,
            "call_period": 1,
            "results_alike_50": 1,
            "results_alike_90": 1,
            "result_likeness": 1,
            "result_line_chars_repeated": 4 / 5,
        },
    ),
    "a process that moves on": (
        session(*(shell("cat /var/log/build", log) for log in (LONG, OTHER, FRENCH))),
        {"calls_repeated": 1, "calls_repeated_unchanged": 0, "repeats_unchanged": 0, "repeats_alike": 0},
    ),
    "a read after each edit": (
        session(*(part for n in range(3) for part in (read("a.py"), called("Edit", "ok", file_path="a.py", n=n)))),
        {"calls_repeated": 2 / 5, "calls_repeated_idle": 0, "calls_in_a_circle": 0},
    ),
    "nothing": (session(), dict.fromkeys(("prompts_alike_50", "calls_repeated", "prompt_compression"), NOTHING)),
}


@pytest.mark.parametrize(
    ("case", "feature"), [(case, feature) for case, (_, expected) in CASES.items() for feature in expected]
)
def test_its_value_is_the_obvious_one(case: str, feature: str) -> None:
    one, expected = CASES[case]
    assert load()[feature].measure(look(one)) == pytest.approx(expected[feature], nan_ok=True, abs=1e-9), case


@pytest.mark.parametrize("stream", ["prompt", "reply", "result"])
def test_a_repeated_text_compresses_and_a_plain_one_does_not(stream: str) -> None:
    def measured(*texts: str) -> float:
        parts = {"prompt": asked, "reply": said, "result": lambda text: read("a", text)}[stream]
        return load()[f"{stream}_compression"].measure(look(session(*map(parts, texts))))

    assert measured(*[LONG] * 50) < 0.1 < 0.5 < measured(LONG, FRENCH, OTHER)


def test_every_feature_of_the_kind_has_a_case() -> None:
    compared = {"prompt_compression", "reply_compression", "result_compression"}
    tested = compared.union(*(expected for _, expected in CASES.values()))
    assert {name for name, one in load().items() if one.kind == "similarity"} == tested


def test_the_evidence_is_the_turns_that_repeat() -> None:
    looped = session(asked(FRENCH), asked(LONG), said("no"), asked(LONG), shell("ls"), shell("ls"))
    assert evidence(looped, "prompts_alike_90") == (3,)
    assert evidence(looped, "calls_repeated_unchanged") == (6,)
    assert evidence(looped, "prompt_fives_repeated") == (3,)


def test_likeness_estimates_the_share_of_common_wording() -> None:
    words = [f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(200)]
    halves = session(asked(" ".join(words[:120])), asked(" ".join(words[40:160])))
    seen = look(halves)
    assert copies_of(seen.words, seen.streams).likeness[1] == pytest.approx(79 / 159, abs=0.15)


def test_texts_in_scripts_without_spaces_are_compared_too() -> None:
    chinese = "请检查支付服务的构建为什么今天早上又失败了并告诉我原因"
    seen = look(session(asked(chinese), asked(chinese + "好吗"), asked("写一首关于七只猫的诗")))
    assert seen.copies.likeness[1] > 0.7
    assert seen.copies.likeness[2] < 0.2
