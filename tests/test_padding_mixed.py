"""Scripts that behave as people do, and real work with padding around it; what they claim, and their twins do."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise

import pytest
from numpy.random import default_rng

from padding.assembly import Made
from padding.effort import Effort
from padding.material import Material
from padding.mixed import DRAWN_FROM, drawn
from padding.nouns import matched, names_in, noun_of, renamed_in
from padding.parts import call, prompt, reply, result
from padding.retelling import as_read, changed, gone_on, looks
from padding.strategy import STRATEGIES, Unsuitable, load, pad
from padding.work import Exchange, Step
from traces.schema import Session, Turn

START = datetime(2026, 3, 2, 9, 10, tzinfo=UTC)
SEEDS = range(6)


def a_session(number: int, asks: int = 8) -> Session:
    """Asks about the same few functions; the replies of session 7 name `load_7_…`, each as long as it is late."""
    turns: list[Turn] = []
    for ask in range(asks):
        name = f"load_{number}_{ask}"
        said = [f"what does {name} do when call {ask} fails?", f"`{name}` retries {ask} times. " * (2 + ask)]
        for role, text in zip(("user", "assistant"), said, strict=True):
            place = len(turns)
            time = START + timedelta(seconds=(31 + number) * place)
            turns.append(Turn(place, role, "message", text, time, typed=role == "user"))  # type: ignore[arg-type]
    return Session(
        session_id=f"5f0c2a51-2f8e-4c57-9d0a-{number:012x}", format="atif", agent="claude", source="here",
        file="a.json", started=START, turns=tuple(turns),
    )  # fmt: skip


@cache
def corpus() -> tuple[tuple[Session, ...], Material]:
    sessions = tuple(a_session(number) for number in range(10, 30))
    return sessions, Material(sessions)


def made_by(name: str, effort: Effort, seed: int) -> Made:
    sessions, material = corpus()
    for later in range(seed, seed + 1000, 100):
        try:
            return pad(sessions[seed], load()[name], material, effort, default_rng(later))
        except Unsuitable:  # too coarse for the share, this time
            continue
    raise AssertionError(f"{name} suits no seed")


def asked(made: Made) -> list[str]:
    return [turn.text or "" for turn in made.session.turns if turn.role == "user"]


def pauses(made: Made) -> list[float]:
    """Seconds before each padding prompt but the first turn."""
    turns = made.session.turns
    return [
        (after.time - before.time).total_seconds()
        for before, after in pairwise(turns)
        if before.time and after.time and after.role == "user" and after.index in made.padding
    ]


def halves(made: Made) -> list[bool]:
    """For each run of turns, whether it is padding."""
    marks = [turn.index in made.padding for turn in made.session.turns]
    return [mark for place, mark in enumerate(marks) if place == 0 or marks[place - 1] != mark]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_scripted_chain_waits_as_long_after_long_answers_as_after_short_ones(seed: int) -> None:
    made = made_by("scripted_topic_chain", Effort(clock="even", share=1.0, length=0.9), seed)
    found = pauses(made)
    assert len({len(turn.text or "") for turn in made.session.turns if turn.role == "assistant"}) > 1
    assert max(found) - min(found) < 0.1 * min(found)


def test_a_scripted_chain_begins_again_in_the_same_order() -> None:
    long = Effort(clock="jittered", share=1.0, length=0.95)
    repeats = 0
    for seed in SEEDS:
        found = asked(made_by("scripted_topic_chain", long, seed))
        again = [place for place, text in enumerate(found) if place and text == found[0]]
        repeats += bool(again)
        if again:
            assert found[again[0] :] == found[: len(found) - again[0]]
    assert repeats


@pytest.mark.parametrize("seed", SEEDS)
def test_pretended_follow_ups_name_what_the_answer_before_them_named(seed: int) -> None:
    made = made_by("pretended_follow_ups", Effort(clock="even", share=1.0, length=0.9), seed)
    messages = [(turn.role, turn.text or "") for turn in made.session.turns]
    pairs = [(said, ask) for (role, said), (_, ask) in pairwise(messages) if role == "assistant"]
    taken = [set(names_in(said)) & set(names_in(ask)) for said, ask in pairs]
    assert sum(map(bool, taken)) > len(pairs) / 2
    found = pauses(made)
    assert len(found) < 3 or max(found) - min(found) > 0.1 * min(found)


@pytest.mark.parametrize("seed", SEEDS)
def test_replayed_prompts_keep_their_order_and_are_not_answered(seed: int) -> None:
    made = made_by("somebody_elses_prompts", Effort(share=1.0, length=0.9, wording="verbatim"), seed)
    sessions, _ = corpus()
    own = {
        session.turns[place].text: session.turns[place + 1].text for session in sessions for place in range(0, 16, 2)
    }
    order = {text: place for place, text in enumerate(own)}
    places = [order[text] for text in asked(made)]
    assert sum(after == before + 1 for before, after in pairwise(places)) >= (len(places) - 1) * 0.6
    replied = [(ask.text, said.text) for ask, said in pairwise(made.session.turns) if ask.role == "user"]
    assert sum(own[ask] == said for ask, said in replied) < len(replied) / 2


@pytest.mark.parametrize("seed", SEEDS)
def test_honest_questions_come_in_their_order_with_the_answers_that_they_got(seed: int) -> None:
    made = made_by("one_question_after_another", Effort(share=1.0, length=0.9), seed)
    sessions, _ = corpus()
    own = {
        session.turns[place].text: session.turns[place + 1].text for session in sessions for place in range(0, 16, 2)
    }
    assert all(
        own[ask.text] == said.text for ask, said in pairwise(made.session.turns) if ask.role == "user"
    )  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_in_another_second_half_all_padding_comes_after_all_real_work(seed: int) -> None:
    made = made_by("another_second_half", Effort(share=0.5), seed)
    assert halves(made) == [False, True]


def test_work_that_is_warmed_up_and_run_out_stands_in_the_middle() -> None:
    found = Counter(tuple(halves(made_by("warmed_up_and_run_out", Effort(share=0.6, length=0.9), s))) for s in SEEDS)
    assert found[True, False, True] > len(SEEDS) / 2


def test_a_little_after_each_answer_falls_into_many_places() -> None:
    made = [made_by("a_little_after_each_answer", Effort(share=0.5, length=0.9), seed) for seed in SEEDS]
    assert sum(len(halves(one)) > 4 for one in made) > len(SEEDS) / 2


def test_what_is_drawn_is_of_the_families_that_are_named_for_leaving_out() -> None:
    load()
    by_edit = {id(strategy.edit): strategy.family for strategy in STRATEGIES.values()}
    import padding.mixed as module

    drawn_from = {by_edit[id(edit)] for edit in (*module._TALKING, *module._SPINNING)}
    assert drawn_from == set(DRAWN_FROM)


def test_drawn_padding_never_ends_and_pauses_before_each_ask() -> None:
    sessions, material = corpus()
    units = drawn(material.work(sessions[0]), material, Effort(), default_rng(1), 3)
    taken = [next(units) for _ in range(60)]
    assert all(unit.steps and next(iter(unit.pieces)).gap for unit in taken)
    assert max(unit.size for unit in taken) <= 40


def test_names_are_files_without_folders_and_symbols() -> None:
    text = "See `src/app/main.py`, settings.local.json and loadRows in RowReader or max_rows; but not e.g. this."
    assert names_in(text) == ["main.py", "settings.local.json", "loadRows", "RowReader", "max_rows"]
    assert noun_of("plain things", default_rng(0)) is None
    assert noun_of("cancel the booking please", default_rng(0)) == "booking"


def test_names_are_exchanged_for_others_of_their_kind_but_not_those_of_arguments() -> None:
    names = matched(["main.py", "max_rows"], ["other.go", "util.py", "file_path", "min_rows"], default_rng(1))
    assert names["main.py"] == "util.py"
    step = Step(
        (call("Read", '{"max_rows": "src/main.py", "x": "max_rows"}'), result("Read", "max_rows = 1 # a_main.py"))
    )
    new = renamed_in(Exchange((prompt("read main.py"),), (step, Step((reply("`max_rows` is 1"),)))), names)
    rows = names["max_rows"]
    assert new.steps[0].calls[0].tool_arguments == f'{{"max_rows": "src/util.py", "x": "{rows}"}}'
    assert new.steps[0].results[0].text == f"{rows} = 1 # a_main.py"
    assert new.opening[0].turn.text == "read util.py"
    assert new.reply == f"`{rows}` is 1"


def test_a_listing_that_has_changed_is_numbered_in_order() -> None:
    listing = "\n".join(f"{line:>6}\tvalue_{line} = {line}" for line in range(40, 70))
    step = Step((call("Read", "{}"), result("Read", listing)))
    for seed in range(10):
        text = changed(step, default_rng(seed), ("     1\tnew = 1",)).results[0].text or ""
        assert text != listing
        numbers = [int(line.split("\t")[0]) for line in text.splitlines()]
        assert numbers == list(range(40, 40 + len(numbers)))
    assert gone_on(step, default_rng(0)) == step


def test_a_text_that_is_read_as_a_file_has_the_line_numbers_that_files_have() -> None:
    read = Step((call("Read", "{}"), result("Read", "     1\tx\n     2\ty")))
    glob = Step((call("Glob", "{}"), result("Glob", "x.py")))
    assert looks([glob, read, Step((*read.pieces, *glob.pieces))]) == [read]
    assert as_read(read, "a\nb\nc").results[0].text == "     1\ta\n     2\tb\n     3\tc"


def test_a_short_word_of_success_does_not_change() -> None:
    step = Step((call("Edit", "{}"), result("Edit", "The file main.py has been updated successfully.")))
    assert changed(step, default_rng(0), ("something",)) == step
