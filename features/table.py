"""Sessions become one Arrow table: a row a session, a float32 column a feature, null where it is undefined.

A row depends on its session alone: neither on the others, nor on their order, nor on the batch. The table says by which
features it was made: their fingerprint stands in its schema and in the file's name, and a model checks it.

Without `vectors` the features of language are not among the columns, and without a `reference` those of genuine work;
each makes another feature set.
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

from features.feature import LANGUAGE, Feature, fingerprint, load
from features.meaning import VERSION, Meaning
from features.meanings import with_meanings
from features.reference import Reference
from features.seen import Seen, look
from features.vectors import Vectors
from traces.schema import Session

_BATCH = 64
_KEY = b"winnow.features"
_MOST_TURNS = 20

Row = np.typing.NDArray[np.float32]


class AnotherFeatureSet(ValueError):
    """A table was made by other features than the ones that are asked for."""


def schema(
    features: Sequence[Feature] | None = None, vectors: Vectors | None = None, reference: Reference | None = None
) -> pa.Schema:
    """The table's columns, and in its metadata by which features it is made."""
    chosen = every(features, vectors, reference)
    also = _also(chosen, vectors, reference)
    said = {"fingerprint": fingerprint(chosen, also), "features": {one.name: one.version for one in chosen}}
    columns = [pa.field("session_id", pa.string()), *(pa.field(one.name, pa.float32()) for one in chosen)]
    return pa.schema(columns, metadata={_KEY: json.dumps(said).encode()})


def every(
    features: Sequence[Feature] | None, vectors: Vectors | None = None, reference: Reference | None = None
) -> Sequence[Feature]:
    """The features that are meant: those, or all that can be had with what is given."""
    if features is not None:
        return features
    return tuple(load(vectors is not None, vectors is not None and reference is not None).values())


def batches(
    sessions: Iterable[Session],
    features: Sequence[Feature] | None = None,
    size: int = _BATCH,
    vectors: Vectors | None = None,
    reference: Reference | None = None,
) -> Iterator[pa.RecordBatch]:
    """The table in pieces of so many sessions; only one is looked at at a time, but texts are encoded together."""
    columns = schema(features, vectors, reference)
    stream = looked_at(sessions, features, vectors, reference)
    while held := [(session.session_id, row) for session, _, row in islice(stream, size)]:
        ids, rows = zip(*held, strict=True)
        values = np.stack(rows).T
        arrays = [pa.array(column, pa.float32(), from_pandas=True) for column in values]
        yield pa.record_batch([pa.array(ids, pa.string()), *arrays], schema=columns)


def row(
    session: Session,
    features: Sequence[Feature] | None = None,
    vectors: Vectors | None = None,
    reference: Reference | None = None,
) -> Row:
    """One session's values, NaN where one is undefined."""
    [(_, _, values)] = looked_at([session], features, vectors, reference)
    return values


def table(
    sessions: Iterable[Session],
    features: Sequence[Feature] | None = None,
    vectors: Vectors | None = None,
    reference: Reference | None = None,
) -> pa.Table:
    """The whole table in memory."""
    made = batches(sessions, features, vectors=vectors, reference=reference)
    return pa.Table.from_batches(made, schema(features, vectors, reference))


def write(
    sessions: Iterable[Session],
    folder: Path,
    features: Sequence[Feature] | None = None,
    vectors: Vectors | None = None,
    reference: Reference | None = None,
) -> Path:
    """Writes the table as `features-FINGERPRINT.parquet`; it appears whole or not at all."""
    columns = schema(features, vectors, reference)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"features-{fingerprint_of(columns)}.parquet"
    partial = path.with_name(f".{path.name}.{os.getpid()}.writing")
    try:
        with pq.ParquetWriter(partial, columns, compression="zstd") as writer:
            for batch in batches(sessions, features, vectors=vectors, reference=reference):
                writer.write_batch(batch)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def read(
    path: Path,
    features: Sequence[Feature] | None = None,
    vectors: Vectors | None = None,
    reference: Reference | None = None,
) -> pa.Table:
    """A written table; `AnotherFeatureSet` where it was made by other features."""
    found = pq.read_table(path)
    check(found.schema, schema(features, vectors, reference), str(path))
    return found


def check(found: pa.Schema, wanted: pa.Schema | None = None, place: str = "the table") -> None:
    """Refuses a table that was made by other features than a schema names, and says which they are."""
    there, here = _said(found), _said(schema() if wanted is None else wanted)
    if there.get("fingerprint") == here["fingerprint"]:
        return
    old, new = there.get("features", {}), here["features"]
    differ = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    raise AnotherFeatureSet(
        f"{place} was made by feature set {there.get('fingerprint')}, not {here['fingerprint']}; different are "
        f"{', '.join(differ[:5]) or 'how sessions are looked at, the encoder or the reference'}; make it again"
    )


def fingerprint_of(found: pa.Schema) -> str:
    """The fingerprint of the features that a table was made by."""
    return str(_said(found)["fingerprint"])


def evidence(
    session: Session,
    feature: str,
    most: int = _MOST_TURNS,
    vectors: Vectors | None = None,
    reference: Reference | None = None,
) -> tuple[int, ...]:
    """The turns that make a feature of this session speak for padding, the strongest first."""
    known = load(language=True, reference=True).get(feature)
    if known is None:
        raise KeyError(f"{feature!r} is no feature")
    [(_, meaning)] = _meanings([session], [known], vectors, reference)
    return tuple(known.shown_by(look(session, meaning))[:most].tolist())


def looked_at(
    sessions: Iterable[Session],
    features: Sequence[Feature] | None = None,
    vectors: Vectors | None = None,
    reference: Reference | None = None,
) -> Iterator[tuple[Session, Seen, Row]]:
    """Each session, how it was looked at, and its row: for who needs more than the row."""
    chosen = every(features, vectors, reference)
    for session, meaning in _meanings(sessions, chosen, vectors, reference):
        seen = look(session, meaning)
        values = np.array([one.measure(seen) for one in chosen], np.float64)
        values[~np.isfinite(values)] = np.nan
        yield session, seen, np.asarray(values, np.float32)


def _meanings(
    sessions: Iterable[Session], chosen: Sequence[Feature], vectors: Vectors | None, reference: Reference | None
) -> Iterator[tuple[Session, Meaning | None]]:
    """Each session, and what its texts mean where that is asked for and can be had."""
    if vectors is not None and _speaks(chosen):
        yield from with_meanings(sessions, vectors, reference)
    else:
        yield from ((session, None) for session in sessions)


def _also(chosen: Sequence[Feature], vectors: Vectors | None, reference: Reference | None) -> list[str]:
    """What decides values beside the features: the encoder, and the reference."""
    if vectors is None or not _speaks(chosen):
        return []
    known = [] if reference is None else [f"reference {reference.digest}"]
    return [f"meaning {VERSION}", f"vectors {vectors.fingerprint}", *known]


def _speaks(chosen: Sequence[Feature]) -> bool:
    return any(one.kind == LANGUAGE for one in chosen)


def _said(found: pa.Schema) -> dict[str, Any]:
    metadata = found.metadata or {}
    return dict(json.loads(metadata.get(_KEY, b"{}")))
