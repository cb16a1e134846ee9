"""How many padded sessions a second one core makes, by strategy, of hosts of median size. Run by `make bench`.

    python tests/benchmarks/strategies.py [--hosts 60] [--rounds 3]

Processor time, the least disturbed of the rounds. Beside sessions a second stand turns a second: a strategy that makes
longer sessions than its hosts makes fewer of them, and one is slow only where both are few (marked with a star).
The corpus: the real sessions in `../shared/traces/dev` where they lie beside the project, else the examples.
"""

import argparse
import time
from collections.abc import Iterable
from pathlib import Path

from numpy.random import Generator, default_rng
from rich.console import Console
from rich.table import Table

from padding.effort import Effort
from padding.material import Material
from padding.null import NULLS, untouched
from padding.strategy import Strategy, Unsuitable, load, pad
from traces.format import Unreadable
from traces.reading import read
from traces.schema import Session

WANTED = 200
"""Sessions of median length that one core should make in a second."""

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
    """Sessions a second in the best round, and the turns that they have on average."""
    rng = default_rng(0)
    return max(_round(chosen, hosts, material, rng) for _ in range(rounds))


def _round(chosen: Strategy, hosts: list[Session], material: Material, rng: Generator) -> tuple[float, float]:
    seconds, made, turns = 0.0, 0, 0
    for host in hosts:
        effort = Effort.draw(rng)
        begun = time.process_time()
        try:
            session = pad(host, chosen, material, effort, rng).session
        except Unsuitable:
            continue
        seconds += time.process_time() - begun
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
    for name in ("strategy", "sessions a second", "turns each", "turns a second"):
        table.add_column(name, justify="left" if name == "strategy" else "right")
    median = sum(len(host.turns) for host in hosts) / len(hosts)
    rates: list[float] = []
    short: list[str] = []
    for name, chosen in load().items():
        rate, turns = measured(chosen, hosts, material, given.rounds)
        rates.append(rate)
        slow = rate < WANTED and rate * turns < WANTED * median
        short += [name] if slow else []
        table.add_row(f"{name} *" if slow else name, f"{rate:,.0f}", f"{turns:,.0f}", f"{rate * turns:,.0f}")
    for name in NULLS:
        rng = default_rng(0)
        begun = time.process_time()
        turns = sum(len(untouched(host, name, material, rng).session.turns) for host in hosts) / len(hosts)
        rate = len(hosts) / (time.process_time() - begun)
        table.add_row(f"null: {name}", f"{rate:,.0f}", f"{turns:,.0f}", f"{rate * turns:,.0f}")
    Console().print(table)
    Console().print(
        f"median {sorted(rates)[len(rates) // 2]:,.0f}; {sum(rate >= WANTED for rate in rates)} of {len(rates)} make "
        f"{WANTED} sessions a second; {len(short)} make fewer and fewer turns than {WANTED} hosts have"
    )


if __name__ == "__main__":
    main()
