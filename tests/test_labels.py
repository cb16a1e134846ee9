"""Labels follow from verdicts: agreement, corrections, appeals, marks and weights."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import ALL, ANN, BOB, CAT, FLAGGED, PAT, TWICE, company, score

from audit import review
from audit.drawing import Plan
from audit.intake import enqueue
from audit.labels import Label, is_for_evaluation, labels, read_labels
from audit.ledger import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{tmp_path}/ledger.db")
    yield opened
    opened.close()


def only(ledger: Ledger) -> Label:
    (found,) = read_labels(ledger)
    return found


def test_one_verdict_is_a_label(ledger: Ledger) -> None:
    enqueue(ledger, [score()], FLAGGED)
    review.decide(ledger, ANN, "s1", "padded", turns=(6, 2))
    assert only(ledger) == Label(
        "s1", "content of s1", padded=True, turns=(2, 6), weight=1.0, inclusion_probability=1.0, slice="risk",
        model_version="1", auditors=1, agreed=True, appealed=False, evaluation=is_for_evaluation("s1", 0.3),
    )  # fmt: skip


def test_nothing_is_learned_from_an_open_or_unsure_case(ledger: Ledger) -> None:
    enqueue(ledger, [score("s1"), score("s2"), score("s3")], TWICE)
    review.decide(ledger, ANN, "s1", "padded")
    for auditor in (ANN, BOB):
        review.decide(ledger, auditor, "s2", "unsure")
    for auditor, decision in ((ANN, "padded"), (BOB, "genuine")):
        review.decide(ledger, auditor, "s3", decision)  # type: ignore[arg-type]
    assert read_labels(ledger) == ()


def test_a_majority_is_a_label_that_says_so_and_keeps_the_marks_of_those_who_agree(ledger: Ledger) -> None:
    enqueue(ledger, [score()], TWICE)
    review.decide(ledger, ANN, "s1", "padded", turns=(1, 2, 3))
    review.decide(ledger, BOB, "s1", "genuine", turns=(9,))
    review.decide(ledger, CAT, "s1", "padded", turns=(2,))
    found = only(ledger)
    assert (found.padded, found.auditors, found.agreed, found.turns) == (True, 3, False, (1, 2, 3))


def test_a_mark_that_one_of_three_made_is_left_out(ledger: Ledger) -> None:
    enqueue(ledger, [score()], Plan(random=1, random_flagged=1, double=1))
    first = review.decide(ledger, ANN, "s1", "genuine", turns=(7,))
    review.decide(ledger, BOB, "s1", "padded", turns=(2, 3))
    review.decide(ledger, CAT, "s1", "padded", turns=(2,))
    review.decide(ledger, ANN, "s1", "padded", turns=(2, 4), replaces=first.verdict)
    found = only(ledger)
    assert (found.turns, found.agreed) == ((2,), True)


def test_corrections_and_withdrawals_are_respected(ledger: Ledger) -> None:
    enqueue(ledger, [score()], FLAGGED)
    first = review.decide(ledger, ANN, "s1", "padded")
    second = review.decide(ledger, ANN, "s1", "genuine", replaces=first.verdict)
    assert not only(ledger).padded
    review.withdraw(ledger, ANN, second.verdict)
    assert read_labels(ledger) == ()


def test_an_appeal_takes_the_label_away_until_it_is_decided(ledger: Ledger) -> None:
    enqueue(ledger, [score("s1"), score("s2")], FLAGGED)
    for session in ("s1", "s2"):
        review.decide(ledger, ANN, session, "padded", turns=(2,))
        review.appeal(ledger, PAT, session, "No.")
    assert read_labels(ledger) == ()
    review.decide(ledger, BOB, "s1", "genuine")
    review.decide(ledger, BOB, "s2", "unsure")
    found = only(ledger)  # s2 is cleared, yet nobody knows
    assert (found.session_id, found.padded, found.appealed, found.turns) == ("s1", False, True, ())


def test_a_weight_is_the_inverse_of_the_chance_of_being_reviewed(ledger: Ledger) -> None:
    plan = Plan(random=0.2, random_flagged=0.5, near=0.5, novel=0, double=0)
    enqueue(ledger, [*company(500), *(score(f"near{n}", 0.45) for n in range(60))], plan)
    with ledger.reading() as view:
        waiting = [record.session_id for record in view.records("entry")]
    for session in waiting:
        review.decide(ledger, ANN, session, "genuine")
    found = read_labels(ledger)
    assert len(found) == len(waiting)
    weights = {one.session_id[:4]: round(one.weight, 6) for one in found if one.weight != 1}
    assert weights == {"sess": 5.0, "near": round(1 / 0.6, 6)}
    assert sum(one.weight for one in found) == pytest.approx(560, rel=0.2)


def test_what_was_picked_by_hand_stands_for_itself(ledger: Ledger) -> None:
    enqueue(ledger, [score("s1", 0.1)], FLAGGED)
    review.pick(ledger, ANN, "s1")
    review.decide(ledger, ANN, "s1", "padded")
    found = only(ledger)
    assert (found.weight, found.inclusion_probability, found.slice) == (1.0, None, "picked")


def test_the_part_for_evaluation_is_fixed(ledger: Ledger) -> None:
    enqueue(ledger, (score(f"s{n}") for n in range(300)), ALL)
    for n in range(150):
        review.decide(ledger, ANN, f"s{n}", "padded")
    before = {one.session_id: one.evaluation for one in read_labels(ledger)}
    for n in range(150, 300):
        review.decide(ledger, ANN, f"s{n}", "genuine")
    after = {one.session_id: one.evaluation for one in read_labels(ledger)}
    assert before.items() <= after.items()
    assert sum(after.values()) / 300 == pytest.approx(0.3, abs=0.1)
    assert not any(one.evaluation for one in read_labels(ledger, evaluation_share=0))


def test_labels_are_a_pure_function_of_the_records(ledger: Ledger) -> None:
    enqueue(ledger, (score(f"s{n}") for n in range(5)), FLAGGED)
    for n in range(5):
        review.decide(ledger, ANN, f"s{n}", "padded")
    with ledger.reading() as view:
        records = list(view.records())
    assert labels(records) == labels(iter(records)) == read_labels(ledger)
    assert [one.session_id for one in labels(records[:7])] == ["s0", "s1"]


def test_the_best_chance_of_several_versions_is_what_weighs(ledger: Ledger) -> None:
    by_luck = Plan(random=0.5, random_flagged=0.5, near=0, novel=0, double=0)
    enqueue(ledger, (score(f"s{n}", 0.1) for n in range(20)), by_luck)
    with ledger.reading() as view:
        first = next(view.records("entry")).session_id
    enqueue(ledger, [score(first, 0.9, model_version="2")], by_luck)
    review.decide(ledger, ANN, first, "padded")
    found = only(ledger)
    assert (found.weight, found.slice, found.model_version) == (1.0, "random", "1")


def test_what_was_picked_by_hand_gains_no_weight_from_a_later_version(ledger: Ledger) -> None:
    enqueue(ledger, [score("s1", 0.1)], FLAGGED)
    review.pick(ledger, ANN, "s1")
    enqueue(ledger, [score("s1", 0.1, model_version="2")], Plan(random=1e-9, near=0, double=0))
    review.decide(ledger, ANN, "s1", "padded")
    assert only(ledger).weight == 1.0
