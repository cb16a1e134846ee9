"""The queue: what waits, why, since when; and the next case for whoever asks."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from audit import queue, review
from audit.cases import Case, NoSuchCase
from audit.listing import SORTS, listing
from audit.pages.filters import FIELDS, address_of, filter_of
from audit.pages.visit import Answer, Visit, key_of, sent_to, shown
from audit.records import STATES, Record, Verdict
from audit.views.words import SLICES

SKIPPED = "winnow_skipped"
SIZE = 25

_SHOWN = {"waiting": "waiting for an auditor", "queued": "ever in the queue", "all": "all sessions"}
_SORTS = {"risk": "probability", "since": "waiting since", "started": "session began", "padded_tokens": "padded tokens"}
_MOST_SKIPPED = 20
_LONGEST_COOKIE = 3_500


def page(visit: Visit) -> Answer:
    """The list, filtered and sorted, and what the random slice has shown so far."""
    asked = {name: visit.asked(name) for name in FIELDS if visit.asked(name)}
    sort = asked.get("sort", "risk")
    if sort not in SORTS:
        raise ValueError(f"cases cannot be sorted by {sort[:40]!r}; there are {', '.join(SORTS)}")
    descending = asked.get("order", "down") != "up"
    cases = listing(
        visit.desk.ledger,
        visit.who,
        filter_of(asked),
        sort=sort,
        descending=descending,
        size=SIZE,
        after=visit.asked("after") or None,
    )
    return shown(
        "queue.html",
        title="Queue",
        page=cases,
        rows=[_with_reasons(visit, case) for case in cases.cases],
        counts=queue.counts(visit.desk.ledger),
        figures=_figures(visit, cases.cases),
        asked=asked,
        sort=sort,
        descending=descending,
        sorts=_SORTS,
        shown=_SHOWN,
        states=STATES,
        slices=SLICES if visit.who.role == "lead" else {},
        is_first=not visit.asked("after"),
        more=address_of(asked, after=cases.next) if cases.next else None,
        first=address_of(asked),
        sorted_by={
            name: address_of(asked, sort=name, order="up" if name == sort and descending else "") for name in SORTS
        },
        receipt=receipt(visit),
        aside=len(skipped(visit)),
        is_empty=bool(visit.asked("empty")),
    )


def review_next(visit: Visit) -> Answer:
    """Gives the auditor the next case, and leads them to it."""
    return sent_to(_next_address(visit))


def take(visit: Visit) -> Answer:
    """Gives the auditor the case they chose; one that was never in the queue is put there."""
    known = queue.case(visit.desk.ledger, visit.session_id)
    if not known.queued:
        review.pick(visit.desk.ledger, visit.who, visit.session_id)
    queue.take(visit.desk.ledger, visit.who, visit.session_id)
    return sent_to(f"/sessions/{key_of(visit.session_id)}")


def skip(visit: Visit) -> Answer:
    """Puts the case aside for now, and leads to the next."""
    queue.release(visit.desk.ledger, visit.who, visit.session_id)
    aside = [*(one for one in skipped(visit) if one != visit.session_id), visit.session_id][-_MOST_SKIPPED:]
    address = _next_address(visit, aside)
    while aside and len(quote(json.dumps(aside), safe="")) > _LONGEST_COOKIE:
        aside = aside[1:]
    return sent_to(address, **{SKIPPED: json.dumps(aside)})


def unskip(visit: Visit) -> Answer:
    """Takes up again what was put aside."""
    return sent_to(_next_address(visit), **{SKIPPED: None})


def assign(visit: Visit) -> Answer:
    """Gives a case to an auditor at a lead's word."""
    name = visit.sent("auditor")
    auditor = visit.desk.people.get(name)
    if auditor is None:
        raise ValueError(f"there is no account {name[:100]!r} to give the session to")
    queue.assign(visit.desk.ledger, visit.who, auditor, visit.session_id)
    return sent_to(f"/sessions/{key_of(visit.session_id)}")


def after_verdict(visit: Visit, verdict: int) -> str:
    """Where an auditor goes from a verdict: to the next case, which tells them what became of this one."""
    return _next_address(visit, skipped(visit), verdict)


def skipped(visit: Visit) -> list[str]:
    """The sessions that somebody has put aside."""
    try:
        found = json.loads(visit.cookies.get(SKIPPED, "[]"))
    except ValueError:
        return []
    return [str(one) for one in found][:_MOST_SKIPPED] if isinstance(found, list) else []


def receipt(visit: Visit) -> Mapping[str, Any] | None:
    """What is to be said of the verdict that somebody has just given."""
    seq = visit.number("after_verdict")
    record = _record(visit, seq) if seq else None
    body = record.read() if record else None
    if record is None or not isinstance(body, Verdict) or record.author != visit.who.name:
        return None
    try:
        known = queue.case(visit.desk.ledger, record.session_id, body.content)
    except NoSuchCase:
        return None
    origin = review.origin(visit.desk.ledger, visit.who, record.session_id, body.content)
    return {"seq": seq, "decision": body.decision, "case": known, "origin": origin}


def _record(visit: Visit, seq: int) -> Record | None:
    with visit.desk.ledger.reading() as view:
        found = next(view.records("verdict", after=seq - 1), None)
    return found if found and found.seq == seq else None


def _next_address(visit: Visit, aside: list[str] | None = None, verdict: int | None = None) -> str:
    case = queue.next_for(visit.desk.ledger, visit.who, visit.desk.plan, skipping=aside or [])
    end = f"?after_verdict={verdict}" if verdict else ""
    if case is None:
        return f"/queue{end or '?'}{'&' if end else ''}empty=1"
    return f"/sessions/{key_of(case.session_id)}{end}"


def _with_reasons(visit: Visit, case: Case) -> Case:
    try:
        return queue.case(visit.desk.ledger, case.session_id, case.content)
    except NoSuchCase:  # it went on since the list was read
        return case


def _figures(visit: Visit, cases: tuple[Case, ...]) -> Any:
    sheet = visit.desk.sheet()
    version = sheet.version if sheet else cases[0].model_version if cases else None
    return visit.desk.figures(version) if version else None
