"""Gemini CLI chats are read with every trap of the format seen, as one document and as lines."""

from pathlib import Path

from traces.reading import read
from traces.schema import Session, Turn


def session(path: Path) -> Session:
    sessions, refused = read(path)
    assert refused == []
    assert [found.format for found in sessions] == ["gemini"]
    return sessions[0]


def said(turns: tuple[Turn, ...]) -> list[tuple[str, str, str | None]]:
    return [(turn.role, turn.kind, turn.text) for turn in turns]


def prompts(turns: tuple[Turn, ...]) -> list[tuple[str | None, bool | None]]:
    return [(turn.text, turn.typed) for turn in turns if turn.role == "user"]


def tokens(turns: tuple[Turn, ...]) -> dict[int, tuple[int | None, int | None, int | None]]:
    return {t.index: (t.input_tokens, t.cached_tokens, t.output_tokens) for t in turns if t.output_tokens is not None}


def test_an_ordinary_document_is_read_turn_by_turn(examples: Path) -> None:
    found = session(examples / "gemini" / "ordinary_session.json")
    assert said(found.turns) == [
        ("user", "message", "Which bridge is longest?"),
        ("assistant", "thinking", "**Looking** The list is in bridges.md.\n**Reading** One file is enough."),
        ("assistant", "message", "I will look."),
        ("assistant", "tool_call", None),
        ("assistant", "tool_call", None),
        ("tool", "tool_result", "Long Bridge 900 m"),
        ("tool", "tool_result", "no such folder"),
        ("system", "message", "An update is available."),
        ("assistant", "message", "Long Bridge."),
        ("user", "message", " "),
    ]
    assert [(t.tool_name, t.call_id, t.is_error) for t in found.turns[3:7]] == [
        ("read_file", "t1", None),
        ("glob", "t2", None),
        ("read_file", "t1", False),
        ("glob", "t2", True),
    ]
    assert "".join((found.turns[3].tool_arguments or "").split()) == '{"path":"bridges.md"}'
    assert [str(turn.time)[17:19] for turn in found.turns] == [
        "00",
        "06",
        "09",
        "09",
        "09",
        "11",
        "12",
        "13",
        "20",
        "50",
    ]
    assert (found.session_id, found.agent) == ("a1b2c3d4-0000-4000-8000-000000000001", "gemini-cli")
    assert (found.model, found.project) == ("gemini-2.5-pro", "c0ffee00" * 8)
    assert (found.origin, str(found.started)) == ("unknown", "2026-03-03 11:00:00+00:00")


def test_the_output_includes_the_thoughts_and_the_input_what_tools_added(examples: Path) -> None:
    found = session(examples / "gemini" / "ordinary_session.json")
    assert tokens(found.turns) == {1: (1000, 400, 20 + 30), 8: (1200 + 7, 1000, 5)}


def test_of_the_lines_that_repeat_a_message_the_last_one_counts(examples: Path) -> None:
    found = session(examples / "gemini" / "one_message_on_many_lines.jsonl")
    assert said(found.turns) == [
        ("user", "message", "Paint the bridge blue."),
        ("assistant", "message", "Painting."),
        ("assistant", "tool_call", None),
        ("tool", "tool_result", "ok"),
        ("assistant", "thinking", "thinking aloud"),
        ("assistant", "message", "Done."),
        ("user", "message", "Now red."),
        ("user", "message", "Now green."),
    ]
    assert tokens(found.turns) == {1: (500, 0, 12), 4: (520, 500, 4)}


def test_what_the_program_sends_by_itself_is_not_typed(examples: Path) -> None:
    found = session(examples / "gemini" / "injected_prompts.jsonl")
    references = "\n--- Content from referenced files ---"
    assert prompts(found.turns) == [
        ("<session_context>\nToday is Tuesday.\n</session_context>", False),
        ("Count the arches of @arches.md, please.", True),
        (f"{references}\nContent from @arches.md:\nseven\n--- End of content ---", False),
        ("System: Please continue.", False),
        ("Review every arch and name its stone.", False),
        ("/review arches", True),
        ("See @plan.md", True),
        (f"{references}\nthe plan", False),
        ("And this: [image]", True),
    ]


def test_zero_tokens_stand_for_unknown_ones(examples: Path) -> None:
    found = session(examples / "gemini" / "zero_tokens_are_unknown.json")
    assert [turn.kind for turn in found.turns] == ["message", "tool_call", "tool_result"]
    assert {(turn.input_tokens, turn.cached_tokens, turn.output_tokens) for turn in found.turns} == {(None, None, None)}
    assert found.turns[2].is_error is True


def test_nobody_typed_a_sub_agents_prompt(examples: Path) -> None:
    found = session(examples / "gemini" / "subagent.jsonl")
    assert (found.origin, found.project) == ("subagent", "/home/kim/bridges")
    assert prompts(found.turns) == [("Survey the north pier.", False)]


def test_broken_lines_are_refused_with_the_reason_and_the_rest_is_read(examples: Path) -> None:
    (found,), refused = read(examples / "gemini" / "broken_records.jsonl")
    assert [(item.record.line, item.reason) for item in refused] == [
        (3, "truncated"),
        (4, "wrong-type"),
        (5, "bad-time"),
        (6, "missing-field"),
    ]
    assert refused[1].detail.endswith("at `$.tokens.input`")
    assert said(found.turns) == [("user", "message", "Is it open?"), ("assistant", "message", "It is open.")]


def test_a_broken_message_in_a_document_costs_only_itself_and_names_its_line(examples: Path) -> None:
    path = examples / "gemini" / "broken_message_in_a_document.json"
    (found,), refused = read(path)
    assert [item.reason for item in refused] == ["wrong-type"]
    assert path.read_text().splitlines()[refused[0].record.line] == '      "id": "g0",'
    assert [turn.text for turn in found.turns] == ["Is it safe?", "It is safe."]


def test_a_document_that_breaks_off_is_refused_whole(examples: Path, tmp_path: Path) -> None:
    whole = (examples / "gemini" / "ordinary_session.json").read_bytes()
    (tmp_path / "cut.json").write_bytes(whole[: len(whole) // 2])
    sessions, refused = read(tmp_path / "cut.json")
    assert (sessions, [item.reason for item in refused]) == ([], ["truncated"])


def test_the_real_chats_are_read_whole(raw: Path) -> None:
    sizes = {}
    for path in sorted((raw / "gemini_cli").iterdir()):
        found = session(path)
        counts = [(turn.input_tokens or 0, turn.cached_tokens or 0, turn.output_tokens or 0) for turn in found.turns]
        calls = sum(turn.kind == "tool_call" for turn in found.turns)
        typed = sum(turn.typed is True for turn in found.turns)
        sizes[found.session_id[:8]] = (len(found.turns), calls, typed, *map(sum, zip(*counts, strict=True)))
    # Counted in the raw messages: one turn for thoughts, one for content, two for each call with its result; input and
    # output together are the sum of tokens.total. One of the two prompts of fa4593e0 is "System: Please continue."
    assert sizes == {
        "faff42ab": (12, 2, 2, 48965, 35330, 49267 - 48965),
        "fa4593e0": (7, 1, 1, 24176, 11835, 24329 - 24176),
        "f7633853": (20, 4, 1, 62895, 50471, 63668 - 62895),
    }
