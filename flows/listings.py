"""What there is: sessions and quarantined records, as rows."""

import base64
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

import pyarrow.compute as pc

from flows.home import Home
from traces import quarantine
from traces.schema import Session


def sessions(
    home: Home, user: str | None, source: str | None, format: str | None, since: date | None, limit: int
) -> tuple[list[dict[str, Any]], int]:
    """Session headers, the newest first and those without a start last, and how many there are in all."""
    where = pc.scalar(True)
    for name, value in (("user_id", user), ("source", source), ("format", format)):
        if value is not None:
            where &= pc.field(name) == value
    if since is not None:
        where &= pc.field("started") >= datetime(since.year, since.month, since.day, tzinfo=UTC)
    table = home.store.table("sessions", where=where)
    newest = table.sort_by([("started", "descending"), ("session_id", "ascending")])
    return (newest.slice(0, limit) if limit else newest).to_pylist(), len(table)


def session(home: Home, id: str) -> Session:
    """The session with this id, or the only one whose id begins with it."""
    found = home.store.table("sessions", columns=["session_id"], where=pc.starts_with(pc.field("session_id"), id))
    ids = found["session_id"].to_pylist()
    if id not in ids and len(ids) != 1:
        number = f"{len(ids)} sessions have an id that begins" if ids else "no session has an id that begins"
        raise ValueError(f"{number} with {id!r}; see `winnow sessions list`")
    whole = id if id in ids else ids[0]
    return next(home.store.sessions(pc.field("session_id") == whole))


def quarantined(home: Home, reason: str | None) -> list[dict[str, Any]]:
    """What is in the quarantine."""
    records = (asdict(record) for record in quarantine.quarantined(home.store))
    return [
        record | {"raw": base64.b64encode(record["raw"]).decode()}
        for record in records
        if reason is None or record["reason"] == reason
    ]
