"""Sessions and turns as Arrow columns, and back: the shape of the Parquet store."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from traces.schema import Session, Turn

_TIME = pa.timestamp("us", tz="UTC")

TURNS = pa.schema(
    [
        ("index", pa.int32()),
        ("role", pa.string()),
        ("kind", pa.string()),
        ("text", pa.large_string()),
        ("time", _TIME),
        ("tool_name", pa.string()),
        ("tool_arguments", pa.large_string()),
        ("call_id", pa.string()),
        ("is_error", pa.bool_()),
        ("input_tokens", pa.int64()),
        ("cached_tokens", pa.int64()),
        ("output_tokens", pa.int64()),
        ("typed", pa.bool_()),
        ("original_chars", pa.int64()),
        ("session_id", pa.string()),
    ]
)
"""One row a turn: `Turn`'s fields in their order, and the session it belongs to."""

SESSIONS = pa.schema(
    [
        ("session_id", pa.string()),
        ("user_id", pa.string()),
        ("agent", pa.string()),
        ("agent_version", pa.string()),
        ("model", pa.string()),
        ("project", pa.string()),
        ("source", pa.string()),
        ("category", pa.string()),
        ("format", pa.string()),
        ("file", pa.string()),
        ("origin", pa.string()),
        ("parent_id", pa.string()),
        ("started", _TIME),
        ("ended", _TIME),
        ("turns", pa.int32()),
        ("typed_turns", pa.int32()),
        ("tool_calls", pa.int32()),
        ("input_tokens", pa.int64()),
        ("cached_tokens", pa.int64()),
        ("output_tokens", pa.int64()),
        ("chars", pa.int64()),
        ("opening", pa.string()),
        ("content", pa.string()),
    ]
)
"""One row a session: `Session`'s own fields, sums over its turns (null where no turn says), and digests."""

HEADER = tuple(SESSIONS.names[:13])
"""The columns of `SESSIONS` that are `Session`'s own fields."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def turn_columns(sessions: Sequence[Session]) -> pa.Table:
    """The turns of several sessions, one after the other, as one table."""
    turns = [turn for session in sessions for turn in session.turns]
    ids = [session.session_id for session in sessions for _ in session.turns]
    rows = zip(*map(msgspec.structs.astuple, turns), strict=True) if turns else [()] * (len(TURNS) - 1)
    columns = [pa.array(column, type=field.type) for column, field in zip([*rows, ids], TURNS, strict=True)]
    return pa.table(columns, schema=TURNS)


def turns_of(table: pa.Table) -> list[Turn]:
    """The turns in a table, in its order."""
    columns: list[Any] = []
    for name in TURNS.names[:-1]:
        column = table[name]
        columns.append(_moments(column) if name == "time" else column.to_pylist())
    return list(map(Turn, *columns))


def _moments(column: pa.ChunkedArray) -> list[datetime | None]:
    """Times as Python's, quicker than pyarrow makes them."""
    numbers = column.cast(pa.int64()).to_pylist()
    return [None if number is None else _EPOCH + timedelta(microseconds=number) for number in numbers]


def sessions_of(headers: pa.Table, turns: Iterable[pa.Table]) -> Iterator[Session]:
    """The sessions whose headers these are, in the order of their turns; those without any come first.

    `turns` holds their turns in pieces, each session's together and in order. Only one session is held at a time.
    """
    rows = {row["session_id"]: row for row in headers.select(HEADER).to_pylist()}
    silent = headers.filter(pc.equal(headers["turns"], 0))["session_id"].to_pylist()
    yield from (_session(rows.pop(session_id), []) for session_id in silent)
    name, held = "", list[Turn]()
    for session_id, run in _runs(turns):
        if session_id != name and held:
            yield _session(rows.pop(name), held)
            held = []
        name = session_id
        held += run
    if held:
        yield _session(rows.pop(name), held)


def _runs(turns: Iterable[pa.Table]) -> Iterator[tuple[str, list[Turn]]]:
    """Runs of turns of one session within each piece."""
    for table in turns:
        every = turns_of(table)
        runs = pc.run_end_encode(table["session_id"].combine_chunks())
        start = 0
        for session_id, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
            yield session_id, every[start:end]
            start = end


def _session(row: dict[str, Any], turns: list[Turn]) -> Session:
    if row["started"] is not None:
        row["started"] = row["started"].astimezone(UTC)
    return Session(turns=tuple(turns), **row)


def opening(turn: Turn) -> str:
    """A digest of a session's first turn and its time: sessions that share it share their beginning."""
    return blake2b(repr((turn.role, turn.time, turn.text, turn.tool_arguments)).encode(), digest_size=8).hexdigest()
