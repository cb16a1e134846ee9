"""Who may sign in, as what, and who did. The one home of argon2.

Passwords (hashed), web sessions (only their token's hash) and counters of attempts are kept beside the ledger and are
no part of it; that an account was made or changed, and every sign-in that was tried, is. A name from a proxy's header
is believed as it is: whoever calls `from_header` has to know that only the proxy can have set it.
"""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from secrets import token_urlsafe

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from audit.accounts import NAME, check, existing, find_account, insert
from audit.ledger import Ledger, Writing
from audit.records import Account, AccountChange, Role, SignIn

_SHORTEST = 10
_SPAN = 15 * 60
_LIMITS = {"name and address": 5, "address": 30, "name": 50}
"""Attempts within a quarter of an hour. Of a name alone there may be more, or anybody could lock out anybody."""


class TooManyAttempts(RuntimeError):
    """Signing in was tried too often; `seconds` tells when to try again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many attempts to sign in: try again in {seconds // 60 + 1} minutes")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class People:
    """The accounts in a ledger."""

    ledger: Ledger
    hasher: PasswordHasher

    @classmethod
    def of(cls, ledger: Ledger) -> "People":
        """With argon2 at its recommended cost."""
        return cls(ledger, PasswordHasher())

    def first_run(self, name: str = "lead") -> str | None:
        """Makes the first account, a lead, and returns its password, which is kept nowhere; null if there is one."""
        password = token_urlsafe(15)
        hashed = self.hasher.hash(password)
        with self.ledger.writing() as turn:
            if turn.number("select count(*) from accounts"):
                return None
            insert(turn, Account(name, "lead"), hashed, "first-run")
        return password

    def add(self, account: Account, password: str | None, by: str) -> Account:
        """Makes an account; without a password it can be signed in to by the proxy's header only."""
        check(account)
        hashed = "" if password is None else self._hash(account.name, password)
        with self.ledger.writing() as turn:
            if turn.one("select name from accounts where name = :name", name=account.name):
                raise ValueError(f"there is an account {account.name!r} already: change it, or choose another name")
            insert(turn, account, hashed, by)
        return account

    def change_role(self, name: str, role: Role, by: str, user_id: str | None = None) -> Account:
        """Gives an account another role and user id; both hold from the next page on."""
        changed = Account(name, role, user_id)
        check(changed)
        with self.ledger.writing() as turn:
            existing(turn, name)
            turn.run(
                "update accounts set role = :role, user_id = :user_id where name = :name",
                role=role,
                user_id=user_id,
                name=name,
            )
            turn.append(AccountChange("role", name, role, user_id), by=by)
        return changed

    def change_password(self, name: str, password: str, by: str) -> None:
        """Sets a password and ends every web session of the account."""
        hashed = self._hash(name, password)
        with self.ledger.writing() as turn:
            existing(turn, name)
            turn.run("update accounts set password = :hashed where name = :name", hashed=hashed, name=name)
            turn.run("delete from web_sessions where name = :name", name=name)
            turn.append(AccountChange("password", name), by=by)

    def close(self, name: str, by: str) -> None:
        """Ends an account for good; what it did stays in the ledger under its name, which nobody else can take."""
        with self.ledger.writing() as turn:
            existing(turn, name)
            turn.run("update accounts set closed = 1, password = '' where name = :name", name=name)
            turn.run("delete from web_sessions where name = :name", name=name)
            turn.append(AccountChange("closed", name), by=by)

    def get(self, name: str) -> Account | None:
        """The account of a name, if it is there and not closed."""
        with self.ledger.reading() as view:
            return find_account(view, name)

    def all(self) -> tuple[Account, ...]:
        """Every account that is not closed, by name."""
        with self.ledger.reading() as view:
            rows = view.rows("select name, role, user_id from accounts where closed = 0 order by name")
        return tuple(Account(**row) for row in rows)

    def sign_in(self, name: str, password: str, address: str) -> Account | None:
        """The account, if name and password are right; `TooManyAttempts` where it was tried too often.

        An attempt is counted before the password is looked at, so that trying many at once gains nothing.
        """
        name = name if NAME.fullmatch(name) else "?"  # nobody's, and fit for the ledger
        keys = {"name and address": f"{name} {address}", "address": address, "name": name}
        with self.ledger.writing() as turn:
            wait = max(_count(turn, f"{kind}: {keys[kind]}", limit) for kind, limit in _LIMITS.items())
            row = turn.one("select password from accounts where name = :name and closed = 0", name=name)
        if wait > 0:
            raise TooManyAttempts(wait)
        right = self._matches(row["password"] if row and row["password"] else _nobody(self.hasher), password)
        with self.ledger.writing() as turn:
            account = find_account(turn, name) if right else None
            turn.append(SignIn(name, address, account is not None), by=name if account else "")
            if account is not None:
                turn.run("delete from attempts where key = :key", key=f"name and address: {keys['name and address']}")
        return account

    def open_session(self, account: Account, hours: float = 12) -> str:
        """A token for a cookie; the database has its hash only."""
        token = token_urlsafe(32)
        with self.ledger.writing() as turn:
            now = turn.now.timestamp()
            turn.run("delete from web_sessions where until <= :now", now=now)
            turn.run(
                "insert into web_sessions (token, name, until) values (:token, :name, :until)",
                token=_digest(token),
                name=account.name,
                until=now + 3600 * hours,
            )
        return token

    def from_session(self, token: str) -> Account | None:
        """Whose web session a token is, with the role that they have now; null if it has ended."""
        with self.ledger.reading() as view:
            row = view.one(
                "select a.name, a.role, a.user_id from web_sessions w join accounts a on a.name = w.name "
                "where w.token = :token and w.until > :now and a.closed = 0",
                token=_digest(token),
                now=view.now.timestamp(),
            )
        return None if row is None else Account(**row)

    def end_session(self, token: str) -> None:
        """Signs out."""
        with self.ledger.writing() as turn:
            turn.run("delete from web_sessions where token = :token", token=_digest(token))

    def from_header(self, name: str, newcomers: Role | None = None) -> Account | None:
        """The account of a name that a trusted proxy vouches for.

        `newcomers` is the role that names not seen before are given (a person is then tied to the user id that is
        their name); null turns them away.
        """
        if not NAME.fullmatch(name):
            return None
        with self.ledger.reading() as view:
            found = find_account(view, name)
            closed = found is None and view.one("select name from accounts where name = :name", name=name) is not None
        if found is not None or closed or newcomers is None:
            return found
        account = Account(name, newcomers, name if newcomers == "person" else None)
        with self.ledger.writing() as turn:
            if find_account(turn, name) is None:
                insert(turn, account, "", "proxy")
        return account

    def _hash(self, name: str, password: str) -> str:
        if len(password) < _SHORTEST:
            raise ValueError(f"the password for {name!r} has {len(password)} characters; it needs {_SHORTEST}")
        return self.hasher.hash(password)

    def _matches(self, hashed: str, password: str) -> bool:
        try:
            return self.hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobody(hasher: PasswordHasher) -> str:
    """What the password for an account that is not there is compared with, so that this takes as long."""
    return hasher.hash(token_urlsafe(15))


def _count(turn: Writing, key: str, limit: int) -> int:
    """Counts an attempt; the seconds to wait if there were too many."""
    now = turn.now.timestamp()
    turn.run("delete from attempts where began <= :then", then=now - _SPAN)
    turn.run(
        "insert into attempts (key, began, count) values (:key, :now, 1) "
        "on conflict (key) do update set count = attempts.count + 1",
        key=key,
        now=now,
    )
    row = turn.one("select began, count from attempts where key = :key", key=key)
    return int(row["began"] + _SPAN - now) + 1 if row and row["count"] > limit else 0


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
