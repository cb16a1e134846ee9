"""Copilot CLI logs are read with every trap of the format seen."""

from pathlib import Path

from traces.reading import read
from traces.schema import Session, Turn


def sessions_of(path: Path) -> list[Session]:
    sessions, refused = read(path)
    assert refused == []
    assert {found.format for found in sessions} == {"copilot"}
    return sessions


def said(turns: tuple[Turn, ...]) -> list[tuple[str, str, str | None]]:
    return [(turn.role, turn.kind, turn.text if turn.text is not None else turn.tool_arguments) for turn in turns]


def outputs(turns: tuple[Turn, ...]) -> dict[int, int]:
    return {turn.index: turn.output_tokens for turn in turns if turn.output_tokens is not None}


def test_an_ordinary_session_is_read_turn_by_turn_and_hooks_repeat_nothing(examples: Path) -> None:
    (found,) = sessions_of(examples / "copilot" / "ordinary_session.jsonl")
    assert said(found.turns) == [
        ("user", "message", "Is the lamp lit?"),
        ("assistant", "thinking", "Look at the lamp first."),
        ("assistant", "tool_call", '{"path":"lamp.md"}'),
        ("assistant", "tool_call", '{"command":"lamp --status"}'),
        ("tool", "tool_result", "The lamp is dark."),
        ("tool", "tool_result", "lamp: command not found"),
        ("assistant", "message", "It is dark."),
        ("user", "message", ""),
    ]
    assert [(t.tool_name, t.call_id, t.is_error) for t in found.turns[2:6]] == [
        ("view", "t1", None),
        ("bash", "t2", None),
        ("view", "t1", False),
        ("bash", "t2", True),
    ]
    assert [turn.typed for turn in found.turns if turn.role == "user"] == [True, True]
    assert (found.agent, found.agent_version, found.model) == ("copilot-agent", "1.0.5", "claude-sonnet-5")
    assert (found.project, found.origin, found.parent_id) == ("/home/kim/lighthouse", "human", None)
    assert (str(found.started), str(found.turns[0].time)) == ("2026-03-04 12:00:00+00:00", "2026-03-04 12:00:01+00:00")


def test_calls_have_output_tokens_and_no_input_tokens_since_only_the_end_tells_them(examples: Path) -> None:
    (found,) = sessions_of(examples / "copilot" / "ordinary_session.jsonl")
    assert outputs(found.turns) == {1: 80, 6: 9}
    assert {(turn.input_tokens, turn.cached_tokens) for turn in found.turns} == {(None, None)}


def test_sub_agents_in_their_parents_log_become_sessions_of_their_own(examples: Path) -> None:
    main, first, second = sessions_of(examples / "copilot" / "subagents_in_their_parents_log.jsonl")
    assert [text for _, kind, text in said(main.turns) if kind in ("message", "tool_result")] == [
        "Survey the rocks.",
        "I will send someone.",
        "Three rocks.",
        "Old Tom.",
        "Three, one of them Old Tom.",
    ]
    assert said(first.turns) == [
        ("assistant", "message", "Counting."),
        ("assistant", "tool_call", '{"pattern":"*rock*"}'),
        ("tool", "tool_result", "three"),
        ("assistant", "message", "Three rocks."),
    ]
    assert [(t.text, t.typed) for t in second.turns] == [("Name the rocks.", False), ("Old Tom.", False)]
    assert [outputs(found.turns) for found in (main, first, second)] == [{1: 40, 6: 12}, {0: 11, 3: 7}, {1: 6}]
    assert [found.session_id for found in (first, second)] == [f"{main.session_id}/task1", f"{main.session_id}/agent-2"]
    assert {(found.origin, found.parent_id) for found in (first, second)} == {("subagent", main.session_id)}


def test_a_session_that_another_one_started_names_it(examples: Path) -> None:
    (found,) = sessions_of(examples / "copilot" / "detached_session_has_a_parent.jsonl")
    assert (found.origin, found.parent_id) == ("subagent", "c0b10700-0000-4000-8000-0000000000ff")
    assert found.turns[0].typed is False


def test_skills_the_autopilot_and_notices_are_not_typed(examples: Path) -> None:
    (found,) = sessions_of(examples / "copilot" / "prompts_that_nobody_typed.jsonl")
    assert [(turn.text, turn.typed) for turn in found.turns if turn.role == "user"] == [
        ("Keep watch.", True),
        ("The watch skill.", False),
        ("Go on.", False),
        ("From before sources.", True),
    ]
    assert [turn.text for turn in found.turns if turn.role == "system"] == [
        "You keep the lighthouse.",
        "The watch was kept.",
        "<system_notification>A shell ended.</system_notification>",
    ]


def test_one_call_in_several_pieces_counts_once_and_a_compaction_has_all_its_tokens(examples: Path) -> None:
    (found,) = sessions_of(examples / "copilot" / "prompts_that_nobody_typed.jsonl")
    assert outputs(found.turns) == {5: 5, 7: 60, 9: 4}
    assert (found.turns[7].input_tokens, found.turns[7].cached_tokens) == (700, 500)


def test_broken_records_are_refused_with_the_reason_and_the_rest_is_read(examples: Path) -> None:
    (found,), refused = read(examples / "copilot" / "broken_records.jsonl")
    assert [(item.record.line, item.reason) for item in refused] == [
        (3, "truncated"),
        (4, "wrong-type"),
        (5, "wrong-type"),
        (6, "bad-time"),
    ]
    assert refused[1].detail.endswith("at `$.outputTokens`")
    assert said(found.turns) == [("user", "message", "Ring the bell."), ("assistant", "message", "Rung.")]


def test_a_log_whose_start_is_lost_keeps_its_id_while_it_grows(examples: Path, tmp_path: Path) -> None:
    lines = (examples / "copilot" / "ordinary_session.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "short.jsonl").write_text("".join(lines[1:4]))
    (tmp_path / "long.jsonl").write_text("".join(lines[1:]))
    (short,), (long,) = sessions_of(tmp_path / "short.jsonl"), sessions_of(tmp_path / "long.jsonl")
    assert short.session_id == long.session_id
    assert (len(short.turns), len(long.turns)) == (4, 8)


def test_the_real_log_is_read_whole(raw: Path) -> None:
    (path,) = (raw / "copilot").iterdir()
    sizes = {}
    for found in sessions_of(path):
        kinds = [turn.kind for turn in found.turns]
        output = sum(turn.output_tokens or 0 for turn in found.turns)
        sizes[found.session_id[36:][-4:]] = (len(kinds), kinds.count("tool_call"), kinds.count("tool_result"), output)
        assert found.model == ("claude-opus-4.6" if found.origin == "human" else "claude-haiku-4.5")
        assert sum(turn.typed is True for turn in found.turns) == (14 if found.origin == "human" else 0)
    # Counted in the raw events by parentToolCallId: prompts, reasoning texts, contents that are not blank, tool
    # requests and completed tools. The outputs are those of session.shutdown: 19281 for the first model, 16851 for
    # the second, which only sub-agents used (3129 + 4267 + 6074 + 3381).
    assert sizes == {
        "": (264, 102, 102, 19281),
        "puWN": (43, 17, 17, 3129),
        "34zW": (58, 25, 25, 4267),
        "iQi4": (92, 40, 40, 6074),
        "JXeY": (47, 21, 21, 3381),
    }
