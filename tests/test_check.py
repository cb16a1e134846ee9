"""Metadata in the fingerprint check: fields are missing only where they could be; the mix of turns stands beside."""

import numpy as np
import pandas as pd
import pytest
from conversation import asked, called, said, session, thought
from msgspec.structs import replace

from flows.check import FORM, by_form
from flows.form import FORM as FIELDS
from flows.form import MIX, form
from traces.schema import Turn


def counted(turns: list[Turn], tokens: int = 9) -> list[Turn]:
    """A model call's turns, its tokens on the first."""
    return [replace(turns[0], input_tokens=tokens), *turns[1:]]


def test_more_calls_or_prompts_do_not_change_which_share_of_a_field_is_there() -> None:
    few = session(asked("go"), counted(called("Read", "text", path="a")), counted(said("done")))
    looks = [turn for _ in range(5) for turn in counted([*thought("hm"), *called("Read", "text", path="a")])]
    many = session(asked("go"), asked("on"), looks, counted(said("done")))
    fields = [{name: form(one)[name] for name in FIELDS} for one in (few, many)]
    assert fields[0] == fields[1]
    assert fields[0]["share_with_input_tokens"] == 1.0
    assert fields[0]["share_with_output_tokens"] == 0.0
    assert form(few)["share_of_calls"] != form(many)["share_of_calls"]


def test_a_model_call_without_tokens_is_seen() -> None:
    found = form(session(asked("go"), counted(called("Read", "text")), called("Read", "text"), counted(said("done"))))
    assert found["share_with_input_tokens"] == pytest.approx(2 / 3)


def test_a_call_without_an_id_and_a_turn_without_a_time_are_seen() -> None:
    one, other = called("Read", "text"), called("Read", "text")
    named = [replace(turn, call_id="a") for turn in one]
    found = form(session(asked("go", at=0.0), named, other, said("done", at=3.0)))
    assert found["share_with_call_id"] == 0.5
    assert found["share_with_time"] == pytest.approx(2 / 6)


def test_a_session_without_calls_lacks_no_ids_and_no_errors() -> None:
    found = form(session(asked("go"), said("done")))
    assert found["share_with_call_id"] is None
    assert found["share_with_is_error"] is None
    assert found["share_with_original_chars"] is None
    assert form(session())["turns_a_step"] is None


def test_only_texts_that_are_long_enough_could_have_been_cut() -> None:
    cut = [
        replace(turn, original_chars=900) if turn.kind == "tool_result" else turn for turn in called("Read", "x" * 50)
    ]
    short, whole = called("Read", "ok"), called("Read", "x" * 80)
    assert form(session(asked("go"), cut, short))["share_with_original_chars"] == 1.0
    found = form(session(asked("go"), cut, whole, said("y" * 99)))
    assert found["share_with_original_chars"] == 0.5, "a longer result that was kept whole, but no message was ever cut"
    assert found["share_of_cut_texts"] == pytest.approx(1 / 4)


def test_the_mix_counts_turns_to_a_step_and_steps_to_a_prompt() -> None:
    found = form(session(asked("go"), thought("hm"), called("Read", "text"), called("Read", "text"), said("done")))
    assert (found["turns_a_step"], found["steps_a_prompt"]) == (2.0, 3.0)
    assert [found[f"share_of_{kind}"] for kind in ("prompts", "replies", "thoughts", "calls")] == [
        pytest.approx(share) for share in (1 / 7, 1 / 7, 1 / 7, 2 / 7)
    ]


def described(told_by: str) -> pd.DataFrame:
    """Sessions of two sources of which one column tells those that are padded."""
    rng = np.random.default_rng(0)
    rows = 400
    padded = np.arange(rows) % 2 == 0
    numbers = {name: rng.random(rows) for name in (*FORM, *MIX)}
    numbers[told_by] = numbers[told_by] + padded
    words = {name: rng.choice(["one", "two"], rows) for name in ("source", "agent", "format")}
    label = np.where(padded, "padded", "genuine")
    return pd.DataFrame({**numbers, **words, "label": label, "made_from": [[f"s{place}"] for place in range(rows)]})


def test_the_mix_of_turns_is_told_beside_the_metadata_and_not_with_it() -> None:
    rows = by_form(described("steps_a_prompt"), 0)
    found = {one.by: one for one in rows}
    assert rows[0].by == "all metadata"
    assert set(found) == {"all metadata", *FORM, "with the mix of turns", *MIX}
    assert found["all metadata"].state != "outside"
    assert found["with the mix of turns"].state == "outside"
    assert found["steps_a_prompt"].state == "outside"


def test_a_field_that_is_missing_in_padded_sessions_is_outside_in_both() -> None:
    found = {one.by: one.state for one in by_form(described("share_with_call_id"), 0)}
    assert found["all metadata"] == found["with the mix of turns"] == found["share_with_call_id"] == "outside"


def test_having_no_calls_is_no_missing_field() -> None:
    meta = described("turns")
    meta["turns"] = 1.0
    meta["share_with_call_id"] = np.where(meta["label"] == "padded", np.nan, 1.0)
    found = {one.by: one.state for one in by_form(meta, 0)}
    assert found["share_with_call_id"] == "within"
    assert found["all metadata"] != "outside"
