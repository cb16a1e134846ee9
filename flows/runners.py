"""Where shards are scored: in this process, in several processes of this machine, or on a Dask cluster."""

from typing import Any, Literal

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
        return ProcessPoolTaskRunner(max_workers=workers)
    if dask is None:
        raise ValueError("--runner dask needs --dask tcp://HOST:PORT, the address of the cluster's scheduler")
    return _on_dask(dask)


def _on_dask(address: str) -> TaskRunner[Any]:
    try:
        from prefect_dask.task_runners import DaskTaskRunner
    except ImportError as error:
        raise ValueError("--runner dask needs the package prefect-dask: pip install 'winnow[dask]'") from error
    return DaskTaskRunner(address=address)
