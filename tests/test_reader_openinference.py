"""OpenInference spans, in each of the shapes that Phoenix and the exporters give them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from traces.files import Plain
from traces.reading import read, recognise
from traces.schema import Session

START = datetime(2026, 2, 2, 2, 40, tzinfo=UTC)


def only(path: Path) -> Session:
    sessions, refused = read(path)
    assert refused == []
    (session,) = sessions
    return session


def test_a_tool_run_without_a_call_id_belongs_to_the_call_with_its_arguments(examples: Path) -> None:
    session = only(examples / "openinference" / "tool_runs_without_call_ids.json")
    assert [
        (turn.role, turn.kind, turn.text or turn.tool_arguments, turn.call_id, turn.is_error) for turn in session.turns
    ] == [
        ("system", "message", "You answer from the tide table.", None, None),
        ("user", "message", "When is high water at the mole?\n[image]", None, None),
        ("assistant", "tool_call", '{"place": "mole"}', "call-1", None),
        ("assistant", "tool_call", '{"place": "pier"}', "call-2", None),
        # The second call's tool ended first; the next call's history tells both results again, in the other order.
        ("tool", "tool_result", "no such place", "call-2", True),
        ("tool", "tool_result", "14:52", "call-1", False),
        ("assistant", "message", "At 14:52.", None, None),
    ]
    assert [(turn.time - START) / timedelta(seconds=1) for turn in session.turns if turn.time] == [
        1,
        1,
        2,
        2,
        2.9,
        3.2,
        6,
    ]
    assert [(turn.input_tokens, turn.cached_tokens, turn.output_tokens) for turn in session.turns] == [
        (None, None, None),
        (None, None, None),
        (120, None, 20),
        (None, None, None),
        (None, None, None),
        (None, None, None),
        (180, 100, 12),
    ]
    assert [turn.tool_name for turn in session.turns[2:6]] == ["tide_table"] * 4
    assert (session.session_id, session.user_id, session.agent, session.project) == (
        "talk-3",
        "u-9",
        "tide-desk",
        "tides",
    )
    assert (session.model, session.agent_version) == ("m-large", "2.1")


def test_a_page_of_phoenix_is_put_in_order_though_it_is_newest_first_and_times_are_equal(examples: Path) -> None:
    session = only(examples / "openinference" / "phoenix_page_newest_first_with_equal_times.json")
    assert [(turn.kind, turn.text) for turn in session.turns] == [
        ("message", "You answer from the tide table."),
        ("message", "When is high water?"),
        ("tool_call", None),
        ("tool_result", "14:52"),
        ("message", "At 14:52."),
    ]
    assert [turn.input_tokens for turn in session.turns] == [None, None, 120, None, 180]
    assert session.session_id == "talk-3"


def test_rows_of_a_data_frame_are_read_with_counts_that_became_fractions(examples: Path) -> None:
    session = only(examples / "openinference" / "data_frame_rows_with_fractional_counts.jsonl")
    assert [(turn.role, turn.text or turn.tool_arguments) for turn in session.turns] == [
        ("user", "When is high water?"),
        ("assistant", '{"place": "mole"}'),
        ("tool", "14:52"),
        ("assistant", "At 14:52."),
    ]
    assert [(turn.input_tokens, turn.cached_tokens) for turn in session.turns[1::2]] == [(120, None), (180, 100)]
    assert (session.session_id, session.user_id) == ("5b8efff798038103d269b633813fc60c", "u-9")


def test_a_broken_span_is_refused_alone_and_nested_attributes_read_like_flat_ones(examples: Path) -> None:
    sessions, refused = read(examples / "openinference" / "nested_attributes_and_a_broken_span.jsonl")
    assert [(one.reason, one.record.line) for one in refused] == [("wrong-type", 2)]
    assert "`$.start_time`" in refused[0].detail
    (session,) = sessions
    assert session.session_id == "talk-5"
    assert [turn.text for turn in session.turns] == ["Springs or neaps?", "Springs.", "And tomorrow?", "Springs still."]


def test_an_agent_that_holds_no_model_call_tells_its_own_question_and_answer_around_its_tools(tmp_path: Path) -> None:
    def span(number: int, kind: str, start: int, end: int, **attributes: str) -> str:
        return json.dumps(
            {
                "name": kind.lower(),
                "context": {"trace_id": "0x" + "ab" * 16, "span_id": f"0x{number:016x}"},
                "parent_id": None if number == 1 else "0x0000000000000001",
                "start_time": f"2026-02-02T02:40:0{start}Z",
                "end_time": f"2026-02-02T02:40:0{end}Z",
                "attributes": {"openinference.span.kind": kind, **attributes},
            }
        )

    path = tmp_path / "spans.jsonl"
    tool = span(2, "TOOL", 2, 3, **{"tool.name": "look", "input.value": "{}", "output.value": "six knots"})
    path.write_text(
        tool + "\n" + span(1, "CHAIN", 1, 5, **{"input.value": "Wind?", "output.value": "Six knots."}) + "\n"
    )
    session = only(path)
    assert [(turn.role, turn.kind, turn.text) for turn in session.turns] == [
        ("user", "message", "Wind?"),
        ("assistant", "tool_call", None),
        ("tool", "tool_result", "six knots"),
        ("assistant", "message", "Six knots."),
    ]


def test_every_example_is_recognised_as_this_format(examples: Path) -> None:
    for path in sorted((examples / "openinference").iterdir()):
        assert recognise(Plain(path), path.name).name == "openinference", path.name
