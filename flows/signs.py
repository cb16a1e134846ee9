"""What the monitor goes by: scores, features, what could not be read, and what auditors found, as it lies in a home."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from audit.estimates import Estimate, figures
from audit.ledger import Ledger
from audit.records import Body
from audit.standing import content_of, standing
from flows.home import Home
from models.detector import Detector
from models.drift import Sides, drift
from models.figures import Figure
from models.monitoring import agreement, false_positives
from models.periods import Rate, numbered_periods, rate
from models.reference import Reference
from traces.pseudonyms import load_or_make_key, without_home

SCORE = "probability"
_COLUMNS = ("session_id", "content", "user_id", "started", SCORE, "flagged", "status")
_DIGITS = 6
"""To so many the score flow rounds."""
_MOST = 50_000
"""More sessions make nothing surer that matters: of more, so many are drawn."""


@dataclass(frozen=True, slots=True)
class Span:
    """The newest days, and as many days again and again before."""

    until: datetime
    days: int
    periods: int

    @property
    def since(self) -> datetime:
        """Where the newest period begins."""
        return self.until - timedelta(days=self.days)


def newest(scores: pa.Table) -> datetime:
    """When the last session began; clocks that run ahead are not believed, unless all do."""
    started = [time for time in scores["started"].to_pylist() if time is not None]
    now = datetime.now(UTC)
    return max((time for time in started if time <= now), default=max(started, default=now))


def placed(scores: pa.Table, span: Span) -> pd.DataFrame:
    """The scores with their `period`: 0 the newest, -1 none. Where no session has a time, all are taken for new."""
    times = scores["started"].to_pylist()
    dated = any(time is not None for time in times)
    period = numbered_periods(times, span.until, span.days, span.periods) if dated else np.zeros(len(times), np.int64)
    frame = pd.DataFrame({name: scores[name].to_pylist() for name in _COLUMNS})
    frame[SCORE] = frame[SCORE].astype(float)
    return frame.assign(period=period, flagged=frame["flagged"].astype(bool))


def score_drift(detector: Detector, rows: pd.DataFrame, prevalence: float) -> Sides | None:
    """The newest scores against those of genuine sessions that the trees did not see; of everybody's, padded or not."""
    recent = _some(rows[(rows["period"] == 0) & rows[SCORE].notna()])
    known = np.round(detector.calibration.probability(detector.genuine, prevalence), _DIGITS)
    reference = Reference.of(pd.DataFrame({SCORE: known}))
    return _sides(reference, recent[[SCORE]], "genuine sessions in training", recent["user_id"].tolist())


def feature_rows(path: Path, rows: pd.DataFrame, detector: Detector) -> pd.DataFrame:
    """The features of sessions with a score, beside their `user_id` and `period`; who has no features is left out.

    The path is the folder of a feature set, where each row says of which content it is, or one table.
    """
    stored = ds.dataset(path, format="parquet")
    by = ["session_id", "content"] if "content" in stored.schema.names else ["session_id"]
    names = [name for name in detector.names if name in stored.schema.names]
    wanted = rows[(rows["period"] >= 0) & (rows["status"] == "scored")]
    wanted = pd.concat([_some(wanted[wanted["period"] == 0]), _some(wanted[wanted["period"] > 0])])
    ids = pa.array(wanted["session_id"].tolist(), pa.string())
    table = stored.to_table(columns=[*by, *names], filter=pa.compute.field("session_id").isin(ids))
    return table.to_pandas().drop_duplicates(by).merge(wanted[[*by, "user_id", "period"]], on=by)


def feature_drift(detector: Detector, table: pd.DataFrame) -> Sides | None:
    """The newest features against those of training, if the model has kept how these lay."""
    kept, recent = detector.about.get("reference"), table[table["period"] == 0]
    if not kept:
        return None
    return _sides(Reference.read(kept), recent, "genuine sessions in training", recent["user_id"].tolist())


def late_drift(detector: Detector, table: pd.DataFrame) -> Sides | None:
    """The newest features against those of the periods before; null where there are none."""
    names = [name for name in detector.names if name in table.columns]
    recent, earlier = table[table["period"] == 0], table[table["period"] > 0]
    if not len(earlier):
        return None
    reference = Reference.of(earlier[names], earlier["user_id"].tolist())
    return _sides(reference, recent[names], "earlier periods", recent["user_id"].tolist())


def score_rates(rows: pd.DataFrame, span: Span) -> tuple[Rate, ...]:
    """The shares flagged, of the scored sessions, and unscored, of all."""
    scored = rows[rows["status"] == "scored"]
    return (
        _rate("flagged", "scored sessions", scored, scored["flagged"], span),
        _rate("unscored", "sessions", rows, rows["status"] == "unscored", span),
    )


def unreadable(home: Home, span: Span) -> Rate:
    """The share of files that have something in quarantine, by when they were last changed."""
    state, key = home.store.state(), home.pseudonym_key
    held = {file.partition("!/")[0] for file in home.store.table("quarantine", state, ["file"])["file"].to_pylist()}
    if key.exists():  # the store knows files by paths that name nobody
        held |= {without_home(load_or_make_key(key), file) for file in held}
    times = [datetime.fromtimestamp(float(entry["changed"]) / 1e9, UTC) for entry in state.files.values()]
    rows = pd.DataFrame({
        "user_id": [str(Path(name).parent) for name in state.files],
        "period": numbered_periods(times, span.until, span.days, span.periods),
    })  # fmt: skip
    flags = pd.Series([name in held for name in state.files], dtype=bool)
    return _rate("quarantined in part or whole", "files", rows, flags, span)


def pairs(ledger: Ledger) -> list[tuple[str, str]]:
    """What the first two auditors of each session decided, who knew nothing of each other; appeals are left out.

    The third, who is called where two disagree, is not counted: that would make agreement seem rarer than it is.
    """
    said: dict[tuple[str, str], list[tuple[int, str, Body]]] = {}
    with ledger.reading() as view:
        for record in view.records("entry", "verdict", "withdrawal", "appeal"):
            body = record.read()
            if (content := content_of(body)) is not None:
                said.setdefault((record.session_id, content), []).append((record.seq, record.author, body))
    firsts = ([one for one in standing(bodies).cast if one.verdict.round == 1][:2] for bodies in said.values())
    return [(two[0].verdict.decision, two[1].verdict.decision) for two in firsts if len(two) == 2]


def auditors_found(ledger: Ledger, version: str) -> tuple[Figure, Figure, tuple[str, ...]]:
    """How often auditors agree, which share of genuine sessions is flagged, and why that is not known if it is not."""
    found = figures(ledger, version)
    alarms = false_positives(_figure(found.precision), _figure(found.prevalence), found.flagged, found.unflagged)
    reason = found.precision.reason or found.prevalence.reason or f"the ledger has no scores of {version}"
    missing = () if alarms.value is not None else (f"how many genuine sessions are flagged: {reason}",)
    return agreement(pairs(ledger)), alarms, missing


def _sides(reference: Reference, table: pd.DataFrame, against: str, users: Sequence[str | None]) -> Sides | None:
    found = drift(reference, table, against, users)
    return Sides(found, reference, table) if found.columns else None


def _rate(name: str, what: str, rows: pd.DataFrame, flags: "pd.Series[bool]", span: Span) -> Rate:
    values, period = flags.to_numpy(np.bool_), rows["period"].to_numpy(np.int64)
    return rate(name, what, values, period, rows["user_id"].tolist(), span.until, span.days)


def _some(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sample(_MOST, random_state=0) if len(rows) > _MOST else rows


def _figure(estimate: Estimate) -> Figure:
    return Figure(estimate.value, estimate.low, estimate.high, estimate.reviewed)
