"""Sessions on their way from readers to the store: packed into columns, masked, and kept within bounded memory."""

import tempfile
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from xxhash import xxh3_128

from traces.columns import TURNS, opening, turn_columns
from traces.schema import Session, Turn
from traces.secrets import mask_column

_PACK_CHARS = 16_000_000
_MEMORY = 192_000_000
_OPEN = 16
_MASKED = ("text", "tool_arguments")


@dataclass(slots=True, eq=False)
class Staged:
    """A session whose turns are packed: its header, and where its turns lie."""

    header: Session
    opening: str = ""
    ended: datetime | None = None
    turns: int = 0
    digest: xxh3_128 = field(default_factory=xxh3_128)
    """Of its turns, as they were read."""
    pieces: list[tuple[int, int, int]] = field(default_factory=list)
    """Its runs of turns: table, first row, number of rows."""
    history: int = 0
    """How many of its first turns are copied from the session that it resumes."""


class Batch:
    """Collects sessions, whole or in parts, until they are committed."""

    def __init__(self, fragments: bool = False) -> None:
        self.fragments = fragments
        """Whether its sessions are pieces of ones that are known, to be added to them."""
        self.sessions: dict[tuple[str, str], Staged] = {}
        """The sessions by file and id, in the order of their coming."""
        self.masked: Counter[str] = Counter()
        """How many secrets were masked, by kind."""
        self._pending: list[tuple[Staged, Session]] = []
        self._pending_chars = 0
        self._tables: list[pa.RecordBatch | None] = []
        self._rows: list[list[int]] = []
        self._readers: dict[int, pa.ipc.RecordBatchFileReader] = {}
        self._held = 0
        self._spilled: tempfile.TemporaryDirectory[str] | None = None

    @property
    def large(self) -> bool:
        """Whether it is time to commit."""
        return self._held + self._pending_chars > _MEMORY // 2 or self._spilled is not None

    def add(self, session: Session) -> None:
        """Takes a session, or the next part of one."""
        key = (session.file, session.session_id)
        staged = self.sessions.get(key)
        if staged is None:
            first = opening(session.turns[0]) if session.turns else ""
            staged = self.sessions[key] = Staged(msgspec.structs.replace(session, turns=()), first)
        if not session.turns:
            return
        self._pending.append((staged, session))
        staged.turns += len(session.turns)
        staged.digest.update(b"".join(map(msgspec.msgpack.encode, session.turns)))
        staged.ended = max(filter(None, (staged.ended, session.ended)), default=None)
        self._pending_chars += sum(len(turn.text or "") + len(turn.tool_arguments or "") for turn in session.turns)
        if self._pending_chars > _PACK_CHARS:
            self.pack()

    def pack(self) -> None:
        """Turns what is pending into columns, with secrets masked."""
        if not self._pending:
            return
        table = turn_columns([session for _, session in self._pending])
        for name in _MASKED:
            column, counts = mask_column(table[name].combine_chunks())
            self.masked += counts
            table = table.set_column(TURNS.get_field_index(name), TURNS.field(name), column)
        rows, row = [], 0
        for staged, session in self._pending:
            staged.pieces.append((len(self._tables), row, len(session.turns)))
            rows.append(row)
            row += len(session.turns)
        self._hold(table, rows)
        self._pending, self._pending_chars = [], 0

    def pieces(self, staged: Staged) -> Iterator[pa.Table]:
        """One session's turns, piece by piece; those it only resumes are marked as not typed, their tokens as spent."""
        done = 0
        for place, row, rows in staged.pieces:
            piece = _numbered(pa.Table.from_batches([self._piece(place, row, rows)]), done)
            yield _without_history(piece, staged.history - done) if done < staged.history else piece
            done += rows

    def turns(self, staged: Staged) -> pa.Table:
        """One session's turns as one table."""
        return pa.concat_tables([TURNS.empty_table(), *self.pieces(staged)])

    def replace(self, staged: Staged, turns: list[Turn]) -> None:
        """Puts other turns, which are masked already, in the place of a session's own."""
        table = turn_columns([msgspec.structs.replace(staged.header, turns=tuple(turns))])
        staged.pieces = [(len(self._tables), 0, len(turns))]
        self._hold(table, [0])
        staged.turns = len(turns)
        staged.opening = opening(turns[0])
        staged.ended = max((turn.time for turn in turns if turn.time), default=None)
        staged.digest = xxh3_128(b"".join(map(msgspec.msgpack.encode, turns)))

    def close(self) -> None:
        """Lets go of everything."""
        self._tables, self._pending, self._readers, self.sessions = [], [], {}, {}
        if self._spilled is not None:
            self._spilled.cleanup()

    def _hold(self, table: pa.Table, rows: list[int]) -> None:
        """Keeps a table whose sessions begin at these rows."""
        [batch] = table.combine_chunks().to_batches() or [pa.RecordBatch.from_pylist([], schema=TURNS)]
        self._tables.append(batch)
        self._rows.append(rows)
        self._held += table.nbytes
        if self._held > _MEMORY:
            self._spill()

    def _spill(self) -> None:
        """Moves the tables that are held to temporary files, cut so that each session's piece is read by itself."""
        if self._spilled is None:
            self._spilled = tempfile.TemporaryDirectory(prefix="winnow-")
        for place, table in enumerate(self._tables):
            if table is not None:
                ends = [*self._rows[place][1:], len(table)]
                with pa.OSFile(self._path(place), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
                    for row, end in zip(self._rows[place], ends, strict=True):
                        writer.write_batch(table.slice(row, end - row))
                self._tables[place] = None
        self._held = 0

    def _piece(self, place: int, row: int, rows: int) -> pa.RecordBatch:
        table = self._tables[place]
        if table is not None:
            return table.slice(row, rows)
        if place not in self._readers:
            while len(self._readers) >= _OPEN:
                self._readers.pop(next(iter(self._readers)))
            self._readers[place] = pa.ipc.open_file(pa.OSFile(self._path(place)))
        return self._readers[place].get_batch(bisect_left(self._rows[place], row))

    def _path(self, place: int) -> str:
        assert self._spilled is not None
        return str(Path(self._spilled.name) / f"{place}.arrow")


def _numbered(table: pa.Table, first: int) -> pa.Table:
    return table.set_column(0, TURNS.field("index"), pa.array(range(first, first + len(table)), pa.int32()))


def _without_history(table: pa.Table, history: int) -> pa.Table:
    copied = pc.less(pa.array(range(len(table))), history)
    for name in ("typed", "input_tokens", "cached_tokens", "output_tokens"):
        kind = TURNS.field(name).type
        instead = pa.scalar(False if name == "typed" else None, type=kind)
        table = table.set_column(TURNS.get_field_index(name), name, pc.if_else(copied, instead, table[name]))
    return table
