"""Shards: what is to be scored, divided by day and hash of user, so that one fits in memory and all can run at once."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from math import ceil

import pyarrow as pa
import pyarrow.compute as pc

from flows.home import Home
from flows.scores import KEY, scores_of
from traces.columns import sessions_of
from traces.schema import Session
from traces.store import Store, turns_part

PER_SHARD = 1000
"""Sessions of a shard, about; their features and scores are held until the shard is written."""


@dataclass(frozen=True, slots=True)
class Span:
    """Which sessions are meant; all that are new or have grown, unless it says less or more."""

    since: date | None = None
    """Only those that began on this day or later; ones without a time are left out then."""
    day: date | None = None
    """Only those that began on this day."""
    rescore: bool = False
    """Those as well that another model version has scored as they are."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Sessions of one day and some users."""

    day: str
    """The day on which they began, or `unknown`."""
    part: int
    of: int
    """How many shards the day is divided into in this run."""
    ids: tuple[str, ...]

    def __str__(self) -> str:
        """The day, and which part of it."""
        return f"{self.day} {self.part} of {self.of}"

    def file(self, number: int) -> str:
        """The name of its scores' file in the run of this number."""
        return f"day={self.day}/{number:08}-{self.part}-of-{self.of}.parquet"


@dataclass(frozen=True, slots=True)
class Held:
    """A shard's sessions as they were at one moment; their turns are read when they are asked for."""

    store: Store
    day: str
    contents: dict[str, str]
    """The digests of what the sessions hold."""
    headers: dict[str, pa.Table]
    """The sessions by the store's parts."""

    def sessions(self, ids: Collection[str]) -> Iterator[Session]:
        """Some of them, part by part."""
        wanted = pc.field("session_id").isin(pa.array(sorted(ids), pa.string()))
        for part, rows in self.headers.items() if ids else ():
            some = rows.filter(wanted)
            if some.num_rows:
                yield from sessions_of(some, self.store.part(turns_part(part), wanted))


def due(home: Home, version: str, span: Span = Span(), per_shard: int = PER_SHARD) -> tuple[Shard, ...]:
    """The sessions that have turns and no score yet of what they hold now, in shards, the newest day first.

    A session counts as scored whichever model version has scored it; with `rescore`, only where `version` has.
    """
    rows = home.store.table("sessions", columns=["session_id", "content", "turns", "user_id", "started", "part"])
    rows = rows.filter(_meant(rows, span))
    known = scores_of(home).table(KEY)
    if span.rescore:
        known = known.filter(pc.equal(known["model_version"], version))
    return _shards(rows.join(known.select(KEY[:2]), KEY[:2], join_type="left anti"), per_shard)


def every(home: Home, per_shard: int = PER_SHARD) -> tuple[Shard, ...]:
    """All sessions that have turns, in shards, scored or not, the newest day first."""
    rows = home.store.table("sessions", columns=["session_id", "turns", "user_id", "part"])
    return _shards(rows.filter(pc.greater(rows["turns"], 0)), per_shard)


def _meant(rows: pa.Table, span: Span) -> pa.ChunkedArray:
    meant = pc.greater(rows["turns"], 0)
    if span.since is not None:
        meant = pc.and_(meant, pc.greater_equal(_begun(rows), pa.scalar(span.since)))
    if span.day is not None:
        meant = pc.and_(meant, pc.equal(_begun(rows), pa.scalar(span.day)))
    return meant


def _begun(rows: pa.Table) -> pa.ChunkedArray:
    return rows["started"].cast(pa.timestamp("us", tz="UTC")).cast(pa.date32())


def _shards(rows: pa.Table, per_shard: int) -> tuple[Shard, ...]:
    if per_shard < 1:
        raise ValueError(f"a shard of {per_shard} sessions is none; let it be 1 or more")
    days: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows.select(["session_id", "user_id", "part"]).to_pylist():
        day = row["part"].split("/")[1].removeprefix("day=")
        days[day].append((row["session_id"], row["user_id"] or row["session_id"]))
    return tuple(shard for day in sorted(days, reverse=True) for shard in _divided(day, days[day], per_shard))


def _divided(day: str, sessions: list[tuple[str, str]], per_shard: int) -> Iterator[Shard]:
    """All of a user's sessions of a day are in one shard."""
    of = ceil(len(sessions) / per_shard)
    parts: list[list[str]] = [[] for _ in range(of)]
    for session_id, user in sessions:
        digest = blake2b(user.encode(errors="surrogatepass"), digest_size=8).digest()
        parts[int.from_bytes(digest) % of].append(session_id)
    for part, ids in enumerate(parts, 1):
        if ids:
            yield Shard(day, part, of, tuple(sorted(ids)))


def hold(home: Home, shard: Shard) -> Held:
    """A shard's sessions, all as of one state of the store."""
    store = home.store
    parts = [part for part in store.state().of("sessions") if f"/day={shard.day}/" in part]
    wanted = pc.field("session_id").isin(pa.array(shard.ids, pa.string()))
    headers = {part: rows for part in parts if (rows := store.whole_part(part, wanted)).num_rows}
    contents = {
        row["session_id"]: row["content"]
        for rows in headers.values()
        for row in rows.select(["session_id", "content", "turns"]).to_pylist()
        if row["turns"]
    }
    return Held(store, shard.day, contents, headers)
