"""Sessions become one Arrow table: a row a session, a float32 column a feature, null where it is undefined.

A row depends on its session alone: neither on the others, nor on their order, nor on the batch. The table says by which
features it was made: their fingerprint stands in its schema and in the file's name, and a model checks it.
"""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features.feature import Feature, fingerprint, load
from features.seen import look
from traces.schema import Session

_BATCH = 64
_KEY = b"winnow.features"
_MOST_TURNS = 20


class AnotherFeatureSet(ValueError):
    """A table was made by other features than the ones that are asked for."""


def schema(features: Sequence[Feature] | None = None) -> pa.Schema:
    """The table's columns, and in its metadata by which features it is made."""
    chosen = every(features)
    said = {"fingerprint": fingerprint(chosen), "features": {one.name: one.version for one in chosen}}
    columns = [pa.field("session_id", pa.string()), *(pa.field(one.name, pa.float32()) for one in chosen)]
    return pa.schema(columns, metadata={_KEY: json.dumps(said).encode()})


def every(features: Sequence[Feature] | None) -> Sequence[Feature]:
    """The features that are meant: those, or all there are."""
    return tuple(load().values()) if features is None else features


def batches(
    sessions: Iterable[Session], features: Sequence[Feature] | None = None, size: int = _BATCH
) -> Iterator[pa.RecordBatch]:
    """The table in pieces of so many sessions; only one session is looked at at a time."""
    chosen, stream, columns = every(features), iter(sessions), schema(features)
    while held := [(session.session_id, row(session, chosen)) for session in islice(stream, size)]:
        ids, rows = zip(*held, strict=True)
        values = np.stack(rows).T
        arrays = [pa.array(column, pa.float32(), from_pandas=True) for column in values]
        yield pa.record_batch([pa.array(ids, pa.string()), *arrays], schema=columns)


def row(session: Session, features: Sequence[Feature] | None = None) -> np.typing.NDArray[np.float32]:
    """One session's values, NaN where one is undefined."""
    seen = look(session)
    values = np.array([one.measure(seen) for one in every(features)], np.float64)
    values[~np.isfinite(values)] = np.nan
    return np.asarray(values, np.float32)


def table(sessions: Iterable[Session], features: Sequence[Feature] | None = None) -> pa.Table:
    """The whole table in memory."""
    return pa.Table.from_batches(batches(sessions, features), schema(features))


def write(sessions: Iterable[Session], folder: Path, features: Sequence[Feature] | None = None) -> Path:
    """Writes the table as `features-FINGERPRINT.parquet`; it appears whole or not at all."""
    columns = schema(features)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"features-{fingerprint_of(columns)}.parquet"
    partial = path.with_name(f".{path.name}.{os.getpid()}.writing")
    try:
        with pq.ParquetWriter(partial, columns, compression="zstd") as writer:
            for batch in batches(sessions, features):
                writer.write_batch(batch)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def read(path: Path, features: Sequence[Feature] | None = None) -> pa.Table:
    """A written table; `AnotherFeatureSet` where it was made by other features."""
    found = pq.read_table(path)
    check(found.schema, features, str(path))
    return found


def check(found: pa.Schema, features: Sequence[Feature] | None = None, place: str = "the table") -> None:
    """Refuses a table that was made by other features, and says which they are."""
    there, wanted = _said(found), _said(schema(features))
    if there.get("fingerprint") == wanted["fingerprint"]:
        return
    old, new = there.get("features", {}), wanted["features"]
    differ = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    raise AnotherFeatureSet(
        f"{place} was made by feature set {there.get('fingerprint')}, not {wanted['fingerprint']}; "
        f"different are {', '.join(differ[:5]) or 'how sessions are looked at'}; make it again"
    )


def fingerprint_of(found: pa.Schema) -> str:
    """The fingerprint of the features that a table was made by."""
    return str(_said(found)["fingerprint"])


def evidence(session: Session, feature: str, most: int = _MOST_TURNS) -> tuple[int, ...]:
    """The turns that make a feature of this session speak for padding, the strongest first."""
    known = load()
    if feature not in known:
        raise KeyError(f"{feature!r} is no feature")
    return tuple(known[feature].shown_by(look(session))[:most].tolist())


def _said(found: pa.Schema) -> dict[str, Any]:
    metadata = found.metadata or {}
    return dict(json.loads(metadata.get(_KEY, b"{}")))
