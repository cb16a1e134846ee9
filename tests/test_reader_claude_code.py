"""Claude Code files: one call's usage is counted once, and only what a person typed is typed."""

from pathlib import Path

import pytest

from traces.ingest import Ingest
from traces.reading import read
from traces.schema import Session, Turn
from traces.store import Store


def only(path: Path) -> Session:
    sessions, refused = read(path)
    assert refused == []
    [session] = sessions
    return session


def brief(turns: tuple[Turn, ...]) -> list[tuple[str, str | None]]:
    return [(turn.kind, turn.text if turn.text is not None else turn.tool_arguments) for turn in turns]


def test_an_ordinary_session_becomes_its_turns(examples: Path) -> None:
    session = only(examples / "claude_code" / "an_ordinary_session.jsonl")
    assert (session.agent, session.agent_version, session.model) == ("claude-code", "2.1.70", "claude-sonnet-4-5")
    assert (session.project, session.origin, session.parent_id) == ("/home/dana/bakery", "human", None)
    assert [turn.kind for turn in session.turns] == [
        "message", "thinking", "tool_call", "tool_result", "message", "tool_call", "tool_result",
        "tool_call", "tool_result", "message", "message",
    ]  # fmt: skip
    assert [turn.typed for turn in session.turns if turn.role == "user"] == [True, True]
    call, result = session.turns[2], session.turns[3]
    assert call.tool_arguments == '{"file_path": "/home/dana/bakery/recipes/rye.toml"}'
    assert (call.tool_name, call.call_id) == (result.tool_name, result.call_id) == ("Read", "toolu_01")
    assert [turn.is_error for turn in session.turns if turn.kind == "tool_result"] == [None, None, False]
    counted = [turn for turn in session.turns if turn.input_tokens]
    assert [(turn.input_tokens, turn.cached_tokens, turn.output_tokens) for turn in counted] == [
        (12024, 11200, 96), (12232, 12020, 140), (12412, 12230, 61), (12487, 12410, 15),
    ]  # fmt: skip


def test_usage_on_three_lines_of_one_call_is_counted_once_with_its_final_output(examples: Path) -> None:
    session = only(examples / "claude_code" / "usage_repeated_on_three_lines.jsonl")
    assert [turn.input_tokens for turn in session.turns] == [None, 9403, None, None, None]
    assert [turn.output_tokens for turn in session.turns] == [None, 180, None, None, None]


def test_placeholder_output_of_older_versions_stays_null(examples: Path) -> None:
    session = only(examples / "claude_code" / "output_tokens_are_a_placeholder.jsonl")
    assert [turn.input_tokens for turn in session.turns] == [None, 5109]
    assert [turn.output_tokens for turn in session.turns] == [None, None]


def test_commands_reminders_summaries_and_notices_are_not_typed(examples: Path) -> None:
    session = only(examples / "claude_code" / "not_typed_by_a_person.jsonl")
    assert [turn.text for turn in session.turns if turn.typed] == [
        "rounding is wrong for 3 x 0.35",
        "use Decimal please",
        "[image]",
        "the receipt still shows 1.04",
    ]
    assert [turn.text for turn in session.turns if turn.role == "system"] == ["Conversation compacted"]
    assert sum(turn.typed is False and turn.role == "user" for turn in session.turns) == 7


def test_a_subagent_in_the_same_file_is_a_session_of_its_own(examples: Path) -> None:
    sessions, _ = read(examples / "claude_code" / "a_subagent_in_the_same_file.jsonl")
    parent, child = sessions
    assert (child.origin, child.parent_id) == ("subagent", parent.session_id)
    assert child.session_id == f"{parent.session_id}/x1"
    assert [len(session.turns) for session in sessions] == [3, 4]
    assert child.turns[0].typed is False
    assert parent.turns[0].typed is True


def test_a_project_folder_holds_a_session_its_subagent_and_its_resumption(examples: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    account = Ingest(store).run([examples / "claude_code" / "project_folder"])
    assert (account.sessions["new"], account.sessions["resumed"]) == (3, 1)
    sessions = {session.session_id[:8]: session for session in store.sessions() if session.origin == "human"}
    first, resumed = sessions["e1f4b6a8"], sessions["f2a5c7b9"]
    assert [turn.typed for turn in first.turns] == [True, False, True]
    assert [turn.typed for turn in resumed.turns] == [False, False, True]
    assert [turn.input_tokens for turn in resumed.turns] == [None, None, None]
    [child] = [session for session in store.sessions() if session.origin == "subagent"]
    assert child.session_id == f"{first.session_id}/agent-a4d1c2e"
    assert child.parent_id == first.session_id


def test_a_run_by_a_script_is_automation_and_its_api_errors_cost_nothing(examples: Path) -> None:
    session = only(examples / "claude_code" / "run_by_a_script.jsonl")
    assert (session.origin, session.model) == ("automation", "claude-sonnet-4-5")
    assert [turn.typed for turn in session.turns] == [None, False, False]
    assert [turn.input_tokens for turn in session.turns] == [None, None, 8305]


def test_broken_lines_are_refused_and_the_rest_is_read(examples: Path) -> None:
    [session], refused = read(examples / "claude_code" / "a_broken_line_among_good_ones.jsonl")
    assert [turn.text for turn in session.turns] == ["first", "second"]
    assert [(one.record.line, one.reason) for one in refused] == [(2, "truncated"), (3, "wrong-type")]
    assert "$.message.content" in refused[1].detail


# Counted from the raw lines: distinct `message.id`s, their last usage, and blocks by type.
@pytest.mark.parametrize(
    ("name", "turns", "calls", "inputs", "cached"),
    [
        ("*ba79134d*", 76, 30, 519_932, 503_769),
        ("*d3ad4cdc*", 136, 59, 3_928_738, 3_754_072),
        ("*fed8ce56*", 20, 7, 60_632, 44_544),
        ("entireio__00*", 32, 7, 389_085, 336_667),
        ("entireio__02*", 75, 25, 1_428_003, 1_370_809),
        ("entireio__03__6ec8b29cf4*", 15, 4, 655_272, 523_550),
        ("entireio__03__82579310fc*", 21, 5, 260_969, 215_249),
        ("*agent-atest01*", 5, 1, 200, 0),
    ],
)
def test_real_files_have_the_counts_found_by_hand(
    raw: Path, name: str, turns: int, calls: int, inputs: int, cached: int
) -> None:
    [path] = (raw / "claude_code").glob(name)
    session = only(path)
    assert len(session.turns) == turns
    assert sum(turn.kind == "tool_call" for turn in session.turns) == calls
    assert sum(turn.input_tokens or 0 for turn in session.turns) == inputs
    assert sum(turn.cached_tokens or 0 for turn in session.turns) == cached
    assert all(turn.output_tokens is None for turn in session.turns)  # all are older than version 2.1.59


def test_a_very_long_session_is_handed_over_in_parts_that_join(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Path(__file__).parent.parent / "data" / "examples" / "claude_code" / "an_ordinary_session.jsonl"
    whole = only(source)
    monkeypatch.setattr("traces.readers.claude_code.reader._HELD_BYTES", 100)
    assert only(source) == whole
