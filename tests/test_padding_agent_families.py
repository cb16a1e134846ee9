"""What the families of agents and builders claim: deleted, unread, unchanged, growing; their twins: run, taken up."""

import json
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise

import pytest
from numpy.random import default_rng

from padding.arguments import file_in, line_in
from padding.assembly import Made
from padding.effort import Effort
from padding.material import Material
from padding.strategy import Unsuitable, load, pad
from padding.taking_up import finding
from traces.schema import Session, Turn

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WORDS = (
    "parser",
    "ledger",
    "socket",
    "cache",
    "router",
    "schema",
    "token",
    "widget",
    "queue",
    "matrix",
    "engine",
    "map",
)


def session(number: int) -> Session:
    """Three asks with thoughts, looks, changes, commands, sub-agents and answers; no two sessions alike."""
    rng, root = default_rng(number), f"/home/ada/work/app{number}"

    def some(count: int) -> str:
        return (
            " ".join(WORDS[place] for place in rng.integers(0, len(WORDS), count).tolist()) + f" {rng.integers(9999)}"
        )

    turns: list[Turn] = []
    for ask in range(3):
        turns.append(Turn(0, "user", "message", f"please mend the {some(6)} of app {number}", typed=True))
        for step in range(12):
            path = f"{root}/src/{WORDS[step]}.py"
            calls = (
                ("Read", {"file_path": path}, "".join(f"{n:>6}→{some(7)}\n" for n in range(1, 9))),
                ("Bash", {"command": f"ls {root}", "description": "List the files"}, f"{some(3)}\n{some(2)}"),
                ("Edit", {"file_path": path, "old_string": some(8), "new_string": some(8)}, f"{path} has been updated"),
                (
                    "Bash",
                    {"command": "pytest -q", "description": "Run the tests"},
                    f"FAILED {some(5)}\n{some(2)} passed",
                ),
                ("Write", {"file_path": path, "content": some(40)}, f"File created successfully at: {path}"),
                ("Task", {"description": some(2), "prompt": some(20)}, f"I looked at it: {some(30)}"),
            )
            tool, given, shown = calls[step % 6]
            name = f"toolu_{number:02}{ask}{step:02}abcdefghij"
            turns.append(Turn(0, "assistant", "thinking", f"I should see to the {some(9)}."))
            turns.append(Turn(0, "assistant", "tool_call", None, None, tool, json.dumps(given), name))
            turns.append(Turn(0, "tool", "tool_result", shown, None, tool, None, name))
        turns.append(Turn(0, "assistant", "message", f"The {some(12)} is mended.\n\nIt was the {some(15)}."))
    placed = (
        Turn(place, t.role, t.kind, t.text, START + timedelta(seconds=3 * place), t.tool_name, t.tool_arguments,
             t.call_id, typed=t.typed)
        for place, t in enumerate(turns)
    )  # fmt: skip
    return Session(session_id=f"s{number}", format="atif", file=f"{number}.json", source="made", turns=tuple(placed))


@cache
def corpus() -> tuple[list[Session], Material]:
    sessions = [session(number) for number in range(10)]
    return sessions, Material(sessions)


def made_by(name: str, effort: Effort, count: int = 6) -> list[Made]:
    """The first few sessions that the strategy makes with this effort."""
    sessions, material = corpus()
    made: list[Made] = []
    for seed in range(60):
        try:
            made.append(pad(sessions[seed % len(sessions)], load()[name], material, effort, default_rng(seed)))
        except Unsuitable:
            continue
        if len(made) == count:
            return made
    raise AssertionError(f"{name} made only {len(made)}")


def added(made: Made) -> list[Turn]:
    """The padding; of an honest session everything."""
    return [made.session.turns[place] for place in made.padding] if made.padding else list(made.session.turns)


def lines(turns: list[Turn]) -> list[str]:
    return [line for turn in turns if turn.kind == "tool_call" and (line := line_in(turn)) is not None]


def files(turns: list[Turn], tool: str) -> list[str]:
    return [file_in(turn) or "" for turn in turns if turn.kind == "tool_call" and turn.tool_name == tool]


PURE = Effort(clock="even", wording="verbatim", text="borrowed", length=0.9, share=1.0)


def test_a_junk_file_is_written_then_read_then_deleted() -> None:
    for made in made_by("written_read_deleted", PURE):
        turns = added(made)
        deleted = [line.split()[-1] for line in lines(turns) if line.startswith("rm ")]
        assert deleted
        for path in deleted:
            order = [
                turn.tool_name or ""
                for turn in turns
                if turn.kind == "tool_call" and path in (file_in(turn), *(line_in(turn) or "").split())
            ]
            assert order[0] == "Write"
            assert set(order[1:-1]) == {"Read"}
            assert order[-1] == "Bash"


def test_what_a_command_prints_of_a_junk_file_is_what_it_had_put_there() -> None:
    seen = 0
    for made in made_by("generated_by_a_command", Effort("even", "verbatim", "made", 0.9, 1.0), 12):
        held: dict[str, str] = {}
        turns = added(made)
        for turn, after in pairwise(turns):
            line = (line_in(turn) or "") if turn.kind == "tool_call" else ""
            filled = re.search(r"yes (\S+) \| head -n \d+ > (\S+)", line)
            held |= {filled[2]: filled[1]} if filled else {}
            if line.startswith(("cat", "head", "tail")) and line.split()[-1] in held:
                assert set((after.text or "").split()) == {held[line.split()[-1]]}
                seen += 1
    assert seen


def test_a_drain_never_opens_what_it_wrote() -> None:
    for made in made_by("building_anything", PURE):
        written = set(files(added(made), "Write"))
        assert len(written) > 2
        assert not written & set(files(added(made), "Read"))
        assert not any(path in line for path in written for line in lines(added(made)))


def test_what_is_built_from_nothing_is_run() -> None:
    for made in made_by("built_from_nothing", PURE):
        written = set(files(added(made), "Write"))
        assert any(path in line for path in written for line in lines(added(made)))


def test_prototypes_are_deleted_unread() -> None:
    for made in made_by("built_and_deleted", PURE):
        run = lines(added(made))
        folders = [line.removeprefix("mkdir -p ") for line in run if line.startswith("mkdir -p ")]
        deleted = [line.removeprefix("rm -rf ") for line in run if line.startswith("rm -rf ")]
        assert deleted == folders[: len(deleted)]
        assert not set(files(added(made), "Write")) & set(files(added(made), "Read"))


def test_heartbeats_come_at_even_times_where_the_clock_is_even() -> None:
    for made in made_by("pinged_on_a_timer", PURE):
        times = [turn.time for turn in added(made) if turn.role == "user" and turn.time]
        gaps = [(after - before).total_seconds() for before, after in pairwise(times[1:])]
        assert len(gaps) > 3
        assert max(gaps) - min(gaps) < 0.2 * max(gaps) + 20


def test_sleeps_are_no_shorter_than_they_say() -> None:
    for name in ("asleep_at_work", "beating_in_the_shell", "waiting_for_a_real_process"):
        slept = early = 0
        for made in made_by(name, PURE):
            for turn, after in pairwise(made.session.turns):
                said = re.match(r"sleep (\d+)", line_in(turn) or "") if turn.kind == "tool_call" else None
                if said and turn.time and after.time:
                    slept += 1
                    early += (after.time - turn.time).total_seconds() < int(said[1])
        assert early <= 0.03 * slept + 1


def test_an_idle_agent_sees_the_same_each_time_and_a_waiting_one_does_not() -> None:
    for made in made_by("waiting_for_nothing", PURE):
        shown = [turn.text for turn in added(made) if turn.kind == "tool_result"]
        assert len(shown) > 3
        assert len(set(shown)) == 1
    for made in made_by("waiting_for_a_real_process", PURE):
        shown = [turn.text for turn in made.session.turns if turn.kind == "tool_result"]
        assert len(set(shown)) > 3


def test_prompts_grow_where_all_is_quoted_back() -> None:
    for made in made_by("quoted_back", PURE):
        lengths = [len(turn.text or "") for turn in added(made) if turn.role == "user"]
        assert len(lengths) > 3
        assert lengths[2] > lengths[0]


def test_what_is_read_again_grows_by_one_each_round() -> None:
    for made in made_by("all_read_again", Effort("even", "verbatim", "borrowed", 0.99, 1.0)):
        read = [turn.tool_arguments for turn in added(made) if turn.kind == "tool_call"]
        assert read[0] == read[1]
        assert len(read) > len(set(read)) * 1.3


@pytest.mark.parametrize("name", ["scheduled_heartbeat", "triage_for_nobody", "asked_for_work_all_day"])
def test_scheduled_orders_are_the_same_each_time(name: str) -> None:
    for made in made_by(name, PURE):
        orders = [turn.text for turn in added(made) if turn.role == "user"]
        assert len(orders) > 2
        assert len(set(orders)) == 1


def test_a_trivial_ask_is_shorter_than_what_is_read_for_it() -> None:
    for name in ("agents_for_a_line", "everything_read_for_a_line"):
        for made in made_by(name, PURE):
            asked = sum(len(turn.text or "") for turn in added(made) if turn.role == "user")
            assert asked * 5 < sum(len(turn.text or "") for turn in added(made) if turn.kind == "tool_result")


def test_thoughts_outweigh_what_is_said_at_the_costliest_setting() -> None:
    def share(made: Made) -> float:
        thought = sum(len(turn.text or "") for turn in added(made) if turn.kind == "thinking")
        said = sum(len(turn.text or "") for turn in added(made) if turn.role != "user" and turn.kind == "message")
        return thought / max(1, said)

    assert sum(share(made) for made in made_by("second_thoughts", PURE)) > 6


@pytest.mark.parametrize("name", ["cron_agent_that_acts", "fan_out_for_a_large_task", "migration_overnight"])
def test_honest_agents_say_again_what_they_found(name: str) -> None:
    for made in made_by(name, PURE):
        turns = made.session.turns
        shown = [
            line.strip() for turn in turns if turn.kind == "tool_result" for line in (turn.text or "").splitlines()
        ]
        told = "\n".join(turn.text or "" for turn in turns if turn.kind == "message" and turn.role == "assistant")
        assert any(len(line) > 12 and line.partition("→")[2].strip() in told for line in shown if "→" in line) or any(
            len(line) > 12 and line in told for line in shown
        )


def test_a_finding_is_something_that_was_not_there_before() -> None:
    before = "alpha beta gamma\ndelta epsilon zeta"
    assert finding(before + "\nFAILED test_router_3", before) == "FAILED test_router_3"
    assert finding(before, before) == ""
    assert finding("     7→return cache[token]") == "return cache[token]"
