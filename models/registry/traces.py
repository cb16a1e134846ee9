"""Traces that were recorded in MLflow, out of a tracking server or store, as documents."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from models.registry.place import be_quiet, brief, connect, hidden, holds_store, local_path

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

_PAGE = 50


def trace_documents(tracking_uri: str, experiments: Sequence[str] = ()) -> Iterator[bytes]:
    """All traces of a tracking server or store as JSON documents, oldest first; of `experiments` only, where named.

    One page is held at a time. A store that is not there or cannot be reached, or lacks an experiment, is a
    `ValueError`, at once and not with the first trace; none is made. Traces whose spans MLflow cannot load are left
    out, of which it warns.
    """
    shown = hidden(tracking_uri)
    path = local_path(tracking_uri)
    if path is not None and not holds_store(path):
        raise ValueError(f"there is no MLflow store at {shown}")
    be_quiet()
    try:
        client = connect(tracking_uri)
        known = dict(_experiments(client))
    except Exception as error:
        raise ValueError(f"the MLflow store at {shown} cannot be read: {brief(error)}") from error
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
