"""The one home of MLflow, which is imported where it is used, since that takes seconds."""

import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

_PAGE = 50
_PASSWORD = re.compile("//([^/@:]*):[^/@]*@")


def trace_documents(tracking_uri: str, experiments: Sequence[str] = ()) -> Iterator[bytes]:
    """All traces of a tracking server or store as JSON documents, oldest first; of `experiments` only, where named.

    One page is held at a time. A store that is not there or cannot be reached, or lacks an experiment, is a
    `ValueError`, at once and not with the first trace; none is made. Traces whose spans MLflow cannot load are left
    out, of which it warns.
    """
    shown = _PASSWORD.sub(r"//\1:***@", tracking_uri)
    path = _local_path(tracking_uri)
    if path is not None and not _holds_store(path):
        raise ValueError(f"there is no MLflow store at {shown}")
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    from mlflow.tracking import MlflowClient

    try:
        client = MlflowClient(tracking_uri=tracking_uri)
        known = dict(_experiments(client))
    except Exception as error:
        raise ValueError(f"the MLflow store at {shown} cannot be read: {_brief(error)}") from error
    missing = [name for name in experiments if name not in known]
    if missing:
        raise ValueError(f"{shown} has no experiment {missing[0]!r}; it has {', '.join(sorted(known)) or 'none'}")
    return _documents(client, [known[name] for name in experiments or known])


def _experiments(client: "MlflowClient") -> Iterator[tuple[str, str]]:
    """Names and ids."""
    token = None
    while True:
        page = client.search_experiments(page_token=token)
        yield from ((experiment.name, experiment.experiment_id) for experiment in page)
        if not (token := page.token):
            return


def _documents(client: "MlflowClient", experiments: list[str]) -> Iterator[bytes]:
    for experiment in experiments:
        token = None
        while True:
            page = client.search_traces(
                locations=[experiment], max_results=_PAGE, order_by=["timestamp_ms ASC"], page_token=token
            )
            for trace in page:
                yield trace.to_json().encode()
            if not (token := page.token):
                break


def _local_path(uri: str) -> Path | None:
    """Where a local store lies; null for a server, and for databases that are asked over the network."""
    parts = urlsplit(uri)
    if parts.scheme == "sqlite":
        return Path(unquote(parts.path)[1:]) if parts.path.strip("/") else None
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return Path(uri) if parts.scheme == "" and uri != "databricks" else None


def _holds_store(path: Path) -> bool:
    """Whether a folder, or a database with MLflow's tables, is there; MLflow itself would make one."""
    if not path.is_file():
        return path.is_dir()
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as database:
            return database.execute("select 1 from sqlite_master where name = 'latest_metrics'").fetchone() is not None
    except sqlite3.DatabaseError:
        return False


def _brief(error: Exception) -> str:
    return _PASSWORD.sub(r"//\1:***@", str(error).strip().split("\n", 1)[0][:300])
