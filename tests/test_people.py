"""Accounts, passwords, web sessions and the limits on trying."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from desk import ANN, PAT, Clock

from audit.ledger import Ledger
from audit.people import People, TooManyAttempts
from audit.records import Account, AccountChange, SignIn

PASSWORD = "correct horse battery"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def people(tmp_path: Path, clock: Clock) -> Iterator[People]:
    """Nobody yet; hashing is made cheap, since it is not what is tested."""
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock)
    yield People(ledger, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    ledger.close()


def whole(people: People) -> str:
    """Everything that the database holds about people and in the ledger, as text."""
    with people.ledger.reading() as view:
        tables = ("records", "accounts", "web_sessions", "attempts")
        return repr([view.rows(f"select * from {table}") for table in tables])


def test_the_first_run_makes_a_lead_whose_password_is_kept_nowhere(people: People) -> None:
    password = people.first_run()
    assert password is not None
    assert len(password) >= 20
    assert password not in whole(people)
    assert people.sign_in("lead", password, "10.0.0.1") == Account("lead", "lead")
    assert people.first_run() is None


def test_passwords_are_hashed_by_argon2(tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db")
    people = People.of(ledger)
    people.add(ANN, PASSWORD, by="lead")
    with ledger.reading() as view:
        row = view.one("select password from accounts")
    assert row is not None
    assert row["password"].startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert PASSWORD not in whole(people)
    assert people.sign_in("ann", PASSWORD, "10.0.0.1") == ANN
    ledger.close()


def test_a_wrong_password_or_name_does_not_sign_in(people: People) -> None:
    people.add(ANN, PASSWORD, by="lead")
    for name, password in (("ann", "wrong"), ("ann", ""), ("Ann", PASSWORD), ("eve", PASSWORD), ("a\0b", PASSWORD)):
        assert people.sign_in(name, password, "10.0.0.1") is None


def test_every_attempt_is_recorded_without_the_password(people: People) -> None:
    people.add(ANN, PASSWORD, by="lead")
    people.sign_in("ann", "wrong horse battery", "10.0.0.1")
    people.sign_in("ann", PASSWORD, "10.0.0.2")
    with people.ledger.reading() as view:
        found = [record.read() for record in view.records("sign-in")]
    assert found == [SignIn("ann", "10.0.0.1", accepted=False), SignIn("ann", "10.0.0.2", accepted=True)]
    assert "wrong horse" not in whole(people)
    assert people.ledger.verify() == ()


def test_after_five_attempts_one_has_to_wait(people: People, clock: Clock) -> None:
    people.add(ANN, PASSWORD, by="lead")
    for _ in range(5):
        assert people.sign_in("ann", "wrong", "10.0.0.1") is None
    with pytest.raises(TooManyAttempts, match="try again in 16 minutes") as raised:
        people.sign_in("ann", PASSWORD, "10.0.0.1")
    assert raised.value.seconds == 15 * 60 + 1
    assert people.sign_in("ann", PASSWORD, "10.0.0.2") == ANN  # from elsewhere she is not locked out
    clock.forward(15)
    assert people.sign_in("ann", PASSWORD, "10.0.0.1") == ANN


def test_who_signs_in_may_mistype_again(people: People) -> None:
    people.add(ANN, PASSWORD, by="lead")
    for _ in range(4):
        for _ in range(4):
            assert people.sign_in("ann", "wrong", "10.0.0.1") is None
        assert people.sign_in("ann", PASSWORD, "10.0.0.1") == ANN


def test_many_names_from_one_address_are_limited(people: People) -> None:
    for n in range(30):
        assert people.sign_in(f"name-{n}", "wrong", "10.0.0.1") is None
    with pytest.raises(TooManyAttempts):
        people.sign_in("another", "wrong", "10.0.0.1")


def test_one_name_from_many_addresses_is_limited(people: People) -> None:
    for n in range(50):
        assert people.sign_in("ann", "wrong", f"10.0.0.{n}") is None
    with pytest.raises(TooManyAttempts):
        people.sign_in("ann", "wrong", "10.0.1.1")


def test_trying_all_at_once_gains_nothing(people: People) -> None:
    people.add(ANN, PASSWORD, by="lead")
    outcomes: list[str] = []

    def attempt() -> None:
        try:
            people.sign_in("ann", "wrong", "10.0.0.1")
            outcomes.append("looked at")
        except TooManyAttempts:
            outcomes.append("refused")

    threads = [threading.Thread(target=attempt) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["looked at"] * 5 + ["refused"] * 15


def test_a_web_session_ends_by_itself_and_by_signing_out(people: People, clock: Clock) -> None:
    people.add(ANN, PASSWORD, by="lead")
    first, second = people.open_session(ANN, hours=1), people.open_session(ANN, hours=1)
    assert first not in whole(people)
    assert people.from_session(first) == people.from_session(second) == ANN
    people.end_session(first)
    assert people.from_session(first) is None
    assert people.from_session("guess") is None
    clock.forward(61)
    assert people.from_session(second) is None


def test_a_new_role_holds_at_once_and_a_new_password_ends_sessions(people: People) -> None:
    people.add(ANN, PASSWORD, by="lead")
    token = people.open_session(ANN)
    people.change_role("ann", "lead", by="boss")
    assert people.from_session(token) == Account("ann", "lead")
    people.change_password("ann", "another password", by="ann")
    assert people.from_session(token) is None
    assert people.sign_in("ann", PASSWORD, "10.0.0.1") is None
    assert people.sign_in("ann", "another password", "10.0.0.1") == Account("ann", "lead")
    with people.ledger.reading() as view:
        changes = [(record.author, record.read()) for record in view.records("account")]
    assert changes == [
        ("lead", AccountChange("made", "ann", "auditor", None)),
        ("boss", AccountChange("role", "ann", "lead", None)),
        ("ann", AccountChange("password", "ann")),
    ]


def test_a_closed_account_is_closed_everywhere_and_its_name_stays_taken(people: People) -> None:
    people.add(ANN, PASSWORD, by="lead")
    token = people.open_session(ANN)
    people.close("ann", by="lead")
    assert people.from_session(token) is None
    assert people.sign_in("ann", PASSWORD, "10.0.0.1") is None
    assert people.from_header("ann", newcomers="lead") is None
    assert people.get("ann") is None
    assert people.all() == ()
    with pytest.raises(ValueError, match="there is an account 'ann' already"):
        people.add(ANN, PASSWORD, by="lead")
    with pytest.raises(ValueError, match="no account 'ann', or it is closed"):
        people.change_role("ann", "lead", by="lead")


def test_a_proxy_vouches_for_names(people: People) -> None:
    people.add(ANN, None, by="lead")
    assert people.from_header("ann") == ANN
    assert people.from_header("pat") is None
    assert people.from_header("pat", newcomers="person") == Account("pat", "person", "pat")
    assert people.from_header("pat") == Account("pat", "person", "pat")
    assert people.from_header("", newcomers="person") is None
    assert people.from_header("a b\n", newcomers="person") is None
    assert people.sign_in("ann", "", "10.0.0.1") is None  # without a password there is no other way in


@pytest.mark.parametrize(
    ("account", "password", "complaint"),
    [
        (Account("a b", "auditor"), PASSWORD, "'a b' is no name"),
        (Account("ann", "boss"), PASSWORD, "'boss' is no role; there are auditor, lead, person"),  # type: ignore[arg-type]
        (Account("pat", "person"), PASSWORD, "it needs the user id of their traces"),
        (ANN, "short", "the password for 'ann' has 5 characters; it needs 10"),
    ],
)
def test_an_impossible_account_is_refused(people: People, account: Account, password: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        people.add(account, password, by="lead")
    assert people.all() == ()


def test_accounts_are_listed_by_name(people: People) -> None:
    people.add(PAT, PASSWORD, by="lead")
    people.add(ANN, PASSWORD, by="lead")
    assert people.all() == (ANN, PAT)
    assert people.get("pat") == PAT
