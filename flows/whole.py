"""Parquet files that are there whole or not at all, whatever stops the one who writes them."""

from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from traces.store import sync


def write_whole(table: pa.Table, path: Path) -> None:
    """Writes a table; it is on the disk when this returns, and under its name only once it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{uuid4().hex}.writing")
    try:
        pq.write_table(table, partial, compression="zstd")
        sync(partial)
        partial.replace(path)
        sync(path.parent)
    finally:
        partial.unlink(missing_ok=True)
