"""The operation `audit_sample`: scores in, a queue for the auditors out."""

from pathlib import Path

from audit.intake import Intake
from flows.home import Home
from flows.intake import bring
from flows.runs import only_run


def audit_sample(home: Path = Path(), store: str | None = None, ledger: str | None = None, wait: float = 0.0) -> Intake:
    """Puts what has been scored before the auditors: the likely, the doubtful, the unknown, and a sample by chance."""
    place = Home(home.absolute(), store)
    with only_run(place, wait):
        return bring(place, ledger)
