"""What has happened to a session, for reading: verdicts, corrections, appeals, and who looked."""

from collections.abc import Mapping, Sequence
from typing import Any

from audit.cases import Case
from audit.records import Account, Appeal, Record, Verdict, View, Withdrawal


def verdict_of(account: Account, case: Case, history: Sequence[Record]) -> tuple[int, Verdict] | None:
    """The account's verdict that counts."""
    found: dict[int, Verdict] = {}
    for record in history:
        body = record.read()
        if isinstance(body, Verdict) and record.author == account.name and body.content == case.content:
            found.pop(body.replaces or 0, None)
            found[record.seq] = body
        elif isinstance(body, Withdrawal):
            found.pop(body.verdict, None)
    return next(reversed(found.items()), None)


def told_to(account: Account, history: Sequence[Record]) -> list[Mapping[str, Any]]:
    """The history for reading; a person is not told the names of auditors."""
    told: list[Mapping[str, Any]] = []
    bodies = [record.read() for record in history]
    gone = {body.verdict for body in bodies if isinstance(body, Withdrawal)}
    gone |= {body.replaces for body in bodies if isinstance(body, Verdict) and body.replaces is not None}
    for record, body in zip(history, bodies, strict=True):
        by = record.author if account.role != "person" or record.author == account.name else "an auditor"
        if isinstance(body, View) and told and told[-1]["what"] == "view" and told[-1]["by"] == by:
            told[-1] = {**told[-1], "times": told[-1]["times"] + 1, "at": record.at}
            continue
        note = body.note if isinstance(body, Verdict) else body.reason if isinstance(body, Withdrawal) else ""
        told.append(
            {
                "what": record.kind,
                "by": by,
                "at": record.at,
                "body": body,
                "times": 1,
                "seq": record.seq,
                "counts": isinstance(body, Verdict) and record.seq not in gone,
                "note": body.statement if isinstance(body, Appeal) else note,
            }
        )
    return told


def open_statement(case: Case, history: Sequence[Record]) -> str | None:
    """What the person concerned said in an appeal that is not decided yet."""
    said = [body.statement for body in (record.read() for record in history) if isinstance(body, Appeal)]
    return said[-1] if said and case.state == "appealed" else None
