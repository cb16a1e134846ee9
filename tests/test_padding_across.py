"""What only several sessions show: schedules, binges, scripts that go from desk to desk, blocks that many paste."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise

import pytest
from numpy.random import default_rng

from padding.assembly import Made
from padding.effort import Effort
from padding.identity import remade
from padding.material import Material
from padding.people import people, renamed
from padding.scheme import carry_out, load_schemes
from padding.starts import begun, renamed_by
from padding.work import take_apart
from traces.schema import Session, Turn

MONDAY = datetime(2026, 3, 2, 9, 10, 0, 417_000, tzinfo=UTC)
TOPICS = ("parser", "invoice", "scheduler", "cache", "router", "ledger", "tracker", "printer")
SEEDS = range(4)


def said(role: str, text: str) -> tuple[str, str, str, str | None]:
    return role, "message", text, None


def a_session(number: int) -> Session:
    """A person works on something of their own: two asks, a file read, tests run, and the next ask about the answer."""
    topic = TOPICS[number % len(TOPICS)]
    file, symbol = f"{topic}_{number}.py", f"load_{topic}_{number}"
    listing = "\n".join(f"{line:>5}\t{symbol}({line * number})" for line in range(1, 30))
    talk = [
        said("user", f"why does {symbol} in {file} fail on empty input?"),
        said("assistant", f"I will look at `{file}` and at what `{symbol}` does with nothing."),
        ("assistant", "tool_call", f'{{"path": "/work/{file}"}}', "Read"),
        ("tool", "tool_result", listing, "Read"),
        ("assistant", "tool_call", '{"command": "pytest -q"}', "Bash"),
        ("tool", "tool_result", f"{number} failed, {number * 3} passed in 4.{number}s\n" * 8, "Bash"),
        said("assistant", f"`{symbol}` divides by the number of rows, and {file} never checks it. " * 4),
        said("user", f"then return early from {symbol}, and keep the warning"),
        said("assistant", f"Done: {symbol} returns early now and warns once per file, as before. " * 4),
    ]
    start = MONDAY + timedelta(days=number % 5, minutes=37 * number)
    turns = tuple(
        Turn(
            place, role, kind, None if kind == "tool_call" else text, start + timedelta(seconds=11 * place),  # type: ignore[arg-type]
            tool, text if kind == "tool_call" else None, f"call_{place - (role == 'tool')}" if tool else None,
            typed=role == "user",
        )
        for place, (role, kind, text, tool) in enumerate(talk)
    )  # fmt: skip
    return Session(
        session_id=f"5f0c2a51-2f8e-4c57-9d0a-{number:012x}", user_id=f"u-{number % 3:010x}", format="atif",
        agent="claude",        source="here", file="a.json", started=start, turns=turns,
    )  # fmt: skip


@cache
def corpus() -> tuple[tuple[Session, ...], Material]:
    sessions = tuple(a_session(number) for number in range(1, 33))
    return sessions, Material(sessions)


def made_by(name: str, effort: Effort, seed: int = 1, hosts: int = 6) -> list[Made]:
    sessions, material = corpus()
    return carry_out(sessions[:hosts], load_schemes()[name], material, effort, default_rng(seed))


def padded(made: Sequence[Made]) -> list[Made]:
    return [one for one in made if one.padding]


def start_of(one: Made) -> datetime:
    assert one.session.started is not None
    return one.session.started


def size(one: Made) -> int:
    return sum(len(turn.text or "") + len(turn.tool_arguments or "") for turn in one.session.turns)


def asks(one: Made, marked: bool = True) -> list[str]:
    """What was asked, in the padding (or anywhere, of an honest session)."""
    turns = [turn for turn in one.session.turns if not marked or turn.index in one.padding]
    return [turn.text or "" for turn in turns if turn.role == "user"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_scheduled_agent_starts_within_a_minute_of_the_same_time_on_every_day(seed: int) -> None:
    made = padded(made_by("starts_on_the_minute", Effort(clock="even"), seed))
    set_to = {(start_of(one).hour, start_of(one).minute) for one in made}
    assert len(set_to) == 1
    assert next(iter(set_to))[1] % 5 == 0
    days = sorted(start_of(one).date() for one in made)
    assert {after - before for before, after in pairwise(days)} == {timedelta(days=1)}


def test_a_scheduled_agent_is_told_the_same_every_day_and_an_honest_one_is_not() -> None:
    for name, calls in (("starts_on_the_minute", padded), ("daily_summary_cron", list)):
        made = calls(made_by(name, Effort(clock="even", text="made", share=1.0)))
        told = {next((t.text for t in one.session.turns if t.role == "tool"), "") for one in made}
        assert (len(told) == 1) == (name == "starts_on_the_minute")


@pytest.mark.parametrize("seed", SEEDS)
def test_an_agent_that_runs_all_round_the_clock_keeps_its_distance_and_rests_on_no_day(seed: int) -> None:
    made = padded(made_by("all_round_the_clock", Effort(clock="even", length=0.9), seed))
    starts = [start_of(one).replace(second=0, microsecond=0) for one in made]
    gaps = {after - before for before, after in pairwise(starts)}
    assert len(gaps) == 1
    assert next(iter(gaps)) % timedelta(hours=1) == timedelta(0)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_binge_falls_into_the_last_days_of_a_month_and_stops_at_the_target(seed: int) -> None:
    effort = Effort(clock="human", length=0.4, share=0.9)
    made = made_by("last_days_of_the_month", effort, seed)
    binge = padded(made)
    assert all((start_of(one) + timedelta(days=5)).month != start_of(one).month for one in binge)
    assert len({start_of(one).month for one in made}) == 1
    assert not [one for one in made if not one.padding and start_of(one) > start_of(binge[-1])]
    usual = sum(size(Made(session)) for session in corpus()[0][:6]) / 6
    spent = sum(map(size, binge))
    assert spent >= usual * (3 + effort.length * 9)
    assert spent - max(map(size, binge)) < usual * (3 + effort.length * 9)


def test_weeks_that_are_topped_up_end_alike_though_the_work_in_them_does_not() -> None:
    weeks: dict[int, int] = defaultdict(int)
    real: dict[int, int] = defaultdict(int)
    for one in made_by("topped_up_every_week", Effort(length=0.9, share=1.0), 3):
        week = start_of(one).isocalendar().week
        weeks[week] += size(one)
        real[week] += 0 if one.padding else size(one)
    assert len(weeks) > 1
    biggest = max(size(Made(session)) for session in corpus()[0])
    assert max(weeks.values()) - min(weeks.values()) < 2 * biggest
    assert len({*real.values()}) > 1


def test_a_release_week_is_as_heavy_as_a_binge_and_all_of_it_is_genuine() -> None:
    made = made_by("release_week", Effort(length=0.5), 2)
    days = sorted(start_of(one).date() for one in made)
    assert max(sum(day <= other <= day + timedelta(days=4) for other in days) for day in days) > len(made) / 2
    assert all(one.honest and not one.padding for one in made)


def skeleton(text: str) -> str:
    """A prompt without the names of things in it."""
    return re.sub(r"\w+_\w+(\.py)?", "…", text).lower().rstrip(".?! ")


@pytest.mark.parametrize("text", ["made", "borrowed"])
def test_colleagues_with_one_script_send_the_same_skeletons_with_other_nouns_on_other_days(text: str) -> None:
    made = padded(made_by("same_skeleton_other_nouns", Effort(wording="verbatim", text=text, share=1.0)))  # type: ignore[arg-type]
    users = {one.session.user_id for one in made}
    assert len(users) == 5
    by_skeleton: dict[str, set[str | None]] = defaultdict(set)
    wordings: dict[str, set[str]] = defaultdict(set)
    for one in made:
        for ask in asks(one):
            by_skeleton[skeleton(ask)].add(one.session.user_id)
            wordings[skeleton(ask)].add(ask)
    shared = [found for found, who in by_skeleton.items() if len(who) >= 4]
    assert shared
    assert text == "made" or any(len(wordings[found]) > 2 for found in shared)
    for user in users:
        days = [start_of(one).date() for one in made if one.session.user_id == user]
        assert len(set(days)) == len(days)


def test_agents_with_one_routine_call_their_tools_in_the_same_round() -> None:
    made = padded(made_by("same_routine_for_every_agent", Effort(share=1.0, length=0.9), 5))
    padding = ([t for t in one.session.turns if t.index in one.padding] for one in made)
    rounds = Counter(tuple(t.tool_name for t in turns if t.kind == "tool_call")[:3] for turns in padding)
    assert rounds.most_common(1)[0][1] > len(made) / 2
    assert len({one.session.user_id for one in made}) == 5


def test_an_onboarding_script_is_run_once_by_each_and_everybody_goes_on_with_their_own_work() -> None:
    made = made_by("onboarding_script", Effort())
    assert Counter(one.session.user_id for one in made).most_common(1)[0][1] == 1
    first = Counter(asks(one, marked=False)[0] for one in made)
    assert first.most_common(1)[0][1] == len(made)
    last = {asks(one, marked=False)[-1] for one in made}
    assert len(last) > 1


@pytest.mark.parametrize("name", ["pasted_by_several", "one_document_many_questions"])
def test_a_block_that_is_passed_around_stands_in_the_sessions_of_several_people(name: str) -> None:
    made = made_by(name, Effort(text="borrowed", share=0.9, length=0.9), 4)
    users: dict[str, set[str | None]] = defaultdict(set)
    for one in made:
        for ask in asks(one, marked=name == "pasted_by_several"):
            users[max(ask.split("\n\n"), key=len)[:120]].add(one.session.user_id)
    assert max(map(len, users.values())) >= 2


def test_questions_about_a_document_name_something_in_it_and_their_answers_do_too() -> None:
    made = made_by("one_document_many_questions", Effort(text="made", share=1.0), 4)
    answered = 0
    for one in made:
        turns = [turn for turn in one.session.turns if turn.kind == "message"]
        for ask, answer in pairwise(turns):
            names = re.findall(r"\w+_\w+(?:\.py)?", (ask.text or "").split("\n\n")[-1])
            answered += bool(names) and ask.role == "user" and names[0] in (answer.text or "")
    assert answered >= len(made) / 2


def test_a_file_that_goes_from_desk_to_desk_is_read_with_the_same_content_by_all() -> None:
    made = padded(made_by("read_by_every_agent", Effort(share=1.0, length=0.9), 4))
    told = [{t.text for t in one.session.turns if t.role == "tool" and t.index in one.padding} for one in made]
    everywhere = set.intersection(*told)
    assert len(everywhere) == 1
    assert len({one.session.user_id for one in made}) > 1


def test_the_last_session_of_a_harness_compares_what_the_trials_said() -> None:
    *trials, last = made_by("evaluation_harness", Effort(length=0.3), 4)
    assert len({asks(one, marked=False)[0] for one in trials}) == 1
    quoted = asks(last, marked=False)[0]
    replies = [one.session.turns[-1].text or "" for one in trials]
    assert all(text[:200] in quoted for text in replies)


def test_a_batch_refactor_asks_the_same_of_other_files() -> None:
    made = made_by("batch_refactor", Effort(length=0.5), 4)
    by_user: dict[str | None, set[str]] = defaultdict(set)
    for one in made:
        by_user[one.session.user_id] |= {skeleton(ask) for ask in asks(one, marked=False)}
    assert all(len(found) == 1 for found in by_user.values())
    read = [{t.tool_arguments for t in one.session.turns if t.tool_name == "Read" and t.tool_arguments} for one in made]
    assert len(set.union(*read)) > len(by_user) * 2


def test_a_review_agent_names_other_files_in_each_review() -> None:
    first = [asks(one, marked=False)[0] for one in made_by("ci_review_agent", Effort(length=0.5), 4)]
    assert len({ask.split("\n")[0] for ask in first}) == 1
    assert len(set(first)) > len(first) / 2


def test_people_get_ids_of_the_same_look_and_share_no_work_while_there_is_enough() -> None:
    works = [take_apart(session) for session in corpus()[0][:10]]
    crew = people(works, 5, default_rng(0))
    assert len({person.user_id for person in crew}) == 5
    assert all(re.fullmatch(r"u-[0-9a-f]{10}", person.user_id or "") for person in crew)
    dealt = Counter(work.header.session_id for person in crew for work in person.works)
    assert dealt.most_common(1)[0][1] == 1


@pytest.mark.parametrize("user", ["anna", "Anna.Berger", "anna.berger@example.org", "u-90be00b1b9", "user17"])
def test_a_new_person_has_a_name_of_the_same_look(user: str) -> None:
    name = renamed(user, default_rng(1)) or ""
    assert name != user
    assert len(name) == len(user)
    assert [c for c in name if not c.isalnum()] == [c for c in user if not c.isalnum()]
    assert name.partition("@")[2] == user.partition("@")[2]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("aider-2025-06-02T12:04:48", "aider-2025-06-03T13:04:48"),
        ("interactions_20251103_033709.jsonl", "interactions_20251104_043709.jsonl"),
        ("2025-07-08_01-00Z-fix-jsx", "2025-07-09_02-00Z-fix-jsx"),
    ],
)
def test_an_id_that_tells_the_time_tells_the_new_one(before: str, after: str) -> None:
    assert renamed_by(before, timedelta(days=1, hours=1), default_rng(0)) == after


def test_an_id_with_a_clock_in_it_moves_with_its_session() -> None:
    name = "019985ca-7ef7-7580-a921-c20ac619f40b"
    later = renamed_by(name, timedelta(hours=1), default_rng(0))
    assert int(later.replace("-", "")[:12], 16) - int(name.replace("-", "")[:12], 16) == 3_600_000
    assert later[14] == "7"
    assert later[15:] != name[15:]
    assert remade(name, default_rng(0))[:8] == name[:8]


@pytest.mark.parametrize("micro", [0, 417_000, 417_123])
def test_a_session_begins_anew_in_the_ticks_of_its_source(micro: int) -> None:
    session = a_session(1)
    started = MONDAY.replace(microsecond=micro, second=3)
    turns = tuple(
        Turn(t.index, t.role, t.kind, t.text, started + timedelta(seconds=t.index)) for t in session.turns[:2]
    )
    work = take_apart(Session(session_id="s", format="atif", file="f", started=started, turns=turns))
    for seed in range(5):
        moved = begun(work, datetime(2026, 5, 1, 8, 0, 30, tzinfo=UTC), default_rng(seed))
        assert moved.header.started == moved.anchor
        assert moved.header.started is not None
        assert (moved.header.started.hour, moved.header.started.minute) == (8, 0)
        assert micro or not moved.header.started.microsecond
        assert micro % 1000 or not moved.header.started.microsecond % 1000
