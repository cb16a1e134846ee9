"""Shards on a real Dask cluster: the same products as in one process, also when a worker is killed in the middle."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import EXAMPLES
from nights import BUDGET, products, small_model
from prefect.testing.utilities import prefect_test_harness

from flows.home import Home
from flows.nightly import nightly
from flows.scores import scores_of

distributed = pytest.importorskip("distributed", reason="the extra `dask` is not installed")
pytest.importorskip("prefect_dask", reason="the extra `dask` is not installed")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

_FOLDERS = ("claude_code", "atif", "gemini", "sharegpt")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two workers, each a process with one thread, that are started again where they die."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as made:
        yield made


def test_a_killed_worker_neither_loses_nor_doubles_a_session(tmp_path: Path, cluster: Any) -> None:
    for folder in _FOLDERS:
        shutil.copytree(EXAMPLES / folder, tmp_path / "inbox" / folder)
    given: dict[str, Any] = {"which": str(small_model(tmp_path / "made")), "budget": BUDGET, "monitor": ""}
    killed = list[int]()

    def kill_one() -> None:
        kept = scores_of(Home(tmp_path / "dask"))
        while not kept.files():
            time.sleep(0.02)
        process = next(iter(cluster.workers.values())).process.pid
        os.kill(process, signal.SIGKILL)
        killed.append(process)

    with prefect_test_harness(server_startup_timeout=300):
        nightly([tmp_path / "inbox"], home=tmp_path / "one", **given)
        killer = threading.Thread(target=kill_one, daemon=True)
        killer.start()
        address = cluster.scheduler_address
        night = nightly([tmp_path / "inbox"], home=tmp_path / "dask", runner="dask", dask=address, **given)
        killer.join(60)
    assert killed
    assert night.failed == ()
    found, expected = products(tmp_path / "dask"), products(tmp_path / "one")
    assert found == expected
    keys = [(row["session_id"], row["content"], row["model_version"]) for row in found["scores"]]
    assert len(keys) == len(set(keys))
