"""Pauses are a timer's, other sessions', or a person's, as the effort says."""

from datetime import UTC, datetime, timedelta
from statistics import mean, pstdev

import pytest
from msgspec.structs import replace
from numpy.random import default_rng

from padding.clock import Clock
from padding.effort import Effort
from padding.material import Material
from padding.work import Work, take_apart
from traces.schema import Session, Turn

START = datetime(2026, 1, 14, 10, 0, tzinfo=UTC)  # a Wednesday
PAUSES = (11.0, 47.0, 230.0)


def a_session(name: str, pauses: tuple[float, ...] = PAUSES) -> Session:
    turns, time = [], START
    for pause in (0.0, *pauses):
        time += timedelta(seconds=pause)
        turns.append(Turn(len(turns), "user", "message", "go on", time, typed=True))
        turns.append(Turn(len(turns), "assistant", "message", "done", time))
    return Session(session_id=name, format="atif", file=name, turns=tuple(turns))


def a_clock(kind: str, seed: int = 0, host: Work | None = None) -> Clock:
    material = Material([a_session("host", (3.0,)), *(a_session(f"other-{number}") for number in range(3))])
    effort = Effort(clock=kind)  # type: ignore[arg-type]
    return Clock(host or material.work(a_session("host", (3.0,))), material, effort, default_rng(seed))


def pauses(kind: str, count: int = 300, read: int = 400, typed: int = 80, seed: int = 0) -> list[float]:
    clock = a_clock(kind, seed)
    return [clock.pause(read, typed) or 0.0 for _ in range(count)]


def test_a_timer_is_even() -> None:
    assert len(set(pauses("even"))) == 1


def test_two_scripts_have_different_timers() -> None:
    assert len({pauses("even", 1, seed=seed)[0] for seed in range(20)}) > 15


def test_a_jittered_timer_stays_within_bounds() -> None:
    found = pauses("jittered")
    assert max(found) / min(found) < 1.6 / 0.6 + 0.01
    assert pstdev(found) > 0.15 * mean(found)


def test_borrowed_pauses_are_those_of_other_sessions() -> None:
    assert set(pauses("borrowed")) == set(PAUSES)


def test_a_person_pauses_longer_after_a_long_reply() -> None:
    def usual(read: int) -> float:
        return sorted(pauses("human", 400, read, 20))[200]

    assert usual(6000) > 3 * usual(50)


def test_a_person_pauses_longer_before_a_long_prompt() -> None:
    assert sorted(pauses("human", 400, 50, 900))[200] > 3 * sorted(pauses("human", 400, 50, 10))[200]


def test_a_person_sleeps() -> None:
    clock = a_clock("human")
    times, now = [], START + clock.zone
    for _ in range(1500):
        pause = clock.pause(3000, 200) or 0.0
        now += timedelta(seconds=pause)
        times.append(now)
    nights = sum(time.hour in range(1, 6) for time in times)
    assert times[-1] - times[0] > timedelta(days=2)
    assert nights < 0.05 * len(times)


def test_a_script_does_not_sleep() -> None:
    clock = a_clock("even")
    assert max(clock.pause() or 0.0 for _ in range(5000)) < 3600


@pytest.mark.parametrize("kind", ["even", "jittered", "borrowed", "human"])
def test_there_are_no_pauses_where_nothing_has_a_time(kind: str) -> None:
    host = a_session("host")
    timeless = take_apart(replace(host, turns=tuple(replace(turn, time=None) for turn in host.turns)))
    assert a_clock(kind, host=timeless).pause() is None


@pytest.mark.parametrize("kind", ["even", "jittered", "borrowed", "human"])
def test_the_same_seed_gives_the_same_pauses(kind: str) -> None:
    assert pauses(kind, 20, seed=4) == pauses(kind, 20, seed=4)
