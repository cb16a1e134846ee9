"""A case: one content of one session, its newest score, and where its review stands.

The rows in `cases`, `scores` and `judged` are conveniences for quick paging, not the ledger: the state of a row follows
from the records (`settle` computes it anew, `rebuild` does so for all), the rest from the scores product.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from audit.ledger import Ledger, Reading, Row, Writing
from audit.records import Reason, Slice, State
from audit.standing import Standing, bodies, standing


class NoSuchCase(LookupError):
    """Nothing is known of this session."""


@dataclass(frozen=True, slots=True)
class Case:
    """What an auditor may know before deciding: deliberately not which slice of the queue it came from."""

    session_id: str
    content: str
    user_id: str | None
    source: str | None
    started: datetime | None
    model_version: str
    status: str
    probability: float | None
    padded_share: float | None
    padded_tokens: int
    tokens: int
    flagged: bool
    threshold: float | None
    novelty: float | None
    looks_like: str | None
    state: State
    queued: bool
    """Whether it was ever put in the queue."""
    open: bool
    """Whether it is in the queue and waits for (another) auditor."""
    since: datetime | None
    """When it came into the queue."""
    round: int
    """1, and one more for each appeal."""
    verdicts: int
    """How many count."""
    current: bool
    """Whether the session has no newer content."""
    held_by: str | None = None
    """The auditor who has it open right now."""
    held_until: datetime | None = None
    reasons: tuple[Reason, ...] = ()
    """Filled for a single case, empty in lists."""

    @property
    def in_review(self) -> bool:
        """Whether an auditor has it, or one of several has decided already."""
        return self.held_by is not None or self.state == "in review"


@dataclass(frozen=True, slots=True)
class Origin:
    """How a case came into the queue: for leads, and for auditors after their verdict."""

    slice: Slice
    sampling_probability: float | None
    inclusion_probability: float | None


COLUMNS = (
    "c.case_id, c.session_id, c.content, c.user_id, c.source, c.started, c.model_version, c.status, c.probability, "
    "c.padded_share, c.padded_tokens, c.tokens, c.flagged, c.threshold, c.novelty, c.looks_like, c.state, c.queued, "
    "c.open, c.since, c.round, c.verdicts, c.current, l.auditor as held_by, l.until as held_until"
)
TABLES = "cases c left join leases l on l.case_id = c.case_id and l.until > :now"
"""What `COLUMNS` are of; needs the value `now`."""


def find(view: Reading, session_id: str, content: str | None = None) -> Row:
    """The row of a case: of this content, or the newest of the session."""
    which = "c.current = 1" if content is None else "c.content = :content"
    values: dict[str, Any] = {"session_id": session_id, "now": view.now.timestamp()} | (
        {} if content is None else {"content": content}
    )
    row = view.one(f"select {COLUMNS} from {TABLES} where c.session_id = :session_id and {which}", **values)  # noqa: S608
    if row is None:
        wanted = f"session {session_id!r}" + (f" with content {content!r}" if content else "")
        raise NoSuchCase(f"the ledger has no score of {wanted}; it may not have been scored yet")
    return row


def reasons(view: Reading, row: Row) -> tuple[Reason, ...]:
    """The reasons of the score that a case shows."""
    found = view.one(
        "select reasons from scores where case_id = :case_id and model_version = :version",
        case_id=row["case_id"],
        version=row["model_version"],
    )
    return msgspec.json.decode(found["reasons"], type=tuple[Reason, ...]) if found else ()


def read(row: Row, why: tuple[Reason, ...] = ()) -> Case:
    """A row of `COLUMNS` as a case."""
    fields: dict[str, Any] = {name: row[name] for name in Case.__dataclass_fields__ if name in row}
    for name in ("started", "since", "held_until"):
        fields[name] = datetime.fromtimestamp(row[name], UTC) if row[name] else None
    for name in ("flagged", "queued", "open", "current"):
        fields[name] = bool(row[name])
    return Case(**fields, reasons=why)


def settle(turn: Writing, session_id: str, content: str, case_id: int) -> Standing:
    """Computes the state of a case from its records, and notes it in its row."""
    said = bodies(turn.records("entry", "verdict", "withdrawal", "appeal", session_id=session_id), content)
    row = turn.one("select flagged, current from cases where case_id = :case_id", case_id=case_id)
    found = standing(said, flagged=bool(row and row["flagged"]))
    turn.run(
        "update cases set state = :state, open = :open, queued = :queued, round = :round, verdicts = :verdicts, "
        "last_seq = :last where case_id = :case_id",
        case_id=case_id,
        state=found.state,
        open=int(found.open and bool(said) and _matters(found, row)),
        queued=int(bool(said)),
        round=found.round,
        verdicts=len(found.cast),
        last=said[-1][0] if said else 0,
    )
    turn.run("delete from judged where case_id = :case_id", case_id=case_id)
    authors = sorted({one.auditor for one in found.cast})
    turn.run_many(
        "insert into judged (case_id, auditor) values (:case_id, :auditor)",
        [{"case_id": case_id, "auditor": author} for author in authors],
    )
    return found


def _matters(found: Standing, row: Row | None) -> bool:
    """What a session was before it went on is judged no more, unless somebody has appealed."""
    return found.state == "appealed" or bool(row and row["current"])


def rebuild(ledger: Ledger) -> int:
    """Computes the state of every queued case anew from the records; returns how many rows were wrong."""
    wrong = 0
    with ledger.writing() as turn:
        known = turn.rows(
            "select case_id, session_id, content, current, state, open, round, verdicts from cases where queued = 1"
        )
        for row in known:
            found = settle(turn, row["session_id"], row["content"], row["case_id"])
            right: Mapping[str, Any] = {
                "state": found.state,
                "open": int(found.open and _matters(found, row)),
                "round": found.round,
                "verdicts": len(found.cast),
            }
            wrong += any(row[name] != value for name, value in right.items())
    return wrong
