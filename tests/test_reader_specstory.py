"""SpecStory's Markdown: what quotes itself, what nobody typed, and what its versions leave out."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from traces.format import About
from traces.reading import read
from traces.schema import Session


def only(path: Path) -> Session:
    (session,), refused = read(path)
    assert refused == []
    return session


def said(session: Session) -> list[tuple[str, str, str | None]]:
    return [(turn.role, turn.kind, turn.text or turn.tool_arguments) for turn in session.turns]


def seconds(session: Session) -> list[float | None]:
    assert session.started is not None
    return [(turn.time - session.started).total_seconds() if turn.time else None for turn in session.turns]


def test_blocks_become_turns(examples: Path) -> None:
    session = only(examples / "specstory" / "ordinary_session.md")
    thought = "The list is in a file.\n\n_**User (2026-05-04 08:00:00Z)**_\n\nis how a header looks."
    assert said(session) == [
        ("user", "message", "Which teas are left?\n\nCount them, please."),
        ("assistant", "thinking", thought),
        ("assistant", "message", "I will look."),
        ("assistant", "tool_call", "Count the teas\n\n`wc -l teas.txt`"),
        ("tool", "tool_result", "2 teas.txt"),
        ("assistant", "tool_call", "`./more.txt`"),
        ("tool", "tool_result", "<tool_use_error>File does not exist.</tool_use_error>"),
        ("assistant", "tool_call", "**Agent task list:**\n- [X] count the teas"),
        ("assistant", "message", "Two.\n\n---\n\nso to say"),
        ("user", "message", "thanks"),
    ]
    assert [turn.tool_name for turn in session.turns[3:8]] == ["Bash", "Bash", "Read", "Read", "TodoWrite"]
    assert [turn.is_error for turn in session.turns if turn.kind == "tool_result"] == [None, True]
    assert [turn.index for turn in session.turns if turn.typed] == [0, 9]
    assert session.session_id == "11111111-2222-4333-8444-555555555555"
    assert (session.agent, session.model, session.origin) == ("claude-code", "kestrel-2", "human")


def test_the_time_of_a_tool_block_is_that_of_its_result_and_once_was_that_of_its_call(examples: Path) -> None:
    newer = only(examples / "specstory" / "ordinary_session.md")
    assert seconds(newer) == [0, 4, 5, None, 9, None, 7, 11, 12, 60]
    older = only(examples / "specstory" / "times_of_calls.md")
    assert seconds(older) == [0.5, 4.25, None, 6.25, None, 8.25, None, 10.25, None]


def test_arguments_and_results_are_told_apart_by_their_place(examples: Path) -> None:
    session = only(examples / "specstory" / "times_of_calls.md")
    assert [(turn.tool_name, turn.text or turn.tool_arguments, turn.is_error) for turn in session.turns[1:]] == [
        ("Write", "```md\n# Oolong\n\n```bash\nsteep 3m\n```\n\nEnjoy.\n```", None),
        ("Write", "File created successfully at: label.md", None),
        ("Edit", None, None),
        ("Edit", "The file label.md has been updated.", None),
        ("AskUserQuestion", "**Which colour?**\n\nOptions:\n- **Green**", None),
        ("AskUserQuestion", "Green", None),
        ("paint", "`green`\n**Input:**\n\n- coats:\n\n```\none\ntwo\n```", None),
        ("paint", "no brush", True),
    ]


def test_quoted_headers_tags_and_fences_begin_nothing(examples: Path) -> None:
    session = only(examples / "specstory" / "quoted_headers_and_open_fences.md")
    kinds = [(turn.role, turn.kind) for turn in session.turns]
    assert kinds == [
        ("user", "message"),
        ("assistant", "message"),
        ("assistant", "tool_call"),
        ("tool", "tool_result"),
        ("assistant", "tool_call"),
        ("tool", "tool_result"),
        ("user", "message"),
    ]
    texts = [turn.text or "" for turn in session.turns]
    assert texts[0].endswith("_**Agent (kestrel-2 2026-05-01 00:00:00Z)**_\n\nwhere the speaker does not change")
    assert texts[1].endswith("</details></tool-use>\n```")
    assert texts[3] == (
        "```text\n</details></tool-use>\n\n---\n\n_**User (2026-05-01 00:00:00Z)**_\n\nan old question\n```"
    )
    assert texts[5].endswith("---\n\n_**User (2026-05-01 00:00:00Z)**_\n")
    assert texts[6] == "good"


def test_commands_their_expansion_and_notices_are_not_typed(examples: Path) -> None:
    session = only(examples / "specstory" / "commands_and_notices_of_the_user.md")
    users = [(turn.text, turn.typed) for turn in session.turns if turn.role == "user"]
    assert [text for text, typed in users if typed] == ["Only the green ones", "or the black ones"]
    assert [text.partition("\n")[0] for text, typed in users if not typed and text] == [
        "<command-message>taste</command-message>",
        "Taste every tea and report.",
        "[Request interrupted by user]",
        "<ide_opened_file>The user opened the file cups.py in the IDE.</ide_opened_file>",
        "<system-reminder>",
        "<command-name>/exit</command-name>",
        "<local-command-stdout>Bye!</local-command-stdout>",
    ]
    assert session.model is None


def test_sub_agents_are_a_session_of_their_own(examples: Path) -> None:
    (main, side), refused = read(examples / "specstory" / "sidechain_of_a_subagent.md")
    assert refused == []
    assert [turn.text or turn.tool_name for turn in main.turns] == [
        "Have someone look for cups.",
        "Task",
        "Three cups.",
        "There are three.",
    ]
    assert said(side) == [
        ("user", "message", "Look in every cupboard."),
        ("assistant", "tool_call", "pattern `**/cup*`"),
        ("tool", "tool_result", "cup1"),
        ("assistant", "message", "Three cups."),
    ]
    assert (side.origin, side.parent_id, side.turns[0].typed) == ("subagent", main.session_id, False)
    assert (side.session_id, side.model) == (f"{main.session_id}/sidechain", "wren-1")
    assert side.started == datetime(2026, 5, 4, 8, 0, 10, tzinfo=UTC)


def test_a_call_that_cursor_writes_twice_is_one(examples: Path) -> None:
    session = only(examples / "specstory" / "cursor_writes_a_call_twice.md")
    assert said(session) == [
        ("user", "message", "find the cups"),
        ("assistant", "thinking", "Cups."),
        ("assistant", "tool_call", 'Grep for "cup" • 1 match'),
        ("tool", "tool_result", "| File |\n|------|\n| `cup.py` |"),
        ("assistant", "tool_call", "Run command: ls\n```bash\nls\n```"),
        ("tool", "tool_result", "cup.py"),
        ("assistant", "message", "One file."),
        ("user", "message", None),
    ]
    assert (session.turns[-1].text, session.turns[-1].typed, session.model) == ("", True, "kestrel-2")


def test_tools_of_2025_have_no_tags(examples: Path) -> None:
    session = only(examples / "specstory" / "tools_without_tags.md")
    assert said(session) == [
        ("user", "message", "boil water"),
        ("assistant", "tool_call", "Switch it on\n`kettle on`"),
        ("tool", "tool_result", "on"),
        ("assistant", "tool_call", "Read file: kettle.log"),
        ("assistant", "message", "It boils."),
    ]
    assert [turn.tool_name for turn in session.turns] == [None, "Bash", "Bash", "read_file", None]
    assert session.started == datetime(2025, 7, 10, 9, tzinfo=UTC)


def test_the_first_files_say_only_when_they_began_in_local_time(examples: Path) -> None:
    path = examples / "specstory" / "first_of_the_extension.md"
    (session,), _ = read(path, About(file="x.md", zone=ZoneInfo("America/Chicago")))
    assert session.started == datetime(2024, 8, 22, 19, 5, 19, tzinfo=UTC)
    assert [(turn.role, (turn.text or "").strip(), turn.typed, turn.time) for turn in session.turns] == [
        ("user", "how many cups?", True, None),
        ("assistant", "Four:\n\n```py\n# _**User**_\ncups = 4\n```", False, None),
        ("user", "", True, None),
        ("assistant", "Anything else?", False, None),
    ]


def test_an_id_made_from_content_stays_when_the_file_grows(examples: Path, tmp_path: Path) -> None:
    whole = (examples / "specstory" / "first_of_the_extension.md").read_bytes()
    (tmp_path / "grows.md").write_bytes(whole[: whole.index(b"\n---")])
    before = only(tmp_path / "grows.md")
    assert len(before.turns) == 1
    assert before.session_id == only(examples / "specstory" / "first_of_the_extension.md").session_id


def test_broken_messages_are_refused_alone(examples: Path) -> None:
    (session,), refused = read(examples / "specstory" / "broken_messages.md")
    assert [turn.text for turn in session.turns] == ["One.", "Four."]
    assert [(each.reason, each.record.line) for each in refused] == [("invalid-utf8", 13), ("bad-time", 17)]


def test_lines_may_end_as_windows_ends_them(examples: Path, tmp_path: Path) -> None:
    path = examples / "specstory" / "ordinary_session.md"
    (tmp_path / "windows.md").write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert said(only(tmp_path / "windows.md")) == said(only(path))


# Headers, think and tool tags at the start of a line, counted with grep and awk; a message is a header of the agent's
# that neither tag follows, a result is a tool block with a text fence or an answer. In the file of 15:23:32 one more
# tool tag stands in a fence of the agent's own words; in that of 2025-06-30 Cursor wrote each of two calls twice.
COUNTS = {
    "explain-how-arelle": (3, 0, 3, 0, 0),
    "identifying-dependencies": (17, 0, 17, 0, 0),
    "resolving-typescript": (21, 0, 21, 0, 0),
    "styling-the-title": (15, 0, 15, 0, 0),
    "2026-01-16_16-48-38Z": (11, 41, 20, 37, 29),
    "2026-01-16_22-18-20Z": (5, 12, 16, 29, 29),
    "2026-01-23_17-24-15Z": (13, 31, 23, 36, 34),
    "2026-02-20_22-41-47Z": (9, 0, 24, 107, 107),
    "2026-07-01_12-53-16Z": (3, 0, 12, 32, 32),
    "2025-06-30_12-46-48Z": (1, 0, 3, 2, 0),
    "2026-01-12_15-08-38Z": (5, 24, 10, 24, 16),
    "2026-01-13_16-29-49Z": (7, 20, 14, 18, 16),
    "2026-01-16_15-23-32Z": (7, 27, 11, 29, 23),
    "2026-01-16_16-26-02Z": (11, 38, 20, 41, 40),
}


def test_every_real_file_has_the_turns_that_were_counted_by_hand(raw: Path) -> None:
    counted = {}
    for path in sorted((raw / "specstory").iterdir()):
        sessions, refused = read(path)
        assert refused == []
        turns = Counter((turn.role, turn.kind) for session in sessions for turn in session.turns)
        counted[path.name] = (
            turns["user", "message"],
            turns["assistant", "thinking"],
            turns["assistant", "message"],
            turns["assistant", "tool_call"],
            turns["tool", "tool_result"],
        )
        assert turns.total() == sum(counted[path.name])
    assert len(counted) == len(COUNTS)
    assert {name: counts for part, counts in COUNTS.items() for name in counted if part in name} == counted


def test_a_real_file_with_a_subagent_is_two_sessions(raw: Path) -> None:
    # 4 user headers, 34 of the agent's (14 tools, 12 thoughts, 8 messages); 24 of the sub-agent's: a prompt, 15 tools
    # and 8 messages. Typed is the first prompt: the other three are /exit, its output and a caveat.
    (path,) = (raw / "specstory").glob("*22-18-20Z*")
    (main, side), _ = read(path)
    assert (len(main.turns), len(side.turns)) == (4 + 12 + 8 + 14 * 2, 1 + 8 + 15 * 2)
    assert [turn.index for turn in main.turns if turn.typed] == [0]
    assert (main.model, side.model) == ("claude-opus-4-5-20251101", "claude-haiku-4-5-20251001")
    assert main.started == datetime(2026, 1, 16, 22, 18, 20, tzinfo=UTC)
