"""One session: the judgement, its reasons and their evidence, the transcript, and what may be done about it."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from audit import casefile, queue, review
from audit.cases import Case, NoSuchCase
from audit.estimates import Estimate
from audit.listing import Filter, listing
from audit.pages.history import open_statement, told_to, verdict_of
from audit.pages.queue import receipt
from audit.pages.visit import Answer, NotFound, Visit, key_of, shown
from audit.records import Account, Record
from audit.views import honest
from audit.views.archive import Transcript
from audit.views.prompt_map import prompt_map
from audit.views.timeline import NAMES, timeline
from audit.views.transcript import PIECE, piece, window
from audit.views.words import doubts, judgement

_OTHERS = 12


def page(visit: Visit) -> Answer:
    """The whole page; that it was looked at is in the ledger before anything is shown."""
    case = known(visit)
    visit.desk.note_look(visit.who, case.session_id, "transcript")
    found = visit.desk.archive.find(case.session_id, case.started)
    evidence = sorted({turn for reason in case.reasons for turn in reason.turns})
    history = review.history(visit.desk.ledger, visit.who, case.session_id)
    return shown(
        "session.html",
        title=f"Session {case.session_id}",
        case=case,
        key=key_of(case.session_id),
        is_own=is_own(visit.who, case),
        may=_may(visit.who, case, history),
        judgement=judgement(case),
        doubts=doubts(case, _precision(visit, case)),
        honest_name=honest.name_of(case.looks_like),
        honest_question=honest.question(case.looks_like),
        session=found.session if found else None,
        has_grown=bool(found and found.content != case.content),
        evidence=evidence,
        timeline=timeline(found.session, evidence) if found else None,
        lane_names=NAMES,
        map=prompt_map(found.session, evidence) if found else None,
        window=window(found.session, visit.number("at"), case.reasons) if found else None,
        history=told_to(visit.who, history),
        statement=open_statement(case, history),
        others=_others(visit, case),
        origin=review.origin(visit.desk.ledger, visit.who, case.session_id, case.content),
        auditors=_auditors(visit),
        receipt=receipt(visit) if visit.who.role != "person" else None,
        opened=int(visit.desk.ledger.now().timestamp()),
    )


def turns(visit: Visit) -> Answer:
    """Another window of the transcript."""
    case, found = _transcript(visit)
    shown_turns = window(found.session, visit.number("at"), case.reasons)
    may = _may(visit.who, case, ())
    return shown("turns.html", title="Transcript", window=shown_turns, key=key_of(case.session_id), may=may)


def text(visit: Visit) -> Answer:
    """The text of a turn, or the next stretch of it where it is very long."""
    case, found = _transcript(visit)
    index, start = visit.number("turn"), visit.number("from")
    try:
        stretch, following = piece(found.session, index, start)
    except IndexError as error:
        raise NotFound(str(error)) from None
    return shown(
        "text.html",
        title=f"Turn {index}",
        text=stretch,
        following=following,
        index=index,
        key=key_of(case.session_id),
        piece=PIECE,
    )


def raw(visit: Visit) -> Answer:
    """The session as JSON, to download."""
    case = known(visit)
    visit.desk.note_look(visit.who, case.session_id, "raw session")
    found = visit.desk.archive.find(case.session_id, case.started)
    if found is None:
        raise NotFound(f"the transcript of session {case.session_id} is not in the store")
    body = msgspec.json.encode(found.session)
    return Answer(body=body, kind="application/json", file=f"session-{key_of(case.session_id)}.json")


def export(visit: Visit) -> Answer:
    """The whole file of the session from the ledger, for a lead or the person concerned."""
    case = known(visit)
    if visit.who.role != "lead" and not is_own(visit.who, case):
        raise NotFound(f"the file of session {case.session_id} is for a lead or the person concerned")
    body = msgspec.json.format(msgspec.json.encode(casefile.export(visit.desk.ledger, case.session_id)))
    return Answer(body=body, kind="application/json", file=f"case-{key_of(case.session_id)}.json")


def known(visit: Visit) -> Case:
    """The case that the address names; for a person, those of others are not there."""
    content = visit.asked("content") or visit.sent("content") or None
    try:
        case = queue.case(visit.desk.ledger, visit.session_id, content)
    except NoSuchCase as error:
        raise NotFound(str(error)) from None
    if visit.who.role == "person" and not is_own(visit.who, case):
        raise NotFound(f"the ledger has no score of session {visit.session_id!r}; it may not have been scored yet")
    return case


def is_own(account: Account, case: Case) -> bool:
    """Whether a session is the account's own."""
    return account.user_id is not None and account.user_id == case.user_id


def _transcript(visit: Visit) -> tuple[Case, Transcript]:
    case = known(visit)
    visit.desk.note_look(visit.who, case.session_id, "transcript", again=False)
    found = visit.desk.archive.find(case.session_id, case.started)
    if found is None:
        raise NotFound(f"the transcript of session {case.session_id} is not in the store")
    return case, found


def _precision(visit: Visit, case: Case) -> Estimate | None:
    return visit.desk.figures(case.model_version).precision if case.flagged else None


def _may(account: Account, case: Case, history: Sequence[Record]) -> Mapping[str, Any]:
    """What this account can do with the case now."""
    mine = verdict_of(account, case, history)
    is_reviewer = account.role != "person" and not is_own(account, case)
    others = case.held_by not in (None, account.name)
    free = is_reviewer and not others and (case.open or not case.queued)
    judged = mine is not None and not (account.role == "lead" and mine[1].round < case.round)
    return {
        "decide": is_reviewer and case.open and case.held_by == account.name,
        "take": free and case.held_by is None and not judged,
        "withdraw": mine[0] if mine is not None and mine[1].round == case.round else None,
        "appeal": is_own(account, case)
        and case.state not in ("appealed", "cleared")
        and (case.queued or case.state != "unflagged"),
        "mine": mine[1].decision if mine is not None else None,
        "others": case.held_by if others and is_reviewer else None,
    }


def _others(visit: Visit, case: Case) -> list[Case]:
    """The person's other sessions, the latest first."""
    if case.user_id is None:
        return []
    wanted = Filter(user_id=case.user_id)
    found = listing(visit.desk.ledger, visit.who, wanted, sort="started", size=_OTHERS + 1)
    return [one for one in found.cases if one.session_id != case.session_id][:_OTHERS]


def _auditors(visit: Visit) -> list[str]:
    if visit.who.role != "lead":
        return []
    return [one.name for one in visit.desk.people.all() if one.role != "person"]
