"""What a night costs: CPU seconds of each step over a simulated company, and what a million sessions would take.

    PYTHONPATH=.:tests .venv/bin/python tests/benchmarks/nightly.py [PEOPLE] [DAYS]
    PYTHONPATH=.:tests .venv/bin/python tests/benchmarks/nightly.py evening HOME PEOPLE DAYS COPIES
    PYTHONPATH=.:tests .venv/bin/python tests/benchmarks/nightly.py workers HOME [1 2 1 2 …]

`evening` ingests a simulated company into a home as if all its sessions, so many times over, had begun on one day.
The first measures processor time, which other work on the machine changes little. `workers` scores all sessions of a
home with the shipped model again and again, with so many processes: wall time, which means something only where nothing
else wants the cores. Vectors are warm after the first time; features and scores are removed each time.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from msgspec.structs import replace
from nights import BUDGET, small_model

from features.table import looked_at
from flows.featurize import vectors
from flows.home import Home
from flows.ingest import ingest
from flows.intake import bring
from flows.model import model
from flows.runs import alone
from flows.scores import scores_of
from flows.scoring import score_shard
from flows.shards import due
from padding.company.simulation import simulate
from traces.export import atif_lines
from traces.format import About
from traces.schema import Session

DAY = date(2026, 9, 15)


def main() -> None:
    """Prints the measurements, a line each."""
    if sys.argv[1:2] == ["workers"]:
        speed_up(Path(sys.argv[2]), [int(word) for word in sys.argv[3:]] or [1, 2, 1, 2])
        return
    if sys.argv[1:2] == ["evening"]:
        evening(Path(sys.argv[2]), *map(int, sys.argv[3:6]))
        return
    people, days = [int(word) for word in sys.argv[1:]] or [10, 5]
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), people, days)


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


def evening(folder: Path, people: int, days: int, copies: int) -> None:
    """A home with one full day. Copies have ids of their own and the same texts, so their vectors are made once."""
    with tempfile.TemporaryDirectory() as place:
        traces, told = make(Path(place), people, days), Path(place) / "told"
        told.mkdir()
        ingest(Home(Path(place) / "home"), [traces], about=About(file=""), user_from_folder=True)
        sessions = [one for one in Home(Path(place) / "home").store.sessions() if one.turns]
        for number in range(copies):
            lines = atif_lines(dated(one, f"{number}-{one.session_id}") for one in sessions)
            (told / f"{number}.jsonl").write_bytes(b"".join(lines))
        ingest(Home(folder), [told], about=About(file=""))
    say(f"{len(sessions) * copies} sessions of one day are in {folder}")


def dated(session: Session, name: str) -> Session:
    """The session under another id, moved by whole days."""
    first = session.started or next((turn.time for turn in session.turns if turn.time), None)
    by = DAY - first.date() if first else timedelta()
    turns = tuple(replace(turn, time=turn.time and turn.time + by) for turn in session.turns)
    return replace(session, session_id=name, started=session.started and session.started + by, turns=turns)


def speed_up(folder: Path, workers: Sequence[int]) -> None:
    """The night on so many processes, one time after the other, and the median of the first over that of the last."""
    alone(Home(folder))
    from flows.nightly import nightly

    given: dict[str, Any] = {"home": folder, "which": "shipped", "monitor": "", "runner": "processes"}
    nightly(**given, day=date(1970, 1, 1))  # starts Prefect's server, and scores nothing
    took: dict[int, list[float]] = {number: [] for number in workers}
    for number in workers:
        for product in ("scores", "features"):
            shutil.rmtree(folder / "data" / product, ignore_errors=True)
        begun = time.monotonic()
        night = nightly(**given, workers=number)
        took[number].append(time.monotonic() - begun)
        say(f"{number} workers: {night.sessions} sessions in {took[number][-1]:.1f} s")
    first, last = (median(took[number]) for number in (workers[0], workers[-1]))
    say(f"{workers[-1]} workers are {first / last:.2f} times as quick as {workers[0]}")


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
