"""Featurize: sessions of the store to tables of features, their own and those of context. Wires `features/`.

    features-FINGERPRINT.parquet   a row a session: what the session itself says
    outlines.parquet               a row a session: what other sessions need to know of it
    context-FINGERPRINT.parquet    a row a session: what was known when it began; made of the outlines

All three are made whole each time; nothing is carried over from an earlier run.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features import context, outline, table
from features.feature import load
from features.reference import Reference, opened
from features.seen import Seen
from features.vectors import Vectors
from flows.home import Home
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
    """Writes the features, the outlines and the context of all sessions that have turns; each is looked at once.

    Features of what texts mean are left out without `language`, those of genuine work without a `reference`.
    """
    total = home.store.table("sessions", columns=["session_id"]).num_rows
    if total == 0:
        raise ValueError("there are no sessions yet; begin with `winnow ingest PATH`")
    sessions = _counted(home.store.sessions(), total, progress)
    known = opened(reference) if reference else None
    folder = out or home.data / "features"
    return write(sessions, folder, vectors(home) if language else None, known)


def write(
    sessions: Iterable[Session],
    folder: Path,
    vectors: Vectors | None = None,
    reference: Reference | None = None,
    outlined: Outlined = outline.outline,
) -> Written:
    """The three files of these sessions, which appear once all are made; outlines are held, about a kilobyte each."""
    columns = table.schema(None, vectors, reference)
    held: list[outline.Outline] = []
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"features-{table.fingerprint_of(columns)}.parquet"
    partial = path.with_name(f".{path.name}.{os.getpid()}.writing")
    try:
        with pq.ParquetWriter(partial, columns, compression="zstd") as writer:
            looked = table.looked_at(sessions, None, vectors, reference)
            while batch := list(islice(looked, _BATCH)):
                held += (outlined(session, seen) for session, seen, _ in batch)
                writer.write_batch(_rows(((session.session_id, row) for session, _, row in batch), columns))
        told = outline.table(held)
        outlines, around = outline.write(held, folder / OUTLINES), context.write(told, folder)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return Written(len(told), told["start"].null_count, told["user_id"].null_count, path, outlines, around)


def vectors(home: Home) -> Vectors:
    """The default encoder, the quickest that this machine has, with its cache under the home."""
    from features.openvino_encoder import fast_encoder

    return Vectors(fast_encoder(), home.data / "vectors")


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


def _counted(sessions: Iterator[Session], total: int, progress: Callable[[int, int], None]) -> Iterator[Session]:
    for done, session in enumerate(sessions, 1):
        progress(done, total)
        if session.turns:
            yield session
