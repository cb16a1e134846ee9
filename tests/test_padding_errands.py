"""Errands: files and commands of one's own choosing, in the style of the host's agent."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from numpy.random import default_rng

from padding.arguments import file_in, in_shell, line_in, with_file, with_line
from padding.effort import Effort
from padding.errands import Desk, has_shell
from padding.material import Material
from padding.mixing import spun
from padding.parts import call, reply, result
from padding.results import alone, as_file, as_output, unwrapped, whole
from padding.work import Step, Work
from traces.schema import Session, Turn

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BASH = '{"command": "ls src", "description": "List sources"}'
CALLS = {
    "JSON": ("Bash", BASH, "ls src"),
    "another key": ("bash", '{"cmd": "cat a.txt"}', "cat a.txt"),
    "a list": ("shell", '{"command": ["bash", "-lc", "rg x"], "workdir": "/w"}', "rg x"),
    "exported Markdown": ("Bash", '{"raw": "List sources\\n\\n`ls src`"}', "ls src"),
}


def turn(tool: str, arguments: str) -> Turn:
    return Turn(0, "assistant", "tool_call", tool_name=tool, tool_arguments=arguments, call_id="c1")


def session(number: int, count: int = 12) -> Session:
    """A person's ask, and an agent that reads, runs and writes, two seconds a turn."""
    turns = [Turn(0, "user", "message", f"please look at module {number} and mend it", typed=True)]
    texts = (
        "     1→import os\n     2→\n     3→print(os.name)\n",
        "total 3 files\nok",
        "File created successfully at: {}",
    )
    for step in range(count):
        path = f"/home/ada/work/app{number}/src/part{step}.py"
        calls = (
            ("Read", json.dumps({"file_path": path})),
            ("Bash", json.dumps({"command": f"ls /home/ada/work/app{number}", "description": "List the files"})),
            ("Write", json.dumps({"file_path": path, "content": "import os\n" * 9})),
        )
        tool, arguments = calls[step % 3]
        name = f"toolu_{number:02}{step:02}abcdefghij"
        turns.append(Turn(0, "assistant", "tool_call", tool_name=tool, tool_arguments=arguments, call_id=name))
        turns.append(Turn(0, "tool", "tool_result", texts[step % 3].format(path), tool_name=tool, call_id=name))
    turns.append(Turn(0, "assistant", "message", f"Module {number} reads the system's name; it is mended now."))
    placed = (
        Turn(place, t.role, t.kind, t.text, START + timedelta(seconds=2 * place), t.tool_name, t.tool_arguments,
             t.call_id, typed=t.typed)
        for place, t in enumerate(turns)
    )  # fmt: skip
    return Session(session_id=f"s{number}", format="atif", file=f"{number}.json", source="made", turns=tuple(placed))


@pytest.fixture
def desk() -> Desk:
    sessions = [session(number) for number in range(8)]
    material = Material(sessions)
    return Desk(material.work(sessions[0]), material, default_rng(4))


@pytest.mark.parametrize("style", sorted(CALLS))
def test_a_command_line_is_found_and_exchanged_in_every_style(style: str) -> None:
    tool, arguments, line = CALLS[style]
    assert line_in(turn(tool, arguments)) == line
    changed = with_line(turn(tool, arguments), "rm -rf /tmp/x", "Remove x")
    assert line_in(changed) == "rm -rf /tmp/x"
    assert set(json.loads(changed.tool_arguments or "")) == set(json.loads(arguments))


def test_a_tool_that_is_no_shell_runs_no_command_line() -> None:
    assert line_in(turn("str_replace_editor", '{"command": "view", "path": "/a.py"}')) is None


def test_a_shell_of_windows_is_left_alone() -> None:
    unix = Step((call("shell", '{"command": ["bash", "-lc", "ls"]}'), result("shell", "a")))
    windows = Step((call("shell", '{"command": ["powershell.exe", "-Command", "ls"]}'), result("shell", "a")))
    assert in_shell(unix)
    assert not in_shell(windows)


def test_a_file_is_exchanged_with_what_is_written_and_without_the_part_that_was_read() -> None:
    written = with_file(turn("Write", '{"file_path": "/a.py", "content": "x"}'), "/b.md", "# hello")
    assert written is not None
    assert json.loads(written.tool_arguments or "") == {"file_path": "/b.md", "content": "# hello"}
    read = with_file(turn("Read", '{"file_path": "/a.py", "offset": 90, "limit": 20}'), "/b.md")
    assert read is not None
    assert json.loads(read.tool_arguments or "") == {"file_path": "/b.md"}


def test_arguments_that_are_too_long_are_cut_as_the_source_cuts_them() -> None:
    made = with_file(turn("Write", '{"file_path": "/a.py", "content": "x"}'), "/b.md", "y" * 9000, 2500)
    assert made is not None
    raw = json.loads(made.tool_arguments or "")["raw"]
    assert len(raw) == 2500
    assert raw.startswith('{"file_path": "/b.md", "content": "yyy')
    assert file_in(made) == "/b.md"


@pytest.mark.parametrize(
    ("like", "shown"),
    [
        ("     7→import os\n     8→", "     1→alpha\n     2→beta"),
        ("1. # Title\n2. text", "1. alpha\n2. beta"),
        ("```text\n    12→x\n```", "```text\n     1→alpha\n     2→beta\n```"),
        ("plain", "alpha\nbeta"),
        ("", ""),
    ],
)
def test_a_file_is_shown_as_its_source_shows_files(like: str, shown: str) -> None:
    assert as_file(like, "alpha\nbeta") == shown


def test_output_keeps_what_its_source_puts_around_it() -> None:
    assert json.loads(as_output('{"output":"x\\n","metadata":{"exit_code":0,"duration_seconds":1.5}}', "hi")) == {
        "output": "hi\n",
        "metadata": {"exit_code": 0, "duration_seconds": 1.5},
    }
    assert as_output("a\n<exited with exit code 1>", "hi") == "hi\n<exited with exit code 0>"
    assert unwrapped("```text\n     1→alpha\n     2→beta\n```") == "alpha\nbeta"


def test_a_step_is_whole_only_if_its_results_answer_its_own_calls() -> None:
    late = Step((call("Bash", BASH, call_id="a"), result("Task", "done", call_id="b")))
    assert not whole(late)
    assert whole(alone(late))


def test_a_desk_writes_reads_and_deletes_one_and_the_same_file(desk: Desk) -> None:
    path = desk.path()
    written, read, deleted = desk.write(path, "alpha\nbeta"), desk.read(path, "alpha\nbeta"), desk.delete(path)
    assert [file_in(step.calls[0]) for step in (written, read)] == [path, path]
    assert path in (written.results[0].text or "")
    assert read.results[0].text == "     1→alpha\n     2→beta"
    assert (line_in(deleted.calls[0]) or "").startswith("rm ")
    assert path in (line_in(deleted.calls[0]) or "")


def test_a_quick_command_takes_no_longer_than_the_hosts_own_looks(desk: Desk) -> None:
    for _ in range(30):
        gaps = [p.gap for p in desk.run("true", "Do nothing", "").pieces if p.turn.kind == "tool_result"]
        assert all(gap is not None and 0 <= gap <= 2.0 for gap in gaps)


def test_a_session_without_a_shell_has_none() -> None:
    work = Work(Session(session_id="a", format="atif", file="a"), ())
    assert not has_shell(work)


def test_what_was_done_earlier_stands_earlier() -> None:
    sessions = [session(number, 24) for number in range(8)]
    material = Material(sessions)
    for seed in range(12):
        steps = (Step((reply(f"step {number:04} " + "and so on " * 8),)) for number in range(10**6))
        effort = Effort(length=0.5, share=0.5)
        work = spun(material.work(sessions[0]), steps, material, effort, default_rng(seed))
        said = [p.turn.text or "" for p in work.pieces if p.padding]
        assert len(said) > 3
        assert said == sorted(said)
