"""OpenClaw and pi sessions are read with every trap of the format seen."""

from pathlib import Path

import pytest

from traces.reading import read
from traces.schema import Session, Turn


def session(path: Path) -> Session:
    sessions, refused = read(path)
    assert refused == []
    assert [found.format for found in sessions] == ["openclaw"]
    return sessions[0]


def said(turns: tuple[Turn, ...]) -> list[tuple[str, str, str | None]]:
    return [(turn.role, turn.kind, turn.text if turn.text is not None else turn.tool_arguments) for turn in turns]


def prompts(turns: tuple[Turn, ...]) -> list[tuple[str | None, bool | None]]:
    return [(turn.text, turn.typed) for turn in turns if turn.role == "user"]


def tokens(turns: tuple[Turn, ...]) -> dict[int, tuple[int | None, int | None, int | None]]:
    return {t.index: (t.input_tokens, t.cached_tokens, t.output_tokens) for t in turns if t.output_tokens is not None}


def test_an_ordinary_session_is_read_turn_by_turn(examples: Path) -> None:
    found = session(examples / "openclaw" / "ordinary_session.jsonl")
    assert said(found.turns) == [
        ("user", "message", "What is in the shed?"),
        ("assistant", "thinking", "I should look."),
        ("assistant", "message", "Let me look."),
        ("assistant", "tool_call", '{"command":"ls shed"}'),
        ("assistant", "tool_call", '{"path":"shed.md"}'),
        ("tool", "tool_result", "a rake"),
        ("tool", "tool_result", "no such file"),
        ("assistant", "message", "A rake."),
        ("user", "message", "Like this?\n[image]"),
        ("assistant", "message", "Yes."),
    ]
    assert [(t.tool_name, t.call_id, t.is_error) for t in found.turns[3:7]] == [
        ("exec", "t1", None),
        ("read", "t2", None),
        ("exec", "t1", False),
        ("read", "t2", True),
    ]
    assert (found.agent, found.model, found.origin) == ("openclaw", "claude-sonnet-5", "human")
    assert (found.project, str(found.started)) == ("/home/kim/.openclaw/workspace", "2026-03-05 06:00:00+00:00")
    assert str(found.turns[1].time) == "2026-03-05 06:00:04+00:00"


def test_what_was_read_from_and_written_to_a_cache_is_input_as_well(examples: Path) -> None:
    found = session(examples / "openclaw" / "ordinary_session.jsonl")
    assert tokens(found.turns) == {1: (3 + 1000 + 200, 1000, 60), 7: (5 + 1200 + 60, 1200, 7), 9: (40, 0, 2)}


def test_a_reset_copy_is_the_same_session(examples: Path) -> None:
    folder = examples / "openclaw"
    copy = session(folder / "ordinary_session.jsonl.reset.2026-03-06T00-00-00.000Z")
    assert (copy.session_id, copy.turns) == (
        session(folder / "ordinary_session.jsonl").session_id,
        session(folder / "ordinary_session.jsonl").turns,
    )


def test_only_the_active_branch_of_a_tree_is_the_session(examples: Path) -> None:
    found = session(examples / "openclaw" / "branches_of_a_tree.jsonl")
    assert said(found.turns) == [
        ("user", "message", "Plan the beds."),
        ("assistant", "message", "Four beds."),
        ("system", "message", "Beans were tried."),
        ("user", "message", "Plant peas."),
        ("assistant", "message", "Peas are in."),
    ]
    assert tokens(found.turns) == {1: (10, 0, 4), 2: (30, 0, 6), 4: (25, 0, 5)}
    assert found.agent == "pi"


def test_entries_appended_aside_are_left_out(examples: Path) -> None:
    found = session(examples / "openclaw" / "entries_appended_aside.jsonl")
    assert [turn.text for turn in found.turns] == ["Guard the gate.", "Guarding."]


def test_metadata_around_a_chat_message_is_a_turn_of_its_own(examples: Path) -> None:
    found = session(examples / "openclaw" / "chat_metadata_wraps_what_was_typed.jsonl")
    assert [text for text, typed in prompts(found.turns) if typed] == [
        "Is it raining?",
        "And now?",
        "Thanks.",
        "What cloud is it?",
    ]
    injected = [text or "" for text, typed in prompts(found.turns) if not typed]
    assert [text.splitlines()[0] for text in injected] == [
        "Conversation info (untrusted metadata):",
        "[Thu 2026-03-05 07:01 GMT+1] ",
        "System: [2026-03-05 07:01:10 GMT+1] Exec completed (rain, code 0)",
        "[media attached: /tmp/cloud.png (image/png)]",
    ]
    assert "Sender (untrusted metadata)" in injected[0]
    assert found.user_id == "4242"


def test_a_cron_prompt_is_automation(examples: Path) -> None:
    found = session(examples / "openclaw" / "cron_prompt.jsonl")
    assert (found.origin, [typed for _, typed in prompts(found.turns)]) == ("automation", [False])


def test_heartbeats_and_runtime_notes_among_a_persons_prompts_are_not_typed(examples: Path) -> None:
    found = session(examples / "openclaw" / "heartbeats_among_a_persons_prompts.jsonl")
    assert [text for text, typed in prompts(found.turns) if typed] == ["Water the ferns.", "Thank you."]
    assert [typed for _, typed in prompts(found.turns)].count(False) == 5
    assert found.origin == "human"


def test_nobody_typed_a_sub_agents_task(examples: Path) -> None:
    found = session(examples / "openclaw" / "subagent.jsonl")
    assert (found.origin, [typed for _, typed in prompts(found.turns)]) == ("subagent", [False])


def test_mirrored_answers_are_read_once_and_zero_usage_is_unknown(examples: Path) -> None:
    found = session(examples / "openclaw" / "mirrored_answers_and_zero_usage.jsonl")
    assert said(found.turns) == [
        ("user", "message", "Tell the others."),
        ("assistant", "message", "Told them."),
        ("assistant", "tool_call", '{"text":"Hi"}'),
        ("tool", "tool_result", "sent"),
        ("assistant", "message", "All told."),
    ]
    assert tokens(found.turns) == {1: (512, 500, 30)}


def test_the_entries_that_a_fork_begins_with_are_neither_typed_nor_counted_again(examples: Path) -> None:
    found = session(examples / "openclaw" / "fork_begins_with_its_parents_entries.jsonl")
    assert prompts(found.turns) == [("Dig the pond.", False), ("Fill it.", True)]
    assert tokens(found.turns) == {3: (13, 0, 1)}


def test_the_first_version_is_read_in_the_order_of_its_lines(examples: Path) -> None:
    found = session(examples / "openclaw" / "first_version_has_no_tree.jsonl")
    assert said(found.turns) == [
        ("user", "message", "Mow."),
        ("assistant", "message", "Mown."),
        ("system", "message", "The lawn was mown."),
        ("user", "message", "ls\nlawn.md"),
        ("user", "message", "It will rain."),
        ("user", "message", "Mow again."),
    ]
    assert [typed for _, typed in prompts(found.turns)] == [True, False, False, True]
    assert tokens(found.turns) == {1: (4, 0, 1), 2: (800, 0, 50)}


def test_broken_records_are_refused_and_the_branch_goes_on_over_the_gap(examples: Path) -> None:
    (found,), refused = read(examples / "openclaw" / "broken_records.jsonl")
    assert [(item.record.line, item.reason) for item in refused] == [
        (4, "truncated"),
        (5, "number-out-of-range"),
        (6, "missing-field"),
        (7, "bad-time"),
    ]
    assert [turn.text for turn in found.turns] == ["Rake the leaves.", "Raking.", "Raked."]


@pytest.mark.parametrize("name", ["branches_of_a_tree.jsonl", "first_version_has_no_tree.jsonl"])
def test_a_session_too_long_to_hold_is_handed_over_in_parts(
    examples: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    whole = session(examples / "openclaw" / name)
    monkeypatch.setattr("traces.readers.openclaw.reader._MOST_HELD", 900)
    parts = session(examples / "openclaw" / name)
    assert [turn.index for turn in parts.turns] == list(range(len(parts.turns)))
    assert said(parts.turns)[-2:] == said(whole.turns)[-2:]
    assert len(parts.turns) >= len(whole.turns)


def test_the_real_sessions_are_read_whole(raw: Path) -> None:
    sizes = {}
    for path in sorted((raw / "openclaw").iterdir()):
        found = session(path)
        counts = [(turn.input_tokens or 0, turn.cached_tokens or 0, turn.output_tokens or 0) for turn in found.turns]
        calls = sum(turn.kind == "tool_call" for turn in found.turns)
        typed = sum(turn.typed is True for turn in found.turns)
        sizes[found.session_id[:8]] = (len(found.turns), calls, typed, *map(sum, zip(*counts, strict=True)))
    # Counted in the raw entries on the path from the last one to the root: one turn for each block that is not empty,
    # result and custom message, two for a prompt in its wrapper; input is input + cacheRead + cacheWrite. In cfabe24d
    # two answers are mirrored; b4a9c1de has a branch of two entries that was left.
    assert sizes == {
        "09101a9c": (3, 0, 1, 8691, 0, 279),
        "36dced94": (3, 0, 1, 14797, 0, 189),
        "3eef80d9": (9, 0, 3, 46502, 15487, 614),
        "547f240d": (8, 0, 2, 29933, 14767, 686),
        "a6539bf9": (12, 0, 4, 61798, 45509, 1439),
        "ccc479ce": (86, 6, 18, 456058, 377961, 9048),
        "b4a9c1de": (4, 0, 2, 20, 0, 40),
        "63f16c5a": (8, 2, 0, 53934, 33498, 311),
        "8c6aeab3": (8, 2, 0, 51105, 33501, 250),
        "a35ff69f": (10, 3, 0, 51346, 33511, 348),
        "cfabe24d": (38, 11, 3, 277857, 261047, 1858),
    }
