"""OpenCode exports: parts, steps, tokens that mean different things in different versions, copies of history."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from traces.reading import read
from traces.schema import Session


def only(path: Path) -> Session:
    (session,), refused = read(path)
    assert refused == []
    return session


def said(session: Session) -> list[tuple[str, str, str | None, bool | None]]:
    return [(turn.role, turn.kind, turn.text or turn.tool_arguments, turn.typed) for turn in session.turns]


def tokens(session: Session) -> dict[int, tuple[int | None, int | None, int | None]]:
    counts = {turn.index: (turn.input_tokens, turn.cached_tokens, turn.output_tokens) for turn in session.turns}
    return {index: count for index, count in counts.items() if count != (None, None, None)}


def test_parts_become_turns_and_synthetic_ones_are_not_typed(examples: Path) -> None:
    session = only(examples / "opencode" / "ordinary_session.json")
    assert said(session) == [
        ("user", "message", "Which leaves are in @stock.txt?", True),
        ("user", "message", 'Called the Read tool with the following input: {"filePath":"stock.txt"}', False),
        ("user", "message", "oolong\nassam", False),
        ("user", "message", "[image]", True),
        ("assistant", "thinking", "Two kinds.", False),
        ("assistant", "message", "I will count them.", False),
        ("assistant", "tool_call", '{"command":"wc -l stock.txt"}', False),
        ("tool", "tool_result", "2 stock.txt\n", False),
        ("assistant", "tool_call", '{"filePath":"more.txt"}', False),
        ("tool", "tool_result", "File not found: more.txt", False),
        ("assistant", "message", "Oolong and assam.", False),
    ]
    assert [(turn.tool_name, turn.call_id, turn.is_error) for turn in session.turns[6:10]] == [
        ("bash", "call_1", None),
        ("bash", "call_1", False),
        ("read", "call_2", None),
        ("read", "call_2", True),
    ]
    assert (session.session_id, session.model, session.project) == ("ses_tea1", "kestrel-2", "/home/mira/tea")
    assert (session.agent, session.agent_version, session.origin) == ("opencode", "1.18.0", "human")


def test_times_are_those_of_the_parts(examples: Path) -> None:
    session = only(examples / "opencode" / "ordinary_session.json")
    assert session.started == datetime(2026, 1, 1, 10, tzinfo=UTC)
    seconds = [(turn.time - session.started).total_seconds() for turn in session.turns if turn.time]
    assert seconds == [1, 1, 1, 1, 2.5, 2.7, 2.8, 3.8, 2.9, 2.95, 4.1]


def test_cached_input_and_reasoning_are_added_back(examples: Path) -> None:
    # 700 + 300 read + 50 written in; 30 + 20 reasoning out; the total of 1100 is their sum
    session = only(examples / "opencode" / "ordinary_session.json")
    assert tokens(session) == {4: (1050, 300, 50), 10: (1090, 1050, 9)}


def test_each_step_of_a_message_is_a_call_of_its_own(examples: Path) -> None:
    # the message says 520 and 5, which is its second call; the third call said nothing at all
    session = only(examples / "opencode" / "several_calls_in_one_message.json")
    assert tokens(session) == {1: (500, 0, 11), 3: (520, 0, 5), 4: (530, 0, 0)}
    assert said(session)[4] == ("assistant", "message", None, False)


def test_old_versions_count_reasoning_as_output_and_zeros_mean_unknown(examples: Path) -> None:
    session = only(examples / "opencode" / "tokens_of_old_versions.json")
    assert [turn.text for turn in session.turns[3:]] == ["Cut off", "Miscounted."]
    assert tokens(session) == {1: (100, 0, 120), 2: (100, 90, 4), 4: (None, 400, 7)}


def test_a_subagents_prompt_is_not_typed(examples: Path) -> None:
    session = only(examples / "opencode" / "subagent.json")
    assert (session.origin, session.parent_id, session.turns[0].typed) == ("subagent", "ses_tea1", False)


def test_a_session_that_may_ask_nothing_is_automation(examples: Path) -> None:
    session = only(examples / "opencode" / "headless_run.json")
    assert (session.origin, session.turns[0].typed) == ("automation", None)


def test_a_fork_does_not_count_the_history_that_it_copies(examples: Path) -> None:
    session = only(examples / "opencode" / "fork_copies_history.json")
    assert [turn.typed for turn in session.turns if turn.role == "user"] == [False, True]
    assert tokens(session) == {3: (700, 0, 3)}


def test_a_prompt_that_is_sent_again_after_an_overflow_is_typed_once(examples: Path) -> None:
    session = only(examples / "opencode" / "overflow_sends_the_prompt_again.json")
    assert said(session) == [
        ("user", "message", "Read every label.", True),
        ("assistant", "message", "So far: nothing read.", False),
        ("user", "message", "Read every label.", False),
        ("user", "message", "Read the green labels.", False),
        ("assistant", "tool_call", '{"prompt":"Read the green labels."}', False),
        ("user", "message", "Read every label.", True),
    ]


def test_a_broken_export_is_refused_alone(examples: Path) -> None:
    sessions, refused = read(examples / "opencode" / "one_of_three_is_broken.json")
    assert [session.session_id for session in sessions] == ["ses_a", "ses_c"]
    assert [(each.reason, "$.messages[1].info.time.created" in each.detail) for each in refused] == [
        ("wrong-type", True)
    ]


@pytest.mark.parametrize("ending", [b"", b"  "])
def test_an_export_that_breaks_off_is_refused(examples: Path, tmp_path: Path, ending: bytes) -> None:
    whole = (examples / "opencode" / "ordinary_session.json").read_bytes()
    (tmp_path / "cut.json").write_bytes(whole[: len(whole) // 2] + ending)
    sessions, refused = read(tmp_path / "cut.json")
    assert (sessions, [each.reason for each in refused]) == ([], ["truncated"])
