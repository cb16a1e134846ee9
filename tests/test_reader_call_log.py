"""Logs of model calls: prompts by trace id, and requests that send all of the history again."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from traces.files import Plain
from traces.reading import read, recognise
from traces.schema import Session, Turn


def brief(session: Session) -> list[tuple[str, str | None]]:
    return [(turn.role, turn.text or turn.tool_arguments) for turn in session.turns]


def counts(path: Path) -> tuple[int, int, int, int, int]:
    sessions, refused = read(path)
    assert refused == []
    turns: list[Turn] = [turn for session in sessions for turn in session.turns]
    calls = sum(turn.kind == "tool_call" for turn in turns)
    spent = sum(turn.input_tokens or 0 for turn in turns), sum(turn.output_tokens or 0 for turn in turns)
    return len(sessions), len(turns), calls, *spent


def test_a_prompt_that_is_repeated_in_a_trace_is_a_turn_each_time(examples: Path) -> None:
    sessions, refused = read(examples / "call_log" / "prompt_repeated_in_one_trace.jsonl")
    assert refused == []
    assert [brief(session) for session in sessions] == [
        [("user", "Ebb or flood?"), ("assistant", "Ebb.")] * 2,
        [("user", "Name the shoals."), ("assistant", None)],
        [("user", "Buoy colours?"), ("assistant", None)],
    ]
    again = sessions[0].turns[3]
    assert (again.time, again.input_tokens, again.output_tokens) == (datetime(2026, 2, 2, 8, 0, 12, tzinfo=UTC), 5, 3)
    assert sessions[1].turns[1].time is None  # nothing says when the answer came


def test_a_plain_trace_id_is_made_unique_and_one_that_is_unique_is_kept(examples: Path) -> None:
    ids = [session.session_id for session in read(examples / "call_log" / "prompt_repeated_in_one_trace.jsonl")[0]]
    assert ids[2] == "0b6f2c5ad3914b6e8f0a7d1c2e3f4a5b"
    assert ids[0].startswith("t-1-")
    assert len(ids[0]) == len("t-1-") + 8


def test_history_makes_each_turn_once_though_it_is_edited_retried_and_answers_are_dropped(examples: Path) -> None:
    sessions, refused = read(examples / "call_log" / "history_edited_and_answers_dropped.jsonl")
    assert brief(sessions[0]) == [
        ("system", "You chart courses."),
        ("user", "Course to the island?"),
        ("assistant", '{"to": "island"}'),
        ("tool", "245 degrees, long chart text"),  # later cut in the history; sent twice because of a retry
        ("assistant", "Steer 245."),  # later dropped from the history
        ("user", "Use a tool!"),
        ("assistant", "{}"),  # has the first call's id
        ("tool", "Checked?"),
        ("assistant", "Yes."),
        ("user", "Use a tool!"),  # told once more, though the first one is gone from the history
        ("assistant", "{}"),
    ]
    assert [turn.input_tokens for turn in sessions[0].turns if turn.input_tokens] == [30, 60, 70, 80, 90]
    assert [turn.output_tokens for turn in sessions[0].turns] == [None] * 4 + [4] + [None] * 3 + [1, None, None]
    assert [turn.tool_name for turn in sessions[0].turns if turn.role == "tool"] == ["chart", "submit"]
    assert [(one.reason, one.record.line) for one in refused] == [("truncated", 14)]


def test_the_same_task_begun_anew_is_another_session(examples: Path) -> None:
    sessions, _ = read(examples / "call_log" / "history_edited_and_answers_dropped.jsonl")
    assert brief(sessions[1]) == [
        ("system", "You chart courses."),
        ("user", "Course to the island?"),
        ("assistant", "Steer 250."),
    ]
    assert sessions[0].session_id != sessions[1].session_id


def test_a_log_that_grows_keeps_the_ids_of_its_sessions(examples: Path, tmp_path: Path) -> None:
    source = examples / "call_log" / "history_edited_and_answers_dropped.jsonl"
    path = tmp_path / "growing.jsonl"
    path.write_text("\n".join(source.read_text().splitlines()[:4]) + "\n")
    assert read(path)[0][0].session_id == read(source)[0][0].session_id


def test_payloads_with_a_trace_id_each_are_joined_by_the_history_they_hold(examples: Path) -> None:
    sessions, refused = read(examples / "call_log" / "litellm_payloads_with_a_trace_id_each.jsonl")
    assert refused == []
    assert [brief(session) for session in sessions] == [
        [("user", "Deep enough?"), ("assistant", "Four metres."), ("user", "At low water?"), ("assistant", "Two.")],
        [("user", "Any rocks?"), ("assistant", "None.")],
    ]
    last = sessions[0].turns[3]
    assert (last.time, last.input_tokens, last.cached_tokens, last.output_tokens) == (
        datetime(2026, 2, 2, 9, 0, 12, tzinfo=UTC),
        20,
        8,
        2,
    )
    assert (sessions[0].user_id, sessions[0].model) == ("u-5", "m-large")


def test_a_payload_of_a_failed_call_has_no_answer(examples: Path, tmp_path: Path) -> None:
    line = json.loads(
        (examples / "call_log" / "litellm_payloads_with_a_trace_id_each.jsonl").read_text().splitlines()[0]
    )
    path = tmp_path / "failed.jsonl"
    path.write_text(json.dumps({**line, "status": "failure", "response": None}) + "\n")
    assert brief(read(path)[0][0]) == [("user", "Deep enough?")]


def test_lines_with_request_and_response_side_by_side_are_joined_by_the_history_they_hold(tmp_path: Path) -> None:
    asked = [{"role": "user", "content": "Deep enough?"}]
    answer = {"role": "assistant", "content": "Four metres."}
    more = [*asked, answer, {"role": "user", "content": "At low water?"}]
    usage = {"prompt_tokens": 9, "completion_tokens": 3}
    path = tmp_path / "proxy.jsonl"
    path.write_text(
        "".join(
            json.dumps(
                {
                    "timestamp": f"2026-02-02T09:00:0{number}Z",
                    "request": {"model": "m-large", "messages": messages},
                    "response": {
                        "choices": [{"message": answer}],
                        "usage": usage,
                    },
                }
            )
            + "\n"
            for number, messages in enumerate((asked, more))
        )
    )
    (session,), refused = read(path)
    assert refused == []
    assert [turn.text for turn in session.turns] == ["Deep enough?", "Four metres.", "At low water?", "Four metres."]
    assert sum(turn.input_tokens or 0 for turn in session.turns) == 18


def test_messages_under_one_trace_id_are_history_and_not_prompts(tmp_path: Path) -> None:
    asked = [{"role": "user", "content": "Deep enough?"}]
    more = [*asked, {"role": "assistant", "content": "Yes."}, {"role": "user", "content": "Sure?"}]
    call = {"traceId": "0b6f2c5ad3914b6e8f0a7d1c2e3f4a5b", "output": {"role": "assistant", "content": "Yes."}}
    path = tmp_path / "calls.jsonl"
    path.write_text(
        json.dumps({**call, "startTime": "2026-02-02T09:00:00Z", "input": asked})
        + "\n"
        + json.dumps({**call, "startTime": "2026-02-02T09:00:01Z", "input": {"messages": more, "model": "m"}})
        + "\n"
    )
    (session,), refused = read(path)
    assert refused == []
    assert [turn.text for turn in session.turns] == ["Deep enough?", "Yes.", "Sure?", "Yes."]


def test_every_example_is_recognised_as_this_format(examples: Path) -> None:
    for path in sorted((examples / "call_log").iterdir()):
        assert recognise(Plain(path), path.name).name == "call-log", path.name


# By jq: sessions are the distinct `traceId`s, turns a prompt and an answer for each line, tokens the sums of `usage`.
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("demo-logs", (12, 40, 0, 601, 2903)),
        ("overkill-test", (4, 8, 0, 63, 625)),
        ("retry-test", (156, 390, 0, 2751, 31072)),
        ("test-logs__demo-logs", (94, 390, 0, 2004, 3983)),
        ("test-logs__retry-loop", (44, 102, 0, 2091, 8221)),
        ("test-logs__short-overkill", (100, 200, 0, 396, 149)),
    ],
)
def test_real_logs_by_trace_id_are_read_whole(raw: Path, name: str, expected: tuple[int, ...]) -> None:
    assert counts(raw / "langfuse_like" / f"Crashlens__examples-logs__{name}.jsonl") == expected


# Turns by hand: the system prompt and the task, then (by jq) the answers' texts and calls, and what follows the last
# assistant message of each request, without the one request that each of the first two files sends twice:
# 2 + 4 + 5 + 6 (4 results, 2 complaints); 2 + 3 + 4 + 5 (3, 2); 2 + 10 + 12 + 13 (10, 3). Tokens are sums over the
# responses.
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("20251103_025309", (1, 17, 5, 8636, 497)),
        ("20251103_033709", (1, 14, 4, 7175, 441)),
        ("20251107_092915", (1, 37, 12, 27882, 766)),
    ],
)
def test_real_request_logs_are_read_whole(raw: Path, name: str, expected: tuple[int, ...]) -> None:
    assert counts(raw / "litellm" / f"SWE-agent__llm_interactions__interactions_{name}.jsonl") == expected


def test_an_answer_of_no_tokens_that_calls_a_tool_was_not_counted(raw: Path) -> None:
    (session,), _ = read(raw / "litellm" / "SWE-agent__llm_interactions__interactions_20251103_025309.jsonl")
    first = session.turns[2]
    assert (first.kind, first.input_tokens, first.output_tokens) == ("tool_call", 410, None)
