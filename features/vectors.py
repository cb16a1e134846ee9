"""The only way to the encoder: a cache on disk in which each text's vector stands under a hash of model and text.

One SQLite file in WAL mode, shared by any number of processes and threads on one machine (not over a network's file
system). A batch of vectors is there whole or not at all, whoever is killed when. Vectors are kept as float16, 850 bytes
a text at 384 dimensions, and handed out as rounded also when they are new: a row is the same cold and warm. Where the
file would grow beyond its bound, the oldest vectors make room. Texts are not kept, but a vector tells what its text was
about: only its owner may read the file.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from hashlib import blake2b
from pathlib import Path

import numpy as np

from features.encoder import Encoder, Matrix
from features.excerpts import RULE, excerpt

LIMIT = 2 * 1024**3
"""How large the file may grow, in bytes: some 2.5 million vectors."""

_FILE = "vectors-1.sqlite"
_TABLE = "CREATE TABLE vectors (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, vector BLOB NOT NULL)"
_BATCH = 1024  # encoded, then kept: so much work is lost at most when a run is killed
_ASKED = 500
_PATIENCE = 120.0  # seconds that a process waits for another's write


class Vectors:
    """Vectors of texts by one encoder, through the cache in a folder."""

    def __init__(self, encoder: Encoder, folder: Path, limit: int = LIMIT) -> None:
        self._encoder, self._file, self._limit = encoder, folder / _FILE, limit
        # A hash that none can find collisions of: else a text could be made to pass under another's vector.
        self._hash = blake2b(f"{encoder.fingerprint} {RULE}".encode(), digest_size=16)
        self._row_bytes = 2 * encoder.dimension + 80  # what a row takes in the file, with its key twice
        _make(self._file)

    @property
    def fingerprint(self) -> str:
        """Names the model and the rule for long texts: who has the same fingerprint has the same vectors."""
        return self._hash.hexdigest()

    def of(self, texts: Sequence[str]) -> Matrix:
        """One unit vector a text, in order; the same text is encoded once."""
        read = {text: excerpt(text) for text in set(texts)}
        keys = {text: self._key(one) for text, one in read.items()}
        wanted = {keys[text]: one for text, one in read.items()}
        found = self._kept(wanted)
        missing = [key for key in wanted if key not in found]
        for batch in _cut(missing, _BATCH):
            found |= self._made(batch, [wanted[key] for key in batch])
        joined = b"".join(found[keys[text]] for text in texts)
        return np.frombuffer(joined, np.float16).reshape(len(texts), self._encoder.dimension).astype(np.float32)

    def _key(self, text: str) -> bytes:
        hash = self._hash.copy()
        hash.update(b"\0" + text.encode())
        return hash.digest()

    def _kept(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        with closing(_open(self._file)) as cache:
            for asked in _cut(list(keys), _ASKED):
                marks = ",".join("?" * len(asked))
                query = f"SELECT key, vector FROM vectors WHERE key IN ({marks})"  # noqa: S608 — marks only
                found.update(cache.execute(query, asked))
        return found

    def _made(self, keys: Sequence[bytes], texts: Sequence[str]) -> dict[bytes, bytes]:
        rows = self._encoder.encode(texts).astype(np.float16)
        made = {key: row.tobytes() for key, row in zip(keys, rows, strict=True)}
        with closing(_open(self._file)) as cache, cache:
            cache.execute("BEGIN IMMEDIATE")
            self._make_room(cache, len(made))
            cache.executemany("INSERT OR IGNORE INTO vectors (key, vector) VALUES (?, ?)", made.items())
        return made

    def _make_room(self, cache: sqlite3.Connection, count: int) -> None:
        """Deletes the oldest rows for new ones, where the file would outgrow its bound; their pages are used again."""
        (pages,), (free,), (size,) = (
            cache.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "freelist_count", "page_size")
        )
        excess = (pages - free) * size + count * self._row_bytes - self._limit
        if excess > 0:
            oldest = "(SELECT id FROM vectors ORDER BY id LIMIT ?)"
            cache.execute(f"DELETE FROM vectors WHERE id IN {oldest}", (-(-excess // self._row_bytes),))  # noqa: S608


def _cut(keys: list[bytes], size: int) -> Iterator[list[bytes]]:
    return (keys[first : first + size] for first in range(0, len(keys), size))


def _open(file: Path) -> sqlite3.Connection:
    # A connection for each use costs an eighth of a millisecond, and none is carried to another thread or over a fork.
    cache = sqlite3.connect(file, timeout=_PATIENCE, isolation_level=None)
    try:
        cache.execute("PRAGMA synchronous=NORMAL")
    except sqlite3.DatabaseError as why:
        cache.close()
        raise type(why)(f"{file}: {why}; if it is broken, delete it: it is only a cache") from why
    return cache


def _make(file: Path) -> None:
    """An empty cache, where there is none: made aside, since two that turn WAL on at once would fail."""
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # which only its owner may read
    os.close(handle)
    try:
        with closing(sqlite3.connect(draft, isolation_level=None)) as cache:
            cache.execute("PRAGMA journal_mode=WAL")
            cache.execute(_TABLE)
        with suppress(FileExistsError):  # another process was quicker: its cache counts
            os.link(draft, file)
    finally:
        Path(draft).unlink()
