"""A review page for tests: a store with a few sessions, their scores in a ledger, accounts, and a way in."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from conversation import asked, called, said, session, shell, thought
from desk import ALL, ANN, BOB, LEA, MONDAY, PAT, score

from audit.drawing import Plan
from audit.intake import enqueue
from audit.ledger import Ledger
from audit.pages.desk import Desk, Door
from audit.people import People
from audit.records import Account, Reason, Score
from audit.views.archive import Archive
from audit.views.model_sheet import Drift, Figure, ModelSheet, Watch
from traces.export import atif_lines
from traces.format import About
from traces.ingest import Ingest
from traces.schema import Session
from traces.store import Store

PASSWORD = "a password of some length"
OTHER = Account("oda", "person", "u-oda")
ACCOUNTS = (ANN, BOB, LEA, PAT, OTHER)
SHEET = ModelSheet(
    "1",
    MONDAY,
    "Learned from 2,000 sessions.\nNot for sessions of fewer than three turns.",
    (Figure("recall at 1 % false positives", 0.71, 0.6, 0.8), Figure("ece", 0.02)),
    Watch(
        "investigate",
        "400 sessions of the newest week; 1 of 20 columns has moved",
        ("investigate: one feature has moved against training",),
        (Drift("prompt length, features against training", 0.31, True, "longer than in training"),),
    ),
    "Promoted since it missed less.",
)


def looping(name: str = "s1", times: int = 12, user: str = "u-pat") -> Session:
    """Nearly the same prompt again and again, with the same small step after each."""
    parts = [
        part
        for n in range(times)
        for part in (
            asked(f"Please summarise the report again, version {n % 3}, and keep every detail.", 600.0 * n),
            thought("The same as before."),
            shell(f"cat report-{n}.txt", "a line\n" * 40, 600.0 * n + 20),
            said("Here is the summary of the report. " * 60, 600.0 * n + 60, input_tokens=900, output_tokens=400),
        )
    ]
    return session(*parts, name=name, user_id=user, agent="codex", model="some-model", source="codex")


def working(name: str = "s2", user: str = "u-oda") -> Session:
    """A short piece of ordinary work."""
    return session(
        asked("Why does the login test fail on Mondays?", 0),
        called("Read", "def test_login(): ...", 5, file_path="tests/test_login.py"),
        said("It compares with a weekday that is fixed.", 20),
        asked("Then make it not depend on the day.", 90),
        called("Edit", "edited", 100, file_path="tests/test_login.py"),
        said("Done; the test passes now.", 120),
        name=name, user_id=user, agent="codex", model="some-model", source="codex",
    )  # fmt: skip


def long(turns: int = 10_000, name: str = "long") -> Session:
    """A session of very many turns."""
    parts = [(asked if n % 4 == 0 else said)(f"Turn number {n} says so much.", 10.0 * n) for n in range(turns)]
    return session(*parts, name=name, user_id="u-pat", source="codex")


def make_desk(
    folder: Path,
    sessions: Iterable[Session] | None = None,
    scores: Iterable[Score] | None = None,
    plan: Plan = ALL,
    door: Door | None = None,
    **ledger: Any,
) -> Desk:
    """Everything that the page stands on, in a folder."""
    store = Store(folder / "store")
    kept = list(sessions) if sessions is not None else [looping(), working()]
    keep(store, folder, kept)
    book = Ledger.open(f"sqlite:///{folder / 'audit.db'}", **ledger)
    people = People(book, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    for account in ACCOUNTS:
        people.add(account, PASSWORD, "test")
    enqueue(book, scores if scores is not None else default_scores(store), plan)
    allowed = door or Door(hosts=("*",))
    return Desk(book, people, Archive(store), lambda: SHEET, plan, allowed)


def keep(store: Store, folder: Path, sessions: Iterable[Session]) -> None:
    """Brings sessions into a store as an ingest does."""
    file = folder / "sessions.jsonl"
    file.write_bytes(b"".join(atif_lines(sessions)))
    account = Ingest(store, About(file="")).run([file])
    assert not account.quarantined, account


def default_scores(store: Store) -> list[Score]:
    """Scores of the two sessions above, and of one that is in no store."""
    reasons = (
        Reason("loop", "Nearly the same prompt came 12 times, word for word but for a number.", (0, 5, 10, 15), 1.8),
        Reason("no-uptake", "Nothing that was answered was taken up in what was asked next.", (4, 9), 0.7),
    )
    return [
        score("s1", 0.93, content=content(store, "s1"), reasons=reasons, tokens=15_600, padded_tokens=14_000),
        score("s2", 0.04, content=content(store, "s2"), user_id="u-oda", reasons=(), looks_like=None),
        score("s3", 0.61, user_id="u-oda", started=MONDAY - timedelta(days=9)),
    ]


def content(store: Store, session_id: str) -> str:
    """The digest of a session as it is in the store."""
    rows = store.table("sessions", columns=["session_id", "content"]).to_pylist()
    return next(row["content"] for row in rows if row["session_id"] == session_id)


def token_in(page: str) -> str:
    """The token that the forms of a page carry."""
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', page)
    assert found, page[:500]
    return found.group(1)


def with_door(desk: Desk, **door: Any) -> Desk:
    """The same desk behind another door."""
    return replace(desk, door=replace(desk.door, **door))
