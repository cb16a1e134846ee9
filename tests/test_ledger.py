"""The ledger keeps what was written, and tells when somebody changed it."""

import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from argon2 import PasswordHasher
from desk import ALL, ANN, BOB, CAT, FLAGGED, LEA, MONDAY, PAT, Clock, company, score
from postgres import emptied, postgres

from audit import casefile, queue, review
from audit.cases import rebuild
from audit.chain import Head, seal
from audit.drawing import Plan
from audit.estimates import figures
from audit.intake import Intake, enqueue
from audit.labels import read_labels
from audit.ledger import Ledger, TooNew
from audit.listing import SORTS, Filter, listing
from audit.people import People
from audit.records import DECISIONS, KINDS, Account, Body, Score, View, Withdrawal
from audit.weeks import adoption, leaderboard, weeks


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/audit/ledger.db"
    return emptied(request.getfixturevalue("cluster"))


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    opened = Ledger.open(url)
    yield opened
    opened.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A ledger in a file: three entries, three verdicts, an appeal, a view; closed."""
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db")
    enqueue(ledger, [score(f"s{n}") for n in range(3)], FLAGGED)
    for n in range(3):
        review.decide(ledger, ANN, f"s{n}", "padded", turns=(2,), note="again and again")
    review.appeal(ledger, PAT, "s1", "It was a load test.")
    review.look(ledger, LEA, "s1")
    ledger.close()
    return tmp_path / "ledger.db"


def tamper(file: Path, *statements: str) -> Path:
    """The same ledger, in which somebody who may write to the file has overruled its guards."""
    changed = file.with_name("changed.db")
    shutil.copy(file, changed)
    with sqlite3.connect(changed) as connection:
        for name in ("no_update", "no_delete", "in_order"):
            connection.execute(f"drop trigger records_{name}")
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return changed


def told(file: Path, *noted: Head) -> list[tuple[int, str]]:
    ledger = Ledger.open(f"sqlite:///{file}")
    found = ledger.verify(noted)
    ledger.close()
    return [(fault.seq, fault.kind) for fault in found]


def head(file: Path) -> Head:
    ledger = Ledger.open(f"sqlite:///{file}")
    found = ledger.head()
    ledger.close()
    return found


def test_what_is_appended_is_read_again_as_it_was(ledger: Ledger) -> None:
    bodies: list[Body] = [View("transcript", "u-pat"), Withdrawal("c", 3, 'odd: "\\ \0 é \u202e 日本 </script>')]
    with ledger.writing() as turn:
        records = [turn.append(body, by="ann", session_id="s1") for body in bodies]
    with ledger.reading() as view:
        assert list(view.records()) == records
        assert [record.read() for record in view.records(session_id="s1")] == bodies
        assert [record.seq for record in view.records("view")] == [1]
        assert list(view.records(session_id="s2")) == []
    assert ledger.verify() == ()


def test_every_kind_of_record_has_a_name() -> None:
    assert set(KINDS) == {"entry", "verdict", "withdrawal", "appeal", "view", "account", "sign-in"}


def test_a_failed_turn_leaves_nothing(ledger: Ledger) -> None:
    def fail() -> None:
        with ledger.writing() as turn:
            turn.append(View("transcript"), by="ann")
            raise KeyError("midway")

    with pytest.raises(KeyError, match="midway"):
        fail()
    assert ledger.head().seq == 0


@pytest.mark.parametrize(
    "statement",
    [
        "update records set body = '{}' where seq = 1",
        "delete from records where seq = 1",
        "delete from records",
    ],
)
def test_the_database_itself_refuses_to_change_a_record(ledger: Ledger, statement: str) -> None:
    enqueue(ledger, [score()], FLAGGED)
    before = ledger.head()
    with pytest.raises(Exception, match="append-only"), ledger.writing() as turn:
        turn.run(statement)
    assert ledger.head() == before
    assert ledger.verify() == ()


def test_postgres_refuses_to_empty_the_ledger(cluster: str) -> None:
    ledger = Ledger.open(cluster)
    with pytest.raises(Exception, match="append-only"), ledger.writing() as turn:
        turn.run("truncate records")
    ledger.close()


def test_sqlite_refuses_a_record_out_of_order(file: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{file}")
    for seq, previous in ((3, "'x'"), (10, "'x'"), (9, "'x'"), (0, "'x'")):
        with pytest.raises(Exception, match="append-only"), ledger.writing() as turn:
            turn.run(
                "insert or replace into records (seq, time, kind, session_id, author, body, previous, hash) "
                f"values ({seq}, '', 'view', '', '', '', {previous}, 'y')"
            )
    assert ledger.verify() == ()
    ledger.close()


@pytest.mark.parametrize("column", ["time", "kind", "session_id", "author", "body"])
@pytest.mark.parametrize("seq", [1, 4, 8])
def test_a_changed_record_is_found_and_named(file: Path, column: str, seq: int) -> None:
    assert told(tamper(file, f"update records set {column} = {column} || ' ' where seq = {seq}")) == [(seq, "changed")]


def test_a_verdict_turned_round_is_found(file: Path) -> None:
    changed = tamper(file, "update records set body = replace(body, 'padded\"', 'genuine\"') where seq = 5")
    assert told(changed) == [(5, "changed")]


@pytest.mark.parametrize("seq", [1, 4, 7])
def test_a_removed_record_is_found(file: Path, seq: int) -> None:
    assert told(tamper(file, f"delete from records where seq = {seq}")) == [(seq, "missing")]


def test_a_removed_record_is_found_though_the_others_move_up(file: Path) -> None:
    changed = tamper(file, "delete from records where seq = 4", "update records set seq = seq - 1 where seq > 4")
    assert told(changed)[0] == (4, "unlinked")


def test_an_inserted_record_is_found(file: Path) -> None:
    columns = "time, kind, session_id, author, body, previous, hash"
    changed = tamper(
        file,
        "update records set seq = -seq - 1 where seq > 4",
        "update records set seq = -seq where seq < 0",
        f"insert into records (seq, {columns}) select 5, {columns} from records where seq = 4",
    )
    assert told(changed)[0] == (5, "unlinked")


def test_records_that_changed_places_are_found(file: Path) -> None:
    changed = tamper(
        file,
        "update records set seq = -5 where seq = 4",
        "update records set seq = 4 where seq = 5",
        "update records set seq = 5 where seq = -5",
    )
    assert {seq for seq, _ in told(changed)} == {4, 5, 6}


def test_a_record_sealed_anew_is_found_at_the_next_one(file: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{file}")
    with ledger.reading() as view:
        fourth = next(view.records(after=3))
    ledger.close()
    forged = seal(4, fourth.time, fourth.kind, fourth.session_id, "bob", fourth.body, fourth.previous)
    changed = tamper(file, f"update records set author = 'bob', hash = '{forged.hash}' where seq = 4")
    assert told(changed) == [(5, "unlinked")]
    assert told(changed, Head(4, fourth.hash)) == [(4, "rewritten"), (5, "unlinked")]


def test_a_cut_tail_is_found_where_a_session_remembers_it(file: Path) -> None:
    assert told(tamper(file, "delete from records where seq > 5")) == [(7, "truncated")]


def test_a_cut_tail_is_found_by_a_head_noted_elsewhere_and_else_not(file: Path) -> None:
    noted = head(file)
    changed = tamper(file, "delete from records where seq = 8")  # a view, which no session's row remembers
    assert told(changed) == []
    assert told(changed, noted) == [(8, "truncated")]
    assert told(file, noted) == []


def test_a_head_is_read_again_from_its_text(file: Path) -> None:
    noted = head(file)
    assert Head.parse(f" {noted}\n") == noted
    with pytest.raises(ValueError, match="is no head of a ledger"):
        Head.parse("8")


def test_a_newer_database_is_refused(url: str) -> None:
    ledger = Ledger.open(url)
    with ledger.writing() as turn:
        turn.run("update alembic_version set version_num = '9999'")
    ledger.close()
    with pytest.raises(TooNew, match=r"step 9999, and this Winnow knows steps up to \d+: use the Winnow that wrote it"):
        Ledger.open(url)


def test_opening_again_changes_nothing(url: str) -> None:
    for expected in (0, 1, 2):
        ledger = Ledger.open(url)
        assert ledger.head().seq == expected
        with ledger.writing() as turn:
            turn.append(View("transcript"), by="ann")
        ledger.close()


OPENER = """
import sys
from audit.ledger import Ledger
from audit.records import View
ledger = Ledger.open(sys.argv[1])
with ledger.writing() as turn:
    turn.append(View("transcript"), by="ann")
"""


def test_processes_that_open_a_new_ledger_at_once_all_find_it(url: str) -> None:
    root = Path(__file__).parent.parent
    openers = [subprocess.Popen([sys.executable, "-c", OPENER, url], cwd=root) for _ in range(3)]
    assert [opener.wait() for opener in openers] == [0, 0, 0]
    ledger = Ledger.open(url)
    assert ledger.head().seq == 3
    assert ledger.verify() == ()
    ledger.close()


def test_a_new_file_is_for_its_owner_only(file: Path) -> None:
    assert file.stat().st_mode & 0o077 == 0


def test_what_is_read_stays_as_it_was_when_the_reading_began(ledger: Ledger) -> None:
    with ledger.reading() as view:
        before = view.head()
        with ledger.writing() as turn:
            turn.append(View("transcript"), by="ann")
        assert view.head() == before
    assert ledger.head().seq == before.seq + 1


@pytest.mark.parametrize("place", ["mysql://localhost/x", "sqlite://", "sqlite:///:memory:"])
def test_other_places_are_refused(place: str) -> None:
    with pytest.raises(ValueError, match="SQLite file"):
        Ledger.open(place)


def test_the_same_scores_again_change_nothing(ledger: Ledger) -> None:
    scores = list(company(400))
    first = enqueue(ledger, scores)
    before = ledger.head()
    assert first.known == 0
    assert first.queued + first.left_out == 400
    assert enqueue(ledger, scores) == Intake(known=400, queued=0, left_out=0)
    assert ledger.head() == before
    assert before.seq == first.queued > 0


def test_new_content_or_another_model_is_a_new_score(ledger: Ledger) -> None:
    assert enqueue(ledger, [score()], FLAGGED).queued == 1
    assert enqueue(ledger, [score(model_version="2")], FLAGGED).queued == 1
    assert queue.case(ledger, "s1").model_version == "2"
    assert enqueue(ledger, [score(content="longer")], FLAGGED).queued == 1
    assert queue.case(ledger, "s1").content == "longer"
    assert not queue.case(ledger, "s1", "content of s1").current
    assert not queue.case(ledger, "s1", "content of s1").open


def test_more_scores_than_fit_in_one_transaction_are_all_taken_in(ledger: Ledger) -> None:
    taken = enqueue(ledger, company(5_200), FLAGGED)
    assert taken.queued + taken.left_out == 5_200
    assert ledger.head().seq == taken.queued > 100
    assert ledger.verify() == ()


def test_a_session_may_come_twice_at_once(ledger: Ledger) -> None:
    taken = enqueue(ledger, [score(), score(), score(content="longer")], FLAGGED)
    assert (taken.known, taken.queued) == (1, 2)
    assert queue.case(ledger, "s1").content == "longer"


def test_a_score_that_no_database_can_keep_is_refused() -> None:
    with pytest.raises(ValueError, match="holds a NUL"):
        score("s\0")
    with pytest.raises(ValueError, match="has no time zone"):
        score(started=score().started.replace(tzinfo=None))  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="is unscored with probability"):
        Score("s", "c", "1", probability=0.5, status="unscored")


def test_the_rows_beside_the_ledger_follow_from_it(ledger: Ledger) -> None:
    enqueue(ledger, [score(f"s{n}") for n in range(4)], FLAGGED)
    for n in range(3):
        review.decide(ledger, ANN, f"s{n}", "padded")
    review.appeal(ledger, PAT, "s0", "No.")
    before = [queue.case(ledger, f"s{n}") for n in range(4)]
    assert rebuild(ledger) == 0
    with ledger.writing() as turn:
        turn.run("update cases set state = 'flagged', open = 1, round = 1, verdicts = 0")
        turn.run("delete from judged")
    assert rebuild(ledger) == 3
    assert [queue.case(ledger, f"s{n}") for n in range(4)] == before


def test_the_file_of_a_session_proves_itself(ledger: Ledger) -> None:
    enqueue(ledger, [score(f"s{n}") for n in range(3)], FLAGGED)
    review.look(ledger, ANN, "s1")
    review.decide(ledger, ANN, "s1", "padded", turns=(2, 4), note="<b>no</b>")
    review.appeal(ledger, PAT, "s1", "It was a load test.")
    review.decide(ledger, LEA, "s2", "genuine")
    noted = ledger.head()
    review.decide(ledger, LEA, "s1", "genuine")
    file = json.loads(json.dumps(casefile.export(ledger, "s1")))
    assert [one["kind"] for one in file["records"]] == ["entry", "view", "verdict", "appeal", "verdict"]
    assert file["states"] == {"content of s1": "cleared"}
    assert file["records"][0]["says"]["score"]["reasons"][0]["turns"] == [2, 4, 6]
    assert casefile.check(file) == ()
    assert casefile.check(file, noted) == ()
    other = Head(noted.seq, "0" * 64)
    assert [fault.kind for fault in casefile.check(file, other)] == ["rewritten"]
    assert "u-pat" not in json.dumps([one for one in file["records"] if one["session_id"] != "s1"])


@pytest.mark.parametrize("where", ["body", "author", "hash", "says", "digests"])
def test_a_changed_file_of_a_session_is_found(file: Path, where: str) -> None:
    ledger = Ledger.open(f"sqlite:///{file}")
    exported = casefile.export(ledger, "s1")
    ledger.close()
    verdict = exported["records"][1]
    if where == "says":
        verdict["says"]["decision"] = "genuine"
    elif where == "digests":
        exported["chain"]["digests"][2] = "0" * 64
    else:
        verdict[where] = verdict[where].replace("a", "b")
    assert casefile.check(exported) != ()


def test_writers_at_once_never_fork_the_chain(ledger: Ledger) -> None:
    def write(name: str) -> None:
        for _ in range(10):
            with ledger.writing() as turn:
                turn.append(View("transcript"), by=name)

    threads = [threading.Thread(target=write, args=(f"writer-{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.head().seq == 80
    assert ledger.verify() == ()


WRITER = """
import sys
from audit import queue, review
from audit.ledger import Ledger
from audit.records import Account
ledger = Ledger.open(sys.argv[1])
account = Account(sys.argv[2], "auditor")
while True:
    case = queue.next_for(ledger, account)
    receipt = review.decide(ledger, account, case.session_id, "padded")
    print(case.session_id, receipt.verdict, flush=True)
"""


def test_a_writer_killed_midway_loses_no_verdict_it_acknowledged(url: str) -> None:
    ledger = Ledger.open(url)
    enqueue(ledger, (score(f"s{n}") for n in range(800)), FLAGGED)
    acknowledged: dict[int, str] = {}
    luck = random.Random(1)
    for run in range(4):
        command = [sys.executable, "-c", WRITER, url, f"auditor-{run}"]
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent)
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(3)]
        time.sleep(luck.uniform(0.05, 0.3))
        writer.send_signal(signal.SIGKILL)
        lines += writer.stdout.readlines()
        assert writer.wait() == -signal.SIGKILL
        writer.stdout.close()
        whole = [line.split() for line in lines if line.endswith("\n")]
        acknowledged |= {int(seq): session for session, seq in whole}
    assert len(acknowledged) >= 4 * 3
    with ledger.reading() as view:
        kept = {record.seq: record.session_id for record in view.records("verdict")}
    assert acknowledged.items() <= kept.items()
    assert len(kept) - len(acknowledged) <= 4  # at most one a kill was written and not yet acknowledged
    assert len(set(kept.values())) == len(kept)
    assert ledger.verify() == ()
    assert rebuild(ledger) == 0
    ledger.close()


def test_everything_can_be_in_the_random_slice(ledger: Ledger) -> None:
    assert enqueue(ledger, company(50), ALL).queued == 50


def story(url: str) -> dict[str, Any]:
    """What a ledger answers after some days of work, with a clock of its own."""
    clock = Clock()
    ledger = Ledger.open(url, clock)
    enqueue(ledger, company(600), Plan(random=0.1, double=0.3))
    luck = random.Random(4)
    for n in range(40):
        clock.forward(1)
        auditor = (ANN, BOB, CAT)[n % 3]
        found = queue.next_for(ledger, auditor, luck=luck)
        assert found is not None
        receipt = review.decide(ledger, auditor, found.session_id, DECISIONS[n % 7 % 3], turns=(n,), note="é \0 \ud800")
        if n % 9 == 0:
            review.withdraw(ledger, auditor, receipt.verdict, "slip")
        person = Account("person", "person", found.user_id)
        if receipt.state == "confirmed" and n % 9:
            review.appeal(ledger, person, found.session_id, "No.")
        review.look(ledger, person, found.session_id)
    people = People(ledger, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    people.add(ANN, "correct horse battery", by="lead")
    assert people.sign_in("ann", "wrong", "10.0.0.1") is None
    assert people.sign_in("ann", "correct horse battery", "10.0.0.1") == ANN
    assert people.from_session(people.open_session(ANN)) == ANN
    wanted = [
        Filter(),
        Filter(states=("confirmed", "appealed", "in review"), superseded=True),
        Filter(open=True, flagged=True),
        Filter(source="codex", begun_from=MONDAY + timedelta(weeks=3), begun_before=MONDAY + timedelta(weeks=9)),
        Filter(judged_by="bob", queued=True),
        Filter(held_by="ann"),
        Filter(slice="random", at_least=0.01, at_most=0.9, status="scored", model_version="1"),
    ]
    answers: dict[str, Any] = {
        "pages": [
            (lambda first: (first, listing(ledger, LEA, one, sort=sort, descending=down, size=5, after=first.next)))(
                listing(ledger, LEA, one, sort=sort, descending=down, size=5)
            )
            for one in wanted
            for sort in SORTS
            for down in (True, False)
        ],
        "counts": queue.counts(ledger),
        "figures": figures(ledger, "1"),
        "weeks": weeks(ledger, "u-1"),
        "leaderboard": leaderboard(ledger, "2026-01-05", "2026-06-01"),
        "adoption": adoption(ledger, "2026-01-05", "2026-06-01"),
        "labels": read_labels(ledger),
        "head": ledger.head(),
        "faults": ledger.verify(),
        "wrong rows": rebuild(ledger),
    }
    ledger.close()
    return answers


def test_both_databases_tell_the_same_story(cluster: str, tmp_path: Path) -> None:
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute("drop schema public cascade; create schema public")
    one, other = story(f"sqlite:///{tmp_path}/ledger.db"), story(cluster)
    assert one["faults"] == ()
    assert one["wrong rows"] == 0
    assert len(one["labels"]) > 5
    for name, answer in one.items():
        assert other[name] == answer, name
