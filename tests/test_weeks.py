"""Tokens after padding, and how many people have genuine use."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from desk import ALL, ANN, FLAGGED, MONDAY, Clock, company, score

from audit import review
from audit.intake import enqueue, week_of
from audit.ledger import Ledger
from audit.weeks import Adoption, adoption, leaderboard, weeks

FIRST, SECOND = "2026-01-05", "2026-01-12"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{tmp_path}/ledger.db", Clock())
    yield opened
    opened.close()


def test_a_week_begins_on_monday_in_utc() -> None:
    assert week_of(MONDAY) == week_of(MONDAY + timedelta(days=6)) == FIRST
    assert week_of(MONDAY + timedelta(days=7)) == SECOND
    assert week_of(None) == "unknown"


def test_what_is_confirmed_is_taken_off_and_what_is_cleared_stays(ledger: Ledger) -> None:
    enqueue(ledger, [score("s1", 0.9, padded_tokens=700), score("s2", 0.9, padded_tokens=700)], FLAGGED)
    review.decide(ledger, ANN, "s1", "padded")
    review.decide(ledger, ANN, "s2", "genuine")
    (found,) = weeks(ledger, "u-pat")
    assert (found.tokens, found.adjusted, found.low, found.high) == (2000, 1300, 1300, 1300)
    assert (found.sessions, found.confirmed, found.cleared, found.waiting) == (2, 1, 1, 0)


def test_a_confirmed_session_whose_share_is_not_known_loses_everything(ledger: Ledger) -> None:
    enqueue(ledger, [score("s1", padded_share=None, padded_tokens=None)], FLAGGED)
    review.decide(ledger, ANN, "s1", "padded")
    (found,) = weeks(ledger, "u-pat")
    assert (found.tokens, found.adjusted) == (1000, 0)


def test_what_is_not_decided_loses_what_is_to_be_expected_with_an_interval(ledger: Ledger) -> None:
    enqueue(ledger, [score(f"s{n}", 0.5, padded_tokens=800) for n in range(4)], FLAGGED)
    (found,) = weeks(ledger, "u-pat")
    assert (found.tokens, found.adjusted, found.waiting) == (4000, 2400, 4)
    assert found.low == pytest.approx(2400 - 1.96 * 800, abs=1)
    assert found.high == pytest.approx(2400 + 1.96 * 800, abs=1)


def test_an_interval_ends_at_what_is_possible(ledger: Ledger) -> None:
    enqueue(ledger, [score("s1", 0.5, padded_tokens=600)], FLAGGED)
    (found,) = weeks(ledger, "u-pat")
    assert (found.low, found.adjusted, found.high) == (400, 700, 1000)


def test_unscored_sessions_keep_their_tokens_and_are_shown_apart(ledger: Ledger) -> None:
    enqueue(ledger, [score("s1", None), score("s2", 0.0)], FLAGGED)
    (found,) = weeks(ledger, "u-pat")
    assert (found.tokens, found.adjusted, found.unscored_tokens) == (2000, 2000, 1000)


def test_only_the_newest_content_of_a_session_counts(ledger: Ledger) -> None:
    enqueue(ledger, [score("s1", 0.0)], FLAGGED)
    enqueue(ledger, [score("s1", 0.0, content="longer", tokens=5000)], FLAGGED)
    enqueue(ledger, [score("s1", 0.0, content="longer", tokens=5000, model_version="2")], FLAGGED)
    (found,) = weeks(ledger, "u-pat")
    assert (found.sessions, found.tokens) == (1, 5000)


def test_a_leaderboard_is_in_the_order_of_what_is_left(ledger: Ledger) -> None:
    enqueue(
        ledger,
        [
            score("s1", 0.9, user_id="u-burner", tokens=9000, padded_tokens=8900),
            score("s2", 0.0, user_id="u-worker", tokens=3000),
            score("s3", 0.0, user_id="u-worker", tokens=500, started=MONDAY + timedelta(days=8)),
            score("s4", 0.0, user_id=None, tokens=99_000),
        ],
        FLAGGED,
    )
    review.decide(ledger, ANN, "s1", "padded")
    found = leaderboard(ledger, FIRST, FIRST)
    assert [(one.user_id, one.tokens, one.adjusted, one.week) for one in found] == [
        ("u-worker", 3000, 3000, FIRST),
        ("u-burner", 9000, 100, FIRST),
    ]
    assert leaderboard(ledger, FIRST, SECOND, limit=1)[0].tokens == 3500


def test_adoption_counts_people_with_genuine_use(ledger: Ledger) -> None:
    enqueue(
        ledger,
        [
            score("s1", 0.9, user_id="u-burner"),
            score("s2", 0.9, user_id="u-accused"),
            score("s3", 0.0, user_id="u-worker"),
            score("s4", None, user_id="u-unknown"),
            score("s5", 0.0, user_id="u-worker", started=MONDAY + timedelta(days=8)),
        ],
        FLAGGED,
    )
    review.decide(ledger, ANN, "s1", "padded")
    assert adoption(ledger, FIRST, FIRST) == (Adoption(FIRST, genuine=1, active=4, people=4),)
    review.decide(ledger, ANN, "s2", "genuine")
    found = adoption(ledger, FIRST, SECOND, people=10)
    assert found == (Adoption(FIRST, genuine=2, active=4, people=10), Adoption(SECOND, genuine=1, active=1, people=10))
    assert found[0].share == 0.2
    assert Adoption(FIRST, 0, 0, 0).share is None


def test_weeks_add_up_to_the_leaderboard(ledger: Ledger) -> None:
    """With sessions of every sort: decided, waiting, never queued, unscored, without a known share."""
    scores = list(company(1000))
    enqueue(ledger, (replace(one, padded_tokens=None) if n % 7 == 0 else one for n, one in enumerate(scores)), ALL)
    for n, one in enumerate(scores[::9]):
        review.decide(ledger, ANN, one.session_id, "padded" if n % 3 else "genuine")
    board = leaderboard(ledger, "2026-01-01", "2026-12-31")
    assert len(board) == 6
    for name in ("confirmed", "cleared", "waiting", "unscored_tokens"):
        assert sum(getattr(one, name) for one in board) > 0, name
    for whole in board:
        by_week = weeks(ledger, whole.user_id)
        for name in ("sessions", "confirmed", "cleared", "waiting", "tokens", "unscored_tokens"):
            assert getattr(whole, name) == sum(getattr(one, name) for one in by_week), name
        assert whole.adjusted == pytest.approx(sum(one.adjusted for one in by_week))
        assert whole.low <= whole.adjusted <= whole.high
        assert [one.week for one in by_week] == sorted({one.week for one in by_week}, reverse=True)
        (alone,) = [
            one for one in leaderboard(ledger, by_week[0].week, by_week[0].week) if one.user_id == whole.user_id
        ]
        assert (alone.adjusted, alone.low, alone.high) == pytest.approx(
            (by_week[0].adjusted, by_week[0].low, by_week[0].high)
        )
