"""The operation `monitor`: scores in, a verdict on the model out."""

from datetime import datetime
from pathlib import Path

from flows import monitor as watching
from flows.home import Home
from models.rates import BUDGET, PREVALENCE


def monitor(
    home: Path = Path(),
    store: str | None = None,
    which: str | None = None,
    out: Path | None = None,
    until: datetime | None = None,
    days: int = watching.DAYS,
    periods: int = watching.PERIODS,
    ledger: str | None = None,
    prevalence: float = PREVALENCE,
    budget: float = BUDGET,
    keep: bool = True,
) -> watching.Monitored:
    """Says whether the model still fits what it judges, and why; it changes nothing."""
    place = Home(home.absolute(), store)
    return watching.monitor(
        place, which, out=out, until=until, days=days, periods=periods, ledger=ledger, prevalence=prevalence,
        budget=budget, kept=keep,
    )  # fmt: skip
