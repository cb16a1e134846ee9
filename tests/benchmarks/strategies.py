"""How many padded sessions a second one core makes, by strategy, of hosts of median size. Run by `make bench`.

    python tests/benchmarks/strategies.py [--hosts 60] [--rounds 3]

The corpus: the real sessions in `../shared/traces/dev` where they lie beside the project, else the examples.
"""

import argparse
import time
from collections.abc import Iterable
from pathlib import Path

from numpy.random import default_rng
from rich.console import Console
from rich.table import Table

from padding.effort import Effort
from padding.material import Material
from padding.null import NULLS, untouched
from padding.strategy import Strategy, Unsuitable, load, pad
from traces.format import Unreadable
from traces.reading import read
from traces.schema import Session

ROOT = Path(__file__).parents[2]
DEV = ROOT.parent / "shared" / "traces" / "dev"


def genuine() -> list[Session]:
    """All genuine sessions at hand."""
    paths: Iterable[Path] = DEV.glob("*.jsonl.gz") if DEV.is_dir() else (ROOT / "data" / "examples").rglob("*.json*")
    found: list[Session] = []
    for path in sorted(paths):
        try:
            found += read(path)[0]
        except Unreadable:  # tables of labels lie beside the sessions
            continue
    return [session for session in found if len(session.turns) > 1]


def median_hosts(sessions: list[Session], count: int) -> list[Session]:
    """The sessions whose length is nearest to the median."""
    by_size = sorted(sessions, key=lambda session: (len(session.turns), session.session_id))
    middle = len(by_size) // 2
    return by_size[max(0, middle - count // 2) : middle + count // 2]


def measured(chosen: Strategy, hosts: list[Session], material: Material, rounds: int) -> tuple[float, float]:
    """Sessions a second, and the turns that they have on average."""
    rng = default_rng(0)
    seconds, made, turns = 0.0, 0, 0
    for host in hosts * rounds:
        effort = Effort.draw(rng)
        begun = time.perf_counter()
        try:
            session = pad(host, chosen, material, effort, rng).session
        except Unsuitable:
            continue
        seconds += time.perf_counter() - begun
        made += 1
        turns += len(session.turns)
    return made / max(seconds, 1e-9), turns / max(made, 1)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    sessions = genuine()
    begun = time.perf_counter()
    material = Material(sessions)
    taken = time.perf_counter() - begun
    hosts = median_hosts(sessions, given.hosts)
    begun = time.perf_counter()
    for host in hosts:
        material.prompt(material.work(host), default_rng(0))
        material.form(material.work(host))
    indexed = time.perf_counter() - begun
    title = f"{len(sessions)} sessions taken apart in {taken:.1f} s, indexed in {indexed:.1f} s; hosts of median length"
    table = Table(title=title)
    for name in ("strategy", "sessions a second", "turns each"):
        table.add_column(name, justify="left" if name == "strategy" else "right")
    for name, chosen in load().items():
        rate, turns = measured(chosen, hosts, material, given.rounds)
        table.add_row(name, f"{rate:,.0f}", f"{turns:,.0f}")
    for name in NULLS:
        rng = default_rng(0)
        begun = time.perf_counter()
        turns = sum(len(untouched(host, name, material, rng).session.turns) for host in hosts) / len(hosts)
        table.add_row(f"null: {name}", f"{len(hosts) / (time.perf_counter() - begun):,.0f}", f"{turns:,.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
