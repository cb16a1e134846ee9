"""Featurize: sessions of the store to tables of features, their own and those of context. Wires `features/`.

    features-FINGERPRINT/          what was measured, session by session: kept, and never measured again (`measured.py`)
    features-FINGERPRINT.parquet   the same as one table, a row a session: what the session itself says
    outlines.parquet               a row a session: what other sessions need to know of it
    context-FINGERPRINT.parquet    a row a session: what was known when it began; made of the outlines

The three files are made whole each time, from what was measured.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features import context, outline, table
from features.feature import load
from features.reference import Reference, opened
from features.seen import Seen, look
from features.vectors import Vectors
from flows import shards as shards_of
from flows.encoding import vectors as vectors
from flows.home import Home
from flows.measured import measure
from traces.schema import Session

OUTLINES = "outlines.parquet"
"""As confidential as the traces: see `features/outline.py`."""

_BATCH = 64

Outlined = Callable[[Session, Seen], outline.Outline]
"""How a session is outlined."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, all of it in one folder."""

    sessions: int
    """Sessions with turns: a row each in every file."""
    undated: int
    """Of these, the sessions whose start is unknown: their context is null."""
    unowned: int
    """The sessions of which nobody says whose they are: they have no history."""
    features: Path
    outlines: Path
    context: Path

    def __str__(self) -> str:
        """The account, in words; it begins with where the features are."""
        beside = f"beside it {self.outlines.name} and {self.context.name}"
        lacking = f"without a start {self.undated:,}, without a user {self.unowned:,}"
        return f"{self.features}; {beside}; sessions {self.sessions:,}, {lacking}"


def featurize(
    home: Home,
    out: Path | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    language: bool = True,
    reference: Path | None = None,
) -> Written:
    """Writes the features, the outlines and the context of all sessions that have turns.

    What was measured before, by this or by a night, is not measured again; a run that is killed loses one shard.
    Features of what texts mean are left out without `language`, those of genuine work without a `reference`.
    """
    shards = shards_of.every(home)
    if not shards:
        raise ValueError("there are no sessions yet; begin with `winnow ingest PATH`")
    known = opened(reference) if reference else None
    encoder = vectors(home) if language else None
    looked = _looked_at(home, shards, encoder, known, progress)
    return _write(looked, table.schema(None, encoder, known), out or home.data / "features", outline.outline)


def write(
    sessions: Iterable[Session],
    folder: Path,
    vectors: Vectors | None = None,
    reference: Reference | None = None,
    outlined: Outlined = outline.outline,
) -> Written:
    """The three files of these sessions, each of which is looked at once."""
    columns = table.schema(None, vectors, reference)
    return _write(table.looked_at(sessions, None, vectors, reference), columns, folder, outlined)


def _write(
    looked: Iterator[tuple[Session, Seen, table.Row]], columns: pa.Schema, folder: Path, outlined: Outlined
) -> Written:
    """The three files, which appear once all are made; outlines are held, about a kilobyte each."""
    held: list[outline.Outline] = []
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"features-{table.fingerprint_of(columns)}.parquet"
    partial = path.with_name(f".{path.name}.{os.getpid()}.writing")
    try:
        with pq.ParquetWriter(partial, columns, compression="zstd") as writer:
            while batch := list(islice(looked, _BATCH)):
                held += (outlined(session, seen) for session, seen, _ in batch)
                writer.write_batch(_rows(((session.session_id, row) for session, _, row in batch), columns))
        told = outline.table(held)
        outlines, around = outline.write(held, folder / OUTLINES), context.write(told, folder)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return Written(len(told), told["start"].null_count, told["user_id"].null_count, path, outlines, around)


def _looked_at(
    home: Home,
    shards: Sequence[shards_of.Shard],
    vectors: Vectors | None,
    reference: Reference | None,
    progress: Callable[[int, int], None],
) -> Iterator[tuple[Session, Seen, table.Row]]:
    """The shards' sessions with their features; those that were not measured are looked at once more, for outlines."""
    total, told = sum(len(shard.ids) for shard in shards), set[str]()

    def tell(session: Session) -> None:
        told.add(session.session_id)
        progress(len(told), total)

    for shard in shards:
        held = shards_of.hold(home, shard)
        rows = measure(home, held, vectors, reference, tell)
        for session in held.sessions(rows.keys()):
            tell(session)
            yield session, look(session), rows[session.session_id]


def explained() -> list[dict[str, str]]:
    """Each feature's name and kind, what it says, and when it is honest all the same."""
    return [
        {"name": one.name, "kind": one.kind, "what it says": one.meaning, "honest when": one.honest}
        for one in load(language=True).values()
    ]


def _rows(rows: Iterable[tuple[str, table.Row]], columns: pa.Schema) -> pa.RecordBatch:
    ids, values = zip(*rows, strict=True)
    arrays = [pa.array(column, pa.float32(), from_pandas=True) for column in np.stack(values).T]
    return pa.record_batch([pa.array(ids, pa.string()), *arrays], schema=columns)
