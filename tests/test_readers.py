"""What holds for every reader: one format for each file, and no input that breaks it."""

import io
import json
import random
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from conftest import EXAMPLES
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from traces.columns import turn_columns
from traces.files import Plain
from traces.format import About, Unreadable
from traces.readers import FORMATS
from traces.reading import Reading, Refused, look, recognise
from traces.schema import Session

FILES = sorted(path for path in EXAMPLES.rglob("*") if path.is_file())
TRACES = [path for path in FILES if "judged" not in path.parts and path.name != "README.md"]


class Bytes:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def open(self) -> BinaryIO:
        return io.BytesIO(self.raw)


def read(content: Any, name: str, whole: Path) -> tuple[list[Session], list[Refused]]:
    """Reads the content in the format of the whole file; checks what must always hold."""
    reading = Reading(content, recognise(Plain(whole), name), About(file=name))
    sessions: list[Session] = []
    refused: list[Refused] = []
    for part in reading.sessions():
        (refused if isinstance(part, Refused) else sessions).append(part)  # type: ignore[arg-type]
    assert reading.seen == reading.read + reading.refused
    assert reading.refused == len(refused)
    assert [one.detail for one in refused if one.reason == "reader-error"] == []
    for session in sessions:
        assert [turn.index for turn in session.turns] == list(
            range(session.turns[0].index if session.turns else 0, session.turns[-1].index + 1 if session.turns else 0)
        )
        assert all(turn.time is None or turn.time.tzinfo for turn in session.turns)
    turn_columns(sessions)
    return sessions, refused


def test_there_are_examples_of_every_format() -> None:
    named = {recognise(Plain(path), path.name).name for path in TRACES}
    assert {format.name for format in FORMATS} - named - {"companion"} == set()


@pytest.mark.parametrize("path", TRACES, ids=lambda path: "/".join(path.parts[-2:]))
def test_exactly_one_format_claims_each_example(path: Path) -> None:
    head = look(Plain(path), path.name)
    assert len([format.name for format in FORMATS if format.matches(head)]) == 1


def test_exactly_one_format_claims_each_real_file_and_refuses_nothing_of_it(raw: Path) -> None:
    for path in sorted(path for path in raw.rglob("*") if path.is_file()):
        head = look(Plain(path), path.name)
        assert len([format.name for format in FORMATS if format.matches(head)]) == 1, path
        _, refused = read(Plain(path), path.name, path)
        assert [(one.reason, one.detail) for one in refused] == [], path


@pytest.mark.parametrize("path", TRACES, ids=lambda path: "/".join(path.parts[-2:]))
def test_a_file_that_breaks_off_anywhere_is_read_as_far_as_it_goes(path: Path, tmp_path: Path) -> None:
    raw = path.read_bytes()
    rng = random.Random(path.name)
    for cut in sorted(rng.sample(range(len(raw)), min(12, len(raw)))):
        part = tmp_path / "part"
        part.write_bytes(raw[:cut])
        read(Plain(part), path.name, path)


@pytest.mark.parametrize("path", TRACES, ids=lambda path: "/".join(path.parts[-2:]))
def test_flipped_bytes_are_refused_or_read_and_never_break_a_reader(path: Path, tmp_path: Path) -> None:
    raw = path.read_bytes()
    rng = random.Random(path.name)
    for _ in range(12):
        damaged = bytearray(raw)
        for place in rng.sample(range(len(raw)), min(8, len(raw))):
            damaged[place] = rng.randrange(256)
        part = tmp_path / "part"
        part.write_bytes(damaged)
        read(Plain(part), path.name, path)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("2026-01-15T00:00:00Z"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(st.data())
def test_a_value_of_any_type_in_any_field_is_refused_or_read(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([path for path in TRACES if path.suffix in (".json", ".jsonl", ".traj")]))
    documents = _documents(path)
    assume(documents)
    number = data.draw(st.integers(0, len(documents) - 1))
    container, key = data.draw(st.sampled_from(_places(documents[number])))
    before = container[key]
    container[key] = data.draw(values)
    raw = b"\n".join(json.dumps(document).encode() for document in documents)
    container[key] = before
    read(Bytes(raw), path.name, path)


def _documents(path: Path) -> list[Any]:
    try:
        return [json.loads(path.read_bytes())]
    except json.JSONDecodeError:
        documents = []
        for line in path.read_bytes().splitlines():
            try:
                documents.append(json.loads(line))
            except (json.JSONDecodeError, UnicodeDecodeError):
                continue
        return [document for document in documents if isinstance(document, (dict, list)) and document]


def _places(value: Any) -> list[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, inner in items for place in ((value, key), *_places(inner))]


def test_an_unknown_file_is_refused_with_all_the_formats_that_are_known() -> None:
    with pytest.raises(Unreadable) as refusal:
        recognise(Bytes(b"just some words\n"), "words.txt")
    assert refusal.value.reason == "unknown-format"
    assert all(format.name in refusal.value.detail for format in FORMATS)


def test_a_fault_of_a_reader_costs_the_record_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    path = EXAMPLES / "claude_code" / "an_ordinary_session.jsonl"
    format = recognise(Plain(path), path.name)
    reading = Reading(Plain(path), format, About(file="f"))
    monkeypatch.setattr("traces.readers.claude_code.reader.ClaudeCode._count", lambda *_: 1 / 0)
    refused = [part for part in reading.sessions() if isinstance(part, Refused)]
    assert {one.reason for one in refused} == {"reader-error"}
    assert refused[0].detail == "ZeroDivisionError: division by zero"
    assert reading.seen == reading.read + len(refused)
