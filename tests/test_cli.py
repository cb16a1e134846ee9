"""The command line: clear errors, listings for people and for programs, state where it is asked to be."""

import io
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from conftest import EXAMPLES

from flows.cli import main

SHOWN = {"COLUMNS": "200", "NO_COLOR": "1"}
FILES = 2000
"""So many that they are not read within a tenth of a second."""


def winnow(*arguments: object, home: Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs the whole command, what it makes of an error included, without the seconds that a new process costs."""
    said, told = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(told):
        patch.setattr(sys, "argv", ["winnow", *map(str, arguments)])
        for name, value in {**SHOWN, "WINNOW_HOME": str(home)}.items():
            patch.setenv(name, value)
        if folder is not None:
            patch.chdir(folder)
        status = ended()
    return subprocess.CompletedProcess(sys.argv, status, *(one.buffer.getvalue().decode() for one in (said, told)))


def ended() -> int:
    """The exit status of the command, as the interpreter would make it of what comes out."""
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    except Exception:  # noqa: BLE001 (as the interpreter does)
        traceback.print_exc()
        return 1
    return 0


def process(*arguments: object, home: Path) -> subprocess.CompletedProcess[str]:
    """Runs the real command in a process of its own."""
    command = [sys.executable, "-m", "flows.cli", *map(str, arguments)]
    environment = {**os.environ, **SHOWN, "WINNOW_HOME": str(home)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home into which the Claude Code and ATIF examples have been ingested."""
    place = tmp_path_factory.mktemp("home")
    done = winnow("ingest", EXAMPLES / "claude_code", EXAMPLES / "atif", home=place)
    assert done.returncode == 0, done.stderr
    return place


def rows(done: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_ingest_ends_with_an_account_that_adds_up(tmp_path: Path) -> None:
    [account] = rows(winnow("ingest", EXAMPLES / "claude_code", "--json", home=tmp_path))
    assert account["records_seen"] == account["records_read"] + sum(account["quarantined"].values())  # type: ignore[attr-defined,operator]
    assert account["quarantined"] == {"truncated": 1, "wrong-type": 1}
    shown = winnow("ingest", EXAMPLES / "claude_code", home=tmp_path)
    assert "unchanged" in shown.stdout


def test_every_listing_gives_one_object_a_line(home: Path) -> None:
    sessions = rows(winnow("sessions", "list", "--json", home=home))
    assert {"session_id", "started", "turns", "format"} <= sessions[0].keys()
    assert [row["started"] for row in sessions if row["started"]] == sorted(
        (row["started"] for row in sessions if row["started"]), reverse=True
    )
    assert len(rows(winnow("sessions", "list", "--json", "--format", "atif", "--limit", "2", home=home))) == 2
    assert {row["reason"] for row in rows(winnow("quarantine", "list", "--json", home=home))} == {
        "truncated", "unknown-version", "wrong-type",
    }  # fmt: skip
    assert "claude-code" in {row["name"] for row in rows(winnow("formats", "--json", home=home))}


def test_a_session_is_shown_by_the_beginning_of_its_id(home: Path) -> None:
    shown = winnow("sessions", "show", "5d1c9a52", home=home)
    assert shown.returncode == 0
    assert "the rye loaf shows 0 g salt" in shown.stdout
    [whole] = rows(winnow("sessions", "show", "5d1c9a52", "--json", home=home))
    assert len(whole["turns"]) == 11  # type: ignore[arg-type]


def test_what_is_exported_can_be_ingested_elsewhere(home: Path, tmp_path: Path) -> None:
    assert winnow("export", "--out", tmp_path / "all.jsonl.gz", home=home).returncode == 0
    [account] = rows(winnow("ingest", tmp_path / "all.jsonl.gz", "--json", home=tmp_path / "other"))
    assert account["records_seen"] == len(rows(winnow("sessions", "list", "--limit", "0", "--json", home=home)))
    first = sorted(winnow("export", home=home).stdout.splitlines())
    second = sorted(winnow("export", home=tmp_path / "other").stdout.splitlines())
    assert first == second


def test_features_are_written_once_for_each_session_and_explained(home: Path, tmp_path: Path) -> None:
    done = winnow("features", "--out", tmp_path, home=home)
    assert done.returncode == 0, done.stderr
    [written] = tmp_path.glob("features-*.parquet")
    table = pq.read_table(written)
    sessions = rows(winnow("sessions", "list", "--json", "--limit", "0", home=home))
    assert sorted(table["session_id"].to_pylist()) == sorted(str(row["session_id"]) for row in sessions)
    explained = rows(winnow("features", "--explain", "--json", home=home))
    assert [row["name"] for row in explained] == table.schema.names[1:]
    assert all(row["what it says"] and row["honest when"] for row in explained)
    assert "begin with `winnow ingest PATH`" in winnow("features", home=tmp_path / "empty").stderr


def test_hostile_text_is_shown_inert(tmp_path: Path) -> None:
    line = {
        "messages": [
            {"role": "user", "content": "a\x1b]0;owned\x07b \u202ereversed [bold]x[/bold]"},
            {"role": "assistant", "content": "ok"},
        ]
    }
    (tmp_path / "chat.jsonl").write_text(json.dumps(line) + "\n")
    winnow("ingest", tmp_path / "chat.jsonl", home=tmp_path)
    [session] = rows(winnow("sessions", "list", "--json", home=tmp_path))
    shown = winnow("sessions", "show", session["session_id"], home=tmp_path).stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[bold]x[/bold]" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ingest", "no/such/file"], "no/such/file: there is no such file or folder"),
        (["ingest", "--format", "wrong", "."], "'wrong' is no known format; known are"),
        (["ingest", "--time-zone", "Mars/Base", "."], "'Mars/Base' is no time zone; write it as"),
        (["sessions", "show", "nothing"], "no session has an id that begins with 'nothing'"),
        (["sessions", "list", "--since", "yesterday"], "'yesterday' is not a day; write it as 2026-01-31"),
        (["export", "nothing"], "1 of the given ids are not in the store"),
        (["export", "--out", "no/such/folder/x.jsonl"], "no/such/folder: there is no such folder"),
    ],
)
def test_an_error_is_one_clear_line_and_a_failure(
    home: Path, arguments: list[str], message: str, tmp_path: Path
) -> None:
    done = winnow(*arguments, home=home, folder=tmp_path)
    assert done.returncode == 1
    assert message in done.stderr
    assert done.stderr.startswith("winnow: ")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" in winnow("--debug", *arguments, home=home, folder=tmp_path).stderr


def test_a_process_ends_with_the_status_and_the_line_of_its_error(home: Path) -> None:
    done = process("sessions", "show", "nothing", home=home)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "winnow: no session has an id that begins with 'nothing'; see `winnow sessions list`\n"


def test_a_file_of_unknown_format_fails_and_says_where_to_look(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("just words\n")
    done = winnow("ingest", tmp_path / "words.txt", home=tmp_path / "home")
    assert done.returncode == 1
    assert "winnow quarantine list" in done.stderr
    [record] = rows(winnow("quarantine", "list", "--json", home=tmp_path / "home"))
    assert record["reason"] == "unknown-format"


def test_a_retry_reads_a_repaired_file_again_and_the_kept_bytes_of_one_that_is_gone(tmp_path: Path) -> None:
    good = (EXAMPLES / "claude_code" / "output_tokens_are_a_placeholder.jsonl").read_text().splitlines()
    (tmp_path / "repaired.jsonl").write_text("\n".join([good[0], good[1][:-9]]))
    (tmp_path / "gone.jsonl").write_text("\n".join([good[0].replace("3f0b7d9c", "99999999"), "{broken"]))
    home = tmp_path / "home"
    winnow("ingest", tmp_path / "repaired.jsonl", tmp_path / "gone.jsonl", "--user", "ada", "--pseudonymise", home=home)
    assert len(rows(winnow("quarantine", "list", "--json", home=home))) == 2
    (tmp_path / "repaired.jsonl").write_text("\n".join(good))
    (tmp_path / "gone.jsonl").unlink()
    [account] = rows(winnow("quarantine", "retry", "--json", home=home))
    assert (account["records_read"], account["quarantined"]) == (2, {"not-json": 1})
    assert [Path(str(row["file"])).name for row in rows(winnow("quarantine", "list", "--json", home=home))] == [
        "gone.jsonl"
    ]
    sessions = rows(winnow("sessions", "list", "--json", home=home))
    assert sorted((str(row["session_id"])[:8], row["turns"]) for row in sessions) == [("3f0b7d9c", 2), ("99999999", 1)]
    assert {str(row["user_id"])[:2] for row in sessions} == {"u-"}
    assert len({row["user_id"] for row in sessions}) == 1


def test_state_lies_under_the_current_folder_unless_told_otherwise(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "WINNOW_HOME"}
    command = [sys.executable, "-m", "flows.cli"]
    example = str(EXAMPLES / "atif" / "an_ordinary_session.json")
    subprocess.run([*command, "ingest", example], cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert (tmp_path / "data" / "sessions").is_dir()
    other = tmp_path / "other"
    subprocess.run(
        [*command, "--home", str(other), "ingest", example],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
    )
    assert (other / "data" / "sessions").is_dir()


def test_ctrl_c_leaves_a_whole_store_and_the_next_run_goes_on(tmp_path: Path) -> None:
    line = (EXAMPLES / "claude_code" / "an_ordinary_session.jsonl").read_text()
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for number in range(FILES):
        (inbox / f"{number}.jsonl").write_text(line.replace("5d1c9a52", f"{number:08}"))
    command = [sys.executable, "-m", "flows.cli", "--home", str(tmp_path / "home"), "ingest", str(inbox)]
    run = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    while not (tmp_path / "home" / "data" / ".ingest.lock").exists():
        time.sleep(0.01)
    time.sleep(0.1)
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate()
    assert run.returncode == 130, errors
    assert errors.startswith("stopped; what was committed stays")
    assert not list((tmp_path / "home").rglob("*.writing"))
    assert process("ingest", inbox, home=tmp_path / "home").returncode == 0
    assert len(rows(winnow("sessions", "list", "--limit", "0", "--json", home=tmp_path / "home"))) == FILES


def test_help_is_quick_and_teaches() -> None:
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        done = process("--help", home=Path())
        taken.append(time.perf_counter() - start)
    assert min(taken) < 3
    assert "winnow ingest PATH" in done.stdout
    assert "not proof" in done.stdout
