"""What is sent about a session: verdicts, taking them back, appeals."""

from audit import review
from audit.pages.queue import after_verdict
from audit.pages.session import known
from audit.pages.visit import Answer, Visit, key_of, sent_to, whole
from audit.records import DECISIONS

_LONGEST_NOTE = 10_000
_MOST_SECONDS = 24 * 3600


def decide(visit: Visit) -> Answer:
    """Records a verdict, and leads to the next case."""
    decision = visit.sent("decision")
    if decision not in DECISIONS:
        raise ValueError(f"{decision[:40]!r} is no verdict; there are {', '.join(DECISIONS)}")
    opened = whole(visit.sent("opened"), "the time of opening")
    taken = visit.desk.ledger.now().timestamp() - opened if opened else 0.0
    receipt = review.decide(
        visit.desk.ledger,
        visit.who,
        visit.session_id,
        decision,
        content=visit.sent("content") or None,
        turns=_turns(visit),
        note=_said(visit, "note"),
        seconds=round(min(max(taken, 0.0), _MOST_SECONDS), 1),
    )
    return sent_to(after_verdict(visit, receipt.verdict))


def withdraw(visit: Visit) -> Answer:
    """Takes a verdict back; the case is open again, and shown."""
    review.withdraw(visit.desk.ledger, visit.who, whole(visit.path["verdict"], "the verdict's number"))
    session = visit.sent("session")
    return sent_to(f"/sessions/{key_of(session)}" if session else "/queue")


def appeal(visit: Visit) -> Answer:
    """Records what the person concerned says against a flag or a verdict."""
    case = known(visit)
    review.appeal(visit.desk.ledger, visit.who, case.session_id, _said(visit, "statement"), case.content)
    return sent_to(f"/sessions/{key_of(case.session_id)}#history")


def _turns(visit: Visit) -> tuple[int, ...]:
    """The turns that were marked: by ticking, and by keyboard in windows that are no longer shown."""
    marked = [*visit.form.get("turn", ()), *visit.sent("turns").split(",")]
    return tuple(sorted({whole(one.strip(), "a marked turn") for one in marked if one.strip()}))


def _said(visit: Visit, name: str) -> str:
    text = visit.sent(name)
    if len(text) > _LONGEST_NOTE:
        raise ValueError(f"the {name} has {len(text):,} characters; at most {_LONGEST_NOTE:,} are kept")
    return text.replace("\0", "\ufffd")
