"""Brings scores to the auditors: all of them are known, those that are drawn are put in the queue."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import msgspec

from audit.cases import settle
from audit.drawing import Draw, Plan, draw
from audit.ledger import Ledger, Row, Writing
from audit.records import Entry, Record, Score

_AT_ONCE = 5_000

_CASE_COLUMNS = (
    "case_id", "session_id", "content", "model_version", "status", "user_id", "source", "looks_like", "slice", "week",
    "state", "started", "risk", "since", "rank", "probability", "padded_share", "threshold", "novelty", "tokens",
    "padded_tokens", "last_seq", "flagged", "queued", "open", "current", "round", "verdicts", "reviews",
)  # fmt: skip
_NEW_CASE = f"insert into cases ({', '.join(_CASE_COLUMNS)}) values (:{', :'.join(_CASE_COLUMNS)})"  # noqa: S608
_RENEWED = (
    "model_version", "status", "user_id", "source", "looks_like", "slice", "week", "started", "risk", "since", "rank",
    "probability", "padded_share", "threshold", "novelty", "tokens", "padded_tokens", "flagged", "current", "reviews",
)  # fmt: skip
_OLD_CASE = (
    f"update cases set {', '.join(f'{name} = :{name}' for name in _RENEWED)}, "  # noqa: S608
    "state = case when queued = 1 then state else :state end where case_id = :case_id"
)
_NEW_SCORE = (
    "insert into scores (case_id, model_version, flagged, current, slice, sampling_probability, inclusion_probability, "
    "entry, reasons) values (:case_id, :model_version, :flagged, 1, :slice, :sampling_probability, "
    ":inclusion_probability, :entry, :reasons)"
)
_SUPERSEDED = (
    "update cases set current = 0, open = case when state = 'appealed' then open else 0 end "
    "where session_id = :session_id and content <> :content and current = 1"
)
_SUPERSEDED_SCORES = (
    "update scores set current = 0 where case_id in "
    "(select case_id from cases where session_id = :session_id and content <> :content)"
)


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of the scores."""

    known: int = 0
    """Had been brought before: same session, content and model version."""
    queued: int = 0
    """Were put in the queue."""
    left_out: int = 0
    """Are kept for the pages about people and sums, and wait for nobody."""


def enqueue(ledger: Ledger, scores: Iterable[Score], plan: Plan | None = None, by: str = "score") -> Intake:
    """Takes in scores, each session × content × model version once, and puts those that are drawn in the queue.

    Each few thousand are one transaction: stopped in between and run again, nothing is there twice or missing.
    """
    plan = plan or Plan()
    known = queued = total = 0
    for some in _portions(scores):
        with ledger.writing() as turn:
            fresh, drawn = _take_in(turn, some, plan, by)
        known, queued, total = known + len(some) - fresh, queued + drawn, total + len(some)
    if total - known >= _AT_ONCE:
        _count_anew(ledger)
    return Intake(known, queued, total - known - queued)


def _count_anew(ledger: Ledger) -> None:
    """Tells Postgres, which else finds out in its own time and until then looks for rows the slow way."""
    with ledger.writing() as turn:
        if not turn.is_sqlite:
            turn.run("analyze cases, scores")


def enter(turn: Writing, row: Row, score: Score, how: Entry, by: str) -> Record:
    """Puts one known case in the queue for another reason than a draw."""
    record = turn.append(how, by=by, session_id=score.session_id)
    turn.run(
        "update scores set entry = :entry, slice = :slice, sampling_probability = null, inclusion_probability = null "
        "where case_id = :case_id and model_version = :version",
        entry=record.seq,
        slice=how.slice,
        case_id=row["case_id"],
        version=score.model_version,
    )
    turn.run(
        "update cases set slice = :slice, rank = 0, since = :since, reviews = :reviews where case_id = :case_id",
        slice=how.slice,
        since=turn.now.timestamp(),
        reviews=how.reviews,
        case_id=row["case_id"],
    )
    settle(turn, score.session_id, score.content, row["case_id"])
    return record


def _portions(scores: Iterable[Score]) -> Iterator[list[Score]]:
    """A session comes once in a portion, so that a portion need not look at itself."""
    waiting = iter(scores)
    held = list[Score]()
    while some := held + list(islice(waiting, _AT_ONCE - len(held))):
        once: dict[str, Score] = {}
        held = []
        for score in some:
            if once.setdefault(score.session_id, score) is not score:
                held.append(score)
        yield list(once.values())


def _take_in(turn: Writing, scores: Sequence[Score], plan: Plan, by: str) -> tuple[int, int]:
    """How many of the scores are new, and how many of those were put in the queue."""
    ids = [score.session_id for score in scores]
    cases = {
        (row["session_id"], row["content"]): row
        for row in turn.rows(
            "select case_id, session_id, content, queued, slice, rank, since from cases where session_id in :ids",
            ids=ids,
        )
    }
    known = _known_scores(turn, [row["case_id"] for row in cases.values()])
    fresh = [one for one in scores if (_case_id(cases, one), one.model_version) not in known]
    draws = [_drawn(one, cases.get((one.session_id, one.content)), plan) for one in fresh]
    entries = _append(turn, fresh, draws, by)
    seen = {session_id for session_id, _ in cases}
    older = [{"session_id": one.session_id, "content": one.content} for one in fresh if one.session_id in seen]
    turn.run_many(_SUPERSEDED_SCORES, older)
    turn.run_many(_SUPERSEDED, older)
    next_id = turn.number("select max(case_id) from cases") + 1
    added, renewed, scored = list[Row](), list[Row](), list[Row]()
    for score, luck in zip(fresh, draws, strict=True):
        old = cases.get((score.session_id, score.content))
        entry = entries.get(score.session_id)
        case_id = old["case_id"] if old else next_id
        next_id += old is None
        (renewed if old else added).append({"case_id": case_id, **_row(turn, score, luck, old, entry)})
        scored.append(_score_row(case_id, score, luck, entry))
    turn.run_many(_NEW_CASE, added)
    turn.run_many(_OLD_CASE, renewed)
    turn.run_many(_NEW_SCORE, scored)
    for row in renewed:
        if row["queued"]:
            settle(turn, row["session_id"], row["content"], row["case_id"])
    return len(fresh), len(entries)


def _known_scores(turn: Writing, case_ids: list[int]) -> set[tuple[int | None, str]]:
    found = turn.rows("select case_id, model_version from scores where case_id in :ids", ids=case_ids)
    return {(row["case_id"], row["model_version"]) for row in found}


def _case_id(cases: Mapping[tuple[str, str], Row], score: Score) -> int | None:
    row = cases.get((score.session_id, score.content))
    return row["case_id"] if row else None


def _drawn(score: Score, old: Row | None, plan: Plan) -> Draw:
    """A case that is in the queue stays there with its new score: what an auditor is shown is always an entry."""
    found = draw(score, plan)
    return replace(found, slice="kept") if found.slice is None and old and old["queued"] else found


def _append(turn: Writing, scores: Sequence[Score], draws: Sequence[Draw], by: str) -> dict[str, int]:
    """Records the scores that go in the queue; the numbers of their entries by session."""
    entries = [
        (
            Entry(score, luck.slice, luck.sampling_probability, luck.inclusion_probability, luck.reviews),
            score.session_id,
        )
        for score, luck in zip(scores, draws, strict=True)
        if luck.slice is not None
    ]
    return {record.session_id: record.seq for record in turn.append_all(entries, by=by)}


def _row(turn: Writing, score: Score, luck: Draw, old: Row | None, entry: int | None) -> dict[str, Any]:
    kept = old if old and old["queued"] else None
    aimed = luck.slice not in (None, "kept")
    return {
        **{name: getattr(score, name) for name in ("session_id", "content", "model_version", "status", "user_id")},
        **{name: getattr(score, name) for name in ("source", "looks_like", "probability", "padded_share")},
        **{name: getattr(score, name) for name in ("threshold", "novelty", "tokens")},
        "slice": luck.slice if aimed or not kept else kept["slice"],
        "rank": luck.rank if aimed or not kept else kept["rank"],
        "since": kept["since"] if kept else turn.now.timestamp() if entry else 0.0,
        "week": week_of(score.started),
        "started": score.started.timestamp() if score.started else 0.0,
        "risk": -1.0 if score.probability is None else score.probability,
        "padded_tokens": score.padded_tokens or 0,
        "flagged": int(score.flagged),
        "state": "flagged" if score.flagged else "unflagged",
        "queued": int(entry is not None),
        "open": int(entry is not None),
        "last_seq": entry or 0,
        "current": 1,
        "round": 1,
        "verdicts": 0,
        "reviews": luck.reviews,
    }


def _score_row(case_id: int, score: Score, luck: Draw, entry: int | None) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "model_version": score.model_version,
        "flagged": int(score.flagged),
        "slice": luck.slice,
        "sampling_probability": luck.sampling_probability,
        "inclusion_probability": luck.inclusion_probability,
        "entry": entry,
        "reasons": msgspec.json.encode(score.reasons).decode(),
    }


def week_of(moment: datetime | None) -> str:
    """The Monday of a moment's week in UTC, or `unknown`."""
    if moment is None:
        return "unknown"
    day: date = moment.astimezone(UTC).date()
    return (day - timedelta(days=day.weekday())).isoformat()
