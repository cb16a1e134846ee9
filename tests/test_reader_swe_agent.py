"""SWE-agent: what the history lacks comes from the trajectory, and demonstrations are nobody's work."""

import json
from pathlib import Path

from traces.reading import read
from traces.schema import Session


def one(path: Path) -> Session:
    sessions, refused = read(path)
    assert refused == []
    assert len(sessions) == 1
    return sessions[0]


def said(session: Session) -> list[tuple[str, str, str | None]]:
    return [(turn.role, turn.kind, turn.text or turn.tool_arguments) for turn in session.turns]


def test_the_last_step_stands_in_the_trajectory_only(examples: Path) -> None:
    session = one(examples / "swe_agent" / "last_step_only_in_trajectory.traj")
    assert said(session) == [
        ("system", "message", "You fix bugs with the commands of this shell."),
        ("user", "message", "ISSUE: The oven is never preheated."),
        ("assistant", "thinking", "The file is likely oven.py."),
        ("assistant", "message", "Let me look at the oven."),
        ("assistant", "tool_call", '{"command": "cat oven.py"}'),
        ("tool", "tool_result", "OBSERVATION:\ndef bake(loaf):\n    return loaf\n\n[image_url]"),
        ("assistant", "message", "It preheats now."),
        ("assistant", "tool_call", "submit"),
        ("tool", "tool_result", "diff --git a/oven.py b/oven.py"),
    ]
    assert [(turn.tool_name, turn.call_id) for turn in session.turns[4:6]] == [("bash", "toolu_01")] * 2
    assert [turn.tool_name for turn in session.turns[7:]] == ["submit", "submit"]
    assert (session.agent, session.agent_version, session.model) == ("swe-agent", "1.1.0", "claude-sonnet-4")
    assert (session.project, session.origin, session.user_id) == ("bakery-12", "automation", None)


def test_a_total_of_the_run_is_not_put_on_single_calls(examples: Path) -> None:
    session = one(examples / "swe_agent" / "last_step_only_in_trajectory.traj")
    assert all(turn.input_tokens is None and turn.output_tokens is None for turn in session.turns)


def test_demonstrations_are_injected_whoever_speaks_in_them(examples: Path) -> None:
    session = one(examples / "swe_agent" / "demonstrations_in_history.traj")
    assert said(session)[1:5] == [
        ("user", "message", "Here is a demonstration. ls\nREADME.md"),
        ("user", "message", "Let me list the files.\n```\nls\n```"),
        ("user", "message", "README.md"),
        ("user", "message", "ISSUE: The till rounds down."),
    ]
    assert not any(turn.typed for turn in session.turns)
    assert [turn.tool_name for turn in session.turns if turn.kind == "tool_call"] == ["open", "submit"]


def test_old_versions_answer_as_the_user_and_end_without_an_observation(examples: Path) -> None:
    session = one(examples / "swe_agent" / "demonstrations_in_history.traj")
    assert said(session)[5:] == [
        ("assistant", "message", "Let me open the till.\n"),
        ("assistant", "tool_call", "open till.py\n"),
        ("tool", "tool_result", "[File: till.py (2 lines total)]\n(Current directory: /shop)\nbash-$"),
        ("assistant", "message", "Done.\n"),
        ("assistant", "tool_call", "submit\n"),
        ("tool", "tool_result", "diff --git a/till.py b/till.py"),
    ]
    assert session.project == "/shop"


def test_answers_that_were_asked_for_again_are_put_in_at_their_place(examples: Path) -> None:
    session = one(examples / "swe_agent" / "asked_again_after_an_error.traj")
    assert said(session)[2:] == [
        ("assistant", "message", "I think the lamp is broken."),
        ("assistant", "message", "I open it with vim."),
        ("assistant", "tool_call", "vim lamp.py"),
        ("assistant", "message", "I print it."),
        ("assistant", "tool_call", "cat lamp.py"),
        ("tool", "tool_result", "OBSERVATION:\nlamp = off"),
        ("assistant", "message", "I switch it on."),
        ("assistant", "tool_call", "sed -i s/off/on/ lamp.py"),
        ("tool", "tool_result", "Your command ran successfully and did not produce any output."),
        ("system", "message", "Exit due to cost limit"),
    ]


def test_each_attempt_is_a_session_and_the_copy_of_the_best_is_none(examples: Path) -> None:
    sessions, refused = read(examples / "swe_agent" / "several_attempts.traj")
    assert refused == []
    assert [len(session.turns) for session in sessions] == [5, 5]
    assert said(sessions[0]) == said(sessions[1])
    assert sessions[0].session_id != sessions[1].session_id


def test_a_run_keeps_its_id_while_its_file_grows(examples: Path, tmp_path: Path) -> None:
    path = examples / "swe_agent" / "last_step_only_in_trajectory.traj"
    document = json.loads(path.read_text())
    document["trajectory"].pop()
    (tmp_path / "earlier.traj").write_text(json.dumps(document))
    earlier, later = one(tmp_path / "earlier.traj"), one(path)
    assert earlier.session_id == later.session_id
    assert len(earlier.turns) < len(later.turns)


def test_a_broken_run_is_refused_alone(examples: Path) -> None:
    sessions, refused = read(examples / "swe_agent" / "one_run_is_broken.jsonl")
    assert [session.turns[2].text for session in sessions] == ["I say star.", "I say rain."]
    assert [(each.reason, each.record.line) for each in refused] == [("wrong-type", 2)]
    assert "$.history[2].role" in refused[0].detail


def test_real_runs_have_the_turns_that_were_counted_by_hand(raw: Path) -> None:
    counted = {
        # 12 items: 5 answers of 2 turns, 4 observations, and the last step's from the trajectory
        "*test-repo-i1.traj": (18, 5),
        # 26 items: 12 answers of 2 turns, 11 observations, and the last step's
        "*pydicom-1458.traj": (39, 12),
        # 10 items with 4 answers; the fifth step, of 3 turns, stands in the trajectory only
        "*sweagenttestrepo-1c2844.traj": (17, 5),
    }
    for pattern, (turns, calls) in counted.items():
        (path,) = (raw / "swe_agent").glob(pattern)
        session = one(path)
        assert len(session.turns) == turns
        assert sum(turn.kind == "tool_call" for turn in session.turns) == calls


def test_all_real_runs_are_read_with_one_call_for_each_step(raw: Path) -> None:
    sessions = [one(path) for path in sorted((raw / "swe_agent").iterdir())]
    assert len({session.session_id for session in sessions}) == 12
    # the lengths of the twelve `trajectory` lists, each step of which has an action
    steps = sorted([5, 12, 5, 16, 9, 14, 18, 4, 4, 7, 12, 21])
    assert sorted(sum(turn.kind == "tool_call" for turn in session.turns) for session in sessions) == steps
    assert not any(turn.typed for session in sessions for turn in session.turns)
