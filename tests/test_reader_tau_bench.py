"""tau-bench and tau2-bench: many trials of one task, a simulated user, ids that must not collide."""

from datetime import UTC, datetime
from pathlib import Path

from traces.reading import read
from traces.schema import Session


def said(session: Session) -> list[tuple[str, str, str | None]]:
    return [(turn.role, turn.kind, turn.text or turn.tool_arguments) for turn in session.turns]


def test_trials_with_the_same_words_are_sessions_of_their_own(examples: Path) -> None:
    sessions, refused = read(examples / "tau_bench" / "trials_of_one_task.json")
    assert refused == []
    assert len({session.session_id for session in sessions}) == 3  # the fourth run failed before its first turn
    assert said(sessions[0]) == said(sessions[1])
    assert {session.project for session in sessions} == {"3"}


def test_the_same_trial_by_another_model_has_another_id(examples: Path) -> None:
    ours, _ = read(examples / "tau_bench" / "trials_of_one_task.json")
    theirs, _ = read(examples / "tau_bench" / "the_same_task_by_another_model.json")
    assert said(ours[0])[:4] == said(theirs[0])[:4]
    assert theirs[0].session_id not in {session.session_id for session in ours}


def test_the_simulated_user_typed_nothing(examples: Path) -> None:
    sessions, _ = read(examples / "tau_bench" / "trials_of_one_task.json")
    assert said(sessions[0]) == [
        ("system", "message", "# Tea shop policy"),
        ("user", "message", "Hi, where is my tea?"),
        ("assistant", "tool_call", '{"order": "T1"}'),
        ("tool", "tool_result", '{"status": "brewing"}'),
        ("assistant", "message", "It is brewing."),
        ("user", "message", "###STOP###"),
    ]
    assert [turn.typed for turn in sessions[0].turns] == [False] * 6
    assert [(turn.tool_name, turn.call_id) for turn in sessions[0].turns[2:4]] == [("find_order", "call_a1")] * 2
    assert (sessions[0].origin, sessions[0].agent, sessions[0].user_id) == ("automation", "tau-bench", None)
    assert all(turn.time is None and turn.input_tokens is None for turn in sessions[0].turns)


def test_output_that_arrives_as_the_user_is_a_result(examples: Path) -> None:
    (session,), refused = read(examples / "tau_bench" / "react_output_arrives_as_the_user.json")
    assert refused == []
    assert said(session)[3] == ("tool", "tool_result", "API output: on")


def test_a_broken_run_is_refused_alone(examples: Path) -> None:
    sessions, refused = read(examples / "tau_bench" / "one_run_is_broken.json")
    assert [session.project for session in sessions] == ["1", "3"]
    assert [(each.reason, "$.traj[1].role" in each.detail) for each in refused] == [("wrong-type", True)]


def test_tau2_counts_the_agents_tokens_once_and_the_simulators_never(examples: Path) -> None:
    sessions, _ = read(examples / "tau_bench" / "tau2_results.json")
    assert said(sessions[0]) == [
        ("assistant", "message", "Hi! How can I help you today?"),
        ("user", "message", "My router is off."),
        ("assistant", "thinking", "A reset may help."),
        ("assistant", "tool_call", '{"hard":true}'),
        ("assistant", "tool_call", "{}"),
        ("tool", "tool_result", "done"),
        ("tool", "tool_result", "Error: no log"),
        ("assistant", "message", "Please look at the lamp."),
        ("user", "tool_call", "{}"),
        ("tool", "tool_result", "green"),
        ("user", "message", "It is green. ###STOP###"),
    ]
    tokens = {turn.index: (turn.input_tokens, turn.output_tokens) for turn in sessions[0].turns if turn.input_tokens}
    assert tokens == {2: (1200, 31), 7: (1300, 8)}
    assert [turn.is_error for turn in sessions[0].turns if turn.kind == "tool_result"] == [False, True, False]
    names = [turn.tool_name for turn in sessions[0].turns if turn.kind == "tool_result"]
    assert names == ["reset_router", "read_log", "look_at_lamp"]


def test_a_tau2_document_is_cut_into_simulations_and_a_bad_one_refused_alone(examples: Path) -> None:
    path = examples / "tau_bench" / "tau2_results.json"
    sessions, refused = read(path)
    assert [session.session_id for session in sessions] == ["6f0c3f6e-0001", "6f0c3f6e-0003"]
    first = sessions[0]
    assert (first.agent, first.agent_version, first.model) == ("tau2-bench", "0a1b2c3", "claude-sonnet-4")
    assert (first.project, first.started) == ("telecom/7", datetime(2025, 6, 1, 10, tzinfo=UTC))
    (bad,) = refused
    assert (bad.reason, bad.record.raw.startswith(b'{\n   "id": "6f0c3f6e-0002"')) == ("number-out-of-range", True)
    assert '"6f0c3f6e-0002"' in path.read_text().splitlines()[bad.record.line]


def test_a_tau2_simulation_may_lie_in_a_file_of_its_own(examples: Path) -> None:
    (session,), refused = read(examples / "tau_bench" / "tau2_one_simulation.json")
    assert refused == []
    assert (session.session_id, session.project, session.model, len(session.turns)) == ("6f0c3f6e-0004", "7", None, 11)
    assert read(examples / "tau_bench" / "tau2_results_without_simulations.json") == ([], [])


def test_a_tau2_document_that_breaks_off_is_refused(examples: Path, tmp_path: Path) -> None:
    whole = (examples / "tau_bench" / "tau2_results.json").read_bytes()
    (tmp_path / "results.json").write_bytes(whole[: len(whole) // 2])
    sessions, refused = read(tmp_path / "results.json")
    assert sessions == []
    assert [each.reason for each in refused] == ["truncated"]


def test_the_real_results_have_the_turns_that_were_counted_by_hand(raw: Path) -> None:
    sessions, refused = read(raw / "tau_bench" / "gpt-4o-airline_first60.json")
    assert refused == []
    assert len({session.session_id for session in sessions}) == 60
    turns = [turn for session in sessions for turn in session.turns]
    # 60 policies, 489 messages of the user, 455 of the 790 answers with a text, 361 calls and their 361 results
    assert len(turns) == 60 + 489 + 455 + 361 + 361
    assert sum(turn.kind == "tool_call" for turn in turns) == 361
    assert not any(turn.typed for turn in turns)
