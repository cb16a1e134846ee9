"""MLflow's traces as JSON; `test_registry.py` makes them anew with MLflow itself."""

import json
from pathlib import Path

import msgspec

from traces.files import Plain
from traces.reading import read, recognise
from traces.schema import Session

MADE = "mlflow_traces/one_session_of_two_traces_made_with_mlflow.jsonl"


def sessions_of(path: Path) -> dict[str, Session]:
    sessions, refused = read(path)
    assert refused == []
    return {session.session_id: session for session in sessions}


def test_traces_of_one_session_follow_one_another_and_only_model_calls_count(examples: Path) -> None:
    session = sessions_of(examples / MADE)["talk-7"]
    assert [(turn.role, turn.kind, turn.text or turn.tool_arguments) for turn in session.turns] == [
        ("system", "message", "You answer from the tide table."),
        ("user", "message", "When is high water at the mole?"),
        ("assistant", "tool_call", '{"place": "mole"}'),
        ("tool", "tool_result", "14:52\n3.1 m"),
        ("assistant", "message", "At 14:52."),
        ("user", "message", "And the day after?"),
        ("assistant", "message", "At 15:31."),
    ]
    assert [
        (turn.input_tokens, turn.cached_tokens, turn.output_tokens) for turn in session.turns if turn.input_tokens
    ] == [
        (120, 0, 20),
        (180, 100, 12),
        (180, 100, 12),
    ]
    result = session.turns[3]
    assert (result.call_id, result.tool_name, result.is_error) == ("call-1", "tide_table", False)
    assert (session.user_id, session.agent, session.model, session.origin) == ("u-2", "tide-desk", "m-large", "unknown")


def test_a_tool_result_has_the_time_of_the_tools_own_end(examples: Path) -> None:
    path = examples / MADE
    spans = json.loads(path.read_text().splitlines()[0])["data"]["spans"]
    (ended,) = [span["end_time_unix_nano"] for span in spans if span["name"] == "tide_table"]
    time = sessions_of(path)["talk-7"].turns[3].time
    assert time is not None
    assert abs(time.timestamp() * 1e9 - ended) < 2000


def test_a_traced_function_without_a_model_call_is_a_question_and_an_answer(examples: Path) -> None:
    sessions = sessions_of(examples / MADE)
    (session,) = [session for name, session in sessions.items() if name.startswith("tr-")]
    assert [turn.text for turn in session.turns] == ["When is high water at the mole?", "At 14:52."]


def test_an_array_and_the_rows_of_a_table_read_like_lines(examples: Path, tmp_path: Path) -> None:
    source = examples / MADE
    traces = [json.loads(line) for line in source.read_text().splitlines()]
    array, table = tmp_path / "array.json", tmp_path / "table.jsonl"
    array.write_text(json.dumps(traces, indent=2))
    rows = [{**trace["info"], "request_time": 1, "spans": trace["data"]["spans"], "trace": "{}"} for trace in traces]
    table.write_text("".join(json.dumps(row) + "\n" for row in rows))
    for path in (array, table):
        assert recognise(Plain(path), path.name).name == "mlflow-traces"
        found = sessions_of(path)
        assert {name: session.turns for name, session in found.items()} == {
            name: session.turns for name, session in sessions_of(source).items()
        }


def test_a_broken_trace_is_refused_with_its_place_and_the_others_are_read(examples: Path, tmp_path: Path) -> None:
    first, second, third = (examples / MADE).read_text().splitlines()
    broken = json.loads(second)
    broken["data"]["spans"][1]["start_time_unix_nano"] = "soon"
    path = tmp_path / "traces.jsonl"
    path.write_text("\n".join([first, json.dumps(broken), third[:300], third]) + "\n")
    sessions, refused = read(path)
    assert [(one.reason, one.record.line) for one in refused] == [("wrong-type", 2), ("truncated", 3)]
    assert "`$.data.spans[1].start_time_unix_nano`" in refused[0].detail
    assert len(sessions) == 2


def test_traces_that_an_evaluation_made_are_automation_and_nobody_typed_them(examples: Path, tmp_path: Path) -> None:
    trace = json.loads((examples / MADE).read_text().splitlines()[0])
    trace["info"]["tags"]["mlflow.eval.requestId"] = "e-1"
    path = tmp_path / "traces.jsonl"
    path.write_text(json.dumps(trace) + "\n")
    (session,) = sessions_of(path).values()
    assert session.origin == "automation"
    assert [turn.typed for turn in session.turns if turn.role == "user"] == [False]


def test_tokens_come_from_the_answer_where_mlflow_counted_none_and_anthropics_cache_is_added(tmp_path: Path) -> None:
    outputs = {
        "role": "assistant",
        "type": "message",
        "content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Ebb."}],
        "usage": {
            "input_tokens": 7,
            "output_tokens": 5,
            "cache_read_input_tokens": 2,
            "cache_creation_input_tokens": 1,
        },
    }
    inputs = {"system": "Be brief.", "messages": [{"role": "user", "content": "Ebb or flood?"}]}
    span = {
        "span_id": "KS3K3J4Wd1M=",
        "parent_span_id": None,
        "name": "messages",
        "start_time_unix_nano": 1770000000000000000,
        "end_time_unix_nano": 1770000001000000000,
        "status": {"code": "STATUS_CODE_OK"},
        "attributes": {
            "mlflow.spanType": '"CHAT_MODEL"',
            "mlflow.spanInputs": json.dumps(inputs),
            "mlflow.spanOutputs": json.dumps(outputs),
        },
    }
    path = tmp_path / "traces.jsonl"
    info = {"trace_id": "tr-1", "trace_location": {}, "trace_metadata": {}}
    path.write_bytes(msgspec.json.encode({"info": info, "data": {"spans": [span]}}) + b"\n")
    (session,) = sessions_of(path).values()
    assert [(turn.role, turn.kind, turn.text) for turn in session.turns] == [
        ("system", "message", "Be brief."),
        ("user", "message", "Ebb or flood?"),
        ("assistant", "thinking", "Hm."),
        ("assistant", "message", "Ebb."),
    ]
    assert (session.turns[2].input_tokens, session.turns[2].cached_tokens, session.turns[2].output_tokens) == (10, 2, 5)
