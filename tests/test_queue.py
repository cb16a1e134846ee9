"""The queue gives each case to one auditor at a time, mixes its slices, and loses no verdict."""

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import ALL, ANN, BOB, CAT, FLAGGED, LEA, PAT, TWICE, Clock, company, score
from postgres import emptied, postgres

from audit import queue, review
from audit.cases import Case, NoSuchCase
from audit.drawing import Plan, chance, draw
from audit.intake import enqueue
from audit.ledger import Ledger
from audit.listing import SORTS, Filter, listing
from audit.records import Account, Verdict
from audit.review import NotAllowed, OutOfTurn


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ledger.db"
    return emptied(request.getfixturevalue("cluster"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock)
    yield opened
    opened.close()


def given(ledger: Ledger, account: Account, **more: object) -> str | None:
    found = queue.next_for(ledger, account, **more)  # type: ignore[arg-type]
    return found.session_id if found else None


def test_two_hundred_auditors_at_once_get_different_cases_and_lose_no_verdict(url: str) -> None:
    ledger = Ledger.open(url)
    enqueue(ledger, company(210), ALL)
    got: list[str] = []
    kept: list[int] = []
    failed: list[BaseException] = []
    together = threading.Barrier(200)

    def work(name: str) -> None:
        try:
            together.wait()
            found = queue.next_for(ledger, Account(name, "auditor"))
            assert found is not None
            got.append(found.session_id)
            kept.append(review.decide(ledger, Account(name, "auditor"), found.session_id, "genuine").verdict)
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=work, args=(f"auditor-{n}",)) for n in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(set(got)) == 200
    with ledger.reading() as view:
        assert sorted(record.seq for record in view.records("verdict")) == sorted(kept)
    assert queue.counts(ledger).waiting == 10
    assert ledger.verify() == ()
    ledger.close()


WORKERS = """
import sys, threading
from audit import queue, review
from audit.ledger import Ledger
from audit.records import Account
ledger = Ledger.open(sys.argv[1])
def work(name):
    account = Account(name, "auditor")
    case = queue.next_for(ledger, account)
    receipt = review.decide(ledger, account, case.session_id, "padded")
    sys.stdout.write(f"{case.session_id} {receipt.verdict}\\n")
threads = [threading.Thread(target=work, args=(f"{sys.argv[2]}-{n}",)) for n in range(40)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


def test_processes_at_once_get_different_cases_and_lose_no_verdict(url: str) -> None:
    ledger = Ledger.open(url)
    enqueue(ledger, company(90), ALL)
    root = Path(__file__).parent.parent
    workers = [
        subprocess.Popen([sys.executable, "-c", WORKERS, url, name], stdout=subprocess.PIPE, text=True, cwd=root)
        for name in ("one", "two")
    ]
    lines = [line.split() for worker in workers for line in worker.communicate()[0].splitlines()]
    assert [worker.returncode for worker in workers] == [0, 0]
    assert len({session for session, _ in lines}) == 80
    with ledger.reading() as view:
        kept = {str(record.seq): record.session_id for record in view.records("verdict")}
    assert kept == {seq: session for session, seq in lines}
    assert ledger.verify() == ()
    ledger.close()


def test_an_auditor_is_given_the_same_case_until_they_decide(ledger: Ledger) -> None:
    enqueue(ledger, [score("s1"), score("s2")], FLAGGED)
    first = given(ledger, ANN)
    assert given(ledger, ANN) == first
    assert given(ledger, BOB) not in (first, None)
    assert given(ledger, CAT) is None
    review.decide(ledger, ANN, str(first), "padded")
    assert given(ledger, ANN) is None


def test_a_case_that_is_left_lying_goes_to_somebody_else(ledger: Ledger, clock: Clock) -> None:
    enqueue(ledger, [score("s1")], FLAGGED)
    assert given(ledger, ANN, minutes=30) == "s1"
    clock.forward(29)
    assert given(ledger, BOB) is None
    clock.forward(2)
    assert given(ledger, BOB) == "s1"
    with pytest.raises(OutOfTurn, match="bob has session s1 open; the verdict was not recorded"):
        review.decide(ledger, ANN, "s1", "padded")


def test_a_late_verdict_counts_as_long_as_nobody_else_has_the_case(ledger: Ledger, clock: Clock) -> None:
    enqueue(ledger, [score("s1")], FLAGGED)
    queue.next_for(ledger, ANN)
    clock.forward(600)
    assert review.decide(ledger, ANN, "s1", "padded").state == "confirmed"


def test_a_case_put_aside_is_not_given_again_at_once(ledger: Ledger) -> None:
    enqueue(ledger, [score("s1"), score("s2")], FLAGGED)
    first = given(ledger, ANN)
    assert queue.release(ledger, ANN, str(first))
    assert not queue.release(ledger, ANN, str(first))
    second = given(ledger, ANN, skipping=[str(first)])
    assert {first, second} == {"s1", "s2"}
    assert given(ledger, BOB) == first


def test_nobody_is_given_their_own_session(ledger: Ledger) -> None:
    enqueue(ledger, [score("s1")], FLAGGED)
    own = Account("pat-who-audits", "auditor", "u-pat")
    assert given(ledger, own) is None
    for forbidden in (
        lambda: queue.take(ledger, own, "s1"),
        lambda: queue.assign(ledger, LEA, own, "s1"),
        lambda: review.decide(ledger, own, "s1", "genuine"),
    ):
        with pytest.raises(NotAllowed, match="session s1 is pat-who-audits's own"):
            forbidden()


def test_a_person_has_no_part_in_the_queue(ledger: Ledger) -> None:
    enqueue(ledger, [score("s1")], FLAGGED)
    for forbidden in (
        lambda: queue.next_for(ledger, PAT),
        lambda: queue.take(ledger, PAT, "s1"),
        lambda: review.decide(ledger, PAT, "s1", "genuine"),
        lambda: review.pick(ledger, PAT, "s1"),
        lambda: queue.assign(ledger, ANN, BOB, "s1"),
        lambda: queue.assign(ledger, LEA, PAT, "s1"),
    ):
        with pytest.raises(NotAllowed):
            forbidden()


def test_a_lead_gives_a_case_to_an_auditor(ledger: Ledger) -> None:
    enqueue(ledger, [score("s1"), score("s2")], FLAGGED)
    queue.take(ledger, ANN, "s2")
    with pytest.raises(OutOfTurn, match="ann has session s2 open"):
        queue.take(ledger, BOB, "s2")
    assert queue.assign(ledger, LEA, BOB, "s2").held_by == "bob"
    assert given(ledger, BOB) == "s2"
    assert given(ledger, ANN) == "s1"


def test_the_slice_stays_hidden_until_after_the_verdict(ledger: Ledger) -> None:
    enqueue(ledger, [score("s1")], TWICE)
    found = queue.next_for(ledger, ANN)
    assert found is not None
    assert not {"slice", "rank", "sampling_probability", "inclusion_probability"} & set(Case.__dataclass_fields__)
    assert review.origin(ledger, ANN, "s1") is None
    assert review.origin(ledger, PAT, "s1") is None
    with pytest.raises(NotAllowed, match="which slice a session came from is not for them"):
        listing(ledger, ANN, Filter(slice="random"))
    assert listing(ledger, LEA, Filter(slice="random")).total == 1
    receipt = review.decide(ledger, ANN, "s1", "padded")
    assert (receipt.origin.slice, receipt.origin.sampling_probability) == ("random", 1.0)
    assert review.origin(ledger, ANN, "s1") == receipt.origin == review.origin(ledger, LEA, "s1")
    assert review.origin(ledger, BOB, "s1") is None


def test_the_order_mixes_the_slices(ledger: Ledger) -> None:
    plan = Plan(random=0.3, random_flagged=0.3, near=1.0, novel=1.0, novel_from=0.5, double=0.0)
    enqueue(ledger, company(1500), plan)
    luck, slices = random.Random(3), Counter[str]()
    for _ in range(60):
        found = queue.next_for(ledger, LEA, plan, luck=luck)
        assert found is not None
        slices[review.decide(ledger, LEA, found.session_id, "genuine").origin.slice] += 1
    assert set(slices) == {"risk", "random", "threshold", "novel"}
    assert slices["risk"] > slices["novel"]


def test_within_a_slice_the_first_come_first(ledger: Ledger) -> None:
    enqueue(ledger, [score(f"s{p}", p) for p in (0.96, 0.99, 0.9, 0.97)], FLAGGED)
    order = []
    for _ in range(4):
        found = queue.next_for(ledger, ANN)
        assert found is not None
        order.append(found.probability)
        review.decide(ledger, ANN, found.session_id, "padded")
    assert order == [0.99, 0.97, 0.96, 0.9]


def test_the_draw_is_by_chance_and_always_the_same() -> None:
    plan = Plan(random=0.1, random_flagged=0.5, near=0.2, novel=0.3, novel_from=0.9)
    scores = [*company(20_000), *(score(f"n{n}", 0.45) for n in range(2000)), *(score(f"f{n}") for n in range(2000))]
    draws = [draw(one, plan) for one in scores]
    assert draws == [draw(one, plan) for one in scores]
    for flagged, share in ((False, 0.1), (True, 0.5)):
        some = [one.slice == "random" for one, of in zip(draws, scores, strict=True) if of.flagged == flagged]
        assert sum(some) / len(some) == pytest.approx(share, abs=0.03)
    expected = sum(one.inclusion_probability for one in draws)
    assert sum(one.slice is not None for one in draws) == pytest.approx(expected, rel=0.03)
    assert all(one.slice is not None for one, of in zip(draws, scores, strict=True) if of.flagged)
    unscored = [one for one, of in zip(draws, scores, strict=True) if of.status == "unscored"]
    assert {one.slice for one in unscored} <= {None, "random", "novel"}
    assert {one.slice for one in draws[22_000:]} == {"random", "risk"}
    assert {one.slice for one in draws[20_000:22_000]} == {None, "random", "threshold"}


def test_another_seed_draws_others() -> None:
    one, other = (
        {of.session_id for of in company(2000) if draw(of, Plan(seed=seed)).slice == "random"} for seed in "ab"
    )
    assert one
    assert one != other
    assert 0 <= chance("a", "b") < 1
    assert chance("a", "b") != chance("ab", "")


def test_a_plan_with_an_impossible_share_is_refused() -> None:
    with pytest.raises(ValueError, match=r"the plan's near is 20; it is a share, from 0 to 1"):
        Plan(near=20)


def test_what_no_draw_chose_can_be_picked(ledger: Ledger) -> None:
    enqueue(ledger, [score("s1", 0.01)], FLAGGED)
    with pytest.raises(OutOfTurn, match="unflagged and waits for nobody"):
        queue.take(ledger, ANN, "s1")
    with pytest.raises(OutOfTurn, match="pick it first"):
        review.decide(ledger, ANN, "s1", "padded")
    review.pick(ledger, ANN, "s1")
    assert queue.take(ledger, ANN, "s1").reasons[0].code == "loop"
    receipt = review.decide(ledger, ANN, "s1", "padded")
    assert (receipt.origin.slice, receipt.origin.inclusion_probability) == ("picked", None)
    with pytest.raises(OutOfTurn, match="in the queue already"):
        review.pick(ledger, BOB, "s1")


def test_a_new_score_of_a_waiting_case_is_what_is_shown_and_recorded(ledger: Ledger) -> None:
    enqueue(ledger, [score("s1", 0.9)], FLAGGED)
    enqueue(ledger, [score("s1", 0.2, model_version="2")], FLAGGED)
    found = queue.next_for(ledger, ANN)
    assert found is not None
    assert (found.probability, found.model_version) == (0.2, "2")
    review.decide(ledger, ANN, "s1", "genuine")
    with ledger.reading() as view:
        entries = [record.seq for record in view.records("entry")]
        verdict = next(view.records("verdict")).read()
    assert isinstance(verdict, Verdict)
    assert (verdict.entry, verdict.model_version) == (entries[1], "2")
    enqueue(ledger, [score("s1", 0.9, model_version="3")], FLAGGED)
    assert queue.case(ledger, "s1").state == "cleared"
    assert given(ledger, BOB) is None


def test_an_unknown_session_is_named(ledger: Ledger) -> None:
    with pytest.raises(NoSuchCase, match="no score of session 's9'"):
        queue.case(ledger, "s9")


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize(
    "wanted",
    [
        Filter(),
        Filter(open=True),
        Filter(queued=True, source="codex"),
        Filter(states=("confirmed", "in review")),
        Filter(flagged=True, at_least=0.7),
        Filter(looks_like="polling", at_most=0.1),
        Filter(judged_by="ann"),
        Filter(held_by="bob"),
        Filter(status="unscored"),
        Filter(source="rare"),
    ],
)
def test_pages_hold_every_case_that_is_asked_for_once_and_in_order(
    desk: tuple[Ledger, list[Case]], wanted: Filter, sort: str, descending: bool
) -> None:
    ledger, everything = desk
    expected = [one for one in everything if fits(one, wanted)]
    found: list[Case] = []
    after = None
    while True:
        page = listing(ledger, LEA, wanted, sort=sort, descending=descending, size=37, after=after)  # type: ignore[arg-type]
        found += page.cases
        assert page.total == min(len(expected), 1000)
        if (after := page.next) is None:
            break
    assert sorted(one.session_id for one in found) == sorted(one.session_id for one in expected)
    keys = [key(one, sort) for one in found]
    assert keys == sorted(keys, reverse=descending)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ledger, list[Case]]]:
    """A ledger with some verdicts, and all its cases."""
    ledger = Ledger.open(f"sqlite:///{tmp_path_factory.mktemp('desk')}/ledger.db", Clock())
    enqueue(ledger, company(1200), Plan(random=0.1, double=0.3))
    for n in range(25):
        found = queue.next_for(ledger, ANN)
        assert found is not None
        review.decide(ledger, ANN, found.session_id, "padded" if n % 3 else "genuine")
    queue.next_for(ledger, BOB)
    yield ledger, [queue.case(ledger, one.session_id) for one in company(1200)]
    ledger.close()


def fits(one: Case, wanted: Filter) -> bool:
    if wanted.judged_by:
        return one.verdicts > 0
    if wanted.held_by:
        return one.held_by == wanted.held_by
    risk = -1 if one.probability is None else one.probability
    return (
        (not wanted.states or one.state in wanted.states)
        and all(
            getattr(wanted, name) in (None, getattr(one, name))
            for name in ("source", "looks_like", "queued", "open", "flagged", "status")
        )
        and (wanted.at_least is None or risk >= wanted.at_least)
        and (wanted.at_most is None or risk <= wanted.at_most)
    )


def key(one: Case, sort: str) -> float:
    if sort == "risk":
        return -1 if one.probability is None else one.probability
    value = getattr(one, sort)
    return value.timestamp() if hasattr(value, "timestamp") else float(value or 0)


def test_a_person_sees_only_their_own_sessions(desk: tuple[Ledger, list[Case]]) -> None:
    ledger, everything = desk
    own = Account("pat", "person", "u-3")
    with pytest.raises(NotAllowed, match="their own sessions only"):
        listing(ledger, own)
    with pytest.raises(NotAllowed, match="their own sessions only"):
        listing(ledger, own, Filter(user_id="u-4"))
    found = listing(ledger, own, Filter(user_id="u-3"), size=1000).cases
    assert {one.session_id for one in found} == {one.session_id for one in everything if one.user_id == "u-3"}


def test_an_odd_place_or_sort_is_refused(desk: tuple[Ledger, list[Case]]) -> None:
    with pytest.raises(ValueError, match="is no place in a listing"):
        listing(desk[0], LEA, after="x")
    with pytest.raises(ValueError, match="sort by risk, since, started, padded_tokens"):
        listing(desk[0], LEA, sort="risk; drop table cases")  # type: ignore[arg-type]


def test_counts_tell_how_full_the_queue_is(desk: tuple[Ledger, list[Case]]) -> None:
    ledger, everything = desk
    found = queue.counts(ledger)
    assert found.waiting == sum(one.open for one in everything)
    assert found.held == 1
    assert found.by_state == Counter(one.state for one in everything if one.queued)


@pytest.mark.slow
def test_pages_stay_quick_with_a_hundred_thousand_sessions(tmp_path: Path) -> None:
    """Loosely, since the machine may be busy; `tests/benchmarks/review_queue.py` measures a million."""
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db")
    enqueue(ledger, company(100_000))
    wanted = [Filter(), Filter(open=True), Filter(flagged=True, source="gemini"), Filter(source="rare")]
    seconds = []
    for one in wanted:
        for sort in SORTS:
            for descending in (True, False):
                begun = time.perf_counter()
                page = listing(ledger, LEA, one, sort=sort, descending=descending)
                seconds.append(time.perf_counter() - begun)
                assert page.cases
    assert sorted(seconds)[int(0.95 * len(seconds))] < 0.5
    ledger.close()
