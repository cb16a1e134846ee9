"""What features say of a session: numbers, plain words, nothing of volume; and how honest use can look the same."""

import re

import numpy as np
import pytest
from conversation import asked, called, edited, read, said, session, shell, wrote

from features.feature import Feature, load
from features.meaning import Meaning, meaning_of, pick
from features.reference import fitted
from features.saying import SENTENCES, can_be_a_reason, honestly, say, subject, unsaid
from features.seen import Seen, look
from features.sentence import Sentence
from traces.schema import Session

ALL = load(language=True, reference=True)
SAID = [one for one in ALL.values() if can_be_a_reason(one)]


def padded(exchanges: int) -> Session:
    """The same vague ask, the same idle look, the same answer, every minute; after one piece of work."""
    parts = [
        asked("please mend parse_row in src/rows.py", at=0),
        read("src/rows.py", "def parse_row(line): return line"),
        edited("src/rows.py", "return line", "return line.split()"),
        edited("src/rows.py", "return line.split()", "return line"),
        wrote("notes.md", "a text"),
        wrote("notes.md", "another text"),
        shell("rm notes.md", "removed"),
        shell("pytest", "1 failed"),
        called("Fetch", "no such page", error=True, url="a"),
        said("parse_row of src/rows.py gives row 7", at=30),
    ]
    for n in range(exchanges):
        now = 60.0 * (n + 1)
        parts += [
            asked("please look at everything again and tell me all about it, is it right?" + " so" * (n % 5), at=now),
            read("src/rows.py", "def parse_row(line): return line, as it was in row_12 of all the rows"),
            shell("pytest", "3 passed", at=now + 5),
            said(
                f"I have looked at {'every' * n} thing again and it looks right to me, shall I go on?", at=now + 9 + n
            ),
        ]
    return session(*parts)


def meant(one: Session) -> Seen:
    """The session with made-up vectors: what texts mean does not matter here, only that it is said."""
    seen = look(one)
    blank = np.array([not text.strip() for text in seen.texts], bool)
    picked = pick(blank, seen.prompts, seen.replies, seen.results)
    return look(one, _vectors(picked))


def _vectors(picked: object) -> Meaning:
    draw = np.random.default_rng(4)

    def unit(rows: int) -> np.typing.NDArray[np.float32]:
        drawn = draw.normal(0.4, 1, (rows, 8)).astype(np.float32)
        return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)

    return meaning_of(picked, unit(len(picked.turns)), fitted([unit(3) for _ in range(9)], "made up"))  # type: ignore[attr-defined,arg-type]


SIZES = {size: meant(padded(size)) for size in (1, 2, 3, 12)}
SIZES[0] = meant(
    session(asked("hello"), *[read(name, "text") for name in "ab"], *[said(f"row_{n} is well") for n in range(4)])
)


def test_every_feature_that_can_be_a_reason_has_a_sentence() -> None:
    assert unsaid(ALL.values()) == [], (
        "these features can be reasons and have no sentence: add one for each to the features/said_of_….py file of its "
        "kind, or make the feature `context`"
    )


def test_every_sentence_is_about_a_feature() -> None:
    assert sorted(set(SENTENCES) - set(ALL)) == [], (
        "there are no such features: take these sentences out, or rename them"
    )


@pytest.mark.parametrize("known", SAID, ids=lambda known: known.name)
def test_a_sentence_has_numbers_and_is_short_and_plain(known: Feature) -> None:
    told = [say(seen, known.name) for seen in SIZES.values() if not np.isnan(known.measure(seen))]
    assert told, f"no session here has {known.name}: add what it needs to one"
    for text in told:
        assert re.search(r"\d", text), text
        assert "token" not in text.lower()
        assert len(text) < 160, text
        assert not re.search(r"[\[\]<>{}|]|\bnan\b|\binf\b", text), text
        assert not re.search(
            r"\b1 (?:later )?(?:prompts|replies|results|calls|tool calls|files|words|pauses)\b", text
        ), text


def test_sentences_read_well_for_none_one_and_many() -> None:
    one, many = SIZES[2], SIZES[12]
    assert say(one, "prompts_alike_90") == "1 of 2 later prompts repeats one before nearly word for word"
    assert say(many, "prompts_alike_90") == "10 of 12 later prompts repeat one before nearly word for word"
    assert say(SIZES[1], "prompts_alike_90") == "0 of 1 later prompt repeats one before nearly word for word"
    assert say(many, "calls_repeated") == "24 of 31 later tool calls are identical to one before"
    assert (
        say(many, "last_exchange_changes") == "0 of the calls in the last of 13 exchanges write, edit or save anything"
    )


@pytest.mark.parametrize(
    ("feature", "counted"),
    [
        ("results_unused", lambda seen: sum(1 for turn in seen.results if seen.news.names[turn] > 0)),
        ("calls_repeated", lambda seen: len(seen.calls) - 1),
        ("reads_repeated", lambda seen: sum(call.action == "read" for call in seen.calls)),
        ("tests_turned", lambda seen: sum(call.action == "test" for call in seen.calls) - 1),
    ],
)
def test_the_counts_are_those_that_the_feature_is_a_share_of(feature: str, counted: object) -> None:
    seen = SIZES[12]
    part, whole = (int(found) for found in re.findall(r"\d+", say(seen, feature))[:2])
    assert whole == counted(seen)  # type: ignore[operator]
    assert part / whole == pytest.approx(ALL[feature].measure(seen))


def test_every_count_is_a_whole_number_of_things() -> None:
    for known in SAID:
        sentence = SENTENCES[known.name]
        for seen in SIZES.values():
            value = known.measure(seen)
            if "{n}" in sentence.words and sentence.part is None and not np.isnan(value):
                exact = value * sentence.whole(seen)
                assert exact == pytest.approx(round(exact), abs=1e-6), known.name
                assert 0 <= round(exact) <= sentence.whole(seen), known.name


def test_what_is_undefined_is_not_said() -> None:
    with pytest.raises(ValueError, match="calls_repeated is undefined in this session"):
        say(look(session(asked("hello"))), "calls_repeated")


def test_volume_and_context_are_never_said() -> None:
    for one in ALL.values():
        if one.kind == "volume" or one.speaks == "context":
            with pytest.raises(KeyError, match="can be no reason"):
                subject(one.name)


def test_the_honest_reading_stands_beside() -> None:
    assert honestly("reads_idle") == "Honest use can look the same: reading to understand; reviews."
    assert all(len(honestly(one.name)) > 40 for one in SAID)


def test_features_that_say_the_same_have_one_subject() -> None:
    assert subject("prompts_alike_90") == subject("prompts_alike_50") == "repeated prompts"
    assert subject("results_alike_90") != subject("calls_repeated")


def test_words_follow_their_numbers() -> None:
    made = Sentence("x", "{n} of {whole} file<|s> [is|are] new", lambda seen: seen.size)
    seen = look(session(asked("a"), asked("b"), asked("c")))
    assert [made.filled(seen, share) for share in (0, 1 / 3, 1)] == [
        "0 of 3 files are new",
        "1 of 3 files is new",
        "3 of 3 files are new",
    ]
