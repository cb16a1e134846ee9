"""`winnow serve` for real: Prefect's server on this machine, a night at its time, and nothing left after Ctrl-C."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from nights import BUDGET, small_model
from test_nightly import talk

from flows.home import Home
from flows.scores import scores

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

WITHIN = 300


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def until(what: str, child: "subprocess.Popen[bytes]", log: Path, true: Any) -> None:
    end = time.monotonic() + WITHIN
    while not true():
        assert child.poll() is None, f"ended while waiting for {what}: {log.read_text()}"
        assert time.monotonic() < end, f"no {what} within {WITHIN} s: {log.read_text()}"
        time.sleep(0.5)


def asked(address: str, what: str) -> Any:
    request = Request(f"{address}/api/{what}/filter", b"{}", {"Content-Type": "application/json"})
    with urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_a_night_is_run_at_its_time_and_ctrl_c_stops_everything(tmp_path: Path) -> None:
    model, home, port, log = small_model(tmp_path / "made"), tmp_path / "home", free_port(), tmp_path / "log"
    talk(tmp_path / "inbox", "one", 6)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    command = [sys.executable, "-m", "flows.cli", "--home", home, "serve", tmp_path / "inbox", "--model", model]
    command += ["--false-positive-budget", BUDGET, "--score-at", "* * * * *", "--port", port]
    with log.open("wb") as file:
        child = subprocess.Popen(list(map(str, command)), env=environment, stdout=file, stderr=file)
    try:
        address = f"http://127.0.0.1:{port}"
        until("address", child, log, lambda: address in log.read_text())
        until("deployment", child, log, lambda: asked(address, "deployments"))
        [served] = asked(address, "deployments")
        assert served["name"] == "nightly"
        assert served["schedules"][0]["schedule"]["cron"] == "* * * * *"
        assert served["concurrency_options"]["collision_strategy"] == "ENQUEUE"
        until("scores", child, log, lambda: scores(Home(home)).num_rows)
    finally:
        child.send_signal(signal.SIGINT)
        code = child.wait(WITHIN)
    assert code == 0, log.read_text()
    assert "CancelledError" not in log.read_text()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=5)
