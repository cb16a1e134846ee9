"""The page of a night's monitoring: the verdict first, then what it rests on."""

from collections.abc import Mapping
from typing import Any

from models.drift import ALPHA, FAR, MOVED, Drift
from models.figures import Figure
from models.monitoring import AGREE, PAIRS, Signs, Verdict
from models.periods import FACTOR, POINTS, SURE, Rate
from models.report import Cell, Report, Table

_DRIFT = ("column", "stability index", "largest gap", "p", "verdict", "median before", "median now", "null before",
          "null now")  # fmt: skip


def report(signs: Signs, found: Verdict, about: Mapping[str, Any], pictures: Mapping[str, str]) -> Report:
    """Everything that was measured, as tables; the JSON has each column, and so has the page."""
    tables = [_verdict(found), _rates(signs.rates), _review(signs)]
    for name, title, drift in (
        ("scores", "Scores against training", signs.scores),
        ("features", "Features against training", signs.features),
        ("lately", "Features against earlier periods", signs.lately),
    ):
        if drift:
            tables.append(_drift(name, title, drift))
    return Report(f"Monitor: {found.call}", {"verdict": found.call, **about}, tuple(tables), dict(pictures))


def figures(signs: Signs, found: Verdict) -> dict[str, Any]:
    """The figures by which nights are compared: few, and always the same names."""
    kept: dict[str, Any] = {"call": {call: found.call == call for call in ("fine", "investigate", "retrain")}}
    for name, drift in (("scores", signs.scores), ("features", signs.features), ("lately", signs.lately)):
        if drift and drift.columns:
            kept[name] = {
                "sessions": drift.sessions,
                "highest stability index": max(one.psi for one in drift.columns),
                "largest gap": max(one.gap for one in drift.columns),
                "moved": len(drift.of("moved", "far")),
                "far": len(drift.of("far")),
                "untold": len(drift.of("untold")),
            }
    kept |= {rate.name: {"now": rate.now, "before": rate.before} for rate in signs.rates}
    return kept | {"agreement": signs.agreement, "false positives": signs.false_positives}


def _verdict(found: Verdict) -> Table:
    rows: list[tuple[Cell, ...]] = [(reason.call, reason.text) for reason in found.reasons]
    rows += [("cannot tell", reason) for reason in found.untold]
    note = ("A verdict is about the model and its data, never about a person.",)
    return Table("verdict", "What to do, and why", ("verdict", "why"), tuple(rows), note)


def _rates(rates: tuple[Rate, ...]) -> Table:
    rows = tuple((rate.name, rate.what, rate.now, rate.before, rate.changed) for rate in rates)
    note = (
        f"A share has changed where the {SURE:.0%} intervals of both sides do not overlap, by a factor of {FACTOR:g}, "
        f"and by {100 * POINTS:g} percentage points. Shown are 95% intervals; sessions of one user count as alike.",
    )
    return Table("rates", "Shares, now and before", ("share", "of", "now", "before", "changed"), rows, note)


def _review(signs: Signs) -> Table:
    def row(name: str, figure: Figure) -> tuple[Cell, ...]:
        return name, figure, figure.n

    note = (
        f"Where two auditors surely agree on less than {AGREE:.0%} (of at least {PAIRS}), their labels say too little. "
        "False positives are estimated from sessions that were drawn by chance, over all that the model has scored.",
    )
    rows = (row("auditors agree", signs.agreement), row("genuine sessions flagged", signs.false_positives))
    return Table("review", "What auditors found", ("figure", "share", "sessions"), rows, note)


def _drift(name: str, title: str, drift: Drift) -> Table:
    rows = tuple(
        (one.column, one.psi, one.gap, one.p, one.how, one.then, one.now, one.nulls_then, one.nulls_now)
        for one in drift.columns
    )
    note = (
        f"{drift.sessions:,} sessions against {drift.against}. A column has moved from a stability index of {MOVED:g}, "
        f"and far from {FAR:g}, if p, which is corrected for the number of columns, is below {ALPHA:g}. Medians are "
        "those of sessions that have the column.",
    )
    return Table(name, title, _DRIFT, rows, note)
