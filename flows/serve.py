"""Serve: Prefect's own server on this machine, and the deployments that it starts at their times."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from flows.home import Home
from flows.runs import prefect_home

_UP_WITHIN = 300.0
_DOWN_WITHIN = 20.0


@contextmanager
def server(home: Home, port: int, host: str = "127.0.0.1") -> Iterator[str]:
    """Prefect's server for as long as the block lasts; gives the address of its page. What it says is in a file.

    It has no accounts: bound to another address than this machine's own, everybody there may start runs.
    """
    address = f"http://{host}:{port}"
    log = prefect_home(home) / "server.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", host, "--port", str(port)]
    environment = {**os.environ, "PREFECT_UI_API_URL": f"{address}/api"}
    with log.open("ab") as file:
        # a session of its own, so that Ctrl-C reaches the runs first, which still have something to tell the server
        child = subprocess.Popen(  # noqa: S603
            command, stdout=file, stderr=file, env=environment, start_new_session=True
        )
    try:
        _wait_until_up(child, address, log)
        yield address
    finally:
        child.terminate()
        try:
            child.wait(_DOWN_WITHIN)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def deployments(score_at: str, retrain_at: str | None, given: dict[str, Any], retraining: dict[str, Any]) -> list[Any]:
    """What is served: the nightly run, and training where a time is given for it; one run of each at a time."""
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.types.entrypoint import EntrypointType

    from flows.nightly import nightly
    from flows.retrain import retrain

    alone = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE)
    how: dict[str, Any] = {
        "entrypoint_type": EntrypointType.MODULE_PATH,
        "concurrency_limit": alone,
        "tags": ["winnow"],
    }
    found: list[Any] = [nightly.to_deployment("nightly", cron=score_at, parameters=given, **how)]
    if retrain_at is not None:
        found.append(retrain.to_deployment("retrain", cron=retrain_at, parameters=retraining, **how))
    return found


def serve_all(address: str, served: Sequence[Any]) -> None:
    """Runs the deployments at their times until it is stopped."""
    from prefect import serve
    from prefect.settings import PREFECT_API_URL, temporary_settings

    os.environ["PREFECT_API_URL"] = f"{address}/api"  # for the runs, which are processes of their own
    with temporary_settings({PREFECT_API_URL: f"{address}/api"}):
        serve(*served, print_starting_message=False)


def _wait_until_up(child: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    until = monotonic() + _UP_WITHIN
    while monotonic() < until:
        if child.poll() is not None:
            raise OSError(f"Prefect's server at {address} ended with status {child.returncode}; {log} says why")
        try:
            with urlopen(f"{address}/api/health", timeout=5) as answer:  # noqa: S310 (it is this machine)
                if answer.status == 200:
                    return
        except (URLError, OSError):
            sleep(0.5)
    raise TimeoutError(f"Prefect's server at {address} did not answer within {_UP_WITHIN:g} s; {log} says why")
