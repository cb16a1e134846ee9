"""Files beside sessions are known for what they are, and give no session."""

from pathlib import Path

import pytest

from traces.files import Plain
from traces.readers.companion import FORMAT
from traces.reading import look, read

COMPANIONS = (
    "claude_code_history.jsonl",
    "claude_code_sessions_index.json",
    "codex_history.jsonl",
    "codex_session_index.jsonl",
    "gemini_logs.json",
    "openclaw_sessions.json",
    "openclaw_trajectory.jsonl",
    "openclaw_trajectory_pointer.json",
)


@pytest.mark.parametrize("name", COMPANIONS)
def test_a_companion_is_recognised_by_its_content_and_gives_nothing(examples: Path, name: str) -> None:
    path = examples / "companion" / name
    assert FORMAT.matches(look(Plain(path), "renamed"))
    assert read(path) == ([], [])


def test_a_broken_record_of_a_companion_is_refused(examples: Path) -> None:
    sessions, refused = read(examples / "companion" / "broken_records.jsonl")
    assert sessions == []
    assert [(item.record.line, item.reason) for item in refused] == [(2, "truncated")]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"version":1,"entries":[]}', '{"session_id":"a","ts":1,"text":"b","model":"c"}', '{"a":{"b":1}}'],
)
def test_what_only_looks_a_little_like_a_companion_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "file.json").write_text(text)
    assert not FORMAT.matches(look(Plain(tmp_path / "file.json"), "sessions.json"))


def test_the_real_pointer_gives_nothing(raw: Path) -> None:
    (path,) = (raw / "atif").glob("*trajectory-path.json")
    assert read(path) == ([], [])
