"""ATIF: every version, one document or one a line; copied context is not counted twice."""

from datetime import UTC, datetime
from pathlib import Path

from traces.format import About
from traces.reading import read


def test_a_document_of_version_1_4_becomes_its_turns(examples: Path) -> None:
    [session], refused = read(examples / "atif" / "an_ordinary_session.json")
    assert refused == []
    assert (session.agent, session.agent_version, session.model) == ("terminal-agent", "1.4", "model-a")
    assert [(turn.role, turn.kind, turn.text) for turn in session.turns] == [
        ("system", "message", "You are a careful assistant."),
        ("user", "message", "count the lines of notes.txt"),
        ("assistant", "thinking", "wc will do."),
        ("assistant", "message", "I count them."),
        ("assistant", "tool_call", None),
        ("tool", "tool_result", "42 notes.txt"),
        ("assistant", "message", "It has 42 lines."),
    ]
    assert session.turns[4].tool_arguments == '{\n            "command": "wc -l notes.txt"\n          }'
    assert session.turns[5].tool_name == "bash"
    assert [
        (turn.input_tokens, turn.cached_tokens, turn.output_tokens) for turn in session.turns if turn.input_tokens
    ] == [
        (520, 400, 31),
        (580, None, 8),
    ]
    assert (session.origin, session.turns[1].typed) == ("unknown", None)


def test_copied_context_is_not_typed_nor_counted_and_inner_subagents_are_sessions(examples: Path) -> None:
    sessions, refused = read(examples / "atif" / "copied_context_and_subagents.json")
    assert refused == []
    parent, child = sessions
    assert [turn.typed for turn in parent.turns if turn.role == "user"] == [False, None]
    assert [turn.input_tokens for turn in parent.turns] == [None] * len(parent.turns)
    assert parent.turns[2].text == "now by place\n[image]"
    assert (child.session_id, child.origin, child.parent_id) == ("t2-sub", "subagent", "atif-second-part")
    assert child.turns[0].typed is False


def test_marks_say_who_typed_what_was_cut_and_whose_session_it_is(examples: Path) -> None:
    [session], _ = read(examples / "atif" / "who_typed_is_marked.jsonl", About(file="f", user="other", source="ours"))
    assert (session.user_id, session.source, session.category) == ("u-01", "ours", "interactive")
    assert (session.project, session.origin) == ("/srv/shop", "human")
    assert [turn.typed for turn in session.turns] == [False, True, False, False]
    assert [turn.original_chars for turn in session.turns] == [None, 30_000, None, 9_000]
    assert session.turns[3].time == datetime(2026, 3, 2, 8, 0, 10, tzinfo=UTC)


def test_broken_lines_are_refused_with_their_reason_and_a_stray_backslash_is_mended(examples: Path) -> None:
    sessions, refused = read(examples / "atif" / "broken_lines_among_good_ones.jsonl")
    assert [session.session_id for session in sessions] == ["atif-line-1", "atif-line-3", "atif-line-6"]
    assert sessions[1].turns[0].text == "origin\\person"
    assert [(one.record.line, one.reason) for one in refused] == [
        (2, "wrong-type"),
        (4, "unknown-version"),
        (5, "truncated"),
    ]


def test_names_that_writers_give_for_want_of_one_are_null(examples: Path) -> None:
    sessions, _ = read(examples / "atif" / "broken_lines_among_good_ones.jsonl")
    assert (sessions[0].agent, sessions[0].agent_version) == ("a", None)


# Steps, calls and metrics counted with jq over the raw files.
def test_real_files_have_the_counts_found_by_hand(raw: Path) -> None:
    found = {}
    for path in (raw / "atif").glob("*.json"):
        if "trajectory-path" not in path.name:
            [session], refused = read(path)
            assert refused == []
            inputs = sum(turn.input_tokens or 0 for turn in session.turns)
            calls = sum(turn.kind == "tool_call" for turn in session.turns)
            found[path.name.split("__")[-1].partition(".trajectory")[::2]] = (len(session.turns), calls, inputs)
    assert found == {
        ("openhands_hello-world", ".json"): (9, 2, 220),
        ("openhands_hello-world", ".no_function_calling.json"): (5, 0, 220),
        ("terminus_2_hello-world-context-summarization-linear-history", ".json"): (9, 0, 2252),
        ("terminus_2_hello-world-context-summarization-linear-history", ".cont-1.json"): (12, 0, 4250),
    }
