"""What a row costs grows with its session's length, and what a table costs with its sessions: no faster."""

import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable

import pytest
from conversation import asked, called, said, session
from feature_sessions import Hashing, ordinary

from features import table
from features.meanings import with_meanings
from features.vectors import Vectors
from traces.schema import Session, Turn


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return Vectors(Hashing(), tmp_path_factory.mktemp("vectors"))


def seconds(run: Callable[[], object], times: int = 3) -> float:
    """The least processor time of a few runs: what a busy machine disturbs least."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        run()
        taken.append(time.process_time() - start)
    return min(taken)


def steps(run: Callable[[], object]) -> int:
    """How many functions a run calls, Python's and those written in C: the same on any machine, however busy."""
    total = 0

    def count(frame: object, event: str, arg: object) -> None:
        nonlocal total
        total += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        run()
    finally:
        sys.setprofile(None)
    return total


def peak(run: Callable[[], object]) -> int:
    """The most bytes that a run has at a time, arrays included."""
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def exhaust(stream: Iterable[object]) -> None:
    for _ in stream:
        pass


def long(kind: str, size: int) -> Session:
    """A session of so many turns, all of one kind."""
    parts: dict[str, Callable[[int], list[Turn]]] = {
        "all alike": lambda n: [*asked("go on with the same", at=n), *said("and so it went on")],
        "all different": lambda n: [*asked(f"w{n * 7} w{n * 13} w{n * 17} w{n * 19}", at=n), *said(f"a{n} b{n} c{n}")],
        "calls": lambda n: [*called("Read", f"text {n % 97} of it", at=n, file_path=f"src/file{n % 1000}.py")],
    }
    return session(*(parts[kind](n) for n in range(size // 2)))


KINDS = ["all alike", "all different", "calls"]


@pytest.mark.parametrize("language", [False, True])
def test_ten_times_the_sessions_take_ten_times_the_steps(language: bool, vectors: Vectors) -> None:
    few, known = [ordinary(n) for n in range(10)], vectors if language else None
    table.table(few, vectors=known)
    ratio = steps(lambda: table.table(few * 10, vectors=known)) / steps(lambda: table.table(few, vectors=known))
    assert 9 < ratio < 11


def test_ten_times_the_sessions_take_no_more_memory() -> None:
    def made(count: int) -> int:
        return peak(lambda: exhaust(table.batches((ordinary(n % 9) for n in range(count)), size=4)))

    made(12)  # what is made once is there now
    assert made(120) < 1.2 * made(12)


def test_ten_times_the_sessions_are_encoded_in_no_more_memory(vectors: Vectors) -> None:
    def made(count: int) -> int:
        return peak(lambda: exhaust(with_meanings((ordinary(n % 9) for n in range(count)), vectors)))

    made(130)  # 64 are encoded together, while those before are still held
    assert made(1300) < 1.2 * made(130)


def test_ten_times_the_sessions_take_ten_times_as_long() -> None:
    few = [ordinary(n, 20) for n in range(20)]
    table.table(few)
    ratio = seconds(lambda: table.table(few * 10), 2) / seconds(lambda: table.table(few))
    assert 6 < ratio < 20  # a busy machine disturbs it; a hundred is what quadratic would be


@pytest.mark.parametrize("kind", KINDS)
def test_ten_times_the_turns_take_no_more_than_ten_times_the_steps_and_memory(kind: str, vectors: Vectors) -> None:
    short, whole = long(kind, 1_000), long(kind, 10_000)
    table.row(whole, vectors=vectors)
    assert steps(lambda: table.row(whole, vectors=vectors)) < 11 * steps(lambda: table.row(short, vectors=vectors))
    assert peak(lambda: table.row(whole, vectors=vectors)) < 12 * peak(lambda: table.row(short, vectors=vectors))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_session_of_a_hundred_thousand_turns_takes_no_more_than_its_share(kind: str, vectors: Vectors) -> None:
    short, whole = long(kind, 10_000), long(kind, 100_000)
    table.row(short, vectors=vectors)
    # caches make ten times the turns cost up to sixteen times; a hundred is what quadratic would be
    taken = seconds(lambda: table.row(whole, vectors=vectors), 2)
    assert taken < 30 * seconds(lambda: table.row(short, vectors=vectors))
