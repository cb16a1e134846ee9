"""Every page there is, and who may come: nothing is reachable that is not in this list."""

from audit.pages import door, model, people, queue, session, verdicts
from audit.pages.visit import Route
from audit.records import Role

_ANYBODY: frozenset[Role] = frozenset()
_EVERYONE: frozenset[Role] = frozenset(("auditor", "lead", "person"))
_REVIEWERS: frozenset[Role] = frozenset(("auditor", "lead"))
_LEADS: frozenset[Role] = frozenset(("lead",))

ROUTES = (
    Route("/", _ANYBODY, door.start),
    Route("/health", _ANYBODY, door.health),
    Route("/sign-in", _ANYBODY, door.sign_in_form),
    Route("/sign-in", _ANYBODY, door.sign_in, "POST"),
    Route("/sign-out", _EVERYONE, door.sign_out, "POST"),
    Route("/queue", _REVIEWERS, queue.page),
    Route("/next", _REVIEWERS, queue.review_next, "POST"),
    Route("/unskip", _REVIEWERS, queue.unskip, "POST"),
    Route("/sessions/{session}", _EVERYONE, session.page),
    Route("/sessions/{session}/turns", _EVERYONE, session.turns),
    Route("/sessions/{session}/text", _EVERYONE, session.text),
    Route("/sessions/{session}/raw", _EVERYONE, session.raw),
    Route("/sessions/{session}/file", _EVERYONE, session.export),
    Route("/sessions/{session}/take", _REVIEWERS, queue.take, "POST"),
    Route("/sessions/{session}/skip", _REVIEWERS, queue.skip, "POST"),
    Route("/sessions/{session}/assign", _LEADS, queue.assign, "POST"),
    Route("/sessions/{session}/verdict", _REVIEWERS, verdicts.decide, "POST"),
    Route("/sessions/{session}/appeal", _EVERYONE, verdicts.appeal, "POST"),
    Route("/verdicts/{verdict}/withdraw", _REVIEWERS, verdicts.withdraw, "POST"),
    Route("/people/{user}", _REVIEWERS, people.person),
    Route("/board", _REVIEWERS, people.board),
    Route("/model", _REVIEWERS, model.page),
    Route("/mine", _EVERYONE, people.mine),
)
