"""Chat completions as data: tools old and new, history that is sent again, batch files, ids made from content."""

from datetime import UTC, datetime
from pathlib import Path

from traces.reading import read
from traces.schema import Session


def said(session: Session) -> list[tuple[str, str, str | None]]:
    return [(turn.role, turn.kind, turn.text or turn.tool_arguments) for turn in session.turns]


def test_tool_calls_and_function_calls_become_turns(examples: Path) -> None:
    (new, old), refused = read(examples / "openai_chat" / "tools_old_and_new.jsonl")
    assert refused == []
    assert said(new) == [
        ("system", "message", "You brew tea."),
        ("user", "message", "What is in this tin?\n[image]"),
        ("assistant", "thinking", "Better look it up."),
        ("assistant", "message", "One moment."),
        ("assistant", "tool_call", '{"tin": 3}'),
        ("assistant", "tool_call", "tin 3"),
        ("tool", "tool_result", "oolong"),
        ("tool", "tool_result", "smoky\nsweet"),
        ("assistant", "message", "Oolong."),
    ]
    calls = [(turn.tool_name, turn.call_id) for turn in new.turns[4:8]]
    assert calls == [("read_label", "call_1"), ("sniff", "call_2")] * 2
    assert said(old) == [
        ("user", "message", None),
        ("assistant", "tool_call", '{"litres": 1}'),
        ("tool", "tool_result", "boiling"),
        ("assistant", "message", "I may not pour."),
    ]
    assert (old.turns[0].text, old.turns[2].tool_name) == ("", "boil")


def test_nobody_knows_who_typed_and_when(examples: Path) -> None:
    (session, _), _ = read(examples / "openai_chat" / "tools_old_and_new.jsonl")
    assert [turn.typed for turn in session.turns if turn.role == "user"] == [None]
    assert [turn.typed for turn in session.turns if turn.role != "user"] == [False] * 8
    assert (session.origin, session.started, session.agent) == ("unknown", None, None)
    assert all(turn.time is None and turn.input_tokens is None for turn in session.turns)


def test_history_that_is_sent_again_makes_its_turns_once(examples: Path) -> None:
    sessions, _ = read(examples / "openai_chat" / "history_sent_again.jsonl")
    assert [[text for _, _, text in said(session)] for session in sessions] == [
        ["Be brief.", "Tea?", "Yes.", "Milk?", "No."],
        ["Be brief.", "Coffee?", "Never."],
    ]


def test_equal_lines_are_sessions_of_their_own(examples: Path) -> None:
    sessions, _ = read(examples / "openai_chat" / "equal_lines.jsonl")
    first = sessions[0].session_id
    assert [session.session_id for session in sessions] == [first, f"{first}-2", sessions[2].session_id, f"{first}-3"]
    assert [len(session.turns) for session in sessions] == [2] * 4


def test_an_id_is_the_same_in_a_file_that_has_grown(examples: Path, tmp_path: Path) -> None:
    whole = (examples / "openai_chat" / "history_sent_again.jsonl").read_text()
    (tmp_path / "other.jsonl").write_text("".join(whole.splitlines(keepends=True)[:2]))
    (before,), _ = read(tmp_path / "other.jsonl")
    (after, _), _ = read(examples / "openai_chat" / "history_sent_again.jsonl")
    assert before.session_id == after.session_id
    assert len(before.turns) < len(after.turns)


def test_batched_requests_are_automation_and_not_typed(examples: Path) -> None:
    sessions, refused = read(examples / "openai_chat" / "batch_input.jsonl")
    assert refused == []
    assert [session.session_id.rpartition("-")[0] for session in sessions] == ["tin-1", "tin-2"]
    assert [(session.origin, session.model, session.user_id) for session in sessions] == [
        ("automation", "kestrel-2", "u-17"),
        ("automation", "kestrel-2", None),
    ]
    assert [turn.typed for turn in sessions[0].turns] == [False, False]


def test_a_batched_response_has_a_time_and_tokens_and_a_failed_one_makes_no_session(examples: Path) -> None:
    (session,), refused = read(examples / "openai_chat" / "batch_output.jsonl")
    assert refused == []
    assert said(session) == [("assistant", "message", "Gunpowder.")]
    (turn,) = session.turns
    assert (turn.input_tokens, turn.cached_tokens, turn.output_tokens) == (40, 16, 3)
    assert turn.time == session.started == datetime(2026, 1, 1, 10, tzinfo=UTC)
    assert session.model == "kestrel-2-0101"


def test_broken_lines_are_refused_alone(examples: Path) -> None:
    sessions, refused = read(examples / "openai_chat" / "broken_lines.jsonl")
    assert [said(session)[0][2] for session in sessions] == ["One.", "Six."]
    assert [(each.record.line, each.reason) for each in refused] == [
        (2, "truncated"),
        (3, "wrong-type"),
        (4, "wrong-type"),
        (5, "wrong-type"),
    ]
    assert "$.messages[0].role" in refused[1].detail
    assert "$.messages[0].content" in refused[2].detail


def test_one_document_is_one_conversation(examples: Path) -> None:
    (session,), refused = read(examples / "openai_chat" / "one_document.json")
    assert refused == []
    assert said(session) == [("user", "message", "Is this one document?"), ("assistant", "message", "Yes.")]
