"""Many outlines side by side: one array a column, in the order in which the sessions began."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.hashing import Flags, Floats, Hashes, Ints
from features.outline import HASHES, Outline
from features.outline import table as table_of

DAY = 86_400.0
"""Seconds."""

Sketches = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Outlines:
    """Outlines as columns. A session's number is its place; who is meant by a user or a group is not kept."""

    ids: pa.Array
    """The sessions' ids."""
    start: Floats
    """Seconds; null at the end, for sessions of which it is unknown."""
    end: Floats
    user: Ints
    """A number for each user; -1 for nobody's sessions."""
    group: Ints
    """A number for each source."""
    family: Ints
    """The same for a session and the sub-agents that it started."""
    led: Flags
    """Whether another session started it."""
    tokens: Floats
    """Null where unknown."""
    prompts: Ints
    sketches: tuple[Sketches, Sketches, Sketches]
    """Of words, of skeletons and of actions (each sessions × 64)."""
    sketched: tuple[Flags, Flags, Flags]
    """Whether there is such a sketch."""
    ask: Hashes
    """All sessions' asks, one session after the other."""
    ask_starts: Ints
    """The place of each session's first ask, and the number of asks at the end."""
    kin: tuple[frozenset[str], ...]
    """What each session was made from; empty where no session was made."""
    schemes: tuple[str | None, ...]
    """What each session was made together with; as long as `kin`."""
    made_from: dict[str, list[int]]
    """For each of these ids, the sessions that were made from it."""

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.start)

    def kin_of(self, number: int) -> Ints:
        """The sessions that must not count as this one's past although they are earlier; empty in real use."""
        if not self.kin or not self.kin[number]:
            return np.zeros(0, np.int64)
        scheme = self.schemes[number]
        kin = {other for one in self.kin[number] for other in self.made_from[one]}
        return np.array(sorted(one for one in kin if scheme is None or self.schemes[one] != scheme), np.int64)

    def apart(self, one: Ints, other: Ints) -> Flags:
        """Whether the other session, pair by pair, is of the one's past: it began before, in another family, no kin."""
        apart = (self.start[other] < self.start[one]) & (self.family[other] != self.family[one])
        if self.kin:
            kin = [number * self.size + self.kin_of(number) for number in np.unique(one).tolist()]
            apart &= ~np.isin(one * self.size + other, np.concatenate([np.zeros(0, np.int64), *kin]))
        return np.asarray(apart)

    def over(self, one: Ints, other: Ints) -> Flags:
        """Whether it is, and had ended when the one began."""
        return np.asarray(self.apart(one, other) & (self.end[other] <= self.start[one]))


def side_by_side(outlines: pa.Table | Iterable[Outline]) -> Outlines:
    """The columns of outlines in any order; those that began at the same moment are in the order of their ids."""
    table = outlines if isinstance(outlines, pa.Table) else table_of(outlines)
    table = table.take(pc.sort_indices(table, [("start", "ascending"), ("session_id", "ascending")])).combine_chunks()
    asks = table["asks"].combine_chunks()
    made = pc.any(pc.greater(pc.list_value_length(table["kin"]), 0)).as_py() or False
    kin = tuple(frozenset(one or ()) for one in table["kin"].to_pylist()) if made else ()
    made_from: dict[str, list[int]] = {}
    for number, own in enumerate(kin):
        for one in own:
            made_from.setdefault(one, []).append(number)
    words, skeletons, actions = (_sketches(table[name]) for name in ("words", "skeletons", "actions"))
    return Outlines(
        ids=table["session_id"].combine_chunks(),
        start=_seconds(table["start"]),
        end=_seconds(table["end"]),
        user=_codes(table["user_id"]),
        group=_codes(table["source"]),
        family=_codes(pc.coalesce(table["parent_id"], table["session_id"])),
        led=np.asarray(table["parent_id"].is_valid()),
        tokens=table["tokens"].cast(pa.float64()).to_numpy(),
        prompts=table["prompts"].cast(pa.int64()).to_numpy(),
        sketches=(words[0], skeletons[0], actions[0]),
        sketched=(words[1], skeletons[1], actions[1]),
        ask=np.frombuffer(b"".join(asks.to_pylist()), "<u8").astype(np.uint64),
        ask_starts=np.concatenate(([0], np.cumsum(pc.binary_length(asks).to_numpy() // 8))).astype(np.int64),
        kin=kin,
        schemes=tuple(table["scheme"].to_pylist()) if made else (),
        made_from=made_from,
    )


def _seconds(column: pa.ChunkedArray) -> Floats:
    micro = column.cast(pa.int64())
    return np.asarray(pc.divide(micro.cast(pa.float64()), 1e6).to_numpy())


def _codes(column: pa.ChunkedArray) -> Ints:
    """A number for each different value; -1 for null."""
    indices = column.combine_chunks().dictionary_encode().indices
    return np.asarray(pc.fill_null(indices, -1).cast(pa.int64()))


def _sketches(column: pa.ChunkedArray) -> tuple[Sketches, Flags]:
    blank = bytes(4 * HASHES)
    there = np.asarray(column.is_valid())
    whole = pc.fill_null(column, pa.scalar(blank, pa.binary(len(blank)))).combine_chunks()
    data = np.frombuffer(whole.buffers()[1], "<u4", count=len(whole) * HASHES, offset=whole.offset * 4 * HASHES)
    return data.reshape(len(whole), HASHES).astype(np.uint32, copy=False), there
