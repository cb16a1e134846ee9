"""Pages of cases: filtered and sorted by the database, quick at a million of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from audit.cases import COLUMNS, Case, read
from audit.ledger import Ledger, Reading
from audit.records import Account, Slice, State
from audit.review import NotAllowed

Sort = Literal["risk", "since", "started", "padded_tokens"]
SORTS: tuple[Sort, ...] = get_args(Sort)
"""The probability of padding (unscored cases count as less than 0), when it came into the queue, when it began, ..."""

_FEW = 25_000
"""So many rows are sorted quicker than they are found by walking through all rows in order."""
_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cases are wanted: all that every field that is not null asks for."""

    states: tuple[State, ...] = ()
    source: str | None = None
    user_id: str | None = None
    looks_like: str | None = None
    model_version: str | None = None
    queued: bool | None = None
    """Whether it was ever put in the queue."""
    open: bool | None = None
    """Whether it waits for an auditor."""
    flagged: bool | None = None
    status: Literal["scored", "unscored"] | None = None
    at_least: float | None = None
    """Probability of padding."""
    at_most: float | None = None
    begun_from: datetime | None = None
    begun_before: datetime | None = None
    held_by: str | None = None
    """The auditor who has it open."""
    judged_by: str | None = None
    """An auditor whose verdict counts."""
    slice: Slice | None = None
    """For leads only."""
    superseded: bool = False
    """Whether contents are wanted that a session had before it went on."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the cases asked for, in order."""

    cases: tuple[Case, ...]
    next: str | None
    """Give this to `listing` as `after` for the following page; null on the last."""
    total: int
    """How many there are in all, counted no further than 1,000."""
    more: bool
    """Whether there are more than `total`."""


def listing(
    ledger: Ledger,
    account: Account,
    wanted: Filter | None = None,
    *,
    sort: Sort = "risk",
    descending: bool = True,
    size: int = 50,
    after: str | None = None,
) -> Page:
    """A page of cases, without their reasons. A person sees their own only; only a lead may ask for a slice."""
    wanted = wanted or Filter()
    _allowed(account, wanted)
    if sort not in SORTS or not 1 <= size <= 1000:
        raise ValueError(f"cases cannot be sorted by {sort!r}, {size} a page: sort by {', '.join(SORTS)}, 1 to 1000")
    where, values = _conditions(wanted)
    order = "desc" if descending else "asc"
    with ledger.reading() as view:
        values["now"] = view.now.timestamp()
        index, walked = _indexed(view, wanted, sort, values)
        tables = f"cases c {index} left join leases l on l.case_id = c.case_id and l.until > :now"
        # from the same end as the page: the other may be far from anything that fits
        ordered = f"order by c.{sort} {order}" if walked else ""
        total = view.number(
            f"select count(*) from (select 1 from {tables} where {where} {ordered} limit :limit) as found",  # noqa: S608
            **values,
            limit=_COUNTED + 1,
        )
        if after is not None:
            where += f" and (c.{sort}, c.case_id) {'<' if descending else '>'} (:key, :case_id)"
            values["key"], values["case_id"] = _place(after)
        rows = view.rows(
            f"select {COLUMNS}, c.{sort} as key from {tables} where {where} "  # noqa: S608
            f"order by c.{sort} {order}, c.case_id {order} limit :limit",
            **values,
            limit=size + 1,
        )
    following = f"{rows[size - 1]['key']!r}:{rows[size - 1]['case_id']}" if len(rows) > size else None
    return Page(tuple(read(row) for row in rows[:size]), following, min(total, _COUNTED), total > _COUNTED)


def _allowed(account: Account, wanted: Filter) -> None:
    if account.role == "person" and (account.user_id is None or wanted.user_id != account.user_id):
        raise NotAllowed(f"{account.name} may see their own sessions only: filter by their user id")
    if wanted.slice is not None and account.role != "lead":
        raise NotAllowed(f"{account.name} is no lead: which slice a session came from is not for them before a verdict")


def _conditions(wanted: Filter) -> tuple[str, dict[str, Any]]:
    """The filter in SQL, and its values."""
    found, values = ["c.case_id > 0"], dict[str, Any]()
    for name, sql, value in (
        ("states", "c.state in :states", list(wanted.states) or None),
        ("at_least", "c.risk >= :at_least", wanted.at_least),
        ("at_most", "c.risk <= :at_most", wanted.at_most),
        ("begun_from", "c.started >= :begun_from", wanted.begun_from and wanted.begun_from.timestamp()),
        ("begun_before", "c.started < :begun_before", wanted.begun_before and wanted.begun_before.timestamp()),
        ("held_by", f"c.case_id in ({_HELD})", wanted.held_by),
        ("judged_by", f"c.case_id in ({_JUDGED})", wanted.judged_by),
        *((name, f"c.{name} = :{name}", getattr(wanted, name)) for name in _EQUAL),
    ):
        if value is not None:
            found.append(sql)
            values[name] = value
    if wanted.status == "unscored":
        found.append("c.status = 'unscored'")
    for name in ("queued", "open", "flagged"):  # written out, since partial indexes ask for that
        value = getattr(wanted, name)
        found += [] if value is None else [f"c.{name} = {int(value)}"]
    return " and ".join(found + ([] if wanted.superseded else ["c.current = 1"])), values


_EQUAL = ("source", "user_id", "looks_like", "model_version", "status", "slice")
_JUDGED = "select case_id from judged where auditor = :judged_by"
_HELD = "select case_id from leases where auditor = :held_by and until > :now"


def _indexed(view: Reading, wanted: Filter, sort: Sort, values: Mapping[str, Any]) -> tuple[str, bool]:
    """Which index SQLite is to use, which keeps no statistics that would tell it; Postgres does, and is let be.

    Where a filter lets few rows through, these are found and sorted; else all are walked through in order, which the
    second value says.
    """
    if not view.is_sqlite:
        return "", False
    if wanted.held_by or wanted.judged_by:
        return "not indexed", False  # found by their ids
    sizes = {
        index: view.number(
            f"select count(*) from (select 1 from cases where {where} limit :limit)",  # noqa: S608
            **values,
            limit=_FEW + 1,
        )
        for index, where in _selective(wanted)
    }
    index = min(sizes, key=lambda one: sizes[one], default="")
    if sizes.get(index, _FEW + 1) <= _FEW:
        return f"indexed by cases_{index}", False
    part = "open_" if wanted.open else "flagged_" if wanted.flagged else "queued_" if wanted.queued else ""
    return f"indexed by cases_{part}{sort}", True


def _selective(wanted: Filter) -> Iterator[tuple[str, str]]:
    """The filters that may let few rows through, each with its index."""
    yield from ((name, f"{name} = :{name}") for name in _EQUAL[:3] if getattr(wanted, name) is not None)
    if wanted.states:
        yield "state", "state in :states"
    if wanted.flagged:
        yield "flagged", "flagged = 1"
    if wanted.status == "unscored":
        yield "unscored", "status = 'unscored'"
    if wanted.begun_from and wanted.begun_before:
        yield "started", "started >= :begun_from and started < :begun_before"


def _place(after: str) -> tuple[float, int]:
    key, _, case_id = after.partition(":")
    try:
        return float(key), int(case_id)
    except ValueError:
        raise ValueError(f"{after!r} is no place in a listing: give what the page before gave as `next`") from None
