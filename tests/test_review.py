"""What is decided about a case follows from its records: verdicts, corrections, withdrawals, appeals."""

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest
from desk import ANN, BOB, CAT, FLAGGED, LEA, PAT, TWICE, score

from audit import queue, review
from audit.drawing import Plan
from audit.intake import enqueue
from audit.ledger import Ledger
from audit.records import Account, Decision, Verdict, View
from audit.review import NotAllowed, OutOfTurn
from audit.standing import decided


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{tmp_path}/ledger.db")
    yield opened
    opened.close()


def state(ledger: Ledger, session_id: str = "s1") -> tuple[str, bool]:
    found = queue.case(ledger, session_id)
    return found.state, found.open


@pytest.mark.parametrize(
    ("decisions", "reviews", "together"),
    [
        ([], 1, None),
        (["padded"], 1, "padded"),
        (["unsure"], 1, "unsure"),
        (["padded"], 2, None),
        (["padded", "padded"], 2, "padded"),
        (["padded", "genuine"], 2, None),
        (["padded", "unsure"], 2, None),
        (["padded", "genuine", "genuine"], 2, "genuine"),
        (["padded", "genuine", "unsure"], 2, "unsure"),
        (["padded", "padded", "genuine", "genuine"], 2, "unsure"),
        (["padded", "genuine"], 1, None),
    ],
)
def test_several_auditors_decide_by_majority(
    decisions: list[Decision], reviews: int, together: Decision | None
) -> None:
    assert {decided(order, reviews) for order in permutations(decisions)} == {together}


@pytest.mark.parametrize(
    ("decision", "outcome"), [("padded", "confirmed"), ("genuine", "cleared"), ("unsure", "unsure")]
)
def test_one_verdict_settles_a_case_that_needs_one(ledger: Ledger, decision: Decision, outcome: str) -> None:
    enqueue(ledger, [score()], FLAGGED)
    assert state(ledger) == ("flagged", True)
    queue.next_for(ledger, ANN)
    assert queue.case(ledger, "s1").in_review
    assert review.decide(ledger, ANN, "s1", decision).state == outcome
    assert state(ledger) == (outcome, False)


def test_a_session_that_is_not_flagged_is_reviewed_as_such(ledger: Ledger) -> None:
    enqueue(ledger, [score("s1", 0.01)], Plan(random=1.0, double=0.0))
    assert state(ledger) == ("unflagged", True)
    assert review.decide(ledger, ANN, "s1", "padded").state == "confirmed"


def test_two_who_disagree_need_a_third(ledger: Ledger) -> None:
    enqueue(ledger, [score()], TWICE)
    assert review.decide(ledger, ANN, "s1", "padded").state == "in review"
    with pytest.raises(OutOfTurn, match="ann has judged session s1 before: somebody else has to"):
        review.decide(ledger, ANN, "s1", "genuine")
    assert queue.next_for(ledger, ANN) is None
    review.decide(ledger, BOB, "s1", "genuine")
    assert state(ledger) == ("in review", True)
    found = queue.next_for(ledger, CAT)
    assert found is not None
    assert review.decide(ledger, CAT, found.session_id, "genuine").state == "cleared"


def test_a_verdict_sent_again_counts_once(ledger: Ledger) -> None:
    enqueue(ledger, [score()], TWICE)
    first = review.decide(ledger, ANN, "s1", "padded", turns=(4, 2), note="again", seconds=3)
    assert review.decide(ledger, ANN, "s1", "padded", turns=(2, 4, 4), note="again", seconds=4) == first
    assert queue.case(ledger, "s1").verdicts == 1


def test_a_decided_case_takes_no_further_verdict(ledger: Ledger) -> None:
    enqueue(ledger, [score()], FLAGGED)
    review.decide(ledger, ANN, "s1", "padded")
    with pytest.raises(OutOfTurn, match="session s1 is confirmed already"):
        review.decide(ledger, BOB, "s1", "genuine")


def test_a_correction_is_a_new_record_and_the_old_one_stays(ledger: Ledger) -> None:
    enqueue(ledger, [score()], FLAGGED)
    first = review.decide(ledger, ANN, "s1", "padded", note="looped")
    second = review.decide(ledger, ANN, "s1", "genuine", note="a poll", replaces=first.verdict)
    assert second.state == "cleared"
    with ledger.reading() as view:
        verdicts = [record.read() for record in view.records("verdict")]
    assert [(one.decision, one.replaces) for one in verdicts if isinstance(one, Verdict)] == [
        ("padded", None),
        ("genuine", first.verdict),
    ]
    with pytest.raises(OutOfTurn, match="bob has no verdict"):
        review.decide(ledger, BOB, "s1", "padded", replaces=second.verdict)
    with pytest.raises(OutOfTurn, match="ann has no verdict"):
        review.decide(ledger, ANN, "s1", "unsure", replaces=first.verdict)


def test_who_takes_a_verdict_back_has_the_case_open_again(ledger: Ledger) -> None:
    enqueue(ledger, [score()], FLAGGED)
    first = review.decide(ledger, ANN, "s1", "padded")
    assert review.withdraw(ledger, ANN, first.verdict, "wrong key") == "flagged"
    assert queue.next_for(ledger, BOB) is None
    assert queue.case(ledger, "s1").held_by == "ann"
    second = review.decide(ledger, ANN, "s1", "padded")
    assert second.verdict != first.verdict
    assert second.state == "confirmed"
    with pytest.raises(OutOfTurn, match="was taken back or corrected before"):
        review.withdraw(ledger, ANN, first.verdict)


def test_only_its_auditor_or_a_lead_takes_a_verdict_back(ledger: Ledger) -> None:
    enqueue(ledger, [score()], FLAGGED)
    first = review.decide(ledger, ANN, "s1", "padded")
    for other in (BOB, PAT):
        with pytest.raises(NotAllowed, match="is ann's: they, or a lead, can take it back"):
            review.withdraw(ledger, other, first.verdict)
    assert review.withdraw(ledger, LEA, first.verdict) == "flagged"
    assert queue.case(ledger, "s1").held_by is None
    with pytest.raises(LookupError, match="no verdict 1 "):
        review.withdraw(ledger, LEA, 1)


def test_an_appeal_is_decided_by_somebody_else_and_comes_first(ledger: Ledger) -> None:
    enqueue(ledger, [score("s1", 0.6), score("s2", 0.99)], FLAGGED)
    review.decide(ledger, ANN, "s1", "padded")
    review.appeal(ledger, PAT, "s1", "It was a load test.")
    assert state(ledger) == ("appealed", True)
    mine = queue.next_for(ledger, ANN)
    assert mine is not None
    assert mine.session_id == "s2"
    with pytest.raises(OutOfTurn, match="ann has judged session s1 before"):
        review.decide(ledger, ANN, "s1", "padded")
    found = queue.next_for(ledger, BOB)
    assert found is not None
    assert (found.session_id, found.round) == ("s1", 2)
    assert review.decide(ledger, BOB, "s1", "genuine").state == "cleared"


@pytest.mark.parametrize(
    ("decision", "outcome"), [("padded", "confirmed"), ("genuine", "cleared"), ("unsure", "cleared")]
)
def test_after_an_appeal_who_cannot_be_shown_to_have_padded_is_cleared(
    ledger: Ledger, decision: Decision, outcome: str
) -> None:
    enqueue(ledger, [score()], TWICE)
    review.decide(ledger, ANN, "s1", "padded")
    review.decide(ledger, BOB, "s1", "padded")
    review.appeal(ledger, PAT, "s1", "No.")
    assert review.decide(ledger, CAT, "s1", decision).state == outcome
    assert state(ledger) == (outcome, False)


def test_a_lead_alone_can_decide_an_appeal(ledger: Ledger) -> None:
    enqueue(ledger, [score()], FLAGGED)
    review.decide(ledger, LEA, "s1", "padded")
    review.appeal(ledger, PAT, "s1", "No.")
    assert queue.next_for(ledger, LEA) is None
    assert queue.take(ledger, LEA, "s1").round == 2
    assert review.decide(ledger, LEA, "s1", "genuine").state == "cleared"


def test_a_flag_that_nobody_has_looked_at_can_be_appealed(ledger: Ledger) -> None:
    enqueue(ledger, [score()], Plan(random=0, random_flagged=0, near=0, novel=0, double=0))
    enqueue(ledger, [score("s2", 0.01)], Plan(random=1.0))  # it waits, which the refusal must not tell
    enqueue(ledger, [score("s3", user_id="u-else")], FLAGGED)
    review.appeal(ledger, PAT, "s1", "It was a load test.")
    assert state(ledger) == ("appealed", True)
    with pytest.raises(OutOfTurn, match="s1 is appealed: there is nothing to appeal against"):
        review.appeal(ledger, PAT, "s1", "Again.")
    with pytest.raises(OutOfTurn, match="s2 is unflagged: there is nothing"):
        review.appeal(ledger, PAT, "s2", "No.")
    with pytest.raises(NotAllowed, match="session s3 is not pat's"):
        review.appeal(ledger, PAT, "s3", "No.")
    with pytest.raises(NotAllowed, match="session s1 is not lea's"):
        review.appeal(ledger, LEA, "s1", "No.")
    with pytest.raises(ValueError, match="needs a statement"):
        review.appeal(ledger, PAT, "s1", " ")


def test_a_confirmed_appeal_can_be_appealed_once_more(ledger: Ledger) -> None:
    enqueue(ledger, [score()], FLAGGED)
    review.decide(ledger, ANN, "s1", "padded")
    review.appeal(ledger, PAT, "s1", "No.")
    review.decide(ledger, BOB, "s1", "padded")
    review.appeal(ledger, PAT, "s1", "Here is the ticket.")
    assert queue.case(ledger, "s1").round == 3
    assert review.decide(ledger, CAT, "s1", "genuine").state == "cleared"


def test_an_appeal_stays_open_though_the_session_went_on(ledger: Ledger) -> None:
    enqueue(ledger, [score()], FLAGGED)
    review.decide(ledger, ANN, "s1", "padded")
    review.appeal(ledger, PAT, "s1", "No.")
    enqueue(ledger, [score(content="longer", probability=0.1)], FLAGGED)
    found = queue.next_for(ledger, BOB)
    assert found is not None
    assert (found.content, found.current) == ("content of s1", False)
    assert review.decide(ledger, BOB, "s1", "genuine", content=found.content).state == "cleared"


def test_what_a_session_was_before_it_went_on_is_judged_no_more(ledger: Ledger) -> None:
    enqueue(ledger, [score()], FLAGGED)
    queue.next_for(ledger, ANN)
    enqueue(ledger, [score(content="longer")], FLAGGED)
    with pytest.raises(OutOfTurn, match="session s1 went on since"):
        review.decide(ledger, ANN, "s1", "padded", content="content of s1")
    found = queue.next_for(ledger, ANN)
    assert found is not None
    assert found.content == "longer"


def test_auditors_do_not_see_what_others_decided_while_a_case_is_open(ledger: Ledger) -> None:
    enqueue(ledger, [score()], TWICE)
    first = review.decide(ledger, ANN, "s1", "padded")
    review.withdraw(ledger, ANN, first.verdict)
    review.decide(ledger, ANN, "s1", "genuine")
    review.look(ledger, BOB, "s1")
    kinds = {
        account.name: [one.kind for one in review.history(ledger, account, "s1")] for account in (ANN, BOB, LEA, PAT)
    }
    whole = ["verdict", "withdrawal", "verdict", "view"]
    assert kinds == {"ann": whole, "bob": ["view"], "lea": whole, "pat": whole}
    review.decide(ledger, BOB, "s1", "genuine")
    assert len(review.history(ledger, BOB, "s1")) == 5


def test_who_looked_at_whose_prompts_is_recorded(ledger: Ledger) -> None:
    enqueue(ledger, [score("s1", 0.01)], FLAGGED)
    record = review.look(ledger, ANN, "s1", "raw JSON")
    assert (record.author, record.session_id, record.read()) == ("ann", "s1", View("raw JSON", "u-pat"))
    review.look(ledger, PAT, "s1")
    other = Account("eve", "person", "u-eve")
    for forbidden in (review.look, review.history):
        with pytest.raises(NotAllowed, match="session s1 is not eve's"):
            forbidden(ledger, other, "s1")


def test_turns_before_the_first_are_refused(ledger: Ledger) -> None:
    enqueue(ledger, [score()], FLAGGED)
    with pytest.raises(ValueError, match="session s1 has no turn -1"):
        review.decide(ledger, ANN, "s1", "padded", turns=(3, -1))
