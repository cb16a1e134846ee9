"""What texts mean, beside each other: obvious values on tiny sessions; the real model tells more than wording."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from conversation import asked, read, said, session
from msgspec.structs import replace

from features import table
from features.encoder import Encoder, Matrix
from features.feature import Feature, load
from features.meaning import PROMPTS, REPLIES, RESULTS
from features.meanings import fit, with_meanings
from features.openvino_encoder import fast_encoder
from features.reference import Reference, opened
from features.seen import look
from features.tongues import SAYINGS
from features.vectors import Vectors
from traces.schema import Session

NOTHING = float("nan")
NEAR = 0.12


class WordCounting:
    """An encoder to which a text means its words: each points in a direction of its own."""

    fingerprint, dimension = "words", 1024

    def encode(self, texts: Sequence[str]) -> Matrix:
        sums = [np.sum([self._word(word) for word in text.split() or ["nothing"]], axis=0) for text in texts]
        found = np.array(sums, np.float32).reshape(-1, self.dimension)
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)

    def _word(self, word: str) -> Matrix:
        seed = int.from_bytes(sha256(word.encode()).digest()[:8], "big")
        return np.random.default_rng(seed).standard_normal(self.dimension).astype(np.float32)


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return Vectors(WordCounting(), tmp_path_factory.mktemp("words"))


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return fast_encoder()


@pytest.fixture(scope="module")
def real(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return Vectors(encoder, tmp_path_factory.mktemp("real"))


def language() -> dict[str, Feature]:
    return {name: one for name, one in load(language=True).items() if one.kind == "language"}


def measured(one: Session, vectors: Vectors) -> dict[str, float]:
    chosen = language()
    return dict(zip(chosen, table.row(one, tuple(chosen.values()), vectors).tolist(), strict=True))


def talk(*lines: str) -> Session:
    """Prompts and replies in turn."""
    return session(*((said if place % 2 else asked)(line) for place, line in enumerate(lines)))


CASES: dict[str, tuple[Session, dict[str, float]]] = {
    "the same prompt and reply six times": (
        talk(*["apple pie", "plum cake"] * 6),
        {
            "prompt_spread": 0,
            "prompt_topics": 1,
            "topics_per_prompt": 0,
            "prompt_drift": 0,
            "prompt_jumps": NOTHING,
            "prompt_step_variation": NOTHING,
            "prompt_meaning_likeness": 1,
            "prompt_meaning_to_last": 1,
            "prompt_meaning_period": 0,
            "prompt_strangeness": 0,
            "prompt_late_spread": NOTHING,
            "uptake": 0,
            "uptake_rank": 0.5,
            "late_uptake": 0,
            "replies_to_the_point": 0,
            "reply_meaning_likeness": 1,
            "topics_per_reply": 0,
            "questions_taken_up": NOTHING,
            "results_told": NOTHING,
            "results_near_prompts": NOTHING,
            "result_meaning_likeness": NOTHING,
        },
    ),
    "six prompts with nothing in common": (
        talk(*(f"{letter}{number}" for letter in "uvwxyz" for number in range(2))),
        {
            "prompt_spread": 1,
            "prompt_topics": 6,
            "topics_per_prompt": 1,
            "prompt_drift": 1,
            "prompt_jumps": 1,
            "prompt_step_variation": 0,
            "prompt_meaning_likeness": 0,
            "prompt_meaning_to_last": 0,
            "prompt_strangeness": 1,
            "prompt_late_spread": 1,
            "uptake": 0,
            "replies_to_the_point": 0,
            "reply_meaning_likeness": 0,
            "topics_per_reply": 1,
        },
    ),
    "the same words in another order": (
        talk("apple pie with cream", "a", "cream with pie apple", "b", "pie cream apple with", "c"),
        {"prompt_meaning_likeness": 1, "prompt_spread": 0},
    ),
    "two prompts in rotation": (
        talk(*["apple", "one", "brick", "two"] * 5),
        {"prompt_meaning_period": 1 - 4 / 9, "prompt_meaning_to_last": 0, "prompt_topics": 2},
    ),
    "each prompt says what the reply before it said": (
        talk("start", "apple ?", "apple", "brick", "brick", "cloud", "cloud", "drum"),
        {
            "uptake": 1,
            "uptake_rank": 1,
            "questions_taken_up": 0.7,
            "replies_to_the_point": 0,
            "prompt_strangeness": 0.1,
        },
    ),
    "prompts stop listening half way": (
        talk("start", "apple", "apple", "brick", "brick", "cloud", "other", "drum", "things", "egg"),
        {"late_uptake": -1, "uptake": 0.5},
    ),
    "each reply answers its own prompt": (
        talk("apple", "apple", "brick", "brick", "cloud", "cloud", "drum", "drum"),
        {"replies_to_the_point": 1, "uptake": 0},
    ),
    "many topics, then one": (
        talk("apple", "a", "brick", "b", "cloud", "c", "same old", "d", "same old", "e", "same old", "f"),
        {"prompt_late_spread": 0, "prompt_step_variation": 0.82},
    ),
    "results to the point, and told": (
        session(
            *(part for word in ("apple", "brick", "cloud") for part in (asked(word), read("a", word), said(word))),
        ),
        {
            "results_near_prompts": 1,
            "results_to_the_point": 1,
            "results_told": 1,
            "result_meaning_likeness": 0,
            "topics_per_result": 1,
        },
    ),
    "results that have nothing to do with it, always the same": (
        session(*(part for word in ("apple", "brick") for part in (asked(word), read("a", "log"), said(word + "s")))),
        {
            "results_near_prompts": 0,
            "results_to_the_point": 0,
            "results_told": 0,
            "result_meaning_likeness": 1,
            "topics_per_result": 0,
        },
    ),
    "one prompt": (session(asked("apple")), {"prompt_topics": 1} | dict.fromkeys(("prompt_spread", "uptake"), NOTHING)),
    "texts without a sign": (session(asked("apple"), said(" \n"), asked("")), {"prompt_spread": NOTHING}),
    "nothing": (session(), {"prompt_topics": NOTHING}),
}


@pytest.mark.parametrize("case", CASES)
def test_its_value_is_the_obvious_one(case: str, vectors: Vectors) -> None:
    one, expected = CASES[case]
    found = measured(one, vectors)
    assert {name: found[name] for name in expected} == pytest.approx(expected, nan_ok=True, abs=NEAR)


def test_every_feature_of_the_kind_has_a_case() -> None:
    assert set(language()) == set().union(*(expected for _, expected in CASES.values()))


@pytest.mark.parametrize("one", [session(), session(asked("apple")), session(said("apple")), session(asked(" "))])
def test_under_two_prompts_only_what_needs_one_is_known(one: Session, vectors: Vectors) -> None:
    known = {name for name, value in measured(one, vectors).items() if not np.isnan(value)}
    assert known <= {"prompt_topics"}


def test_evidence_is_the_turns_that_show_it(vectors: Vectors) -> None:
    loop = talk("brick", "a", "apple pie with cream", "b", "cream with pie apple", "c")
    assert table.evidence(loop, "prompt_meaning_likeness", vectors=vectors)[0] == 4
    assert table.evidence(loop, "prompt_strangeness", vectors=vectors)[0] == 2
    deaf = talk("start", "apple", "apple", "brick", "brick", "cloud", "no matter", "drum")
    assert table.evidence(deaf, "uptake", vectors=vectors)[0] == 6


def test_without_vectors_it_says_what_is_missing() -> None:
    chosen = language()["prompt_spread"]
    with pytest.raises(ValueError, match="features of language need vectors"):
        chosen.measure(look(talk("apple", "brick")))
    with pytest.raises(ValueError, match="features of language need vectors"):
        table.evidence(talk("apple", "brick"), "prompt_spread")


@pytest.mark.parametrize("exchanges", [3, 64, 65, 1000])
def test_so_many_texts_are_encoded_and_no_more(exchanges: int, vectors: Vectors) -> None:
    parts = (part for n in range(exchanges) for part in (asked(f"p{n}"), read("a", f"r{n}"), said(f"w{n}")))
    [(_, known)] = with_meanings([session(*parts)], vectors)
    counts = len(known.prompts.turns), len(known.replies.turns), len(known.results.turns)
    assert counts == tuple(min(exchanges, most) for most in (PROMPTS, REPLIES, RESULTS))
    assert (known.prompts.turns[0], known.replies.turns[-1]) == (0, 4 * exchanges - 1)
    steps = np.diff(known.prompts.exchange)
    assert (steps == 1).sum() >= len(steps) // 2
    beside = (known.replies.exchange[:, None] == known.prompts.exchange).any(axis=1)
    assert beside.all()


def test_the_rest_of_the_budget_goes_to_other_replies(vectors: Vectors) -> None:
    [(_, known)] = with_meanings([session(asked("go"), *(said(f"step {n}") for n in range(100)))], vectors)
    assert len(known.replies.turns) == REPLIES
    assert known.replies.last.sum() == 1
    assert known.replies.turns[-1] == 100


def test_only_what_is_said_counts(vectors: Vectors) -> None:
    one = CASES["results to the point, and told"][0]
    other = replace(one, turns=tuple(replace(turn, tool_name="x", is_error=True, time=None) for turn in one.turns))
    assert np.array_equal(
        list(measured(one, vectors).values()), list(measured(other, vectors).values()), equal_nan=True
    )


# With the real model


def test_rewordings_are_alike_though_they_share_no_wording(real: Vectors) -> None:
    loop = talk(
        *("Why is the build so slow on the new laptop?", "It is the antivirus."),
        *("What makes building take that long on this new laptop?", "It is the antivirus."),
        *("My new laptop takes ages to build, how come?", "It is the antivirus."),
    )
    found = measured(loop, real)
    assert found["prompt_meaning_likeness"] > 0.7
    assert load()["prompts_alike_50"].measure(look(loop)) == 0
    assert found["prompt_spread"] < 0.35
    assert measured(WORK["English"], real)["prompt_meaning_likeness"] < 0.5


WORK = {
    "English": talk(
        *("Why is the build slow on the new laptop?", "The antivirus scans each file that the compiler writes."),
        *("Then exclude the compiler's folder from the scan.", "Done. Shall I translate the recipe now?"),
        *("Yes, the lentil soup, into French.", "Here it is. The customer of order 5512 has written again."),
        *("He gets his money back.", "I have sent the refund."),
    ),
    "Russian": talk(
        *("Почему сборка на новом ноутбуке такая медленная?", "Антивирус проверяет каждый файл компилятора."),
        *("Тогда исключи папку компилятора из проверки.", "Готово. Перевести теперь рецепт?"),
        *("Да, чечевичный суп, на французский.", "Вот перевод. Клиент заказа 5512 снова написал."),
        *("Верни ему деньги.", "Я отправил возврат."),
    ),
    "Chinese": talk(
        *("为什么在新笔记本上编译这么慢？", "杀毒软件扫描编译器写的每个文件。"),
        *("那就把编译器的文件夹排除在扫描之外。", "好了。现在要翻译食谱吗？"),
        *("是的，扁豆汤，翻译成法语。", "译文在这里。订单5512的客户又来信了。"),
        *("把钱退给他。", "我已经退款了。"),
    ),
    "Korean": talk(
        *("새 노트북에서 빌드가 왜 이렇게 느린가요?", "백신이 컴파일러가 쓰는 모든 파일을 검사합니다."),
        *("그럼 컴파일러 폴더를 검사에서 제외해 줘.", "했습니다. 이제 조리법을 번역할까요?"),
        *("네, 렌틸콩 수프를 프랑스어로.", "여기 있습니다. 주문 5512의 고객이 또 편지를 보냈습니다."),
        *("그에게 돈을 돌려줘.", "환불을 보냈습니다."),
    ),
}


@pytest.mark.parametrize("tongue", WORK)
def test_work_in_another_language_does_not_seem_to_repeat_itself(tongue: str, real: Vectors) -> None:
    found = measured(WORK[tongue], real)
    assert found["prompt_spread"] > 0.55
    assert found["prompt_meaning_likeness"] < 0.5
    assert found["topics_per_prompt"] > 0.6


def test_what_is_taken_up_is_told_from_what_is_not(real: Vectors) -> None:
    lines = [turn.text or "" for turn in WORK["English"].turns]
    deaf = talk(*(lines[0], lines[3], lines[4], lines[1], lines[2], lines[5], lines[6], lines[7]))
    assert measured(WORK["English"], real)["uptake"] > measured(deaf, real)["uptake"]


def test_all_languages_say_the_same_sentences() -> None:
    assert {len(said) for said in SAYINGS} == {6}
    assert len({line for said in SAYINGS for line in said}) == 6 * len(SAYINGS)


# Beside genuine work


@pytest.fixture(scope="module")
def reference(vectors: Vectors) -> Reference:
    words = ("apple", "brick", "cloud", "drum", "egg", "fork", "glass", "hat")
    return fit([talk(f"{word} tree", "yes", f"{word} shop", "no") for word in words], vectors)


def known(one: Session, vectors: Vectors, reference: Reference) -> dict[str, float]:
    chosen = load(language=True, reference=True)
    values = table.row(one, tuple(chosen.values()), vectors, reference)
    return {name: value for name, value in zip(chosen, values.tolist(), strict=True) if "genuine" in name}


def test_what_is_like_genuine_work_is_near_and_what_is_not_is_far(vectors: Vectors, reference: Reference) -> None:
    near, far = (known(talk(*lines), vectors, reference) for lines in (["apple tree", "a"], ["zebra zoo", "a"]))
    both = known(talk("apple tree", "a", "zebra zoo", "b"), vectors, reference)
    assert near["far_from_genuine"] == pytest.approx(0, abs=0.05)
    assert far["far_from_genuine"] == pytest.approx(1, abs=NEAR)
    assert both["far_from_genuine"] == pytest.approx(0.5, abs=NEAR)
    assert both["farthest_from_genuine"] == pytest.approx(1, abs=NEAR)
    assert both["genuine_kinds"] == 1
    assert known(talk("apple tree", "a", "apple tree", "b"), vectors, reference)["genuine_kinds"] == 0.5
    assert all(np.isnan(value) for value in known(session(said("apple")), vectors, reference).values())


def test_the_directions_are_those_in_which_genuine_sessions_differ(vectors: Vectors) -> None:
    halves = fit([talk(f"{'day' if n % 2 else 'night'} word{n}", "yes") for n in range(40)], vectors)
    day, night = (known(talk(word, "yes"), vectors, halves)["genuine_direction_1"] for word in ("day", "night"))
    assert abs(day - night) > 0.7
    assert day * night < 0


def test_a_reference_is_kept_as_it_is(tmp_path: Path, vectors: Vectors, reference: Reference) -> None:
    reference.save(tmp_path / "reference.parquet")
    again = opened(tmp_path / "reference.parquet")
    assert again.digest == reference.digest
    assert known(talk("apple tree"), vectors, again) == known(talk("apple tree"), vectors, reference)


def test_fitting_again_gives_the_same_and_other_sessions_give_another(vectors: Vectors) -> None:
    talks = [talk(f"word{n} thing{n % 5}", "yes") for n in range(90)]
    assert fit(talks, vectors).digest == fit(talks, vectors).digest != fit(talks[1:], vectors).digest


def test_a_reference_of_another_encoder_is_refused(real: Vectors, reference: Reference) -> None:
    with pytest.raises(ValueError, match=rf"fitted on vectors {reference.encoder}, not .*fit it anew"):
        table.row(talk("apple"), vectors=real, reference=reference)


def test_too_few_sessions_are_no_reference(vectors: Vectors) -> None:
    with pytest.raises(ValueError, match="1 sessions have prompts: a reference takes more than 6"):
        fit([talk("apple"), session()], vectors)


def test_a_reference_decides_the_feature_set(vectors: Vectors, reference: Reference) -> None:
    schemas = [table.schema(), table.schema(vectors=vectors), table.schema(vectors=vectors, reference=reference)]
    assert len({table.fingerprint_of(one) for one in schemas}) == 3
    assert len(schemas[0]) < len(schemas[1]) < len(schemas[2])
    other = fit([talk(f"word{n}", "yes") for n in range(9)], vectors)
    assert table.fingerprint_of(schemas[2]) != table.fingerprint_of(table.schema(vectors=vectors, reference=other))
