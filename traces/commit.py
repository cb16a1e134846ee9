"""Commits a batch: what it adds to the store, written as parts and revealed at one stroke."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from traces.batch import Batch, Staged
from traces.columns import SESSIONS, TURNS
from traces.merge import Merge, settle
from traces.quarantine import Refusals
from traces.store import State, Store, turns_part

_ROW_GROUP = 32_000_000


def commit(
    store: Store,
    state: State,
    batch: Batch,
    files: Mapping[str, Mapping[str, Any]],
    refusals: Refusals,
) -> tuple[State, Merge, int]:
    """Brings into the store a batch, the files it came from, and what was refused of each file that was read.

    Returns the store's new state, what became of the sessions, and the number of turns written.
    """
    merge = settle(batch, store, state)
    number = state.number + 1
    turns = 0
    added: list[str] = []
    removed: list[str] = []
    for day, staged in _by_day([*merge.new, *merge.updated]).items():
        added += _write(store, batch, f"sessions/day={day}/{number:08}-0.parquet", staged)
        turns += sum(one.turns for one in staged)
    added += _without_replaced(store, merge, number, removed)
    quarantined, released = refusals.parts(state)
    fresh = {name: entry for name, entry in files.items() if state.files.get(name) != entry}
    added += quarantined
    removed += released
    if added or removed or fresh:
        state = store.commit(state, added, removed, fresh)
    return state, merge, turns


def _by_day(sessions: Iterable[Staged]) -> dict[str, list[Staged]]:
    days: dict[str, list[Staged]] = {}
    for staged in sessions:
        started = staged.header.started
        days.setdefault(started.date().isoformat() if started else "unknown", []).append(staged)
    return days


def _write(store: Store, batch: Batch, part: str, staged: list[Staged]) -> list[str]:
    sums: dict[str, Counter[str]] = {}
    written = store.write_part(turns_part(part), _row_groups(batch, staged, sums))
    return [written, store.write_part(part, [_headers(staged, sums)])]


def _row_groups(batch: Batch, staged: list[Staged], sums: dict[str, Counter[str]]) -> Iterator[pa.Table]:
    """The turns of the sessions, in tables of a bounded size; adds up what the headers will say."""
    held: list[pa.Table] = []
    size = 0
    for one in staged:
        ids = pa.scalar(one.header.session_id, pa.string())
        for piece in batch.pieces(one):
            named = piece.set_column(len(TURNS) - 1, "session_id", pa.repeat(ids, len(piece)))
            held.append(named)
            size += named.nbytes
            if size > _ROW_GROUP:
                yield _added_up(pa.concat_tables(held), sums)
                held, size = [], 0
    if held:
        yield _added_up(pa.concat_tables(held), sums)


def _added_up(turns: pa.Table, sums: dict[str, Counter[str]]) -> pa.Table:
    facts = pa.table(
        {
            "session_id": turns["session_id"],
            "typed_turns": pc.fill_null(turns["typed"], False).cast(pa.int32()),
            "tool_calls": pc.equal(turns["kind"], "tool_call").cast(pa.int32()),
            "chars": pc.add(_length(turns["text"]), _length(turns["tool_arguments"])),
            **{name: turns[name] for name in ("input_tokens", "cached_tokens", "output_tokens")},
        }
    )
    names = facts.schema.names[1:]
    for row in facts.group_by("session_id").aggregate([(name, "sum") for name in names]).to_pylist():
        known = {name: row[f"{name}_sum"] for name in names if row[f"{name}_sum"] is not None}
        sums.setdefault(row["session_id"], Counter()).update(known)
    return turns


def _headers(staged: list[Staged], sums: Mapping[str, Counter[str]]) -> pa.Table:
    """One row a session, with sums over its turns; null where no turn says."""
    rows = []
    for one in staged:
        header = {**msgspec.structs.asdict(one.header), "typed_turns": 0, "tool_calls": 0, "chars": 0}
        header |= sums.get(one.header.session_id, {})
        header |= {"ended": one.ended or one.header.started, "turns": one.turns, "opening": one.opening}
        rows.append(header | {"content": one.digest.hexdigest()})
    return pa.Table.from_pylist(rows, schema=SESSIONS)


def _length(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.fill_null(pc.utf8_length(column), 0).cast(pa.int64())


def _without_replaced(store: Store, merge: Merge, number: int, removed: list[str]) -> list[str]:
    """The parts that sessions have left, without those sessions."""
    added = []
    for count, (part, ids) in enumerate(merge.replaced.items(), 1):
        removed += [part, turns_part(part)]
        others = ~pc.field("session_id").isin(ids)
        headers = store.whole_part(part, others)
        if len(headers):
            new = f"{part.rpartition('/')[0]}/{number:08}-{count}.parquet"
            added.append(store.write_part(turns_part(new), store.part(turns_part(part), others)))
            added.append(store.write_part(new, [headers]))
    return added
