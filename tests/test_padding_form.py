"""What padding must not be told by: ids that lie about their time, timers that drift, endings, foreign languages."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from numpy.random import default_rng

from padding.budget import Budget
from padding.effort import Effort
from padding.grammar import cased
from padding.identity import remade
from padding.languages import language_of
from padding.material import Material
from padding.mixing import mixed, spun
from padding.null import NULLS, untouched
from padding.parts import prompt, reply
from padding.starts import renamed
from padding.strategy import load, pad
from padding.synonyms import exchanged
from padding.timer import Timer
from padding.work import Exchange, Step
from traces.schema import Session, Turn

START = datetime(2025, 6, 2, 13, 8, 34, tzinfo=UTC)
STAMP = "aider-%Y-%m-%dT%H:%M:%S"
HALF = Effort(clock="even", wording="verbatim", text="made", share=0.5, length=0.6)
PURE = Effort(clock="even", wording="verbatim", text="made", share=1.0, length=0.9)


def session(number: int, kind: str = "coding", exchanges: int = 6) -> Session:
    """Some exchanges that each look twice and end in an answer."""
    started = START + timedelta(days=number)
    tool, typed = ("bash", True) if kind == "coding" else ("find_reservation", False)
    turns: list[Turn] = []

    def add(role: str, what: str, text: str | None, call: str | None = None, after: float = 2.0) -> None:
        time = (turns[-1].time or started) + timedelta(seconds=after) if turns else started
        asked = typed if role == "user" else None
        arguments = '{"command": "ls"}' if what == "tool_call" else None
        name = tool if call else None
        turns.append(
            Turn(
                len(turns), role, what, text, time, typed=asked, tool_name=name, tool_arguments=arguments, call_id=call
            )  # type: ignore[arg-type]
        )

    for place in range(exchanges):
        add("user", "message", f"{kind} ask {number}-{place}, please look at it", after=40.0)
        for look in range(2):
            add("assistant", "tool_call", None, f"call_{place}_{look}")
            add("tool", "tool_result", f"{kind} result {number}-{place}-{look} " * 12, f"call_{place}_{look}")
        add("assistant", "message", f"{kind} answer {number}-{place}. " * 9)
    name = started.strftime(STAMP)
    return Session(
        session_id=name,
        format="atif",
        file=f"{name}.json",
        source=kind,
        agent=kind,
        started=started,
        turns=tuple(turns),
    )


@pytest.fixture(scope="module")
def sessions() -> list[Session]:
    """Sessions of coding agents and of a service for customers, whose users are simulated."""
    return [session(number) for number in range(8)] + [session(number, "support") for number in range(10, 18)]


@pytest.fixture(scope="module")
def material(sessions: list[Session]) -> Material:
    """The corpus of these sessions."""
    return Material(sessions)


@pytest.mark.parametrize("seed", range(60))
def test_a_new_id_tells_a_day_that_exists(seed: int) -> None:
    name = remade("aider-2019-06-27T09:15:00", default_rng(seed))
    assert name != "aider-2019-06-27T09:15:00"
    datetime.strptime(name, STAMP).replace(tzinfo=UTC)


def test_an_id_tells_when_its_session_began_whoever_made_it(sessions: list[Session], material: Material) -> None:
    made = [untouched(one, name, material, default_rng(4)).session for one in sessions[:4] for name in NULLS]
    made += [pad(one, load()["pinged_on_a_timer"], material, PURE, default_rng(4)).session for one in sessions[:4]]
    assert not {one.session_id for one in made} & {one.session_id for one in sessions}
    for one in made:
        assert one.started
        assert one.started.strftime(STAMP) == one.session_id
        assert one.file == f"{one.session_id}.json"


def test_a_session_that_keeps_its_start_is_moved_by_whole_weeks_with_its_id(sessions: list[Session]) -> None:
    host = sessions[0]
    moved = renamed(host, host.started, default_rng(0))
    gaps = {
        after.time - before.time
        for before, after in zip(host.turns, moved.turns, strict=True)
        if before.time and after.time
    }
    assert len(gaps) == 1
    assert next(iter(gaps)) % timedelta(weeks=1) == timedelta()
    assert gaps != {timedelta()}


def test_a_timer_fires_within_seconds_of_its_period_however_long_a_run_took() -> None:
    rng, timer, now = default_rng(1), Timer(), START
    timer.counts_from(START)
    for _ in range(200):
        now += timedelta(seconds=float(rng.uniform(1.0, 500.0)))
        wait = timer.wait(now, 600.0, 0.001, rng)
        assert wait >= 0
        now += timedelta(seconds=wait)
        assert (now - START) / timedelta(seconds=1) % 600.0 < 9.0


def test_heartbeats_lie_on_one_grid_from_start_to_start(sessions: list[Session], material: Material) -> None:
    made = pad(sessions[0], load()["pinged_on_a_timer"], material, PURE, default_rng(5)).session
    starts = [turn.time for turn in made.turns if turn.role == "user" and turn.time]
    steps = [(after - before) / timedelta(seconds=1) for before, after in pairwise(starts)]
    assert len(steps) > 3
    assert max(steps) - min(steps) < 17.0


@pytest.mark.parametrize("text", [".", "!", "?", "ok", "Hallo."])
def test_nobody_types_nothing(text: str) -> None:
    assert all(cased(text, default_rng(seed)) for seed in range(40))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("no", "en"),
        ("there are no tests, come back later", "en"),
        ("die when the process exits with no output", "en"),
        ("no puedes usar la base para este cambio", "es"),
        ("bitte weiter", "de"),
        ("Kannst du das bitte mit der neuen Version machen?", "de"),
        ("pouvez-vous vérifier le fichier pour moi, est ce que vous avez les droits", "fr"),
    ],
)
def test_one_stray_word_makes_no_other_language(text: str, language: str) -> None:
    assert language_of(text) == language


def test_no_assistant_says_pls() -> None:
    said = [
        exchanged("Please make sure that I check it and need it, too.", default_rng(seed), 1.0) for seed in range(40)
    ]
    assert len(set(said)) > 1
    assert not any(re.search(r"\bpls\b|\bwrite sure\b|as well", text) for text in said)


def test_simulated_users_are_asked_for_where_all_users_are_simulated(
    sessions: list[Session], material: Material
) -> None:
    support = material.work(sessions[-1])
    asks = {material.prompt(support, default_rng(seed)) or "" for seed in range(30)}
    assert len(asks) > 5
    assert all(text.startswith("support ask") for text in asks)


def test_no_kind_of_agent_borrows_another_kinds_talk(sessions: list[Session]) -> None:
    alone = session(40, "support")
    material = Material([*sessions[:8], alone])
    host = material.work(alone)
    assert [material.step(host, default_rng(seed), "talk") for seed in range(5)] == [None] * 5
    assert material.prompt(host, default_rng(0)) is None
    coder = material.step(material.work(sessions[0]), default_rng(0), "talk")
    assert coder is not None
    assert (coder.pieces[0].turn.text or "").startswith("coding")


@pytest.mark.parametrize("seed", range(12))
def test_work_that_is_cut_ends_on_an_answer_as_it_did(seed: int, sessions: list[Session], material: Material) -> None:
    host, rng = material.work(sessions[0]), default_rng(seed)
    said = Step((reply("and so on " * 30),))
    budget = Budget(host, material, Effort(share=0.3, length=0.9), rng)
    kept = budget.kept(budget.taken(iter([Exchange((), (said,))] * 3)))
    assert kept
    assert all(not exchange.steps[-1].calls for exchange in kept)
    work = spun(host, iter([said] * 500), material, HALF, rng)
    assert list(work.pieces)[-1].turn.kind == "message"


@pytest.mark.parametrize("seed", range(12))
def test_nothing_follows_a_goodbye(seed: int, sessions: list[Session]) -> None:
    host = sessions[0]
    goodbye = Turn(
        len(host.turns), "user", "message", "###STOP###", (host.turns[-1].time or START) + timedelta(seconds=9)
    )
    ended = Session(
        session_id="ended", format="atif", file="ended", source="coding", agent="coding", turns=(*host.turns, goodbye)
    )
    material = Material([ended, *sessions[1:8]])
    units = (Exchange((prompt("more", 5.0),), (Step((reply("more of it " * 20),)),)) for _ in range(1000))
    work = mixed(material.work(ended), units, material, Effort(share=0.3, length=0.9), default_rng(seed))
    said = [piece.turn.text for piece in work.pieces]
    assert "###STOP###" not in said[:-1]
