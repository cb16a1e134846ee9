"""The features product: what was measured of sessions, as Parquet under the home, each content of a session once.

    features/features-3bf80cd35049/day=2026-01-15/9d0c….parquet   what one feature set says of one shard's sessions

The folder is named by the feature set, a file by the sessions in it and by what they held: whoever writes it again
writes the same. A file appears whole or not at all and is never changed. Rows of a session that has grown since stay
where they are; nobody reads them any more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from time import time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from features.reference import Reference
from features.table import Row, fingerprint_of, looked_at, schema
from features.vectors import Vectors
from flows.home import Home
from flows.shards import Held
from flows.whole import write_whole
from traces.schema import Session

_KEY = ["session_id", "content"]
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Measured:
    """The files of one feature set."""

    folder: Path
    columns: pa.Schema
    """Those of the feature table, with its fingerprint."""

    def known(self, day: str, contents: Mapping[str, str]) -> dict[str, Row]:
        """The rows of a day's sessions as they are now: those of them that were measured."""
        files = sorted((self.folder / f"day={day}").glob("[!.]*.parquet"))
        if not files or not contents:
            return {}
        wanted = pc.field("session_id").isin(pa.array(list(contents), pa.string()))
        found = ds.dataset(list(map(str, files)), schema=self._stored).to_table(filter=wanted)
        ids, held = (found[name].to_pylist() for name in _KEY)
        values = [found[name].to_numpy(zero_copy_only=False) for name in self._names]
        rows = np.column_stack(values).astype(np.float32, copy=False)
        return {one: rows[place] for place, one in enumerate(ids) if contents[one] == held[place]}

    def write(self, day: str, rows: Mapping[str, Row], contents: Mapping[str, str]) -> Path:
        """Writes the rows of some of a day's sessions, as they are now."""
        ids = sorted(rows)
        values = np.stack([rows[one] for one in ids]).T
        arrays = [pa.array(column, pa.float32(), from_pandas=True) for column in values]
        held = [contents[one] for one in ids]
        keys = [pa.array(ids, pa.string()), pa.array(held, pa.string())]
        table = pa.Table.from_arrays([*keys, *arrays], schema=self._stored)
        name = blake2b("\0".join([*ids, *held]).encode(errors="surrogatepass"), digest_size=12).hexdigest()
        path = self.folder / f"day={day}" / f"{name}.parquet"
        write_whole(table, path)
        return path

    @property
    def _names(self) -> list[str]:
        return [name for name in self.columns.names if name != "session_id"]

    @property
    def _stored(self) -> pa.Schema:
        return self.columns.insert(1, pa.field("content", pa.string()))


def measured(home: Home, vectors: Vectors | None = None, reference: Reference | None = None) -> Measured:
    """What the home has of the feature set that can be had with these."""
    columns = schema(None, vectors, reference)
    return Measured(folder_of(home, fingerprint_of(columns)), columns)


def measure(
    home: Home,
    held: Held,
    vectors: Vectors | None,
    reference: Reference | None = None,
    told: Callable[[Session], None] = lambda _session: None,
) -> dict[str, Row]:
    """The features of a shard's sessions; those that were not measured as they are now are, and are kept."""
    kept = measured(home, vectors, reference)
    rows = kept.known(held.day, held.contents)
    missing = held.contents.keys() - rows.keys()
    made = dict[str, Row]()
    for session, _, row in looked_at(held.sessions(missing), None, vectors, reference):
        made[session.session_id] = row
        told(session)
    if made:
        kept.write(held.day, made, held.contents)
    return rows | made


def folder_of(home: Home, fingerprint: str) -> Path:
    """Where the home has what a feature set says; it need not be there."""
    return home.data / "features" / f"features-{fingerprint}"


def sweep(home: Home) -> int:
    """Removes what killed runs left half-written, of all feature sets; returns how many files that were.

    What is not a day old stays: other commands may be writing it, since these files need no lock.
    """
    every = (home.data / "features").glob("features-*/day=*/.*.writing")
    leftovers = [path for path in every if time() - path.stat().st_mtime > _DAY]
    for path in leftovers:
        path.unlink(missing_ok=True)
    return len(leftovers)
