"""Where shards are scored: in this process, in several processes of this machine, or on a Dask cluster."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import pyarrow
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner, ThreadPoolTaskRunner

Runner = Literal["threads", "processes", "dask"]


def runner_named(kind: Runner, workers: int = 1, dask: str | None = None) -> TaskRunner[Any]:
    """A task runner of Prefect's; the scheduler at `dask` is an existing one and is left running.

    Features are worked out in Python: of several threads only one gets on at a time, so more threads gain little.
    """
    if workers < 1:
        raise ValueError(f"{workers} workers do no work; let it be 1 or more")
    if dask is not None and kind != "dask":
        raise ValueError(f"--dask {dask} goes with --runner dask, not with --runner {kind}")
    if kind == "threads":
        return ThreadPoolTaskRunner(max_workers=workers)
    if kind == "processes":
        return ProcessPoolTaskRunner(max_workers=workers, initializer=share_cores, initargs=(workers,))
    if dask is None:
        raise ValueError("--runner dask needs --dask tcp://HOST:PORT, the address of the cluster's scheduler")
    return _on_dask(dask)


@contextmanager
def one_server() -> Iterator[None]:
    """Lets workers tell what they do to the server of this process, also where it is one that came up for this run.

    Else each worker would bring up a server of its own, which costs it many seconds.
    """
    address = str(get_client(sync_client=True).api_url)
    before = os.environ.get("PREFECT_API_URL")
    os.environ["PREFECT_API_URL"] = address
    try:
        with temporary_settings({PREFECT_API_URL: address}):
            yield
    finally:
        del os.environ["PREFECT_API_URL"]
        if before is not None:
            os.environ["PREFECT_API_URL"] = before


def share_cores(workers: int) -> None:
    """In a new worker: leaves the other workers their cores. Threads that are more than cores wait for each other."""
    threads = max(1, len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else (0,)) // workers)
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))  # LightGBM reads it when it is imported, which is later
    pyarrow.set_cpu_count(threads)


def _on_dask(address: str) -> TaskRunner[Any]:
    try:
        from prefect_dask.task_runners import DaskTaskRunner
    except ImportError as error:
        raise ValueError("--runner dask needs the package prefect-dask: pip install 'winnow[dask]'") from error
    return DaskTaskRunner(address=address)
