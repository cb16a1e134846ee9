"""Accounts as the database has them: rows beside the ledger, whose every change is a record in it."""

import re
from typing import get_args

from audit.ledger import Reading, Writing
from audit.records import Account, AccountChange, Role

NAME = re.compile(r"[\w.@+-]{1,100}")
"""What an account may be called."""


def check(account: Account) -> None:
    """Refuses an account that cannot be."""
    if not NAME.fullmatch(account.name):
        raise ValueError(f"{account.name!r} is no name for an account: letters, digits and . @ + - _, up to 100")
    if account.role not in get_args(Role):
        raise ValueError(f"{account.role!r} is no role; there are {', '.join(get_args(Role))}")
    if account.role == "person" and not account.user_id:
        raise ValueError(f"account {account.name!r} is a person's: it needs the user id of their traces")


def insert(turn: Writing, account: Account, hashed: str, by: str) -> None:
    """Makes an account, and notes who did."""
    turn.run(
        "insert into accounts (name, role, user_id, password, closed) values (:name, :role, :user_id, :hashed, 0)",
        name=account.name,
        role=account.role,
        user_id=account.user_id,
        hashed=hashed,
    )
    turn.append(AccountChange("made", account.name, account.role, account.user_id), by=by)


def existing(view: Reading, name: str) -> None:
    """Refuses a name that has no account."""
    if find_account(view, name) is None:
        raise ValueError(f"there is no account {name!r}, or it is closed")


def find_account(view: Reading, name: str) -> Account | None:
    """The account of a name, if it is there and not closed."""
    row = view.one("select name, role, user_id from accounts where name = :name and closed = 0", name=name)
    return None if row is None else Account(**row)
