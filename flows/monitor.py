"""Monitor: what was scored lately, against training and against before; a verdict, and a report that says why.

It only looks: nothing is retrained, promoted or queued here.
"""

import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa

from audit.ledger import Ledger
from flows import signs as read
from flows.home import Home
from flows.measured import folder_of
from flows.model import model
from flows.scores import scores as scored
from flows.verdicts import open_ledger
from models import monitor_report
from models.detector import Detector
from models.drift import Sides
from models.figures import Figure
from models.monitor_plots import draw
from models.monitoring import Signs, Verdict, verdict
from models.rates import BUDGET, PREVALENCE
from models.registry import Cost, Place, Record, record
from models.report import Report

DAYS = 7
"""The newest days that are looked at: a whole week, since weekends differ from other days."""
PERIODS = 9
"""These and eight times as many before: two months."""
_NOTHING = Figure(None, None, None, 0)


@dataclass(frozen=True, slots=True)
class Monitored:
    """What the monitor found, and where it is written."""

    verdict: Verdict
    signs: Signs
    report: Report
    folder: Path
    version: str
    span: read.Span

    def __str__(self) -> str:
        """The verdict in one line."""
        why = "; ".join([one.text for one in self.verdict.reasons] or self.verdict.untold)
        return f"{self.verdict.call}: {why} (report: {self.folder / 'report.md'})"

    @property
    def markdown(self) -> str:
        """The report as a page."""
        return self.report.markdown()


def monitor(
    home: Home,
    which: str | None = None,
    *,
    out: Path | None = None,
    until: datetime | None = None,
    days: int = DAYS,
    periods: int = PERIODS,
    ledger: str | None = None,
    prevalence: float = PREVALENCE,
    budget: float = BUDGET,
    kept: bool = True,
) -> Monitored:
    """Looks at what a model version has scored, writes the report, and keeps it in MLflow unless told otherwise."""
    begun, chosen = time.monotonic(), model(home, which)
    found = scored(home, chosen.name)
    book = open_ledger(home, ledger)
    try:
        told = measure(home, chosen.detector, chosen.name, found, book, out, until, days, periods, prevalence, budget)
    finally:
        if book:
            book.close()
    if kept and found.num_rows:
        keep(home, told, chosen.detector.fingerprint, Cost.since(begun))
    return told


def measure(
    home: Home,
    detector: Detector,
    version: str,
    scores: pa.Table,
    ledger: Ledger | None = None,
    out: Path | None = None,
    until: datetime | None = None,
    days: int = DAYS,
    periods: int = PERIODS,
    prevalence: float = PREVALENCE,
    budget: float = BUDGET,
) -> Monitored:
    """The report on these scores, with the columns of `flows.judgements.SCHEMA`, one row a session."""
    span = read.Span(until or read.newest(scores), days, periods)
    rows = read.placed(scores, span)
    by_score = read.score_drift(detector, rows, prevalence)
    by_feature, lately, missing = _features(home, detector, rows)
    agreed, alarms = _NOTHING, _NOTHING
    if ledger is None:
        missing = (*missing, "how many genuine sessions are flagged: there is no review ledger yet")
    else:
        agreed, alarms, unknown = read.auditors_found(ledger, version)
        missing += unknown
    signs = Signs(
        by_score.drift if by_score else None,
        by_feature.drift if by_feature else None,
        lately.drift if lately else None,
        rates=(*read.score_rates(rows, span), read.unreadable(home, span)),
        agreement=agreed,
        false_positives=alarms,
        missing=missing if by_score else (_unscored(version, rows), *missing),
    )
    folder, call = out or home.data / "reports" / f"monitor-{span.until:%Y-%m-%d}", verdict(signs, budget)
    pictures = draw(signs, by_score, by_feature or lately, folder)
    report = monitor_report.report(signs, call, _about(version, span, rows), pictures)
    report.write(folder)
    return Monitored(call, signs, report, folder, version, span)


def keep(home: Home, told: Monitored, fingerprint: str, cost: Cost) -> str:
    """Keeps the report in MLflow; the same report once. Returns the run's id."""
    digest = hashlib.sha256(told.report.json().encode()).hexdigest()
    return record(
        Place.at(home.folder),
        Record(
            key=f"monitor {told.version} {told.span.until:%Y-%m-%d} {digest[:16]}",
            name="monitor",
            params={"model": told.version, "days": told.span.days, "periods": told.span.periods},
            seeds={},
            manifest=told.report.about,
            checksum=digest,
            fingerprint=fingerprint,
            figures=monitor_report.figures(told.signs, told.verdict),
            cost=cost,
            files=told.folder,
            tags={"kind": "monitor", "verdict": told.verdict.call},
        ),
    )


def _features(home: Home, detector: Detector, rows: pd.DataFrame) -> tuple[Sides | None, Sides | None, tuple[str, ...]]:
    """Features against training and against before, and why either is not known."""
    path = folder_of(home, detector.fingerprint)
    path = path if path.is_dir() else path.with_suffix(".parquet")
    if not path.exists():
        return None, None, (f"whether features have moved: there is no {path.name}; `winnow features` makes it",)
    table = read.feature_rows(path, rows, detector)
    missing = []
    if not detector.about.get("reference"):
        missing.append("whether features have moved against training: the model has not kept how they lay; train anew")
    elif not (table["period"] == 0).any():
        missing.append(f"whether features have moved: {path.name} has none of the newest days; `winnow features` again")
    if not (table["period"] > 0).any():
        missing.append("whether features have moved lately: there are none of earlier periods")
    return read.feature_drift(detector, table), read.late_drift(detector, table), tuple(missing)


def _unscored(version: str, rows: pd.DataFrame) -> str:
    if len(rows):
        return "whether scores have moved: none is of the newest days"
    return f"anything of scores: model {version} has given none yet; `winnow nightly PATH` gives some"


def _about(version: str, span: read.Span, rows: pd.DataFrame) -> dict[str, object]:
    recent = rows["period"] == 0
    return {
        "model": version,
        "newest period": f"{_day(span.since)} to {_day(span.until)}",
        "sessions": {
            "newest": int(recent.sum()),
            "earlier": int((rows["period"] > 0).sum()),
            "older or without a time": int((rows["period"] < 0).sum()),
        },
        "users": {"newest": int(rows["user_id"][recent].nunique())},
    }


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"
