"""Shards: what is to be scored, divided by day and hash of user, so that one fits in memory and all can run at once."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from math import ceil
from time import monotonic

import pyarrow as pa
import pyarrow.compute as pc

from flows.home import Home
from flows.model import Model
from flows.score import score
from flows.scores import KEY, scores_of
from models.rates import BUDGET, PREVALENCE
from traces.columns import sessions_of
from traces.schema import Session
from traces.store import turns_part

PER_SHARD = 1000
"""Sessions of a shard, about; their scores are held until the shard is written."""


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
class Tally:
    """What became of one shard."""

    shard: str
    file: str
    """The name of its scores' file; empty where there was nothing left to write."""
    sessions: int
    scored: int
    unscored: int
    flagged: int
    seconds: float


def due(home: Home, version: str, span: Span = Span(), per_shard: int = PER_SHARD) -> tuple[Shard, ...]:
    """The sessions that have turns and no score yet of what they hold now, in shards, the newest day first.

    A session counts as scored whichever model version has scored it; with `rescore`, only where `version` has.
    """
    if per_shard < 1:
        raise ValueError(f"a shard of {per_shard} sessions is none; let it be 1 or more")
    rows = home.store.table("sessions", columns=["session_id", "content", "turns", "user_id", "started", "part"])
    rows = rows.filter(_meant(rows, span))
    known = scores_of(home).table(KEY)
    if span.rescore:
        known = known.filter(pc.equal(known["model_version"], version))
    left = rows.join(known.select(KEY[:2]), KEY[:2], join_type="left anti")
    days: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in left.select(["session_id", "user_id", "part"]).to_pylist():
        day = row["part"].split("/")[1].removeprefix("day=")
        days[day].append((row["session_id"], row["user_id"] or row["session_id"]))
    return tuple(shard for day in sorted(days, reverse=True) for shard in _divided(day, days[day], per_shard))


def score_shard(
    home: Home,
    model: Model,
    shard: Shard,
    number: int,
    prevalence: float = PREVALENCE,
    budget: float = BUDGET,
) -> Tally:
    """Scores a shard's sessions as they are now and writes the file; twice in the same run is the same as once.

    What has left the shard's day meanwhile, since another ingest learnt of an earlier start, waits for the next run.
    """
    begun = monotonic()
    contents, sessions = _of(home, shard)
    found = sorted(score(model, sessions, contents, prevalence, budget), key=lambda one: one.session_id)
    name = shard.file(number)
    if found:
        scores_of(home).write(found, name)
    unscored = sum(one.status == "unscored" for one in found)
    flagged = sum(one.flagged for one in found)
    seconds = monotonic() - begun
    return Tally(
        str(shard), name if found else "", len(found), len(found) - unscored, unscored, flagged, round(seconds, 2)
    )


def _meant(rows: pa.Table, span: Span) -> pa.ChunkedArray:
    meant = pc.greater(rows["turns"], 0)
    if span.since is not None:
        meant = pc.and_(meant, pc.greater_equal(_begun(rows), pa.scalar(span.since)))
    if span.day is not None:
        meant = pc.and_(meant, pc.equal(_begun(rows), pa.scalar(span.day)))
    return meant


def _begun(rows: pa.Table) -> pa.ChunkedArray:
    return rows["started"].cast(pa.timestamp("us", tz="UTC")).cast(pa.date32())


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


def _of(home: Home, shard: Shard) -> tuple[dict[str, str], Iterator[Session]]:
    """The digests of what the shard's sessions hold, and themselves, all as of one state of the store."""
    store = home.store
    parts = [part for part in store.state().of("sessions") if f"/day={shard.day}/" in part]
    wanted = pc.field("session_id").isin(pa.array(shard.ids, pa.string()))
    headers = {part: store.whole_part(part, wanted) for part in parts}
    contents = {
        row["session_id"]: row["content"]
        for rows in headers.values()
        for row in rows.select(["session_id", "content"]).to_pylist()
    }
    stream = (
        session
        for part, rows in headers.items()
        if rows.num_rows
        for session in sessions_of(rows, store.part(turns_part(part), wanted))
        if session.turns
    )
    return contents, stream
