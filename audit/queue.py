"""Hands cases to auditors: one case to one auditor at a time, in an order that mixes the slices.

Who has which case is a lease: it is no part of the ledger, runs out by itself, and losing all of them loses nothing.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from audit.cases import COLUMNS, TABLES, Case, find, read, reasons
from audit.drawing import Plan
from audit.ledger import Ledger, Reading, Row, Writing
from audit.records import Account
from audit.review import NotAllowed, OutOfTurn, hold

_MINUTES = 30.0

_FREE = (
    "c.open = 1 and l.case_id is null and c.session_id not in :skipping and (c.user_id is null or c.user_id <> :own) "
    "and not exists (select 1 from judged j where j.case_id = c.case_id and j.auditor = :auditor)"
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How full the queue is."""

    waiting: int
    """Cases that wait for an auditor, those included that somebody has open."""
    held: int
    """Cases that somebody has open right now."""
    by_state: Mapping[str, int]
    """All cases that were ever queued."""


def next_for(
    ledger: Ledger,
    account: Account,
    plan: Plan | None = None,
    *,
    minutes: float = _MINUTES,
    skipping: Iterable[str] = (),
    luck: random.Random | None = None,
) -> Case | None:
    """Gives the auditor the next case, for themselves alone for so many minutes; null when nothing waits for them.

    Who has a case open is given that one again. Appeals come first; then a slice is chosen by chance, so that the
    order of the cases does not tell which slice one is from. `skipping` are sessions put aside for now.
    """
    _auditor(account)
    with ledger.writing() as turn:
        values = {"auditor": account.name, "own": account.user_id or "", "skipping": ["", *skipping]}
        row = _first(turn, "c.open = 1 and l.auditor = :auditor and c.session_id not in :skipping", "l.until", **values)
        row = row or _first(turn, f"{_FREE} and c.state = 'appealed'", "c.last_seq", **values)
        for slice_ in _order(plan or Plan(), luck or random.SystemRandom()):
            row = row or _first(turn, f"{_FREE} and c.slice = :slice", "c.rank, c.case_id", slice=slice_, **values)
        row = row or _first(turn, _FREE, "c.risk desc, c.case_id", **values)
        return None if row is None else _given(turn, row, account, minutes)


def take(
    ledger: Ledger, account: Account, session_id: str, content: str | None = None, minutes: float = _MINUTES
) -> Case:
    """Gives an auditor the case they ask for; `OutOfTurn` where somebody else has it or nothing is to be decided."""
    _auditor(account)
    with ledger.writing() as turn:
        row = find(turn, session_id, content)
        if row["held_by"] not in (None, account.name):
            raise OutOfTurn(f"{row['held_by']} has session {session_id} open")
        return _given(turn, row, account, minutes)


def assign(ledger: Ledger, lead: Account, auditor: Account, session_id: str, minutes: float = 24 * 60) -> Case:
    """Gives a case to an auditor at a lead's word, though somebody else may have it open."""
    if lead.role != "lead":
        raise NotAllowed(f"{lead.name} is no lead and cannot assign session {session_id}")
    _auditor(auditor)
    with ledger.writing() as turn:
        return _given(turn, find(turn, session_id), auditor, minutes)


def release(ledger: Ledger, account: Account, session_id: str) -> bool:
    """Puts a case back that the account has open; false where it has not."""
    with ledger.writing() as turn:
        released = turn.run(
            "delete from leases where auditor = :name and case_id in "
            "(select case_id from cases where session_id = :session_id)",
            name=account.name,
            session_id=session_id,
        )
    return released > 0


def case(ledger: Ledger, session_id: str, content: str | None = None) -> Case:
    """One case with its reasons: of this content, or the session's newest; `NoSuchCase` where there is none."""
    with ledger.reading() as view:
        row = find(view, session_id, content)
        return read(row, reasons(view, row))


def counts(ledger: Ledger) -> Counts:
    """How many cases wait, are held, and stand how."""
    with ledger.reading() as view:
        states = view.rows("select state, count(*) as n from cases where queued = 1 group by state order by state")
        held = view.number("select count(*) from leases where until > :now", now=view.now.timestamp())
        waiting = view.number("select count(*) from cases where open = 1")
    return Counts(waiting, held, {row["state"]: row["n"] for row in states})


def _auditor(account: Account) -> None:
    if account.role == "person":
        raise NotAllowed(f"{account.name} is no auditor: the queue is not for them")


def _first(view: Reading, where: str, order: str, **values: object) -> Row | None:
    sql = f"select {COLUMNS} from {TABLES} where {where} order by {order} limit 1"  # noqa: S608
    return view.one(sql, now=view.now.timestamp(), **values)


def _given(turn: Writing, row: Row, account: Account, minutes: float) -> Case:
    if account.user_id is not None and account.user_id == row["user_id"]:
        raise NotAllowed(f"session {row['session_id']} is {account.name}'s own: somebody else has to judge it")
    if not row["open"]:
        raise OutOfTurn(f"session {row['session_id']} is {row['state']} and waits for nobody")
    hold(turn, row["case_id"], account.name, minutes)
    until = turn.now.timestamp() + 60 * minutes
    return read({**row, "held_by": account.name, "held_until": until}, reasons(turn, row))


def _order(plan: Plan, luck: random.Random) -> list[str]:
    """The slices in the order in which to look for a case: drawn without replacement by their shares."""
    left, order = dict(plan.turns), list[str]()
    while left:
        (slice_,) = luck.choices(list(left), [max(share, 1e-9) for share in left.values()])
        order.append(slice_)
        del left[slice_]
    return order
