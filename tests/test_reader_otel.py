"""OpenTelemetry GenAI spans: what each trap of the format must come to."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToJson
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes

from traces.files import Plain
from traces.format import About
from traces.readers.spans import gen_ai
from traces.reading import read, recognise
from traces.schema import Session, Turn

START = datetime(2026, 2, 2, 2, 40, tzinfo=UTC)
QUESTION = "When is high water at the mole?"


def only(path: Path) -> Session:
    """The one session of a file in which nothing is refused."""
    sessions, refused = read(path)
    assert refused == []
    (session,) = sessions
    return session


def seconds(session: Session) -> list[float | None]:
    return [(turn.time - START).total_seconds() if turn.time else None for turn in session.turns]


def brief(session: Session) -> list[tuple[str, str, str | None]]:
    return [(turn.role, turn.kind, turn.text or turn.tool_arguments) for turn in session.turns]


def tokens(session: Session) -> list[tuple[int | None, int | None, int | None]]:
    return [(turn.input_tokens, turn.cached_tokens, turn.output_tokens) for turn in session.turns]


def test_history_that_each_call_sends_again_makes_each_turn_once(examples: Path) -> None:
    session = only(examples / "otel" / "history_sent_again_with_each_call.json")
    none = {"time": None, "typed": False}
    at = [START + timedelta(seconds=s) for s in (1, 1, 2, 3.5, 6)]
    assert session.turns == (
        Turn(index=0, role="system", kind="message", text="You answer from the tide table.", **{**none, "time": at[0]}),
        Turn(index=1, role="user", kind="message", text=QUESTION, time=at[1], typed=None),
        Turn(
            index=2,
            role="assistant",
            kind="tool_call",
            time=at[2],
            tool_name="tide_table",
            tool_arguments='{"place":"mole"}',
            call_id="call-1",
            input_tokens=120,
            output_tokens=20,
        ),
        Turn(
            index=3,
            role="tool",
            kind="tool_result",
            text="14:52, 3.1 m",  # from the next call's history; the time is the tool's own, not the next call's
            time=at[3],
            tool_name="tide_table",
            call_id="call-1",
            is_error=False,
        ),
        Turn(
            index=4,
            role="assistant",
            kind="message",
            text="At 14:52, 3.1 metres.",
            time=at[4],
            input_tokens=180,
            cached_tokens=100,
            output_tokens=12,
        ),
    )
    assert (session.session_id, session.user_id, session.agent) == ("conv-41", "u-7", "tide-pilot")
    assert (session.agent_version, session.model, session.origin) == ("2.1", "m-large-1", "unknown")
    assert session.started == START + timedelta(seconds=1)


def test_the_totals_of_an_agents_run_are_not_counted_again(examples: Path) -> None:
    session = only(examples / "otel" / "history_sent_again_with_each_call.json")
    assert sum(turn.input_tokens or 0 for turn in session.turns) == 120 + 180  # the agent's span says 300 as well
    assert sum(turn.output_tokens or 0 for turn in session.turns) == 20 + 12


def test_a_conversation_goes_on_in_a_later_trace_and_another_one_stays_apart(examples: Path) -> None:
    sessions, refused = read(examples / "otel" / "one_conversation_in_two_traces.jsonl")
    assert refused == []
    assert {session.session_id: brief(session) for session in sessions} == {
        "conv-41": [
            ("user", "message", QUESTION),
            ("assistant", "message", "At 14:52, 3.1 metres."),
            ("user", "message", "And low water?"),
            ("assistant", "message", "At 20:58."),
        ],
        "conv-42": [("user", "message", QUESTION), ("assistant", "message", "At 14:52, 3.1 metres.")],
    }


def test_spans_without_any_text_still_give_turns_with_times_and_tokens(examples: Path) -> None:
    sessions, refused = read(examples / "otel" / "no_message_text_between_other_output.json")
    (session,) = sessions
    assert [turn.text for turn in session.turns] == [None] * 5
    assert [(turn.role, turn.kind) for turn in session.turns] == [
        ("user", "message"),
        ("assistant", "message"),
        ("assistant", "tool_call"),
        ("tool", "tool_result"),
        ("assistant", "message"),
    ]
    assert seconds(session) == [1, 2, 2.5, 3.5, 6]
    assert tokens(session)[1] == (120, None, 20)
    assert tokens(session)[4] == (180, None, 12)
    assert session.turns[3].is_error is True
    assert session.turns[3].tool_name == "tide_table"
    # What else the program printed is refused by itself, at its line.
    assert [(one.reason, one.record.line) for one in refused] == [("not-json", 63)]


def test_console_output_is_recognised_behind_a_line_of_something_else(examples: Path, tmp_path: Path) -> None:
    printed = (examples / "otel" / "no_message_text_between_other_output.json").read_text()
    path = tmp_path / "out.txt"
    path.write_text("starting up\n" + printed)
    assert len(read(path)[0][0].turns) == 5


def test_a_printed_span_that_breaks_off_costs_only_itself(examples: Path, tmp_path: Path) -> None:
    printed = (examples / "otel" / "no_message_text_between_other_output.json").read_text()
    spans = printed.replace("the tide desk is open\n", "").split("\n}\n")
    path = tmp_path / "out.json"
    path.write_text("\n}\n".join([spans[0], spans[1][:400] + "\n" + spans[2].lstrip(), *spans[3:]]))
    sessions, refused = read(path)
    assert [one.reason for one in refused] == ["truncated"]
    assert [turn.kind for turn in sessions[0].turns] == ["message", "message", "message"]


def test_messages_are_read_from_older_events(examples: Path) -> None:
    session = only(examples / "otel" / "messages_in_older_events.json")
    assert brief(session) == [
        ("system", "message", "You answer from the tide table."),
        ("user", "message", QUESTION),
        ("assistant", "tool_call", '{"place": "mole"}'),
        ("tool", "tool_result", "14:52, 3.1 m"),
        ("assistant", "message", "At 14:52, 3.1 metres."),
    ]
    assert tokens(session)[2] == (120, None, 20)
    assert session.turns[3].tool_name == "tide_table"


def test_messages_are_read_from_log_records_and_base64_ids_are_the_hexadecimal_ones(examples: Path) -> None:
    session = only(examples / "otel" / "messages_in_log_records_with_base64_ids.jsonl")
    assert brief(session) == [("user", "message", QUESTION), ("assistant", "message", "At 14:52, 3.1 metres.")]
    assert tokens(session)[1] == (120, None, 20)
    assert session.session_id == "5b8efff798038103d269b633813fc60c"


def test_protobufs_own_json_reads_as_the_same_sessions(examples: Path, tmp_path: Path) -> None:
    source = examples / "otel" / "sub_agent_within_a_tool.json"
    document = json.loads(source.read_text())
    message = TracesData()
    for span in (s for r in document["resourceSpans"] for scope in r["scopeSpans"] for s in scope["spans"]):
        kept = message.resource_spans.add() if not message.resource_spans else message.resource_spans[0]
        spans = kept.scope_spans.add() if not kept.scope_spans else kept.scope_spans[0]
        one = spans.spans.add(
            trace_id=bytes.fromhex(span["traceId"]),
            span_id=bytes.fromhex(span["spanId"]),
            parent_span_id=bytes.fromhex(span.get("parentSpanId", "")),
            name=span["name"],
            start_time_unix_nano=int(span["startTimeUnixNano"]),
            end_time_unix_nano=int(span["endTimeUnixNano"]),
        )
        for attribute in span["attributes"]:
            value = one.attributes.add(key=attribute["key"]).value
            if "intValue" in attribute["value"]:
                value.int_value = int(attribute["value"]["intValue"])
            else:
                value.string_value = attribute["value"]["stringValue"]
    path = tmp_path / "traces.json"
    path.write_text(MessageToJson(message))
    assert only(path).turns == only(source).turns
    assert only(path).session_id == only(source).session_id


def test_structured_messages_make_a_turn_for_each_thing_said_and_cache_that_stands_apart_is_added(
    examples: Path,
) -> None:
    session = only(examples / "otel" / "structured_messages_and_cache_apart.json")
    assert brief(session) == [
        ("user", "message", "What is on this chart?\n[image]"),
        ("assistant", "thinking", "Two stations are marked."),
        ("assistant", "message", "I look up both."),
        ("assistant", "tool_call", '{"n":1}'),
        ("assistant", "tool_call", '{"n":2}'),
    ]
    # 500 were read from the cache and 70 written to it, more than the 30 of input: they are not part of it.
    assert tokens(session) == [(None, None, None), (600, 500, 44), *[(None, None, None)] * 3]


def test_bad_spans_in_a_batch_are_refused_alone_with_their_lines(examples: Path) -> None:
    path = examples / "otel" / "bad_spans_in_a_batch.json"
    sessions, refused = read(path)
    assert [(one.reason, one.record.line) for one in refused] == [
        ("wrong-type", 91),
        ("bad-time", 149),
        ("wrong-type", 207),
    ]
    assert "`$.attributes[4].value.stringValue`" in refused[0].detail
    assert "`gen_ai.usage.input_tokens`" in refused[2].detail
    assert all('"spanId"' in line for line in (path.read_text().splitlines()[one.record.line + 1] for one in refused))
    assert [turn.kind for turn in sessions[0].turns] == ["message", "message", "tool_call", "tool_result"]


def test_a_document_that_breaks_off_is_read_up_to_its_last_whole_span(examples: Path, tmp_path: Path) -> None:
    whole = (examples / "otel" / "history_sent_again_with_each_call.json").read_bytes()
    path = tmp_path / "cut.json"
    path.write_bytes(whole[: whole.index(b'"POST"')])
    sessions, refused = read(path)
    assert [one.reason for one in refused] == ["truncated"]
    assert [turn.kind for turn in sessions[0].turns] == ["message", "message", "tool_call", "tool_result", "message"]


def test_what_another_agent_asks_is_not_typed_and_embeddings_are_no_turns(examples: Path) -> None:
    session = only(examples / "otel" / "sub_agent_within_a_tool.json")
    assert [(turn.text, turn.typed) for turn in session.turns if turn.role == "user"] == [
        (QUESTION, None),
        ("Find high water at the mole.", False),
    ]
    assert sum(turn.input_tokens or 0 for turn in session.turns) == 60 + 40 + 90  # 999 were embedded
    assert session.agent == "desk"
    # The tool's result comes when the tool ends, after all that the agent within it did.
    assert seconds(session) == [1, 2, 4, 6, 8, 10]


def test_history_cut_by_an_exporter_and_a_call_within_a_call_make_no_turns_of_their_own(examples: Path) -> None:
    session = only(examples / "otel" / "history_cut_and_call_within_a_call.json")
    assert brief(session) == [
        ("user", "message", QUESTION),
        ("assistant", "message", "At 14:52, 3.1 metres."),
        ("assistant", "message", "At 20:58."),
    ]
    assert tokens(session) == [(None, None, None), (120, None, 20), (180, None, 6)]


def test_spans_of_the_javascript_console_exporter_are_read(tmp_path: Path) -> None:
    span = {
        "resource": {"attributes": {"service.name": "desk"}},
        "traceId": "5b8efff798038103d269b633813fc60c",
        "parentId": None,
        "name": "chat",
        "id": "eee19b7ec3c1b174",
        "kind": 2,
        "timestamp": 1770000000000000,
        "duration": 1500000,
        "attributes": {
            "gen_ai.operation.name": "chat",
            "gen_ai.usage.input_tokens": 7,
            "gen_ai.usage.output_tokens": 2,
            "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"Ebb."}]}]',
        },
        "status": {"code": 0},
        "events": [],
        "links": [],
    }
    path = tmp_path / "spans.json"
    path.write_text(json.dumps(span, indent=2) + "\n" + json.dumps({**span, "id": "eee19b7ec3c1b175"}, indent=2) + "\n")
    session = only(path)
    assert [turn.text for turn in session.turns] == [None, "Ebb.", "Ebb."]
    assert session.turns[1].time == START + timedelta(seconds=1.5)


def test_a_span_that_was_exported_twice_counts_once(examples: Path, tmp_path: Path) -> None:
    once = (examples / "otel" / "one_conversation_in_two_traces.jsonl").read_text()
    path = tmp_path / "twice.jsonl"
    path.write_text(once + once)
    assert [session.turns for session in read(path)[0]] == [
        session.turns for session in read(examples / "otel" / "one_conversation_in_two_traces.jsonl")[0]
    ]


def test_flattened_messages_of_openllmetry_are_read(tmp_path: Path) -> None:
    attributes = {
        "llm.request.type": "chat",
        "gen_ai.request.model": "m-large",
        "gen_ai.prompt.0.role": "user",
        "gen_ai.prompt.0.content": '[{"type": "text", "text": "Ebb or flood?"}]',
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.tool_calls.0.id": "c-1",
        "gen_ai.completion.0.tool_calls.0.name": "tide",
        "gen_ai.completion.0.tool_calls.0.arguments": '{"at": "mole"}',
        "gen_ai.usage.input_tokens": "11",
        "gen_ai.usage.output_tokens": 3,
        "traceloop.association.properties.session_id": "walk-1",
    }
    path = tmp_path / "spans.jsonl"
    path.write_text(json.dumps(printed(attributes)) + "\n")
    session = only(path)
    assert session.session_id == "walk-1"
    assert brief(session) == [("user", "message", "Ebb or flood?"), ("assistant", "tool_call", '{"at": "mole"}')]
    assert tokens(session)[1] == (11, None, 3)


def test_a_retry_that_failed_adds_nothing(tmp_path: Path) -> None:
    said = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Ebb or flood?"}]}])
    answer = json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": "Ebb."}]}])
    chat = {"gen_ai.operation.name": "chat", "gen_ai.input.messages": said}
    spans = [
        printed({**chat, "error.type": "timeout"}, number=1),
        printed({**chat, "gen_ai.output.messages": answer}, number=2),
    ]
    path = tmp_path / "spans.jsonl"
    path.write_text("".join(json.dumps(span) + "\n" for span in spans))
    assert brief(only(path)) == [("user", "message", "Ebb or flood?"), ("assistant", "message", "Ebb.")]


def test_what_is_known_of_the_file_is_used_where_the_spans_do_not_say(examples: Path) -> None:
    path = examples / "otel" / "messages_in_older_events.json"
    session = read(path, About(file="x", user="given", source="lab"))[0][0]
    assert (session.user_id, session.source, session.file) == ("given", "lab", "x")


def test_every_example_is_recognised_as_this_format(examples: Path) -> None:
    for path in sorted((examples / "otel").iterdir()):
        assert recognise(Plain(path), path.name).name == "otel", path.name


def test_the_names_of_attributes_are_those_of_the_conventions() -> None:
    def names(value: object) -> Iterator[str]:
        yield from [value] if isinstance(value, str) else value if isinstance(value, tuple) else ()

    used = {name for value in vars(gen_ai).values() for name in names(value) if str(name).startswith("gen_ai.")}
    known = {value for key, value in vars(gen_ai_attributes).items() if key.startswith("GEN_AI_")}
    # Names of newer conventions and of instrumentations that went their own way.
    others = {name for name in used if ".details." in name or name.endswith(("_input_tokens", ".0.role"))}
    assert used - others - known == {"gen_ai.usage.cache_write.input_tokens"}


def printed(attributes: dict[str, Any], number: int = 1) -> dict[str, Any]:
    """A span as the Python console exporter writes it."""
    return {
        "name": "chat",
        "context": {"trace_id": "0x5b8efff798038103d269b633813fc60c", "span_id": f"0x{number:016x}"},
        "parent_id": None,
        "start_time": f"2026-02-02T02:40:0{number}.000000Z",
        "end_time": f"2026-02-02T02:40:0{number}.500000Z",
        "status": {"status_code": "UNSET"},
        "attributes": attributes,
        "events": [],
    }
