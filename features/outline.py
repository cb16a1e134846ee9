"""The outline of a session: what other sessions need to know of it, about a kilobyte, and not a word of its text.

Likeness goes by sketches of 64 least hashes, as in `copies.py`. A sketch cannot be read back, but whoever holds
outlines and guesses a text can tell whether it was said: outlines are as confidential as the traces.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.hashing import Hashes, Ints, mixed, places
from features.seen import VERSION as SEEN
from features.seen import Seen, look
from traces.schema import Session

VERSION = 1
"""Raised whenever what an outline holds changes; outlines of another version are refused."""

HASHES = 64
"""The hashes of a sketch."""

_BYTES = 4 * HASHES
_LEAST_WORDS, _LEAST_ASK, _MOST_ASKS = 5, 4, 32
_BLOCK, _BATCH = 4096, 1024
_KEY = b"winnow.outlines"


@dataclass(frozen=True, slots=True)
class Outline:
    """A session as other sessions see it. Ids only say which sessions belong together; no value depends on them."""

    session_id: str
    """Names the row, and the session where it is evidence."""
    user_id: str | None
    """Whose it is."""
    source: str | None
    """The group it is counted in; other people of the same group are colleagues. Null is a group too."""
    parent_id: str | None
    """The session that started it. A session and its sub-agents are not each other's past."""
    start: datetime | None
    """When it began; null where that is unknown: then it has no past, and is nobody's."""
    end: datetime | None
    """Its latest turn; only from then on does anything but its start count."""
    tokens: int | None
    """All tokens, read and written; null where no model call tells them."""
    prompts: int
    """How many prompts there are."""
    words: bytes | None
    """A sketch of the different words in its prompts; null below five words."""
    skeletons: bytes | None
    """A sketch of its prompts' neighbouring words, figures, paths and ids left open; null below five words."""
    actions: bytes | None
    """The same of its tool calls' arguments."""
    asks: bytes
    """Hashes of whole prompts of four words or more, figures and paths left open; the 32 least of them."""
    kin: tuple[str, ...] = ()
    """What it was made from, where a laboratory made it: sessions with an id in common are not each other's past."""
    scheme: str | None = None
    """What it was made together with: sessions of one scheme are each other's past even so."""


_TYPES = (pa.string(),) * 4 + (pa.timestamp("us", "UTC"),) * 2 + (pa.int64(), pa.int32()) + (pa.binary(_BYTES),) * 3
SCHEMA = pa.schema(
    zip([one.name for one in fields(Outline)], (*_TYPES, pa.binary(), pa.list_(pa.string()), pa.string()), strict=True),
    metadata={_KEY: f"{VERSION} of seen {SEEN}".encode()},
)
"""Outlines as a table; `kin` and `scheme` are empty in real use."""


class AnotherOutline(ValueError):
    """Outlines were made in another way than the ones that are asked for."""


def outline(
    session: Session, seen: Seen | None = None, kin: tuple[str, ...] = (), scheme: str | None = None
) -> Outline:
    """A session's outline; `seen` where it has been looked at already."""
    seen = look(session) if seen is None else seen
    times = seen.times[~np.isnan(seen.times)]
    start = session.started or (datetime.fromtimestamp(times.min(), UTC) if len(times) else None)
    counted = ~(np.isnan(seen.inputs) & np.isnan(seen.outputs))
    asked = seen.prompts[seen.copies.skeleton[seen.prompts] > 0]
    return Outline(
        session_id=session.session_id,
        user_id=session.user_id,
        source=session.source,
        parent_id=session.parent_id,
        start=start,
        end=max(start, session.ended or start) if start else None,
        tokens=int(np.nansum(seen.inputs) + np.nansum(seen.outputs)) if counted.any() else None,
        prompts=len(seen.prompts),
        words=_sketch(seen.words.hash[places(seen.words.starts, asked)]) if _enough(seen, asked) else None,
        skeletons=_least(seen, asked),
        actions=_least(seen, seen.call_turns[seen.copies.skeleton[seen.call_turns] > 0]),
        asks=_asks(seen, asked),
        kin=kin,
        scheme=scheme,
    )


def batches(outlines: Iterable[Outline], size: int = _BATCH) -> Iterator[pa.RecordBatch]:
    """Outlines as a table, in pieces."""
    stream = iter(outlines)
    while held := list(islice(stream, size)):
        yield pa.record_batch([[getattr(one, name) for one in held] for name in SCHEMA.names], schema=SCHEMA)


def table(outlines: Iterable[Outline]) -> pa.Table:
    """The whole table in memory."""
    return pa.Table.from_batches(batches(outlines), SCHEMA)


def write(outlines: Iterable[Outline], path: Path) -> Path:
    """Writes outlines to a Parquet file, which appears whole or not at all; a batch is held at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.writing")
    try:
        with pq.ParquetWriter(partial, SCHEMA, compression="zstd") as writer:
            for batch in batches(outlines):
                writer.write_batch(batch)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def read(path: Path, since: datetime | None = None, window_days: int = 28) -> pa.Table:
    """Written outlines; with `since`, only those that the context of sessions from then on can depend on."""
    made = (pq.read_schema(path).metadata or {}).get(_KEY, b"nothing").decode()
    if made != (wanted := SCHEMA.metadata[_KEY].decode()):
        raise AnotherOutline(f"{path} holds outlines of version {made}, not {wanted}; make them again")
    needed = None if since is None else pc.field("end") >= pa.scalar(since - timedelta(days=window_days))
    return pq.read_table(path, schema=SCHEMA, filters=needed)


def _enough(seen: Seen, turns: Ints) -> bool:
    return bool(seen.words.counts[turns].sum() >= _LEAST_WORDS)


def _least(seen: Seen, turns: Ints) -> bytes | None:
    """The sketch of all these turns together: the least of their own least hashes."""
    return seen.copies.signature[turns].min(axis=0).astype("<u4").tobytes() if _enough(seen, turns) else None


def _sketch(hashes: Hashes) -> bytes:
    least = np.full(HASHES, 2**32 - 1, np.uint32)
    different = np.unique(hashes).astype(np.uint32)
    for start in range(0, len(different), _BLOCK):
        stirred = different[start : start + _BLOCK, None] * _FACTORS
        stirred ^= stirred >> np.uint32(15)
        np.minimum(least, (stirred * np.uint32(0x2C1B3C6D)).min(axis=0), out=least)
    return least.astype("<u4").tobytes()


def _asks(seen: Seen, turns: Ints) -> bytes:
    long = turns[seen.words.counts[turns] >= _LEAST_ASK]
    return np.unique(seen.copies.skeleton[long])[:_MOST_ASKS].astype("<u8").tobytes()


_FACTORS = mixed(np.arange(1, HASHES + 1, dtype=np.uint64)).astype(np.uint32) | np.uint32(1)
