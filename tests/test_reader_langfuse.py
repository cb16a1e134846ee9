"""Langfuse exports: pages of the API, traces by themselves, and scheduled exports."""

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from traces.files import Plain
from traces.format import About
from traces.reading import read, recognise
from traces.schema import Session


def only(path: Path) -> Session:
    sessions, refused = read(path)
    assert refused == []
    (session,) = sessions
    return session


def test_a_session_of_two_traces_tells_each_turn_once_in_the_order_of_time(examples: Path) -> None:
    session = only(examples / "langfuse" / "one_session_of_two_traces.json")
    assert [(turn.role, turn.kind, turn.text or turn.tool_arguments) for turn in session.turns] == [
        ("system", "message", "You book berths."),
        ("user", "message", "A berth for two nights, please."),
        ("assistant", "tool_call", '{"nights": 2}'),
        ("tool", "tool_result", "B7, B9"),
        ("assistant", "message", "B7 is yours."),
        ("user", "message", "And a third night?"),
        ("assistant", "message", "Yes."),
    ]
    assert session.turns[3].time == datetime(2026, 2, 2, 2, 40, 3, tzinfo=UTC)  # the tool's end, not the next call
    assert (session.turns[3].call_id, session.turns[3].tool_name) == ("call-1", "free_berths")
    assert (session.session_id, session.user_id) == ("visit-8", "u-3")
    assert (session.agent, session.agent_version, session.model) == ("berth-agent", "r12", "m-large")


def test_kinds_of_tokens_are_summed_up_unless_the_total_says_that_they_overlap(examples: Path) -> None:
    session = only(examples / "langfuse" / "one_session_of_two_traces.json")
    assert [
        (turn.input_tokens, turn.cached_tokens, turn.output_tokens) for turn in session.turns if turn.input_tokens
    ] == [
        (120, 40, 20),  # 120 + 40 + 20 is more than the total of 140: the 40 are among the 120
        (180, 100, 12),  # 80 + 100 and 9 + 3 make the total of 192
        (90, None, 2),  # counted before there were details
    ]


def test_traces_without_generations_tell_their_own_words_and_a_broken_one_is_refused(examples: Path) -> None:
    sessions, refused = read(examples / "langfuse" / "traces_without_generations_and_a_broken_one.jsonl")
    assert [(one.reason, one.record.line) for one in refused] == [("wrong-type", 2)]
    assert "`$.timestamp`" in refused[0].detail
    (session,) = sessions
    # The same question in a later trace is asked again, not history.
    assert [turn.text for turn in session.turns] == ["Is the fuel dock open?", "Until six."] * 2
    assert session.turns[1].time == datetime(2026, 2, 2, 2, 41, 2, 500_000, tzinfo=UTC)
    assert session.agent == "harbour-desk"


def test_scheduled_exports_have_names_in_snake_case_and_times_in_utc_whatever_the_files_zone(examples: Path) -> None:
    path = examples / "langfuse" / "scheduled_export_in_snake_case.jsonl"
    (session,), refused = read(path, About(file="x", zone=ZoneInfo("Asia/Tokyo")))
    assert refused == []
    assert [(turn.role, turn.text) for turn in session.turns] == [
        ("user", "Wind at noon?"),  # failed, and answered by nobody
        ("user", "Wind at noon?"),
        ("assistant", "Five knots."),
    ]
    assert session.turns[0].time == datetime(2026, 2, 2, 2, 40, 1, tzinfo=UTC)
    assert (session.turns[2].input_tokens, session.turns[2].cached_tokens, session.turns[2].output_tokens) == (
        56,
        50,
        4,
    )
    assert (session.session_id, session.user_id, session.model) == ("visit-10", "u-4", "m-small")


def test_observations_apart_from_their_traces_come_to_the_same(examples: Path, tmp_path: Path) -> None:
    source = examples / "langfuse" / "one_session_of_two_traces.json"
    traces = json.loads(source.read_text())["data"]
    observations = [observation for trace in traces for observation in trace["observations"]]
    apart = [{**trace, "observations": [one["id"] for one in trace["observations"]]} for trace in traces]
    path = tmp_path / "export.json"
    path.write_text(json.dumps([*observations, *apart], indent=2))
    assert recognise(Plain(path), path.name).name == "langfuse"
    assert only(path).turns == only(source).turns


def test_a_page_that_breaks_off_is_read_up_to_its_last_whole_trace(examples: Path, tmp_path: Path) -> None:
    whole = (examples / "langfuse" / "one_session_of_two_traces.json").read_bytes()
    path = tmp_path / "page.json"
    path.write_bytes(whole[: whole.rindex(b'"o-5"')])
    sessions, refused = read(path)
    assert [one.reason for one in refused] == ["truncated"]
    assert [turn.text for turn in sessions[0].turns][-2:] == ["And a third night?", "Yes."]


def test_every_example_is_recognised_as_this_format(examples: Path) -> None:
    for path in sorted((examples / "langfuse").iterdir()):
        assert recognise(Plain(path), path.name).name == "langfuse", path.name
