"""aider's Markdown: its own lines among the model's, many sessions in a file, rounded figures."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from traces.format import About
from traces.reading import read
from traces.schema import Session


def said(session: Session) -> list[tuple[str, str, str | None]]:
    return [(turn.role, turn.kind, turn.text) for turn in session.turns if turn.role != "system"]


def tokens(session: Session) -> list[tuple[int | None, int | None, int | None]]:
    counts = [(turn.input_tokens, turn.cached_tokens, turn.output_tokens) for turn in session.turns]
    return [count for count in counts if count != (None, None, None)]


def test_each_start_is_a_session(examples: Path) -> None:
    (empty, whistle, hot), refused = read(examples / "aider" / "several_sessions.md")
    assert refused == []
    assert [turn.role for turn in empty.turns] == ["system"]
    assert said(whistle) == [
        ("user", "message", "/add kettle.py"),
        ("user", "message", "Let it whistle.\n\nTwice."),
        ("assistant", "message", 'It whistles now.\n\nkettle.py\n```py\nprint("wheee")\n```'),
        ("user", "message", "!make test"),
        ("user", "message", ""),
    ]
    assert [turn.typed for turn in whistle.turns if turn.role == "user"] == [True] * 4
    assert [turn.typed for turn in whistle.turns if turn.role != "user"] == [False] * 4
    assert said(hot) == [
        ("user", "message", "Is it hot?"),
        ("assistant", "thinking", "It was switched on."),
        ("assistant", "message", "Yes."),
    ]


def test_the_banner_says_what_ran(examples: Path) -> None:
    (empty, session, _), _ = read(examples / "aider" / "several_sessions.md")
    assert (session.agent, session.agent_version, session.model) == ("aider", "0.86.2", "aviary/kestrel-2")
    assert (session.project, session.origin) == ("/home/mira/tea", "human")
    assert (empty.agent_version, empty.model) == (None, None)


def test_the_start_is_local_time_and_no_turn_has_a_time(examples: Path) -> None:
    path = examples / "aider" / "several_sessions.md"
    sessions, _ = read(path, About(file="x.md", zone=ZoneInfo("Europe/Berlin")))
    assert [session.started for session in sessions] == [
        datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
        datetime(2026, 7, 1, 7, 0, 5, tzinfo=UTC),
        datetime(2026, 7, 1, 10, tzinfo=UTC),
    ]
    assert all(turn.time is None for session in sessions for turn in session.turns)


def test_rounded_figures_stand_on_the_first_turn_of_the_call(examples: Path) -> None:
    (_, whistle, hot), _ = read(examples / "aider" / "several_sessions.md")
    assert (tokens(whistle), tokens(hot)) == ([(5400, None, 1200)], [(14000, 9100, 85)])
    assert [turn.kind for turn in hot.turns if turn.input_tokens] == ["thinking"]
    assert hot.turns[-1].text is not None
    assert hot.turns[-1].text.endswith("Cost: $0.02 message, $0.02 session.")


def test_quotes_headings_and_fences_of_the_model_are_its_own(examples: Path) -> None:
    (session,), _ = read(examples / "aider" / "answer_with_quotes_and_headings.md")
    answer = (
        "> A kettle boils.\n\n#### Safety\n\nMind the steam:\n\n"
        "```md\n\n> hot  \n> Tokens of steam\n#### lid  \n```\n\n> Thank you"
    )
    assert said(session) == [
        ("user", "message", "Write the manual."),
        ("assistant", "message", answer),
        ("user", "message", "#### is how I like headings"),
    ]
    assert tokens(session) == [(1000, None, 90)]


def test_a_notice_of_several_lines_is_marked_once(examples: Path) -> None:
    (session,), _ = read(examples / "aider" / "notice_of_several_lines.md")
    assert said(session)[1:] == [("assistant", "message", "Here is an edit."), ("assistant", "message", "Once more.")]
    notice = session.turns[3].text or ""
    assert notice.startswith("Tokens: 2.0k sent, 40 received.\n# 1 SEARCH/REPLACE block failed to match!\n\n## Search")
    assert notice.endswith(">>>>>>> REPLACE")
    assert tokens(session) == [(2000, None, 40), (2500, None, 41)]


def test_an_answer_that_was_interrupted_in_a_fence_ends(examples: Path) -> None:
    (session,), _ = read(examples / "aider" / "interrupted_in_a_fence.md")
    assert [(turn.role, turn.text) for turn in session.turns[1:]] == [
        ("user", "Print all teas."),
        ("assistant", '```py\nteas = ["oolong",'),
        ("system", "^C again to exit\n^C KeyboardInterrupt"),
        ("user", "Print two teas."),
        ("assistant", '```py\nteas = ["oolong", "assam"]'),
        ("assistant", None),
        ("system", "Tokens: 800 sent, 12 received.\nTokens: 900 sent, 0 received."),
    ]
    assert tokens(session) == [(800, None, 12), (900, None, 0)]


def test_prompts_that_aider_makes_are_not_typed(examples: Path) -> None:
    (session,), _ = read(examples / "aider" / "prompts_that_nobody_typed.md")
    users = [(turn.text, turn.typed) for turn in session.turns if turn.role == "user"]
    assert [typed for _, typed in users] == [True, False, False]
    assert [(text or "")[:12] for text, _ in users] == ["Look at cup.", "Add file to ", "I've written"]


def test_a_file_whose_trailing_blanks_were_stripped_is_read_as_far_as_it_can_be(examples: Path) -> None:
    (session,), _ = read(examples / "aider" / "blanks_were_stripped.md")
    assert said(session) == [
        ("user", "message", "Boil."),
        ("assistant", "message", "It boils:\n\n```\n> 100\n#### C\n```"),
    ]
    assert tokens(session) == [(120, None, 9)]


def test_broken_sections_are_refused_alone(examples: Path) -> None:
    sessions, refused = read(examples / "aider" / "one_start_is_no_time.md")
    assert [said(session)[0][2] for session in sessions] == ["One.", "Four."]
    assert [(each.reason, each.record.line) for each in refused] == [("bad-time", 10), ("invalid-utf8", 15)]


def test_a_session_keeps_its_id_when_the_file_grows(examples: Path, tmp_path: Path) -> None:
    whole = (examples / "aider" / "several_sessions.md").read_bytes()
    (tmp_path / "grows.md").write_bytes(whole[: whole.index(b"It whistles now.")])
    (_, before), _ = read(tmp_path / "grows.md")
    (_, after, other), _ = read(examples / "aider" / "several_sessions.md")
    assert before.session_id == after.session_id != other.session_id
    assert len(before.turns) < len(after.turns)


def test_a_section_that_is_long_is_read_in_pieces(tmp_path: Path) -> None:
    talk = "\n#### Say more.  \n\n" + "more " * 30_000 + "\n#### Heading\n\n> Tokens: 1.5k sent, 30k received.  \n"
    (tmp_path / "long.md").write_text(
        "\n# aider chat started at 2026-07-01 09:00:05\n\n> Aider v0.86.2  \n" + talk * 20
    )
    (session,), refused = read(tmp_path / "long.md")
    assert refused == []
    assert [turn.typed for turn in session.turns if turn.role == "user"] == [True] * 20
    assert tokens(session) == [(1500, None, 30000)] * 20


def test_lines_may_end_as_windows_ends_them(examples: Path, tmp_path: Path) -> None:
    path = examples / "aider" / "several_sessions.md"
    (tmp_path / "windows.md").write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert [said(session) for session in read(tmp_path / "windows.md")[0]] == [said(s) for s in read(path)[0]]


def test_the_real_file_has_the_sessions_that_were_counted_by_hand(raw: Path) -> None:
    # grep: four starts, one prompt (the model was not found, so nothing answered), no token report
    sessions, refused = read(raw / "aider" / "aider.chat.history.md")
    assert refused == []
    assert [[turn.role for turn in session.turns] for session in sessions] == [
        ["system"],
        ["system", "user", "system"],
        ["system"],
        ["system"],
    ]
    assert [session.started.minute for session in sessions if session.started] == [47, 49, 54, 58]
    assert said(sessions[1]) == [("user", "message", "What can you say about this package?")]
    assert [session.model for session in sessions] == [None, "qwen3-235b-a22b", None, "openrouter/qwen3-235b-a22b"]
    # all 28 notice lines of the second section are there, 13 before the prompt and 15 after it
    lines = [(turn.text or "").count("\n") + 1 for turn in sessions[1].turns if turn.role == "system"]
    path = raw / "aider" / "aider.chat.history.md"
    section = path.read_text().split("# aider chat started at ")[2]
    before, _, after = section.partition("#### ")
    assert lines == [before.count("\n> "), after.count("\n> ")]
