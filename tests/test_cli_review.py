"""The commands of the review, and the page as a process: first account, verify, export, killed in the middle."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from desk import ALL, score
from review_site import PASSWORD, token_in
from typer.testing import CliRunner

from audit.intake import enqueue
from audit.ledger import Ledger
from audit.people import People
from audit.records import Account
from flows.cli_review import audit, review
from flows.home import Home
from flows.review import door_of

ROOT = Path(__file__).parent.parent
SERVER = """
import sys; from pathlib import Path; from test_cli_review import app; app(sys.argv[1:])
"""

app = typer.Typer()
app.add_typer(audit, name="audit")
app.command("review")(review)


@app.callback()
def home(context: typer.Context) -> None:
    context.obj = Home(Path(os.environ["WINNOW_HOME"]))


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path))
    monkeypatch.delenv("WINNOW_LEDGER", raising=False)
    made = Ledger.open(f"sqlite:///{tmp_path / 'data' / 'audit.db'}")
    yield made
    made.close()


def run(*words: str, input: str | None = None) -> Any:
    return CliRunner().invoke(app, list(words), input=input)


def test_an_account_is_made_with_a_password_that_is_told_once(ledger: Ledger) -> None:
    made = run("audit", "people", "add", "ann", "--role", "lead")
    assert made.exit_code == 0, made.output
    (password,) = re.findall(r"with (\S+) \(shown this once\)", " ".join(made.output.split()))
    assert People.of(ledger).sign_in("ann", password, "test") == Account("ann", "lead")
    given = run(
        "audit", "people", "add", "pat", "--role", "person", "--user", "u-1", "--password-stdin", input=PASSWORD
    )
    assert PASSWORD not in given.output
    assert People.of(ledger).sign_in("pat", PASSWORD, "test") == Account("pat", "person", "u-1")
    listed = run("audit", "people", "list").output
    assert re.search(r"pat +person +u-1", listed)


def test_an_account_can_change_and_end(ledger: Ledger) -> None:
    run("audit", "people", "add", "ann", "--password-stdin", input=PASSWORD)
    assert run("audit", "people", "role", "ann", "lead").exit_code == 0
    assert People.of(ledger).get("ann") == Account("ann", "lead")
    assert run("audit", "people", "password", "ann", "--password-stdin", input="another one, longer").exit_code == 0
    assert People.of(ledger).sign_in("ann", PASSWORD, "test") is None
    assert run("audit", "people", "close", "ann").exit_code == 0
    assert People.of(ledger).all() == ()
    assert run("audit", "people", "close", "ann").exit_code != 0


def test_verify_tells_the_head_and_finds_what_was_changed(ledger: Ledger) -> None:
    enqueue(ledger, [score("s1"), score("s2")], ALL)
    told = run("audit", "verify")
    assert told.exit_code == 0
    assert f"head: {ledger.head()}" in told.output
    assert run("audit", "verify", "--noted", str(ledger.head())).exit_code == 0
    with ledger.writing() as turn:  # as somebody would who may do anything in the database
        for row in turn.rows("select name from sqlite_master where type = 'trigger'"):
            turn.run(f"drop trigger {row['name']}")
        turn.run("update records set body = replace(body, 's1', 's9') where seq = 1")
    changed = run("audit", "verify")
    assert changed.exit_code != 0
    assert "record 1 (changed)" in changed.output


def test_export_writes_the_file_of_a_session(ledger: Ledger, tmp_path: Path) -> None:
    enqueue(ledger, [score("s1")], ALL)
    assert run("audit", "export", "s1", "--out", str(tmp_path / "s1.json")).exit_code == 0
    assert json.loads((tmp_path / "s1.json").read_text())["session_id"] == "s1"
    missing = run("audit", "export", "s2")
    assert missing.exit_code != 0
    assert "s2" in str(missing.exception)


def test_a_header_needs_a_proxy_that_is_named() -> None:
    with pytest.raises(ValueError, match="--proxy"):
        door_of("127.0.0.1", identity_header="X-User")
    with pytest.raises(ValueError, match="--identity-header"):
        door_of("127.0.0.1", newcomers="person")
    with pytest.raises(ValueError, match="not appear to be an IPv4"):
        door_of("127.0.0.1", identity_header="X-User", proxies=["everybody"])
    assert "0.0.0.0" not in door_of("0.0.0.0", ["Review.Example"]).hosts
    assert "review.example" in door_of("0.0.0.0", ["Review.Example"]).hosts


class Server:
    """`winnow review` as a process of its own."""

    def __init__(self, folder: Path, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = log
        paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SERVER, "review", "--port", str(self.port)],
                env={**os.environ, "WINNOW_HOME": str(folder), "PYTHONPATH": paths, "COLUMNS": "200"},
                stdout=out,
                stderr=out,
            )

    def wait(self) -> "Server":
        for _ in range(1200):
            if "Ctrl-C stops it" in self.log.read_text():
                return self
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        raise AssertionError(f"the server did not start: {self.log.read_text()}")

    def client(self, name: str, password: str) -> httpx.Client:
        client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", follow_redirects=True, timeout=60)
        token = token_in(client.get("/sign-in").text)
        found = client.post("/sign-in", data={"form_token": token, "name": name, "password": password})
        assert found.status_code == 200, found.text
        return client


@contextmanager
def server(folder: Path, name: str) -> Iterator[Server]:
    started = Server(folder, folder / name)
    try:
        yield started.wait()
    finally:
        started.process.kill()
        started.process.wait()


def test_a_page_that_is_killed_has_every_verdict_that_it_acknowledged(ledger: Ledger, tmp_path: Path) -> None:
    enqueue(ledger, [score(f"s{n}") for n in range(60)], ALL)
    with server(tmp_path, "first.log") as first:
        (password,) = re.findall(r"name lead, password (\S+)", first.log.read_text())
        client = first.client("lead", password)
        token = token_in(client.get("/queue").text)
        path = client.post("/next", data={"form_token": token}).url.path
        acknowledged: list[str] = []
        with suppress(httpx.HTTPError):
            while path != "/queue":
                if len(acknowledged) == 12:
                    first.process.send_signal(signal.SIGKILL)
                found = client.post(f"{path}/verdict", data={"form_token": token, "decision": "genuine"})
                assert found.status_code == 200
                acknowledged.append(path.rsplit("/", 1)[1])
                path = found.url.path
    assert 12 <= len(acknowledged) < 60
    with ledger.reading() as view:
        kept = {record.session_id for record in view.records("verdict")}
    assert set(acknowledged) <= kept
    assert ledger.verify() == ()
    with server(tmp_path, "second.log") as second:
        assert "password" not in second.log.read_text()
        assert "waiting" in second.client("lead", password).get("/queue").text
