"""How the feature table's time and memory grow: ten times the sessions, and one session of 100,000 turns."""

import resource
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import chain, cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace
from rich.console import Console

from features import table
from traces.schema import Session

_FEW = 200
_TIMES = 10
_LONG = 100_000


def peak() -> float:
    """The most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def report(sessions: Sequence[Session], out: Console) -> None:
    """Prints both; to be called before anything else fills the memory, as its peak is never forgotten."""
    some = sessions[:: max(1, len(sessions) // _FEW)][:_FEW]
    few, held = min(_written(some, 1) for _ in range(3)), peak()  # a busy machine disturbs short runs most
    many, most = _written(some, _TIMES), peak()
    out.print(
        f"{_TIMES} times {len(some)} sessions: {many / few:.1f} times as long ({few:.1f} s, then {many:.1f} s of "
        f"computing); peak memory {held:,.0f} MB, then {most:,.0f} MB: {most / held - 1:+.0%}"
    )
    turns = sum(len(one.turns) for one in some)
    whole = tuple(islice(cycle(chain.from_iterable(one.turns for one in some)), _LONG))
    begun = time.process_time()
    table.row(replace(some[0], turns=whole))
    taken = time.process_time() - begun
    usual = few / turns * 1e6
    out.print(
        f"a session of {len(whole):,} turns: {taken:.1f} s, {taken / len(whole) * 1e6:.0f} µs a turn; in those sessions"
        f" {usual:.0f} µs a turn: {taken / len(whole) * 1e6 / usual:.2f} of its share"
    )


def _written(sessions: Sequence[Session], times: int) -> float:
    """Seconds of computing for the table of these sessions, so many times over, written to a file batch by batch."""
    with TemporaryDirectory() as folder:
        begun = time.process_time()
        table.write(_again(sessions, times), Path(folder))
        return time.process_time() - begun


def _again(sessions: Sequence[Session], times: int) -> Iterator[Session]:
    return (replace(one, session_id=f"{one.session_id} {turn}") for turn in range(times) for one in sessions)
