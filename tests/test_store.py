"""The store is whole at every moment: parts appear together or not at all, whoever is killed when."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pytest

from traces.ingest import Ingest
from traces.schema import Session, Turn
from traces.store import Store

DAY = datetime(2026, 1, 15, tzinfo=UTC)


def chat(session: str, number: int) -> bytes:
    """Some lines of a Claude Code session that started on one of several days."""
    lines = []
    for n in range(number):
        role = "assistant" if n % 2 else "user"
        fields = {
            "type": role,
            "uuid": f"{session}-{n}",
            "parentUuid": None,
            "isSidechain": False,
            "sessionId": session,
        }
        stamp = f"2026-01-{1 + int(session) % 28:02}T12:00:{n % 60:02}Z"
        message = {"role": role, "content": f"turn {n} of {session} " * 20}
        lines.append(json.dumps({**fields, "timestamp": stamp, "version": "2.1.70", "message": message}))
    return "\n".join([*lines, "{broken"]).encode()


def contents(store: Store) -> tuple[dict[str, Session], int]:
    sessions = list(store.sessions())
    assert len({session.session_id for session in sessions}) == len(sessions)
    return {session.session_id: session for session in sessions}, store.table("quarantine").num_rows


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number}.jsonl").write_bytes(chat(str(number), 4 + number % 5))
    return folder


KILLED = """
import sys
from pathlib import Path
from traces import batch, ingest, store
batch._MEMORY = 20_000  # many small commits, so that there are many moments to be killed at
batch._PACK_CHARS = 5_000
store._COMPACT_AFTER = 5
print("ready", flush=True)
ingest.Ingest(store.Store(sys.argv[1])).run([Path(sys.argv[2])])
"""


def kill_at_random(place: Path, inbox: Path, seed: int) -> bool:
    """Runs an ingest, kills it after a random moment, and says whether it was still running."""
    run = subprocess.Popen([sys.executable, "-c", KILLED, str(place), str(inbox)], stdout=subprocess.PIPE)
    assert run.stdout is not None
    run.stdout.readline()
    time.sleep(random.Random(seed).uniform(0, 0.6))
    run.send_signal(signal.SIGKILL)
    return run.wait() == -signal.SIGKILL


@pytest.mark.parametrize("kills", [6, pytest.param(50, marks=pytest.mark.slow)])
def test_killed_at_any_moment_and_run_again_gives_the_same_store(tmp_path: Path, inbox: Path, kills: int) -> None:
    Ingest(Store(tmp_path / "uninterrupted")).run([inbox])
    expected = contents(Store(tmp_path / "uninterrupted"))
    assert len(expected[0]) == 60
    interrupted = 0
    place = tmp_path / "killed-0"
    for seed in range(kills):
        if kill_at_random(place, inbox, seed):
            interrupted += 1
            sessions, _ = contents(Store(place))
            assert all(expected[0][name] == session for name, session in sessions.items())
        else:
            place = tmp_path / f"killed-{seed + 1}"
    assert interrupted > kills // 3
    for killed in tmp_path.glob("killed-*"):
        subprocess.run([sys.executable, "-c", KILLED, str(killed), str(inbox)], check=True)
        store = Store(killed)
        assert contents(store) == expected
        parts = {str(path.relative_to(killed)) for path in killed.rglob("*.parquet")}
        assert parts == store.state().parts
        assert not list(killed.rglob("*.writing"))


def test_a_part_that_no_commit_names_is_not_seen_and_is_swept(tmp_path: Path, inbox: Path) -> None:
    store = Store(tmp_path / "data")
    Ingest(store).run([inbox])
    before = contents(store)
    part = store.state().of("turns")[0]
    store.write_part("turns/day=2026-01-01/99999999-0.parquet", [store.whole_part(part)])
    assert contents(store) == before
    assert store.sweep(store.state()) == 1
    assert contents(store) == before


def test_a_hidden_part_is_invisible_to_other_readers_of_the_folder(tmp_path: Path, inbox: Path) -> None:
    store = Store(tmp_path / "data")
    Ingest(store).run([inbox])
    seen = ds.dataset(tmp_path / "data" / "turns", format="parquet", partitioning="hive").count_rows()
    store.write_part("turns/day=2026-01-01/00000099-0.parquet", [store.whole_part(store.state().of("turns")[0])])
    assert ds.dataset(tmp_path / "data" / "turns", format="parquet", partitioning="hive").count_rows() == seen


def test_old_commits_are_drawn_together_and_nothing_is_lost(
    tmp_path: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("traces.store._COMPACT_AFTER", 3)
    store = Store(tmp_path / "data")
    for path in sorted(inbox.iterdir())[:10]:
        Ingest(store).run([path])
    assert len(list((tmp_path / "data" / "commits").iterdir())) <= 4
    assert len(contents(store)[0]) == 10
    assert Ingest(store).run([inbox]).files["unchanged"] == 10


def test_sessions_are_partitioned_by_the_day_they_started(tmp_path: Path, inbox: Path) -> None:
    store = Store(tmp_path / "data")
    Ingest(store).run([inbox])
    days = {part.split("/")[1] for part in store.state().of("sessions")}
    assert days == {f"day=2026-01-{1 + n:02}" for n in range(28)}
    for part in store.state().of("sessions"):
        started = store.whole_part(part)["started"].to_pylist()
        assert {f"day={one.date()}" for one in started} == {part.split("/")[1]}


def test_headers_say_what_the_turns_add_up_to(tmp_path: Path, inbox: Path) -> None:
    store = Store(tmp_path / "data")
    Ingest(store).run([inbox / "4.jsonl"])
    [row] = store.table("sessions").to_pylist()
    [session] = store.sessions()
    assert row["turns"] == len(session.turns) == 8
    assert row["typed_turns"] == sum(bool(turn.typed) for turn in session.turns) == 4
    assert row["chars"] == sum(len(turn.text or "") for turn in session.turns)
    assert (row["input_tokens"], row["tool_calls"]) == (None, 0)
    assert (row["started"], row["ended"]) == (session.started, session.ended)


def test_a_session_without_any_turn_is_kept() -> None:
    from traces.columns import SESSIONS, sessions_of

    header = {"session_id": "empty", "format": "atif", "file": "f", "origin": "unknown", "turns": 0}
    table = pa.Table.from_pylist([header], schema=SESSIONS)
    assert list(sessions_of(table, [])) == [Session(session_id="empty", format="atif", file="f")]


def test_a_batch_that_outgrows_its_memory_gives_back_every_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    from traces.batch import Batch
    from traces.columns import turns_of

    monkeypatch.setattr("traces.batch._MEMORY", 1)
    monkeypatch.setattr("traces.batch._PACK_CHARS", 40)
    batch = Batch()
    expected: dict[str, list[Turn]] = {}
    for number in range(40):
        name = f"s{number % 7}"
        first = len(expected.setdefault(name, []))
        turns = tuple(Turn(first + n, "user", "message", f"{name} says {first + n}") for n in range(number % 4))
        expected[name] += turns
        batch.add(Session(session_id=name, format="atif", file="f", turns=turns))
    batch.pack()
    assert {staged.header.session_id: turns_of(batch.turns(staged)) for staged in batch.sessions.values()} == expected
    batch.close()


def test_columns_give_back_every_field_of_every_turn() -> None:
    from traces.columns import turn_columns, turns_of

    turns = (
        Turn(0, "user", "message", "hi", DAY, typed=None),
        Turn(
            1,
            "assistant",
            "tool_call",
            None,
            None,
            "Bash",
            '{"a":1}',
            "c1",
            input_tokens=5,
            cached_tokens=0,
            output_tokens=2**53,
        ),
        Turn(2, "tool", "tool_result", "\x00odd\u2028", DAY, "Bash", None, "c1", True, original_chars=10),
    )
    table = turn_columns([Session(session_id="s", format="atif", file="f", turns=turns)])
    assert tuple(turns_of(table)) == turns


MEASURED = """
import resource, sys
from pathlib import Path
from traces.ingest import Ingest
from traces.store import Store
account = Ingest(Store(sys.argv[1])).run([Path(sys.argv[2])])
assert account.balanced and not account.quarantined
print(account.turns, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1 if sys.platform != "darwin" else 1024))
"""


@pytest.mark.slow
@pytest.mark.parametrize("sessions", [1, 500])
def test_a_long_file_is_streamed_in_bounded_memory(tmp_path: Path, sessions: int) -> None:
    peaks = []
    for size in (400, 1600):
        file = tmp_path / f"{size}.jsonl"
        with file.open("wb") as stream:
            for n in range(size * 100):
                fields = {"parentUuid": None, "isSidechain": False, "sessionId": f"s{n % sessions}", "uuid": str(n)}
                stamp = f"2026-01-15T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}.{n:06}Z"
                message = {"role": "user", "content": f"{n} " + "words and words " * 620}
                line = {**fields, "type": "user", "timestamp": stamp, "message": message}
                stream.write(json.dumps(line).encode() + b"\n")
        command = [sys.executable, "-c", MEASURED, str(tmp_path / f"store-{size}"), str(file)]
        turns, peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        assert int(turns) == size * 100
        peaks.append(int(peak))
        file.unlink()
    assert peaks[1] < peaks[0] * 1.3  # four times the file, hardly more memory
    assert peaks[1] < 1_000_000  # KiB


@pytest.fixture
def s3(tmp_path: Path) -> Iterator[str]:
    """A real S3 endpoint on this machine."""
    moto = pytest.importorskip("moto.server", reason="moto's S3 server is not installed")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    _, port = server.get_host_and_port()
    endpoint = f"127.0.0.1:{port}"
    names = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
    os.environ.update(names)
    from pyarrow.fs import S3FileSystem

    S3FileSystem(endpoint_override=endpoint, scheme="http", allow_bucket_creation=True).create_dir("lake")
    yield f"s3://lake/winnow?endpoint_override={endpoint}&scheme=http"
    server.stop()
    for name in names:
        del os.environ[name]


def test_the_store_may_lie_in_object_storage(s3: str, tmp_path: Path, inbox: Path) -> None:
    Ingest(Store(tmp_path / "local")).run([inbox])
    store = Store(s3)
    assert Ingest(store).run([inbox]).sessions["new"] == 60
    assert contents(store) == contents(Store(tmp_path / "local"))
    (inbox / "3.jsonl").write_bytes(chat("3", 12))
    account = Ingest(store).run([inbox])
    assert (account.sessions["updated"], account.files["unchanged"]) == (1, 59)
    [grown] = store.sessions(pc.field("session_id") == "3")
    assert len(grown.turns) == 12
