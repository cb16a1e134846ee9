"""Codex rollouts are read with every trap of the format seen."""

from pathlib import Path

from traces.reading import read
from traces.schema import Session, Turn


def session(path: Path) -> Session:
    sessions, refused = read(path)
    assert refused == []
    assert [found.format for found in sessions] == ["codex"]
    return sessions[0]


def said(turns: tuple[Turn, ...]) -> list[tuple[str, str, str | None]]:
    return [(turn.role, turn.kind, turn.text if turn.text is not None else turn.tool_arguments) for turn in turns]


def prompts(turns: tuple[Turn, ...]) -> list[tuple[str | None, bool | None]]:
    return [(turn.text, turn.typed) for turn in turns if turn.role == "user"]


def tokens(turns: tuple[Turn, ...]) -> dict[int, tuple[int | None, int | None, int | None]]:
    return {t.index: (t.input_tokens, t.cached_tokens, t.output_tokens) for t in turns if t.output_tokens is not None}


def test_an_ordinary_session_is_read_turn_by_turn_and_its_events_repeat_nothing(examples: Path) -> None:
    found = session(examples / "codex" / "ordinary_session.jsonl")
    assert said(found.turns) == [
        ("system", "message", "<permissions instructions>\nAsk before you write.\n</permissions instructions>"),
        (
            "user",
            "message",
            "<environment_context>\n  <cwd>/home/kim/orchard</cwd>\n  <shell>bash</shell>\n</environment_context>",
        ),
        ("user", "message", "How many pear trees are in trees.csv?"),
        ("assistant", "thinking", "**Counting rows**"),
        ("assistant", "message", "I will count them."),
        ("assistant", "tool_call", '{"cmd": "grep -c pear trees.csv"}'),
        (
            "tool",
            "tool_result",
            "Chunk ID: 1f\nWall time: 0.0100 seconds\nProcess exited with code 1\nOutput:\n"
            "grep: trees.csv: No such file\n",
        ),
        ("assistant", "message", "There is no trees.csv here."),
        ("user", "message", ""),
    ]
    assert [typed for _, typed in prompts(found.turns)] == [False, True, True]
    call, result = found.turns[5:7]
    assert (call.tool_name, call.call_id) == ("exec_command", "call_a")
    assert (result.tool_name, result.call_id, result.is_error) == ("exec_command", "call_a", True)
    assert (found.agent, found.agent_version, found.model) == ("codex", "0.98.0", "gpt-5-codex")
    assert (found.project, found.origin, found.parent_id) == ("/home/kim/orchard", "human", None)
    assert str(found.started) == "2026-03-02 09:00:00+00:00"
    assert str(found.turns[3].time) == "2026-03-02 09:00:09+00:00"


def test_the_last_usage_counts_and_not_the_total_and_a_repeated_event_counts_once(examples: Path) -> None:
    found = session(examples / "codex" / "ordinary_session.jsonl")
    assert tokens(found.turns) == {3: (1000, 600, 70), 7: (1200, 1000, 20)}


def test_tokens_that_come_before_the_items_of_their_call_are_put_on_its_first_turn(examples: Path) -> None:
    found = session(examples / "codex" / "tokens_before_items.jsonl")
    assert [turn.kind for turn in found.turns[3:]] == ["thinking", "tool_call", "tool_result", "message"]
    assert tokens(found.turns) == {3: (500, 100, 40), 6: (600, 500, 12)}
    assert found.turns[5].is_error is False


def test_the_editors_context_and_the_request_after_it_are_two_turns(examples: Path) -> None:
    found = session(examples / "codex" / "tokens_before_items.jsonl")
    (_, environment), (context, injected), (request, typed) = prompts(found.turns)
    assert (environment, injected, typed) == (False, False, True)
    assert context is not None
    assert context.startswith("# Context from my IDE setup:")
    assert context.endswith("## My request for Codex:\n")
    assert request == "Rename graft to join.\n"


def test_where_calls_are_billed_one_by_one_the_events_are_not_counted_as_well(examples: Path) -> None:
    found = session(examples / "codex" / "usage_in_records_and_events.jsonl")
    assert tokens(found.turns) == {3: (900, 0, 30), 6: (1000, 900, 5)}


def test_the_kind_that_the_rollout_gives_decides_what_was_typed(examples: Path) -> None:
    found = session(examples / "codex" / "usage_in_records_and_events.jsonl")
    assert prompts(found.turns)[1:] == [("<plan>prune in March</plan>", True), ("Remember the budget.", False)]


def test_a_compaction_has_its_own_tokens_and_its_history_is_not_read_again(examples: Path) -> None:
    found = session(examples / "codex" / "compaction_is_a_call_of_its_own.jsonl")
    assert tokens(found.turns) == {1: (800, 0, 10), 3: (900, 700, 100), 5: (300, 200, 5)}
    assert said(found.turns)[3] == ("system", "message", "The plum was grafted.")
    assert [text for text, typed in prompts(found.turns) if typed] == ["Graft the plum.", "And the cherry?"]


def test_the_history_that_a_fork_copies_is_not_typed_and_has_no_times_or_tokens(examples: Path) -> None:
    found = session(examples / "codex" / "fork_copies_history.jsonl")
    assert found.session_id == "01900000-0000-7000-8000-00000000000b"
    assert prompts(found.turns) == [("Where does the fence leak?", False), ("Try the gate again.", True)]
    assert [turn.time is None for turn in found.turns] == [True, True, False, False]
    assert tokens(found.turns) == {3: (800, 600, 4)}
    assert str(found.started) == "2026-03-02 10:00:00.390000+00:00"


def test_rollouts_without_an_envelope_are_read(examples: Path) -> None:
    found = session(examples / "codex" / "bare_items_without_envelope.jsonl")
    assert said(found.turns) == [
        ("user", "message", "<user_instructions>\n\nNo tabs.\n\n</user_instructions>"),
        ("user", "message", "Mow the lawn script, please."),
        ("assistant", "thinking", "A script that mows."),
        ("assistant", "tool_call", '{"type":"exec","command":["touch","mow.sh"]}'),
        ("tool", "tool_result", "sandbox denied"),
        ("assistant", "message", "I may not write here."),
    ]
    assert [typed for _, typed in prompts(found.turns)] == [False, True]
    assert (found.turns[3].tool_name, found.turns[4].is_error) == ("local_shell", True)
    assert (found.origin, found.model, found.turns[0].time) == ("unknown", None, None)


def test_exec_mode_is_automation_and_who_wrote_its_prompt_is_not_known(examples: Path) -> None:
    found = session(examples / "codex" / "exec_is_automation.jsonl")
    assert found.origin == "automation"
    assert [typed for _, typed in prompts(found.turns)] == [False, None]


def test_a_sub_agent_names_its_parent_and_nobody_typed_its_prompt(examples: Path) -> None:
    found = session(examples / "codex" / "subagent_of_a_thread.jsonl")
    assert (found.origin, found.parent_id) == ("subagent", "01900000-0000-7000-8000-000000000001")
    assert [typed for _, typed in prompts(found.turns)] == [False, False]


def test_context_that_arrives_as_the_user_is_told_by_its_markers(examples: Path) -> None:
    found = session(examples / "codex" / "context_arrives_as_the_user.jsonl")
    assert [text for text, typed in prompts(found.turns) if typed] == [
        "Water the <b>roses</b>.",
        "What does <environment_context> mean?",
    ]
    assert [typed for _, typed in prompts(found.turns)].count(False) == 6


def test_every_kind_of_call_becomes_a_call_and_pictures_become_marks(examples: Path) -> None:
    found = session(examples / "codex" / "other_kinds_of_calls.jsonl")
    calls = [(t.tool_name, t.tool_arguments, t.call_id) for t in found.turns if t.kind == "tool_call"]
    assert calls == [
        ("web_search", '{"type":"search","query":"orchard maps"}', "ws_1"),
        ("apply_patch", "*** Begin Patch\n*** End Patch", "c_p"),
        ("image_generation", "an orchard from above", "ig_1"),
    ]
    assert [turn.text for turn in found.turns if turn.kind == "tool_result"] == ["patched\n[image]"]
    assert prompts(found.turns)[1] == ("Like this:\n[image]", True)
    assert tokens(found.turns) == {1: (100, 0, 20)}


def test_broken_records_are_refused_with_the_reason_and_the_rest_is_read(examples: Path) -> None:
    sessions, refused = read(examples / "codex" / "broken_records.jsonl")
    assert [(item.record.line, item.reason) for item in refused] == [
        (3, "truncated"),
        (4, "wrong-type"),
        (5, "wrong-type"),
        (6, "bad-time"),
        (7, "number-out-of-range"),
        (8, "missing-field"),
    ]
    assert refused[1].detail.endswith("at `$.name`")
    assert said(sessions[0].turns) == [("user", "message", "Prune the fig."), ("assistant", "message", "Pruned.")]
    assert tokens(sessions[0].turns) == {1: (50, 0, 2)}


def test_a_session_whose_header_is_lost_keeps_its_id_while_the_file_grows(examples: Path, tmp_path: Path) -> None:
    lines = (examples / "codex" / "ordinary_session.jsonl").read_text().splitlines(keepends=True)
    header = '{"type":"session_meta","payload":{"id":7}}\n'
    (tmp_path / "short.jsonl").write_text(header + "".join(lines[1:9]))
    (tmp_path / "long.jsonl").write_text(header + "".join(lines[1:]))
    short, refused = read(tmp_path / "short.jsonl")
    long, _ = read(tmp_path / "long.jsonl")
    assert [item.reason for item in refused] == ["wrong-type"]
    assert short[0].session_id == long[0].session_id
    assert (len(short[0].turns), len(long[0].turns)) == (4, 9)


def test_the_real_rollouts_are_read_whole(raw: Path) -> None:
    sizes = {}
    for path in sorted((raw / "codex").iterdir()):
        sessions, refused = read(path)
        assert refused == []
        (found,) = sessions
        counts = [(turn.input_tokens or 0, turn.cached_tokens or 0, turn.output_tokens or 0) for turn in found.turns]
        calls = sum(turn.kind == "tool_call" for turn in found.turns)
        typed = sum(turn.typed is True for turn in found.turns)
        sizes[found.session_id[-12:]] = (len(found.turns), calls, typed, *map(sum, zip(*counts, strict=True)))
    # Counted in the raw lines: turns are the response items (every reasoning has a summary), and one more for each
    # message with an editor's context; the tokens are the file's last total_token_usage.
    assert sizes == {
        "87583b038e9f": (15 + 1, 4, 1, 15274, 14464, 1990),
        "bfcb0e30048d": (1, 0, 0, 0, 0, 0),
        "3bacad02e3b5": (1, 0, 0, 0, 0, 0),
        "ff72b4845b64": (13 + 2, 3, 2, 12486, 10112, 445),
        "2d9a23eb7251": (4, 0, 1, 2658, 1920, 90),
        "eb12afa3a28b": (4, 0, 1, 2659, 2560, 84),
    }
