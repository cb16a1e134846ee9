"""Killed anywhere and run again, a night leaves the same products as one that nobody disturbed."""

import multiprocessing
import random
import shutil
import socket
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from conftest import EXAMPLES
from nights import one_night, products, small_model

from flows.home import Home
from flows.serve import server

KILLS = 50
_FOLDERS = ("claude_code", "atif", "gemini", "sharegpt")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_fifty_kills_at_random_moments_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in _FOLDERS:
        shutil.copytree(EXAMPLES / folder, tmp_path / "inbox" / folder)
    model = small_model(tmp_path / "made")
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    monkeypatch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["flows.nightly", "lightgbm", "pyarrow.dataset"])

    def night(home: Path) -> ForkServerProcess:
        child = processes.Process(target=one_night, args=(home, tmp_path / "inbox", model))
        child.start()
        return child

    with server(Home(tmp_path / "server"), free_port()) as address:
        monkeypatch.setenv("PREFECT_API_URL", f"{address}/api")
        night(tmp_path / "warm").join()  # loads what later ones have
        begun = time.monotonic()
        undisturbed = night(tmp_path / "undisturbed")
        undisturbed.join()
        whole = time.monotonic() - begun
        assert undisturbed.exitcode == 0
        expected = products(tmp_path / "undisturbed")
        assert expected["scores"]
        assert expected["cases"]
        assert expected["faults"] == ()
        luck, killed, rounds = random.Random(6), 0, 0
        while killed < KILLS:
            home = tmp_path / f"home-{rounds}"
            died = kill_until_done(night, home, luck, whole)
            killed, rounds = killed + died, rounds + 1
            assert products(home) == expected, f"after {died} kills in round {rounds}"
            shutil.rmtree(home)
    print(f"{killed} kills in {rounds} rounds; undisturbed {whole:.1f} s")  # noqa: T201


def kill_until_done(night: "object", home: Path, luck: random.Random, whole: float) -> int:
    """How often the night was killed before it came to its end."""
    died = 0
    while True:
        child = night(home)  # type: ignore[operator]
        child.join(luck.uniform(0, 1.1 * whole))
        if child.is_alive():
            child.kill()
            child.join()
        if child.exitcode == 0:
            return died
        assert child.exitcode == -9, f"ended by itself with {child.exitcode}"
        died += 1
