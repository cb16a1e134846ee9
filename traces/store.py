"""The Parquet store: immutable parts, and commits that say which parts are there.

    sessions/day=2026-01-15/00000007-0.parquet     one row a session
    turns/day=2026-01-15/00000007-0.parquet        the turns of the same sessions, each session's together
    quarantine/day=…/…                             what could not be read
    commits/00000007.json                          parts added and removed, and the files that were taken in

A commit is one file that appears whole or not at all, so a reader sees all of an ingest's batch or nothing of it,
whatever was killed when. Parts that no commit names are leftovers of a killed run; the next writer removes them.
One writer at a time (`traces/ingest.py` holds a lock); readers need none.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from traces.columns import SESSIONS, TURNS, sessions_of
from traces.schema import Session

QUARANTINE = pa.schema(
    [
        ("file", pa.string()),
        ("line", pa.int64()),
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("format", pa.string()),
        ("raw", pa.large_binary()),
        ("whole", pa.bool_()),
        ("about", pa.string()),
    ]
)
"""One row a record that could not be read; `about` holds the options it was read with, as JSON."""

TABLES = {"sessions": SESSIONS, "turns": TURNS, "quarantine": QUARANTINE}
"""The store's tables and their columns."""

_COMPACT_AFTER = 64
_PIECE_ROWS = 4096
_TEXT_COLUMNS = {"text", "tool_arguments", "raw"}


@dataclass(frozen=True, slots=True)
class State:
    """What is in the store now."""

    number: int = 0
    """The newest commit's number; 0 where there is none."""
    parts: frozenset[str] = frozenset()
    """The parts that are there, as `table/day=…/name.parquet`."""
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The files that were taken in, by path, with size, time, digest and account."""

    def of(self, table: str) -> list[str]:
        """The parts of one table, oldest first."""
        return sorted(part for part in self.parts if part.startswith(f"{table}/"))


class Store:
    """A store at a place: a folder, or a URL that pyarrow's file systems know (`s3://bucket/prefix`)."""

    def __init__(self, place: str | Path) -> None:
        self.place = str(place)
        if "://" in self.place:
            fs, root = pafs.FileSystem.from_uri(self.place)
            self._local = isinstance(fs, pafs.LocalFileSystem)
        else:
            fs, root = pafs.LocalFileSystem(), str(Path(self.place).absolute())
            self._local = True
        self._root = root
        self._fs: pafs.FileSystem = pafs.SubTreeFileSystem(root, fs)

    @property
    def folder(self) -> Path | None:
        """Its folder, where it lies in one of this machine's."""
        return Path(self._root) if self._local else None

    def state(self) -> State:
        """The store as of its newest commit."""
        try:
            return self._replayed()
        except FileNotFoundError:  # a writer has just drawn the old commits together; the new one is there
            return self._replayed()

    def _replayed(self) -> State:
        number, parts, files = 0, set[str](), dict[str, Mapping[str, Any]]()
        for name in self._commits():
            commit = json.loads(self._read(f"commits/{name}"))
            if commit["base"]:
                parts, files = set(), {}
            parts |= set(commit["added"])
            parts -= set(commit["removed"])
            files |= commit["files"]
            number = commit["number"]
        return State(number, frozenset(parts), files)

    def holds(self, path: Path) -> bool:
        """Whether a file lies in the store's own folders."""
        return self._local and any(Path(self._root, folder) in path.parents for folder in (*TABLES, "commits"))

    def write_part(self, part: str, tables: Iterable[pa.Table]) -> str:
        """Writes one part, a row group a table, under a hidden name, invisible until `commit` reveals it."""
        schema = TABLES[part.split("/", 1)[0]]
        self._fs.create_dir(part.rpartition("/")[0], recursive=True)
        with (
            self._fs.open_output_stream(_hidden(part)) as stream,
            pq.ParquetWriter(
                stream,
                schema,
                compression="zstd",
                compression_level=1,
                use_dictionary=[name for name in schema.names if name not in _TEXT_COLUMNS],
            ) as writer,
        ):
            for table in tables:
                writer.write_table(table)
        return part

    def commit(
        self, before: State, added: Sequence[str], removed: Sequence[str], files: Mapping[str, Mapping[str, Any]]
    ) -> State:
        """Makes written parts part of the store, and takes others out, at one stroke."""
        number = before.number + 1
        name = f"commits/{number:08}.json"
        if name.rpartition("/")[2] in self._commits():
            raise FileExistsError(f"{self.place}: another writer has committed meanwhile; run this again")
        for part in added:
            self._reveal(part)
        after = State(number, (before.parts | set(added)) - set(removed), {**before.files, **files})
        base = len(self._commits()) >= _COMPACT_AFTER
        content = {
            "number": number,
            "base": base,
            "added": sorted(after.parts if base else added),
            "removed": [] if base else sorted(removed),
            "files": dict(after.files if base else files),
        }
        self._fs.create_dir("commits", recursive=True)
        with self._fs.open_output_stream(_hidden(name)) as stream:
            stream.write(json.dumps(content).encode())
        self._reveal(name)
        if base:
            for old in self._commits()[:-1]:
                self._fs.delete_file(f"commits/{old}")
        return after

    def sweep(self, state: State) -> int:
        """Removes what a killed writer left behind; returns how many files that were."""
        known = {*state.parts, *(f"commits/{name}" for name in self._commits())}
        leftovers = [path for path in self._files((*TABLES, "commits")) if path not in known]
        for path in leftovers:
            self._fs.delete_file(path)
        return len(leftovers)

    def table(
        self,
        name: str,
        state: State | None = None,
        columns: list[str] | None = None,
        where: pc.Expression | None = None,
    ) -> pa.Table:
        """Rows of one table, across its parts, with each row's part in `part` if that is among the columns."""
        parts = (state or self.state()).of(name)
        schema = TABLES[name]
        if not parts:
            empty = schema.append(pa.field("part", pa.string())).empty_table()
            return empty.select(columns or schema.names)
        dataset = ds.dataset(parts, schema=schema, format="parquet", filesystem=self._fs)
        names = columns or schema.names
        wanted = ["__filename" if name == "part" else name for name in names]
        return dataset.to_table(columns=wanted, filter=where).rename_columns(names)

    def part(self, part: str, where: pc.Expression | None = None) -> Iterator[pa.Table]:
        """The rows of one part, in their order, piece by piece."""
        schema = TABLES[part.split("/", 1)[0]]
        dataset = ds.dataset([part], schema=schema, format="parquet", filesystem=self._fs)
        for batch in dataset.to_batches(filter=where, batch_size=_PIECE_ROWS, batch_readahead=1, fragment_readahead=1):
            if batch.num_rows:
                yield pa.Table.from_batches([batch])

    def whole_part(self, part: str, where: pc.Expression | None = None) -> pa.Table:
        """The rows of one part as one table; for small ones."""
        return pa.concat_tables([TABLES[part.split("/", 1)[0]].empty_table(), *self.part(part, where)])

    def sessions(self, where: pc.Expression | None = None) -> Iterator[Session]:
        """The sessions whose headers fulfil `where`, with their turns, part by part."""
        for part in self.state().of("sessions"):
            headers = self.whole_part(part, where)
            if headers.num_rows:
                ids = pc.field("session_id").isin(headers["session_id"])
                yield from sessions_of(headers, self.part(turns_part(part), ids))

    def _reveal(self, path: str) -> None:
        if self._local:
            sync(Path(self._root) / _hidden(path))
        self._fs.move(_hidden(path), path)

    def _commits(self) -> list[str]:
        return sorted(Path(path).name for path in self._files(("commits",)) if not Path(path).name.startswith("."))

    def _files(self, folders: Iterable[str]) -> list[str]:
        found: list[str] = []
        for folder in folders:
            selector = pafs.FileSelector(folder, recursive=True, allow_not_found=True)
            found += [info.path for info in self._fs.get_file_info(selector) if info.is_file]
        return found

    def _read(self, path: str) -> bytes:
        with self._fs.open_input_stream(path) as stream:
            return bytes(stream.read())


def turns_part(part: str) -> str:
    """The part with the turns of a part's sessions."""
    return part.replace("sessions/", "turns/", 1)


def _hidden(path: str) -> str:
    folder, _, name = path.rpartition("/")
    return f"{folder}/.{name}.writing"


def sync(path: Path) -> None:
    """Waits until a file, or what a folder says of its files, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
