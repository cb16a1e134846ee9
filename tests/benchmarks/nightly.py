"""What a night costs: CPU seconds of each step over a simulated company, and what a million sessions would take.

    PYTHONPATH=tests .venv/bin/python tests/benchmarks/nightly.py [PEOPLE] [DAYS] [WORKERS …]

Processor time is measured, which other work on the machine changes little. With WORKERS, the wall time of the whole
flow with so many processes as well, which means something only on a machine that is idle and has as many cores.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from nights import BUDGET, small_model

from features.table import looked_at
from flows.featurize import vectors
from flows.home import Home
from flows.ingest import ingest
from flows.intake import bring
from flows.model import model
from flows.runs import alone
from flows.scores import scores_of
from flows.shards import due, score_shard
from padding.company.simulation import simulate
from traces.format import About


def main() -> None:
    """Prints the measurements, a line each."""
    people, days, *workers = [int(word) for word in sys.argv[1:]] or [10, 5]
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), people, days)
        for number in workers:
            whole_night(Path(folder), number)


def measure(folder: Path, people: int, days: int) -> None:
    """Each step by itself, in this process."""
    home, traces = Home(folder / "home"), make(folder, people, days)
    trained = model(home, str(small_model(folder / "made")))
    size = sum(path.stat().st_size for path in traces.rglob("*") if path.is_file())
    ingesting = cpu(lambda: ingest(home, [traces], about=About(file=""), user_from_folder=True))
    rows = home.store.table("sessions", columns=["turns", "chars"])
    count = sum(turns > 0 for turns in rows["turns"].to_pylist())
    say(f"{count} sessions, {sum(rows['turns'].to_pylist())} turns, {size / 1e6:.1f} MB of traces")
    shards = due(home, trained.name)
    scoring = cpu(lambda: [score_shard(home, trained, shard, 1, budget=BUDGET) for shard in shards])
    queueing = cpu(lambda: bring(home))
    some = [session for session, _ in zip(home.store.sessions(), range(200), strict=False) if session.turns]
    encoder = vectors(home)
    list(looked_at(some[:1], vectors=encoder))  # compiles the encoder, once a process
    meaning = cpu(lambda: sum(1 for _ in looked_at(some, vectors=encoder))) / len(some)
    plain = cpu(lambda: sum(1 for _ in looked_at(some))) / len(some)
    stored = sum(path.stat().st_size for path in scores_of(home).files()) / count
    for name, each in {
        "ingest": ingesting / count,
        "score, without language": scoring / count,
        "queue": queueing / count,
        "features, without language": plain,
        "features, with language": meaning,
    }.items():
        say(f"{name:28} {1000 * each:9.2f} CPU-ms a session {each * 1e6 / 3600:9.1f} CPU-hours a million")
    say(f"scores on the disk {stored:.0f} bytes a session")


def make(folder: Path, people: int, days: int) -> Path:
    """A company's traces."""
    simulate(folder / "company", people=people, days=days, seed=0)
    return folder / "company" / "traces"


def whole_night(folder: Path, workers: int) -> None:
    """The flow on processes, ingest left out: what it scores was taken in before."""
    alone(Home(folder / "night"))
    from flows.nightly import nightly

    home = folder / f"workers-{workers}"
    ingest(Home(home), [folder / "company" / "traces"], about=About(file=""), user_from_folder=True)
    which, begun = str(folder / "made" / "small"), time.monotonic()
    night = nightly(
        home=home, which=which, budget=BUDGET, monitor="", runner="processes", workers=workers, per_shard=50
    )
    say(f"{workers} workers: {night.sessions} sessions in {time.monotonic() - begun:.1f} s")


def say(line: str) -> None:
    """A line, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def cpu(work: Callable[[], object]) -> float:
    """The processor seconds that the work took, of all threads."""
    before = os.times()
    work()
    after = os.times()
    return (after.user + after.system) - (before.user + before.system)


if __name__ == "__main__":
    main()
