"""The cache of vectors: each text is encoded once, whoever asks, whoever is killed, however much there is."""

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from features.encoder import Matrix
from features.excerpts import excerpt
from features.vectors import Vectors

ROOT = Path(__file__).parent.parent


class Counting:
    """An encoder whose vectors follow from the text's hash; it counts what it is given."""

    def __init__(self, fingerprint: str = "counting", dimension: int = 16, pause: float = 0) -> None:
        self.fingerprint, self.dimension, self.pause = fingerprint, dimension, pause
        self.given: list[str] = []

    def encode(self, texts: Sequence[str]) -> Matrix:
        self.given += texts
        time.sleep(self.pause)
        found = np.array([np.frombuffer(sha256(text.encode()).digest(), np.uint8) for text in texts], np.float32)
        found = found[:, : self.dimension]
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


def truth(texts: Sequence[str]) -> Matrix:
    return Counting().encode([excerpt(text) for text in texts]).astype(np.float16).astype(np.float32)


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def kept(folder: Path) -> int:
    with closing(sqlite3.connect(next(folder.glob("*.sqlite")))) as cache:
        return int(cache.execute("SELECT count(*) FROM vectors").fetchone()[0])


def test_a_text_is_encoded_once_whoever_asks(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    texts = ["b", "a", "b", "", "a", "b"]
    cold = Vectors(first, tmp_path).of(texts)
    warm = Vectors(second, tmp_path).of(texts[::-1])[::-1]
    assert sorted(first.given) == ["", "a", "b"]
    assert second.given == []
    assert cold.dtype == np.float32
    assert (cold == warm).all()
    assert (cold == truth(texts)).all()


def test_only_what_is_missing_is_encoded(tmp_path: Path) -> None:
    encoder = Counting()
    vectors = Vectors(encoder, tmp_path)
    vectors.of([f"text {number}" for number in range(3000)])
    encoder.given.clear()
    asked = [f"text {number}" for number in range(2990, 3010)]
    assert (vectors.of(asked) == truth(asked)).all()
    assert sorted(encoder.given) == [f"text {number}" for number in range(3000, 3010)]


def test_no_texts_have_no_vectors(tmp_path: Path) -> None:
    assert Vectors(Counting(), tmp_path).of([]).shape == (0, 16)


def test_another_model_has_other_vectors(tmp_path: Path) -> None:
    one, other = Vectors(Counting("one"), tmp_path), Vectors(Counting("other", 8), tmp_path)
    assert one.of(["text"]).shape == (1, 16)
    assert other.of(["text"]).shape == (1, 8)
    assert one.fingerprint != other.fingerprint
    assert one.fingerprint == Vectors(Counting("one"), tmp_path / "elsewhere").fingerprint


def test_long_texts_are_encoded_and_kept_by_their_excerpts(tmp_path: Path) -> None:
    encoder = Counting()
    vectors = Vectors(encoder, tmp_path)
    long, alike = "h" * 5000 + "x", "h" * 2000 + "i" + "h" * 2999 + "x"
    assert (vectors.of([long])[0] == vectors.of([alike])[0]).all()
    assert encoder.given == [excerpt(long)]


def test_halves_of_surrogate_pairs_do_no_harm(tmp_path: Path) -> None:
    assert (Vectors(Counting(), tmp_path).of(["half \ud83d"]) == truth(["half ?"])).all()


def test_only_its_owner_may_read_the_cache_and_no_text_is_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    Vectors(Counting(), folder).of(["a confidential prompt"])
    assert folder.stat().st_mode & 0o077 == 0
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert b"confidential" not in file.read_bytes()


def test_the_file_stays_within_its_bound_and_the_oldest_make_room(tmp_path: Path) -> None:
    encoder, limit = Counting(), 400_000
    vectors = Vectors(encoder, tmp_path, limit)
    for first in range(0, 40_000, 1000):
        vectors.of([f"text {number}" for number in range(first, first + 1000)])
        assert size(tmp_path) < 1.1 * limit
    assert 2000 < kept(tmp_path) < limit / 32
    encoder.given.clear()
    vectors.of(["text 39999", "text 39000"])
    assert encoder.given == []
    assert (vectors.of(["text 0"]) == truth(["text 0"])).all()
    assert encoder.given == ["text 0"]


def test_a_bound_that_holds_nothing_still_gives_vectors(tmp_path: Path) -> None:
    texts = [f"text {number}" for number in range(2500)]
    assert (Vectors(Counting(), tmp_path, limit=1).of(texts) == truth(texts)).all()


def _share(folder: Path, worker: int) -> None:
    vectors = Vectors(Counting(), folder)
    for step in range(20):
        texts = [f"text {number % 700}" for number in range(worker * 50 + step * 90, worker * 50 + step * 90 + 200)]
        assert (vectors.of(texts) == truth(texts)).all()


def test_several_processes_share_one_cache(tmp_path: Path) -> None:
    spawning = multiprocessing.get_context("spawn")
    workers = [spawning.Process(target=_share, args=(tmp_path / "new", worker)) for worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(90)
    assert [worker.exitcode for worker in workers] == [0] * 4
    assert kept(tmp_path / "new") == 700
    assert [
        path.name for path in (tmp_path / "new").iterdir() if "-wal" not in path.name and "-shm" not in path.name
    ] == ["vectors-1.sqlite"]


def test_threads_share_one_cache(tmp_path: Path) -> None:
    vectors, texts = Vectors(Counting(pause=0.001), tmp_path), [f"text {number}" for number in range(300)]
    found: list[Matrix] = []
    threads = [threading.Thread(target=lambda: found.append(vectors.of(texts))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert all((one == truth(texts)).all() for one in found)


WRITER = """
import sys
from pathlib import Path
sys.path[:0] = [{tests!r}]
from test_vectors import Counting, Vectors
vectors = Vectors(Counting(), Path(sys.argv[1]))
print("started", flush=True)
for first in range(0, 10**9, 500):
    vectors.of([f"text {{number}}" for number in range(first, first + 500)])
    print(first + 500, flush=True)
"""


def test_a_writer_that_is_killed_leaves_whole_vectors_only(tmp_path: Path) -> None:
    done = 0
    for round in range(4):
        code = WRITER.format(tests=str(ROOT / "tests"))
        writer = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(3 + 2 * round)]
        time.sleep(0.005 * round)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        done = max(done, int(lines[-1]))
        encoder = Counting()
        texts = [f"text {number}" for number in range(done)]
        assert (Vectors(encoder, tmp_path).of(texts) == truth(texts)).all()
        assert encoder.given == [], "what was reported as kept is kept"
        assert kept(tmp_path) % 500 == 0, "a batch is there whole or not at all"


def test_a_file_that_is_no_cache_is_not_taken_for_one(tmp_path: Path) -> None:
    (tmp_path / "vectors-1.sqlite").write_bytes(b"something else " * 100)
    with pytest.raises(sqlite3.DatabaseError, match=r"vectors-1\.sqlite.*delete it"):
        Vectors(Counting(), tmp_path).of(["text"])
