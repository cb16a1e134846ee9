"""By how much 200 verdicts, some of them wrong, improve the next model on a company's traffic. Minutes to an hour.

    python tests/benchmarks/verdicts.py [--data DATA_SET] [--people 600] [--verdicts 200] [--keep FOLDER]

A model learns from a laboratory set of other genuine sessions: `--data`, or one made of another simulated company. It
scores the first days of half of a company; three auditors who err judge what the real queue gives them; the next model
learns from their verdicts too. Both are compared on the later days of the other half, whom nobody reviewed.
"""

import argparse
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from reviewed_company import (
    Auditors,
    Gain,
    company,
    gains,
    honest_traces,
    is_later,
    is_of_pilot,
    is_reviewed,
    is_tested,
    judge,
    queue,
    seen_by_models,
)
from rich.console import Console
from rich.table import Table

from audit.drawing import Plan as Drawn
from audit.ledger import Ledger
from flows import dataset, learning, train, verdicts
from models.plan import Plan
from models.rates import BUDGET
from traces.schema import Session

CONSOLE = Console(width=140)
WIDE = 0.05
"""The false-positive budget by which sessions are queued: a narrow one queues too few for 200 verdicts."""


def laboratory(folder: Path, people: int = 60, days: int = 12) -> Path:
    """A data set of another company's genuine sessions."""
    if not (folder / "set" / "manifest.json").exists():
        company(folder / "other", people, days, seed=7)
        dataset.build(honest_traces(folder / "other"), folder / "set", seed=1, ratio=2.0)
    return folder / "set"


def shown(title: str, found: list[Gain]) -> None:
    """A table of what was gained."""
    table = Table(title=title)
    for name in ("figure", "sessions", "first model", "with verdicts", "gained", "95 % interval"):
        table.add_column(name)
    for one in found:
        low, high = one.gained.low, one.gained.high
        between = "" if low is None else f"{low:+.3f} to {high:+.3f}"
        table.add_row(one.figure, str(one.gained.n), f"{one.first:.3f}", f"{one.then:.3f}",
                      f"{one.then - one.first:+.3f}", between)  # fmt: skip
    CONSOLE.print(table)


def measure(folder: Path, data: Path | None, people: int, days: int, count: int, auditors: Auditors, seed: int) -> None:
    """The whole experiment; what takes long and does not change is kept in the folder."""
    plan, drawn, reviewed_days = Plan(seed=seed), Drawn(random=0.05), days * 2 // 5
    place = folder / f"company-{people}-{days}"
    home, truth = company(place, people, days, seed=11)
    loaded = learning.load(data or laboratory(folder), None)
    _, first = train.learn(loaded, None, plan)

    def features(name: str, choice: Callable[[Session], bool]) -> pd.DataFrame:
        return seen_by_models(home, choice, place / f"{name}-{first.fingerprint}.parquet")

    with TemporaryDirectory(prefix="winnow-verdicts-") as scratch:
        ledger = Ledger.open(f"sqlite:///{scratch}/ledger.db")
        traffic = features("reviewed", partial(is_reviewed, days=reviewed_days))
        queued = queue(home, ledger, first, traffic, WIDE, drawn)
        CONSOLE.print(judge(ledger, truth, count, queued, auditors, drawn, seed))
        taught = verdicts.read(home, ledger, None)
        ledger.close()
    assert taught is not None
    CONSOLE.print(taught.told)
    _, then = train.learn(loaded, None, plan, taught)
    CONSOLE.print(f"thresholds {then.about['verdicts']['thresholds']}")
    others = features("others", partial(is_tested, days=reviewed_days))
    shown("people whom nobody reviewed, later days", gains(first, then, others, truth, BUDGET))
    same = features("same", lambda session: is_of_pilot(session) and is_later(session, reviewed_days))
    shown("the reviewed people, later days", gains(first, then, same, truth, BUDGET))


def main() -> None:
    """Reads the options."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path)
    options.add_argument("--people", type=int, default=600)
    options.add_argument("--days", type=int, default=20)
    options.add_argument("--verdicts", type=int, default=200)
    options.add_argument("--wrong", type=float, default=Auditors().wrong)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--keep", type=Path)
    given = options.parse_args()
    auditors = Auditors(given.wrong)
    with TemporaryDirectory(prefix="winnow-verdicts-") as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = given.keep or Path(scratch)
        measure(folder, given.data, given.people, given.days, given.verdicts, auditors, given.seed)


if __name__ == "__main__":
    main()
