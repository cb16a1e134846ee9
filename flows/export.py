"""Export: sessions out, as ATIF."""

import gzip
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow.compute as pc

from flows.home import Home
from traces.export import atif_lines


def export(
    home: Home,
    ids: Sequence[str] | None,
    out: Path | None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> int:
    """Writes the sessions with these ids, or all, and returns how many; a file appears only when it is complete."""
    where = None if ids is None else pc.field("session_id").isin(list(ids))
    total = home.store.table("sessions", columns=["session_id"], where=where).num_rows
    sessions = home.store.sessions(where)
    written = 0
    with _sink(out) as sink:
        for line in atif_lines(sessions):
            sink.write(line)
            written += 1
            progress(written, total)
    if ids is not None and written < len(set(ids)):
        raise ValueError(f"{len(set(ids)) - written} of the given ids are not in the store; see `winnow sessions list`")
    return written


@contextmanager
def _sink(out: Path | None) -> Iterator[BinaryIO]:
    if out is None:
        yield sys.stdout.buffer
        return
    if not out.parent.is_dir():
        raise FileNotFoundError(f"{out.parent}: there is no such folder to write {out.name} to")
    partial = out.with_name(f".{out.name}.writing")
    try:
        opened = gzip.open(partial, "wb") if out.suffix == ".gz" else partial.open("wb")
        with opened as file:
            yield cast(BinaryIO, file)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
