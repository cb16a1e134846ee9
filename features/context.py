"""The context of sessions: what was known when each began, as a row of float32 beside the session's own features.

A row depends on outlines of sessions that ended within the window before or still ran, and on nothing later: adding
later sessions changes nothing. With outlines of the past at hand, new sessions' rows need only the window.
"""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.context_feature import ContextFeature, fingerprint, load
from features.outline import Outline, table
from features.outlines import side_by_side
from features.past import Past, Pasts

WINDOW_DAYS = 28

LEARNED: tuple[str, ...] = ()
"""The features of context that a detector may learn from. None: as measured, they are evidence for an auditor.

Across sessions, padding and honest schedules look alike. With all of them, leaving source and family out, recall at 1 %
goes from 0.451 to 0.457 and AUC from 0.868 to 0.875, but false positives at a threshold fixed on other sources from
6.5 to 8.5 %, and flags on honest look-alikes from 0.222 to 0.243; habits and spending alone add nothing.
"""

_BATCH = 4096
_KEY = b"winnow.context"
_MOST_SESSIONS = 20


class AnotherContext(ValueError):
    """A table was made by other features of context, or over another window, than the ones that are asked for."""


def every(features: Sequence[ContextFeature] | None) -> Sequence[ContextFeature]:
    """The features that are meant: those, or all there are."""
    return tuple(load().values()) if features is None else features


def schema(features: Sequence[ContextFeature] | None = None, window_days: int = WINDOW_DAYS) -> pa.Schema:
    """The table's columns, and in its metadata by which features and over which window it is made."""
    chosen = every(features)
    said = {
        "fingerprint": fingerprint(chosen, window_days),
        "window_days": window_days,
        "features": {one.name: one.version for one in chosen},
    }
    columns = [pa.field("session_id", pa.string()), *(pa.field(one.name, pa.float32()) for one in chosen)]
    return pa.schema(columns, metadata={_KEY: json.dumps(said).encode()})


def batches(
    outlines: pa.Table | Iterable[Outline],
    window_days: int = WINDOW_DAYS,
    since: datetime | None = None,
    features: Sequence[ContextFeature] | None = None,
) -> Iterator[pa.RecordBatch]:
    """The table in pieces, by ascending start; with `since`, only the sessions that began from then on.

    The outlines are held, about a kilobyte each. Sessions without a start come last, and all of their values are null.
    """
    if window_days < 2:
        raise ValueError(f"a window of {window_days} days holds no history; take 2 or more, 28 for four weeks")
    held, chosen, columns = side_by_side(outlines), every(features), schema(features, window_days)
    first = 0 if since is None else int(np.searchsorted(held.start, since.timestamp()))
    pasts = Pasts(held, window_days).of(first, held.size)
    for start in range(first, held.size, _BATCH):
        size = min(_BATCH, held.size - start)
        values = np.array([_row(next(pasts), chosen) for _ in range(size)], np.float32).T
        arrays = [pa.array(column, pa.float32(), from_pandas=True) for column in values]
        yield pa.record_batch([held.ids.slice(start, size), *arrays], schema=columns)


def context(
    outlines: pa.Table | Iterable[Outline],
    window_days: int = WINDOW_DAYS,
    since: datetime | None = None,
    features: Sequence[ContextFeature] | None = None,
) -> pa.Table:
    """The whole table in memory: a row a session, whatever the order of the outlines."""
    return pa.Table.from_batches(batches(outlines, window_days, since, features), schema(features, window_days))


def write(
    outlines: pa.Table | Iterable[Outline],
    folder: Path,
    window_days: int = WINDOW_DAYS,
    features: Sequence[ContextFeature] | None = None,
) -> Path:
    """Writes the whole table as `context-FINGERPRINT.parquet`, by ascending start; it appears whole or not at all."""
    columns = schema(features, window_days)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"context-{fingerprint_of(columns)}.parquet"
    partial = path.with_name(f".{path.name}.{os.getpid()}.writing")
    try:
        with pq.ParquetWriter(partial, columns, compression="zstd") as writer:
            for batch in batches(outlines, window_days, features=features):
                writer.write_batch(batch)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def read(path: Path, window_days: int = WINDOW_DAYS, features: Sequence[ContextFeature] | None = None) -> pa.Table:
    """A written table; `AnotherContext` where it was made by other features or over another window."""
    made, wanted = _said(pq.read_schema(path)), _said(schema(features, window_days))
    if made.get("fingerprint") != wanted["fingerprint"]:
        old, new = made.get("features", {}), wanted["features"]
        differ = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
        raise AnotherContext(
            f"{path} was made by features of context {made.get('fingerprint')} over {made.get('window_days')} days, "
            f"not {wanted['fingerprint']} over {window_days}; different are "
            f"{', '.join(differ[:5]) or 'the window or how outlines are made'}; make it again"
        )
    return pq.read_table(path)


def fingerprint_of(found: pa.Schema) -> str:
    """The fingerprint of the features and the window that a table was made by."""
    return str(_said(found)["fingerprint"])


def evidence(
    outlines: pa.Table | Iterable[Outline],
    session_id: str,
    feature: str,
    window_days: int = WINDOW_DAYS,
    most: int = _MOST_SESSIONS,
) -> tuple[str, ...]:
    """The other sessions that make a feature of this one speak for padding, the strongest first."""
    known = load()
    if feature not in known:
        raise KeyError(f"{feature!r} is no feature of context")
    held = side_by_side(
        _until(outlines if isinstance(outlines, pa.Table) else table(outlines), session_id, window_days)
    )
    number = pc.index(held.ids, session_id).as_py()
    past = next(Pasts(held, window_days).of(number, number + 1))
    return tuple(held.ids.take(pa.array(known[feature].shown_by(past)[:most])).to_pylist())


def _said(found: pa.Schema) -> dict[str, Any]:
    return dict(json.loads((found.metadata or {}).get(_KEY, b"{}")))


def _until(outlines: pa.Table, session_id: str, window_days: int) -> pa.Table:
    """The outlines of a session and of those that began in the window before it."""
    start = outlines.filter(pc.field("session_id") == session_id)["start"]
    if not len(start):
        raise KeyError(f"there is no outline of session {session_id!r}")
    if start[0].as_py() is None:
        return outlines.filter(pc.field("session_id") == session_id)
    first = start[0].as_py() - timedelta(days=window_days)
    return outlines.filter((pc.field("end") >= first) & (pc.field("start") <= start[0]))


def _row(past: Past, features: Sequence[ContextFeature]) -> list[float]:
    if np.isnan(past.start):
        return [np.nan] * len(features)
    values = [one.measure(past) for one in features]
    return [value if isfinite(value) else np.nan for value in values]
