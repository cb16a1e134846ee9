"""What is exported as ATIF and read again is the same session."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from traces.export import atif_lines, trajectory
from traces.format import About
from traces.ingest import Ingest
from traces.readers.atif import FORMAT
from traces.reading import Reading, read
from traces.schema import Session, Turn
from traces.store import Store


class Bytes:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def open(self) -> BinaryIO:
        return io.BytesIO(self.raw)


def read_back(sessions: list[Session]) -> list[object]:
    exported = b"".join(atif_lines(sessions))
    return list(Reading(Bytes(exported), FORMAT, About(file="elsewhere.jsonl", user="nobody")).sessions())


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
times = st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
counts = st.none() | st.integers(0, 2**53)
arguments = st.none() | words | st.sampled_from(['{"a": 1,  "b":[2]}', "{}", '{"a":\n1}', "[1]", '"x"', "{broken", "5"])


no_text = st.none() | st.just("")
call_ids = st.none() | st.sampled_from(["c1", "c2"])
tokens = {"input_tokens": counts, "cached_tokens": counts, "output_tokens": counts}


def turn(role: str, kind: str, text: st.SearchStrategy[str | None], **more: st.SearchStrategy[Any]) -> Any:
    fixed = {"index": st.just(0), "role": st.just(role), "kind": st.just(kind)}
    return st.builds(Turn, text=text, time=times, original_chars=counts, **fixed, **more)


turns = st.one_of(
    turn("user", "message", no_text | words, typed=st.sampled_from([True, False, None])),
    turn("system", "message", st.none() | words),
    turn("assistant", "message", no_text | words, **tokens),
    turn("assistant", "thinking", words, **tokens),
    turn(
        "assistant",
        "tool_call",
        st.none(),
        tool_name=st.none() | words,
        tool_arguments=arguments,
        call_id=call_ids,
        **tokens,
    ),
    turn(
        "tool",
        "tool_result",
        no_text | words,
        tool_name=st.none() | words,
        call_id=call_ids,
        is_error=st.none() | st.booleans(),
    ),
)


@st.composite
def any_session(draw: st.DrawFn) -> Session:
    drawn = draw(st.lists(turns, max_size=12))
    numbered = tuple(msgspec.structs.replace(one, index=index) for index, one in enumerate(drawn))
    name = st.none() | words.filter(lambda text: text != "unknown")
    parent = draw(name)
    return Session(
        session_id=draw(words),
        user_id=draw(name.filter(lambda text: text is not None)),
        agent=draw(name),
        agent_version=draw(name),
        model=draw(name),
        project=draw(name),
        source=draw(name),
        category=draw(name),
        format=draw(words),
        file=draw(words),
        origin="subagent" if parent else draw(st.sampled_from(["human", "automation", "unknown"])),
        parent_id=parent,
        started=draw(times) or next((one.time for one in numbered if one.time), None),
        turns=numbered,
    )


@settings(max_examples=300)
@given(any_session())
def test_any_session_survives_the_round_trip(session: Session) -> None:
    assert read_back([session]) == [session]


def test_all_real_sessions_survive_the_round_trip_through_store_and_export(dev: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    account = Ingest(store).run([dev])
    assert account.quarantined.total() == 0
    assert account.sessions["new"] == account.records_seen == 848
    sessions = sorted(store.sessions(), key=lambda session: session.session_id)
    back = sorted(read_back(sessions), key=lambda session: session.session_id)  # type: ignore[attr-defined]
    assert back == sessions


def test_every_raw_file_survives_the_round_trip(raw: Path) -> None:
    for path in sorted(raw.rglob("*")):
        if path.is_file():
            sessions, _ = read(path)
            named = [msgspec.structs.replace(session, user_id=session.user_id or "someone") for session in sessions]
            assert read_back(named) == named, path


def test_the_export_is_atif_as_other_tools_know_it() -> None:
    moment = datetime(2026, 1, 15, 12, tzinfo=UTC)
    session = Session(
        session_id="s",
        agent="claude-code",
        agent_version="2.1.70",
        model="claude-x",
        format="claude-code",
        file="f",
        turns=(
            Turn(0, "user", "message", "list it", moment, typed=True),
            Turn(1, "assistant", "thinking", "so", moment, input_tokens=10, cached_tokens=4, output_tokens=3),
            Turn(2, "assistant", "message", "I look.", moment),
            Turn(3, "assistant", "tool_call", None, moment, "Bash", '{"command":"ls"}', "c1"),
            Turn(4, "tool", "tool_result", "a.txt", moment, "Bash", None, "c1", False),
        ),
    )
    document = msgspec.json.decode(msgspec.json.encode(trajectory(session)))
    assert document["schema_version"] == "ATIF-v1.7"
    assert document["agent"] == {"name": "claude-code", "version": "2.1.70", "model_name": "claude-x"}
    user, agent = document["steps"]
    assert (user["step_id"], user["source"], user["message"]) == (1, "user", "list it")
    assert agent == {
        "step_id": 2,
        "timestamp": "2026-01-15T12:00:00+00:00",
        "source": "agent",
        "message": "I look.",
        "reasoning_content": "so",
        "metrics": {"prompt_tokens": 10, "cached_tokens": 4, "completion_tokens": 3},
        "tool_calls": [{"tool_call_id": "c1", "function_name": "Bash", "arguments": {"command": "ls"}}],
        "observation": {
            "results": [
                {
                    "source_call_id": "c1",
                    "content": "a.txt",
                    "extra": {"timestamp": "2026-01-15T12:00:00+00:00", "is_error": False},
                }
            ]
        },
    }
