"""A session taken apart and put together is the same session; what is added is dressed as the host is."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from numpy.random import default_rng

from padding.assembly import Made, put_together
from padding.form import Form
from padding.parts import call, copied, prompt, reply, result
from padding.work import Exchange, Piece, Step, carrier_of, take_apart
from traces.format import Unreadable
from traces.reading import read
from traces.schema import Session, Turn

START = datetime(2026, 1, 15, 9, 0, 0, 250_000, tzinfo=UTC)


def sessions_in(paths: list[Path]) -> list[Session]:
    found = []
    for path in paths:
        try:
            found += read(path)[0]
        except Unreadable:  # tables of labels lie beside the sessions
            continue
    return found


def assert_identity(session: Session) -> None:
    work = take_apart(session)
    made = put_together(work, Form.observed([work]), default_rng(0))
    assert made.session == session
    assert made.padding == ()


def a_session(tick: timedelta = timedelta(milliseconds=1370), tokens: bool = True, steps: int = 6) -> Session:
    turns = [Turn(0, "user", "message", "why does the build fail?", START, typed=True)]
    for number in range(steps):
        place = len(turns)
        mark = {
            "input_tokens": 9000 + 700 * number,
            "cached_tokens": 8900 if number else 0,
            "output_tokens": 40 + number,
        }
        turns += [
            Turn(place, "assistant", "message", f"Reading file {number}.", START + place * tick),
            Turn(place + 1, "assistant", "tool_call", None, START + (place + 1) * tick, "Read",
                 f'{{"path": "src/{number}.py"}}', f"toolu_01Qx9Zk{number}Lm4T8", **(mark if tokens else {})),
            Turn(place + 2, "tool", "tool_result", "x" * 2400 if number else "y" * 2500, START + (place + 2) * tick,
                 "Read", call_id=f"toolu_01Qx9Zk{number}Lm4T8", original_chars=None if number else 9000),
        ]  # fmt: skip
    return Session(session_id="5f0c2a51-2f8e-4c57-9d0a-6e0f9b1c7a11", format="atif", file="a.json", turns=tuple(turns))


def with_added(session: Session, *steps: Step, at: int = 2) -> Made:
    work = take_apart(session)
    first = work.exchanges[0]
    longer = Exchange(first.opening, (*first.steps[:at], *steps, *first.steps[at:]))
    return put_together(replace(work, exchanges=(longer,)), Form.observed([work]), default_rng(1))


def added_step() -> Step:
    pieces = (reply("Once more."), call("Read", '{"path": "src/0.py"}'), result("Read", "z" * 6000))
    return Step(tuple(replace(piece, padding=True) for piece in pieces))


def test_taking_apart_and_putting_together_changes_nothing_in_the_examples(examples: Path) -> None:
    sessions = sessions_in(sorted(path for path in examples.rglob("*") if path.is_file()))
    assert len(sessions) > 50
    for session in sessions:
        assert_identity(session)


def test_taking_apart_and_putting_together_changes_nothing_in_the_real_sessions(dev: Path) -> None:
    sessions = sessions_in(sorted(dev.glob("*.jsonl.gz")))
    assert len(sessions) > 800
    for session in sessions:
        assert_identity(session)


def test_steps_hold_a_call_and_its_result() -> None:
    work = take_apart(a_session())
    assert [len(step.pieces) for step in work.steps] == [3] * 6
    assert all(step.calls[0].call_id == step.results[0].call_id for step in work.steps)


def test_parallel_calls_of_one_model_call_are_one_step() -> None:
    turns = [
        Turn(0, "user", "message", "go", START, typed=True),
        Turn(1, "assistant", "tool_call", None, START, "Read", "{}", "a"),
        Turn(2, "tool", "tool_result", "1", START + timedelta(seconds=9), "Read", call_id="a"),
        Turn(3, "assistant", "tool_call", None, START + timedelta(seconds=1), "Read", "{}", "b", input_tokens=10),
        Turn(4, "tool", "tool_result", "2", START + timedelta(seconds=9), "Read", call_id="b"),
        Turn(5, "assistant", "message", "done", START + timedelta(seconds=12), input_tokens=20),
    ]
    work = take_apart(Session(session_id="s", format="atif", file="f", turns=tuple(turns)))
    assert [len(step.pieces) for step in work.steps] == [4, 1]


@pytest.mark.parametrize(("place", "carrier"), [(0, "first"), (1, "last")])
def test_the_turn_that_carries_a_calls_tokens_is_found(place: int, carrier: str) -> None:
    group = [Turn(0, "assistant", "message", "a"), Turn(1, "assistant", "tool_call", tool_name="Read")]
    group[place] = replace(group[place], input_tokens=5)
    assert carrier_of([*group, Turn(2, "tool", "tool_result", "x"), *group]) == carrier


def test_padding_marks_survive_editing_and_moving() -> None:
    made = with_added(a_session(), added_step(), added_step())
    assert made.padding == (7, 8, 9, 10, 11, 12)
    assert [made.session.turns[place].text for place in made.padding[::3]] == ["Once more.", "Once more."]


def test_added_times_keep_the_clock_of_the_host() -> None:
    made = with_added(a_session(), added_step())
    assert all(turn.time and turn.time.microsecond % 1000 == 0 for turn in made.session.turns)
    whole = with_added(a_session(timedelta(seconds=2)), added_step())
    whole_host = a_session(timedelta(seconds=2))
    by_second = with_added(shifted(whole_host, timedelta(microseconds=-250_000)), added_step())
    assert all(turn.time and turn.time.microsecond == 0 for turn in by_second.session.turns)
    assert [turn.time for turn in whole.session.turns] == sorted(turn.time for turn in whole.session.turns if turn.time)


def shifted(session: Session, by: timedelta) -> Session:
    return replace(session, turns=tuple(replace(turn, time=turn.time and turn.time + by) for turn in session.turns))


def test_later_turns_move_by_what_was_put_in() -> None:
    host = a_session()
    made = with_added(host, added_step())
    gaps = [b.time - a.time for a, b in zip(made.session.turns[10:], made.session.turns[11:], strict=False)]  # type: ignore[operator]
    assert set(gaps) == {timedelta(milliseconds=1370)}
    assert made.session.ended > host.ended  # type: ignore[operator]


def test_added_calls_have_ids_of_the_hosts_look_that_tie_their_results() -> None:
    made = with_added(a_session(), added_step(), added_step())
    calls = [turn.call_id or "" for turn in made.session.turns if turn.kind == "tool_call"]
    assert len(set(calls)) == len(calls)
    assert all(re.fullmatch(r"toolu_[0-9A-Za-z]{13}", found) for found in calls)
    assert calls == [turn.call_id for turn in made.session.turns if turn.kind == "tool_result"]


def test_numbered_ids_follow_the_places() -> None:
    host = a_session()
    numbered = tuple(
        replace(turn, call_id=f"call_{turn.index - (turn.kind == 'tool_result')}") if turn.call_id else turn
        for turn in host.turns
    )
    made = with_added(replace(host, turns=numbered), added_step())
    assert [turn.call_id for turn in made.session.turns if turn.kind == "tool_call"] == [
        f"call_{turn.index}" for turn in made.session.turns if turn.kind == "tool_call"
    ]


def test_added_texts_are_cut_where_the_host_cuts() -> None:
    long = with_added(a_session(), added_step()).session.turns[9]
    assert long.text is not None
    assert (len(long.text), long.original_chars) == (2500, 6000)


def test_added_texts_are_whole_where_the_host_cuts_nothing() -> None:
    host = a_session()
    whole = replace(host, turns=tuple(replace(turn, original_chars=None) for turn in host.turns))
    step = added_step()
    cut = replace(step.pieces[2], turn=replace(step.pieces[2].turn, original_chars=7000))
    long = with_added(whole, Step((*step.pieces[:2], cut))).session.turns[9]
    assert long.text is not None
    assert (len(long.text), long.original_chars) == (6000, None)


def test_added_calls_are_counted_where_and_as_the_host_counts() -> None:
    made = with_added(a_session(), added_step(), added_step())
    counted = [turn for turn in made.session.turns if turn.input_tokens is not None]
    assert {turn.kind for turn in counted} == {"tool_call"}
    inputs = [turn.input_tokens or 0 for turn in counted]
    assert inputs == sorted(inputs)
    assert inputs[-1] > 9000 + 700 * 5
    assert all((turn.cached_tokens or 0) <= (turn.input_tokens or 0) for turn in counted)
    assert all(30 < (turn.output_tokens or 0) < 60 for turn in counted)


def test_nothing_is_counted_where_the_host_counts_nothing() -> None:
    made = with_added(a_session(tokens=False), added_step())
    assert all(turn.input_tokens is turn.output_tokens is turn.cached_tokens is None for turn in made.session.turns)


def test_added_turns_have_no_times_where_the_host_has_none() -> None:
    host = a_session()
    timeless = replace(host, turns=tuple(replace(turn, time=None) for turn in host.turns))
    assert all(turn.time is None for turn in with_added(timeless, added_step()).session.turns)


@pytest.mark.parametrize("typed", [True, False, None])
def test_an_added_prompt_is_typed_as_the_hosts_are(typed: bool | None) -> None:
    host = a_session()
    unsure = replace(host, turns=(replace(host.turns[0], typed=typed), *host.turns[1:]))
    work = take_apart(unsure)
    again = Exchange((prompt("again", 5.0),), (copied(work.exchanges[0].steps[0]),))
    made = put_together(replace(work, exchanges=(*work.exchanges, again)), Form.observed([work]), default_rng(1))
    assert next(turn for turn in made.session.turns if turn.text == "again").typed is typed


def test_a_piece_counts_its_text_and_its_arguments() -> None:
    assert Piece(Turn(0, "assistant", "tool_call", tool_arguments="{}1")).chars == 3
    assert take_apart(a_session()).chars == sum(piece.chars for piece in take_apart(a_session()).pieces)
