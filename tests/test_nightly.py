"""The steps of a night without Prefect: what is due, scores that are there once, what the ledger is given, the lock."""

import resource
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from flows import intake
from flows.home import Home
from flows.ingest import ingest
from flows.judgements import SCHEMA, as_table
from flows.night import Night, Shares, shares
from flows.retries import may_pass
from flows.review import ledger_of
from flows.runners import runner_named
from flows.runs import RunBusy, only_run
from flows.score import Reason, Score
from flows.scores import Scores, scores, scores_of
from flows.scoring import Tally
from flows.shards import Span, due
from traces.format import About

EARLY = datetime(2026, 3, 1, 9, tzinfo=UTC)


def scored(session_id: str = "s1", content: str = "c1", version: str = "winnow/1", **more: object) -> Score:
    probability = more.pop("probability", 0.9)
    return replace(
        Score(
            session_id=session_id, user_id="ann", source="codex", started=EARLY, probability=probability,  # type: ignore[arg-type]
            probability_low=0.8, probability_high=0.95, padded_share=0.45, padded_tokens=450, tokens=1000, flagged=True,
            threshold=0.5, status="scored", novelty=0.1, looks_like="polling",
            reasons=(Reason("loop", "The same prompt came 40 times.", (2, 4), 0.7, "a person may poll"),),
            model_version=version, share_if_padded=0.5, content=content,
        ),
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def talk(folder: Path, session: str, turns: int, day: str = "2026-03-01", user: str = "ann") -> Path:
    """A trace of one session in Winnow's plainest format: a log of calls."""
    import json

    path = folder / user / f"{session}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = []
    for turn in range(turns):
        role = "assistant" if turn % 2 else "user"
        steps = {"step_id": turn + 1, "timestamp": f"{day}T09:{turn:02}:00Z", "source": "agent" if turn % 2 else "user"}
        lines.append(steps | {"message": f"{role} says {turn} of {session}"})
    agent = {"name": "someone", "version": "1"}
    told = {"schema_version": "ATIF-v1.4", "session_id": session, "agent": agent, "steps": lines}
    path.write_text(json.dumps(told), encoding="utf-8")
    return path


def take_in(home: Home, folder: Path) -> None:
    ingest(home, [folder], about=About(file=""), user_from_folder=True)


def ids(home: Home, version: str = "winnow/1", span: Span | None = None) -> list[str]:
    return sorted(one for shard in due(home, version, span or Span()) for one in shard.ids)


def contents(home: Home) -> dict[str, str]:
    rows = home.store.table("sessions", columns=["session_id", "content"]).to_pylist()
    return {row["session_id"]: row["content"] for row in rows}


def put(home: Home, *chosen: str, version: str = "winnow/1") -> None:
    """Scores of these sessions as they are now, as one run."""
    now, kept = contents(home), scores_of(home)
    kept.write(
        [scored(one, now[one], version) for one in chosen], f"day=2026-03-01/{kept.next_number():08}-1-of-1.parquet"
    )


def test_what_was_scored_is_not_due_and_what_has_grown_is(home: Home, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    talk(inbox, "old", 4)
    talk(inbox, "new", 4)
    take_in(home, inbox)
    assert ids(home) == ["new", "old"]
    put(home, "old", "new")
    assert ids(home) == []
    talk(inbox, "old", 6)
    talk(inbox, "late", 4, "2026-02-01")
    take_in(home, inbox)
    assert ids(home) == ["late", "old"]


def test_another_version_scores_again_only_where_it_is_asked_to(home: Home, tmp_path: Path) -> None:
    talk(tmp_path / "inbox", "one", 4)
    take_in(home, tmp_path / "inbox")
    put(home, "one")
    assert ids(home, "winnow/2") == []
    assert ids(home, "winnow/2", Span(rescore=True)) == ["one"]
    assert ids(home, "winnow/1", Span(rescore=True)) == []


def test_days_can_be_chosen(home: Home, tmp_path: Path) -> None:
    for day in (1, 2, 3):
        talk(tmp_path / "inbox", f"of-day-{day}", 4, f"2026-03-0{day}")
    take_in(home, tmp_path / "inbox")
    assert ids(home, span=Span(since=date(2026, 3, 2))) == ["of-day-2", "of-day-3"]
    assert ids(home, span=Span(day=date(2026, 3, 2))) == ["of-day-2"]
    assert ids(home, span=Span(day=date(2026, 3, 9))) == []


def test_a_day_is_divided_by_user_and_every_session_is_in_one_shard(home: Home, tmp_path: Path) -> None:
    for user in range(8):
        for number in range(3):
            talk(tmp_path / "inbox", f"u{user}-{number}", 2, user=f"user-{user}")
    take_in(home, tmp_path / "inbox")
    shards = due(home, "winnow/1", per_shard=6)
    assert len(shards) > 1
    assert Counter(one for shard in shards for one in shard.ids) == Counter(contents(home).keys())
    homes = [
        {shard.part for shard in shards if any(one.startswith(f"u{user}-") for one in shard.ids)} for user in range(8)
    ]
    assert all(len(parts) == 1 for parts in homes)
    assert due(home, "winnow/1", per_shard=6) == shards
    with pytest.raises(ValueError, match="a shard of 0 sessions"):
        due(home, "winnow/1", per_shard=0)


def test_the_newest_score_of_a_session_is_that_of_the_later_run(tmp_path: Path) -> None:
    kept = Scores(tmp_path / "scores")
    assert kept.newest().num_rows == 0
    kept.write([scored("a", "c1"), scored("b", "c1")], "day=2026-03-02/00000001-1-of-1.parquet")
    kept.write([scored("a", "c2", probability=0.1)], "day=2026-03-01/00000002-1-of-1.parquet")
    kept.write([scored("b", "c1", "winnow/2", probability=0.2)], "day=2026-02-01/00000003-1-of-1.parquet")
    assert kept.next_number() == 4
    rows = {row["session_id"]: row for row in kept.newest().to_pylist()}
    assert (rows["a"]["content"], rows["a"]["probability"]) == ("c2", 0.1)
    assert (rows["b"]["model_version"], rows["b"]["probability"]) == ("winnow/2", 0.2)
    first = {row["session_id"]: row["content"] for row in kept.newest("winnow/1").to_pylist()}
    assert first == {"a": "c2", "b": "c1"}
    assert kept.newest().schema.names == SCHEMA.names
    assert sorted(kept.table(["run"])["run"].to_pylist()) == [1, 1, 2, 3]


def test_a_score_is_read_as_it_was_written(home: Home) -> None:
    one = scored()
    scores_of(home).write([one], "day=2026-03-01/00000001-1-of-1.parquet")
    assert scores(home).to_pylist() == as_table([one]).to_pylist()


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file may become larger than this; the nearest thing to a full disk that needs no rights."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_where_there_is_no_room_nothing_is_half_written(tmp_path: Path) -> None:
    kept = Scores(tmp_path / "scores")
    with room_for(2_000), pytest.raises(OSError, match="File too large"):
        kept.write(
            [scored(f"s{number}", f"{number}" * 40) for number in range(500)], "day=2026-03-01/00000001-1-of-1.parquet"
        )
    assert [path for path in kept.folder.rglob("*") if path.is_file()] == []
    assert kept.files() == []


def test_what_a_killed_run_left_is_not_read_and_is_swept(tmp_path: Path) -> None:
    kept = Scores(tmp_path / "scores")
    whole = kept.write([scored()], "day=2026-03-01/00000001-1-of-1.parquet")
    left = whole.with_name(".00000002-1-of-1.parquet.abc.writing")
    left.write_bytes(whole.read_bytes()[:100])
    assert kept.files() == [whole]
    assert kept.sweep() == 1
    assert [path.name for path in whole.parent.iterdir()] == [whole.name]


def test_the_ledger_is_given_each_score_once_and_all_of_them_if_it_is_another(home: Home) -> None:
    kept = scores_of(home)
    kept.write([scored(f"s{number}", flagged=True) for number in range(30)], "day=2026-03-01/00000001-1-of-1.parquet")
    first = intake.bring(home)
    assert (first.known, first.queued + first.left_out) == (0, 30)
    assert first.queued == 30  # every flagged one is a candidate
    assert intake.bring(home) == intake.Intake()
    kept.write([scored("s1", "grown")], "day=2026-03-01/00000002-1-of-1.parquet")
    assert intake.bring(home).queued == 1
    other = f"sqlite:///{home.data / 'other.db'}"
    assert intake.bring(home, other).queued == 31


def test_the_ledger_shows_what_is_padded_if_it_is_padded_at_all(home: Home) -> None:
    path = scores_of(home).write([scored()], "day=2026-03-01/00000001-1-of-1.parquet")
    [one] = intake.read(path)
    assert (one.padded_share, one.padded_tokens, one.tokens) == (0.5, 500, 1000)
    assert one.reasons[0].turns == (2, 4)
    unknown = scored(probability=None, share_if_padded=None, status="unscored", flagged=False, tokens=None)
    path = scores_of(home).write([unknown], "day=2026-03-01/00000002-1-of-1.parquet")
    [one] = intake.read(path)
    assert (one.padded_share, one.padded_tokens, one.tokens, one.status) == (None, None, 0, "unscored")


def test_a_session_that_has_grown_stands_before_the_auditors_as_it_is_now(home: Home) -> None:
    kept = scores_of(home)
    kept.write([scored("s", "c1")], "day=2026-03-01/00000001-1-of-1.parquet")
    kept.write([scored("s", "c2")], "day=2026-03-01/00000002-1-of-1.parquet")
    intake.bring(home)
    ledger = ledger_of(home)
    with ledger.reading() as view:
        rows = view.rows("select content, current from cases order by content")
    ledger.close()
    assert [(row["content"], row["current"]) for row in rows] == [("c1", 0), ("c2", 1)]


def test_of_two_runs_the_second_is_refused_and_says_who_holds_what(home: Home) -> None:
    said = r"another run is going on \(it holds .*nightly.lock\)"
    with only_run(home), pytest.raises(RunBusy, match=said), only_run(home):
        pass
    with only_run(home):
        pass


def test_of_two_runs_the_second_waits_where_it_is_told_to(home: Home) -> None:
    told, order = list[str](), list[str]()
    holding, over = threading.Event(), threading.Event()

    def first() -> None:
        with only_run(home):
            holding.set()
            over.wait(60)
            order.append("first ends")

    def let_go(text: str) -> None:
        told.append(text)
        over.set()

    thread = threading.Thread(target=first)
    thread.start()
    holding.wait(60)
    with only_run(home, wait=60, told=let_go):
        order.append("second begins")
    thread.join()
    assert order == ["first ends", "second begins"]
    assert len(told) == 1


def test_a_killed_run_holds_nothing(home: Home) -> None:
    lock = home.data / ".nightly.lock"
    lock.parent.mkdir(parents=True)
    held = f"f = open({str(lock)!r}, 'w')\nfcntl.flock(f, fcntl.LOCK_EX)\nprint('held', flush=True)"
    code = f"import fcntl, time\n{held}\ntime.sleep(600)"
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    with pytest.raises(RunBusy), only_run(home):
        pass
    child.kill()
    child.wait()
    with only_run(home, wait=30):
        pass


def test_the_flagged_share_is_set_against_the_week_before() -> None:
    now = EARLY + timedelta(days=1)
    rows = [
        scored("a", flagged=True),
        scored("b", flagged=False),
        scored("c", status="unscored", flagged=False, probability=None),
    ]
    rows.append(scored("d", started=EARLY - timedelta(days=7), flagged=True))
    rows.append(scored("e", started=None, flagged=True))
    assert shares(as_table(rows), now) == Shares(0.5, 1.0)
    assert shares(as_table([]), now) == Shares(None, None)


def test_the_account_names_the_slowest_shard_and_what_was_not_done() -> None:
    tallies = (Tally("2026-03-01 1 of 1", "f", 10, 8, 2, 1, 3.5), Tally("2026-03-02 1 of 1", "g", 5, 5, 0, 0, 9.0))
    night = Night("winnow/1", {"read": 3}, 15, 2, tallies, ("shard x: no | room",), shares=Shares(0.25, None))
    page = night.markdown()
    assert "| slowest shard | 2026-03-02 1 of 1: 5 sessions in 9.0 s |" in page
    assert "| flagged share, last week | 25.0% |" in page
    assert "- shard x: no \\| room" in page
    assert (night.sessions, night.scored, night.unscored, night.flagged) == (15, 13, 2, 1)
    assert night.shards()[0]["shard"] == "2026-03-02 1 of 1"


def test_a_full_disk_and_wrong_input_are_not_tried_again() -> None:
    assert not may_pass(OSError(28, "No space left on device"))
    assert not may_pass(PermissionError(13, "Permission denied"))
    assert not may_pass(ValueError("wrong"))
    assert not may_pass(FileNotFoundError("nowhere: there is no such file or folder"))
    assert not may_pass(RuntimeError("(sqlite3.OperationalError) database or disk is full"))
    assert may_pass(FileNotFoundError(2, "a part was replaced"))
    assert may_pass(ConnectionError("the registry is away"))
    assert may_pass(BlockingIOError(11, "another writer"))


def test_a_runner_that_cannot_work_is_refused() -> None:
    with pytest.raises(ValueError, match="needs --dask"):
        runner_named("dask")
    with pytest.raises(ValueError, match="goes with --runner dask"):
        runner_named("threads", dask="tcp://127.0.0.1:1")
    with pytest.raises(ValueError, match="0 workers"):
        runner_named("processes", 0)
