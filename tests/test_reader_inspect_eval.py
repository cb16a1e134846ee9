"""Inspect logs: messages are the turns, events say when and at what cost, and a damaged member costs only itself."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from traces.reading import read
from traces.schema import Session, Turn


def said(session: Session) -> list[tuple[str, str, str | None]]:
    return [(turn.role, turn.kind, turn.text or turn.tool_arguments) for turn in session.turns]


def tokens(turn: Turn) -> tuple[int | None, int | None, int | None]:
    return turn.input_tokens, turn.cached_tokens, turn.output_tokens


def at(second: int) -> datetime:
    return datetime(2025, 4, 2, 8, 0, second, tzinfo=UTC)


def damaged(path: Path, member: str, copy: Path) -> Path:
    """A copy of an archive with one member's data overwritten."""
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(member)
    data = bytearray(path.read_bytes())
    start = info.header_offset + 30 + len(member)
    data[start : start + info.compress_size] = b"\xff" * info.compress_size
    copy.write_bytes(data)
    return copy


def test_an_archive_with_zstd_members_is_read(examples: Path) -> None:
    path = examples / "inspect_eval" / "recorded_with_zstd_members.eval"
    with zipfile.ZipFile(path) as archive:
        assert {info.compress_type for info in archive.infolist()} == {93}
    sessions, refused = read(path)
    assert refused == []
    work = "I add them with the tool. " + "Then I look at what it says. " * 8
    assert said(sessions[0])[2:] == [
        ("assistant", "message", work),
        ("assistant", "tool_call", '{"x":2,"y":3}'),
        ("tool", "tool_result", "The sum is 5. " + "All of it was checked twice by hand. " * 6),
        ("assistant", "tool_call", '{"answer":"5"}'),
        ("tool", "tool_result", "5"),
    ]
    assert [tokens(turn) for turn in sessions[0].turns if turn.output_tokens] == [(105, None, 20), (160, 90, 7)]
    assert [session.session_id for session in sessions] == ["XLMc8DNdgaYvzGc6vrLLmB", "XEgHqCamkYttp8ZXrWPKyQ"]
    assert (sessions[0].agent, sessions[0].agent_version, sessions[0].model) == (
        "inspect_ai",
        "0.3.285",
        "mockllm/model",
    )
    assert (sessions[0].project, sessions[0].origin) == ("sums", "automation")


def test_attachments_are_put_back_in_texts_and_arguments(examples: Path) -> None:
    session = read(examples / "inspect_eval" / "plain_log.json")[0][0]
    long = "The mill wheel turns and turns. " * 4
    assert session.turns[1].text == long
    assert session.turns[4].tool_arguments == json.dumps({"what": long}, separators=(",", ":"))


def test_events_say_when_a_message_came_and_what_it_cost(examples: Path) -> None:
    session = read(examples / "inspect_eval" / "plain_log.json")[0][0]
    assert [(turn.role, turn.kind) for turn in session.turns] == [
        ("system", "message"),
        ("user", "message"),
        ("assistant", "thinking"),
        ("assistant", "message"),
        ("assistant", "tool_call"),
        ("assistant", "tool_call"),
        ("tool", "tool_result"),
        ("tool", "tool_result"),
        ("user", "message"),
        ("assistant", "message"),
    ]
    seconds = [turn.time and turn.time.second for turn in session.turns]
    assert seconds == [1, 1, 5, 5, 5, 5, 6, 16, None, 21]
    # 30 + 900 read from the cache + 100 written to it; the call that reports nothing but zeros says nothing
    assert {turn.index: tokens(turn) for turn in session.turns if turn.output_tokens is not None} == {
        2: (1030, 900, 60)
    }
    assert (session.model, session.started) == ("gpt-5-2025", at(1))


def test_a_failed_call_gives_its_error_as_the_result(examples: Path) -> None:
    session = read(examples / "inspect_eval" / "plain_log.json")[0][0]
    results = [turn for turn in session.turns if turn.kind == "tool_result"]
    assert [(turn.text, turn.is_error, turn.tool_name, turn.call_id) for turn in results] == [
        ("4", False, "count", "c1"),
        ("Timed out.", True, "weigh", "c2"),
    ]


def test_only_an_operator_types(examples: Path) -> None:
    session = read(examples / "inspect_eval" / "plain_log.json")[0][0]
    assert [turn.text for turn in session.turns if turn.typed] == ["Say just the number, please."]


def test_old_logs_tie_calls_to_messages_by_content_and_count_the_cache_within_the_input(examples: Path) -> None:
    session = read(examples / "inspect_eval" / "plain_log.json")[0][1]
    assert session.session_id == "evalA:3:1"
    assert [(turn.text, turn.time, *tokens(turn)) for turn in session.turns if turn.role == "assistant"] == [
        ("Turned.", at(31), 20, 16, 2),
        ("Turned.", at(33), 26, None, 3),
    ]


def test_a_broken_sample_of_a_plain_log_is_refused_alone(examples: Path) -> None:
    sessions, refused = read(examples / "inspect_eval" / "plain_log.json")
    assert [session.session_id for session in sessions] == ["sampleUuid1", "evalA:3:1"]
    assert [(each.reason, each.detail) for each in refused] == [
        ("wrong-type", "sample 2: Expected `array`, got `str` - at `$.messages`")
    ]


def test_a_damaged_member_is_refused_alone(examples: Path, tmp_path: Path) -> None:
    path = examples / "inspect_eval" / "recorded_with_zstd_members.eval"
    sessions, refused = read(damaged(path, "samples/one/1_epoch_1.json", tmp_path / "damaged.eval"))
    assert [session.session_id for session in sessions] == ["XEgHqCamkYttp8ZXrWPKyQ"]
    assert [each.reason for each in refused] == ["broken-archive"]
    assert refused[0].detail.startswith("samples/one/1_epoch_1.json: ")


def test_a_damaged_header_is_refused_and_the_journal_stands_in_for_it(examples: Path, tmp_path: Path) -> None:
    path = examples / "inspect_eval" / "recorded_with_zstd_members.eval"
    sessions, refused = read(damaged(path, "header.json", tmp_path / "damaged.eval"))
    assert [session.project for session in sessions] == ["sums", "sums"]
    assert [(each.reason, each.detail.split(":")[0]) for each in refused] == [("broken-archive", "header.json")]


def test_a_sample_in_chunks_is_refused_and_said_so(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "log.eval", "w") as archive:
        archive.writestr("header.json", '{"eval": {"task": "mill"}}')
        archive.writestr("samples/1_epoch_1/sample.json", "{}")
        archive.writestr("samples/1_epoch_1/messages/0.json", "[]")
    sessions, refused = read(tmp_path / "log.eval")
    assert sessions == []
    assert [(each.reason, each.detail.split(":")[0]) for each in refused] == [
        ("unknown-version", "samples/1_epoch_1/sample.json")
    ]


def test_samples_of_two_runs_of_a_task_have_different_ids(tmp_path: Path) -> None:
    sample = '{"id": 1, "epoch": 1, "messages": [{"role": "user", "content": "Go."}], "events": []}'
    ids = []
    for run in ("run1", "run2"):
        header = f'{{"version": 2, "eval": {{"run_id": "{run}", "created": "2025", "task": "t", "task_id": "T"}}'
        (tmp_path / f"{run}.json").write_text(f'{header}, "samples": [{sample}]}}')
        (session,) = read(tmp_path / f"{run}.json")[0]
        ids.append(session.session_id)
    assert ids == ["run1-T:1:1", "run2-T:1:1"]


def test_the_real_log_has_the_turns_and_tokens_that_were_counted_by_hand(raw: Path) -> None:
    sessions, refused = read(raw / "inspect_eval" / "TransluceAI__docent__docent__samples__log.eval")
    assert refused == []
    assert len({session.session_id for session in sessions}) == 15
    turns = [turn for session in sessions for turn in session.turns]
    # the members' messages: 15 of the system, 50 of the user, 120 results; 122 answers with a text and 121 calls
    assert len(turns) == 15 + 50 + 120 + 122 + 121
    assert sum(turn.kind == "tool_call" for turn in turns) == 121
    # 147 model events; the sums of the fifteen `model_usage`
    assert sum(turn.output_tokens is not None for turn in turns) == 147
    assert sum(turn.input_tokens or 0 for turn in turns) == 395_844
    assert sum(turn.output_tokens or 0 for turn in turns) == 30_038
    assert sum(turn.is_error is True for turn in turns) == 6
    assert all(turn.time for turn in turns if turn.role in ("assistant", "tool"))
    first = sessions[0]
    assert (first.session_id, first.model) == (
        "mAfeKsLqDAoArcBLPnx4jc-hhFRFjyT3X2b479az7uSva:15:1",
        "gpt-4o-2024-08-06",
    )
    assert first.started == datetime(2025, 3, 5, 21, 36, 57, 364188, tzinfo=UTC)
