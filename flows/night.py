"""The account of one run: what came in, what was scored, what was not and why; in words for the operator."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from audit.intake import Intake
from flows.pages import FLAG, inline, page
from flows.scoring import Tally

_WEEK = timedelta(days=7)
_MOST_FAILURES = 20


@dataclass(frozen=True, slots=True)
class Shares:
    """The flagged share of the scored sessions of two weeks that follow each other; null where there is none."""

    last: float | None = None
    before: float | None = None


@dataclass(frozen=True, slots=True)
class Night:
    """What one run did."""

    model_version: str
    files: dict[str, int]
    """Files by what became of them."""
    sessions_in: int
    """Sessions that ingest found new or grown."""
    quarantined: int
    """Records that could not be read in this run."""
    tallies: tuple[Tally, ...] = ()
    failed: tuple[str, ...] = ()
    """Why shards were not scored: each with its name."""
    queue: Intake | None = None
    """What the review ledger did with the scores; null where it was not reached."""
    shares: Shares = Shares()
    monitor: str | None = None
    """What the monitor says, in a line; null where nothing watches."""
    retraining: str | None = None
    """What came of the monitor's asking for another model; null where it did not ask."""

    @property
    def sessions(self) -> int:
        """Sessions that were judged, those with too little to judge included."""
        return sum(tally.sessions for tally in self.tallies)

    @property
    def scored(self) -> int:
        """Sessions with a probability."""
        return sum(tally.scored for tally in self.tallies)

    @property
    def unscored(self) -> int:
        """Sessions with too little to judge."""
        return sum(tally.unscored for tally in self.tallies)

    @property
    def flagged(self) -> int:
        """Sessions above the threshold."""
        return sum(tally.flagged for tally in self.tallies)

    @property
    def slowest(self) -> Tally | None:
        """The shard that took longest."""
        return max(self.tallies, key=lambda tally: tally.seconds, default=None)

    def counts(self) -> dict[str, object]:
        """The account as names and values."""
        slowest = self.slowest
        return {
            "model": self.model_version,
            "files read": self.files.get("read", 0),
            "files unchanged": self.files.get("unchanged", 0),
            "sessions in": self.sessions_in,
            "records quarantined": self.quarantined,
            "sessions judged": self.sessions,
            "scored": self.scored,
            "unscored": self.unscored,
            "flagged": self.flagged,
            "flagged share, last week": _percent(self.shares.last),
            "flagged share, week before": _percent(self.shares.before),
            "put in the queue": None if self.queue is None else self.queue.queued,
            "monitor": self.monitor,
            "retraining": self.retraining,
            "shards": len(self.tallies),
            "shards failed": len(self.failed),
            "slowest shard": f"{slowest.shard}: {slowest.sessions:,} sessions in {slowest.seconds:.1f} s"
            if slowest
            else None,
        }

    def markdown(self) -> str:
        """The account as a page."""
        lines = [f"- {inline(one)}" for one in self.failed[:_MOST_FAILURES]]
        return page("The night's account", self.counts(), *(["## Not done", "", *lines, ""] if lines else []), FLAG)

    def shards(self) -> list[dict[str, object]]:
        """The shards, the slowest first, as rows of a table."""
        return [asdict(tally) for tally in sorted(self.tallies, key=lambda tally: -tally.seconds)]


def shares(newest: pa.Table, now: datetime | None = None) -> Shares:
    """The flagged shares of the seven days up to now and of the seven before, by when sessions began."""
    until = now or datetime.now(UTC)
    rows = newest.filter(pc.equal(newest["status"], "scored")).select(["started", "flagged"])
    return Shares(_share(rows, until - _WEEK, until), _share(rows, until - 2 * _WEEK, until - _WEEK))


def _share(rows: pa.Table, since: datetime, before: datetime) -> float | None:
    inside = pc.and_(
        pc.greater_equal(rows["started"], pa.scalar(since, rows["started"].type)),
        pc.less(rows["started"], pa.scalar(before, rows["started"].type)),
    )
    flags = rows.filter(inside)["flagged"]
    return float(pc.mean(flags.cast(pa.float64())).as_py()) if len(flags) else None


def reasons_of(failures: Sequence[str]) -> str:
    """What stopped a run, in one line."""
    more = f" (and {len(failures) - 1} more)" if len(failures) > 1 else ""
    return f"{failures[0]}{more}"


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.1%}"
