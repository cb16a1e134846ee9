"""Files are cut into records the same way whatever the size of the pieces they come in."""

import io
import json
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traces import records
from traces.format import Record


class Bytes:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def open(self) -> BinaryIO:
        return io.BytesIO(self.raw)


def cut(raw: bytes) -> list[tuple[bytes, int]]:
    return [(record.raw, record.line) for record in records.values(Bytes(raw))]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'{"a":1}', [(b'{"a":1}', 1)]),
        (b'{"a":1}{"b":"}{"}\n\n{"c":\n[{"x":1}]}', [(b'{"a":1}', 1), (b'{"b":"}{"}', 1), (b'{"c":\n[{"x":1}]}', 3)]),
        (b'[{"a":1},\n{"b":2}]', [(b'{"a":1}', 1), (b'{"b":2}', 2)]),
        (b'[{"a":1},\n{"a":1},\n\n{"a":1}]', [(b'{"a":1}', 1), (b'{"a":1}', 2), (b'{"a":1}', 4)]),
        (b'[{"a":1},\n{"b":"tru', [(b'{"a":1}', 1), (b'{"b":"tru', 2)]),
        (b'{"a":1}\njunk {"b":2}', [(b'{"a":1}', 1), (b"junk", 2), (b'{"b":2}', 2)]),
        (b'\xef\xbb\xbf\n{"a":"\\"{"}', [(b'{"a":"\\"{"}', 2)]),
        (b'{"a":"breaks off\n{"b":2}\n{"c":3}', [(b'{"a":"breaks off\n', 1), (b'{"b":2}\n', 2), (b'{"c":3}', 3)]),
        (b"  \n", []),
        (b"", []),
    ],
)
def test_values_are_found_with_their_lines(raw: bytes, expected: list[tuple[bytes, int]]) -> None:
    assert cut(raw) == expected


@given(
    st.lists(
        st.dictionaries(st.text(), st.text() | st.lists(st.integers(), max_size=3), min_size=1, max_size=4), max_size=6
    ),
    st.sampled_from(["", " ", "\n", ",\n"]),
    st.booleans(),
    st.integers(min_value=1, max_value=7),
)
def test_a_stream_in_small_pieces_gives_the_same_values_as_the_whole(
    documents: list[object], between: str, indent: bool, piece: int
) -> None:
    raw = between.join(json.dumps(document, indent=2 if indent else None) for document in documents).encode()
    splitter = records._Splitter()
    found: list[Record] = []
    for start in range(0, len(raw), piece):
        found += splitter.feed(raw[start : start + piece])
    found += splitter.feed(b"", last=True)
    assert [json.loads(record.raw) for record in found] == documents
    assert [(record.raw, record.line) for record in found] == [(one.rstrip(b",\n"), line) for one, line in cut(raw)]


def test_lines_that_are_too_long_are_cut_and_marked_and_the_next_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LONGEST", 16)
    monkeypatch.setattr(records, "_CHUNK", 4)
    found = list(records.lines(Bytes(b"x" * 50 + b"\n\nshort\n" + b"y" * 16 + b"\n" + b"z" * 15 + b"\n")))
    assert [(len(record.raw), record.line, record.whole) for record in found] == [
        (16, 1, False),
        (6, 3, True),
        (16, 4, False),
        (16, 5, True),
    ]


def test_a_value_that_is_too_long_is_cut_and_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LONGEST", 64)
    monkeypatch.setattr(records, "_WHOLE", 8)
    monkeypatch.setattr(records, "_CHUNK", 8)
    found = list(records.values(Bytes(b'{"a":1} {"b":"' + b"x" * 500)))
    assert [record.whole for record in found] == [True, False]


def test_a_document_is_one_record_whatever_it_holds() -> None:
    assert [record.raw for record in records.document(Bytes(b"# a\n\ntext\n"))] == [b"# a\n\ntext\n"]
    assert list(records.document(Bytes(b" \n"))) == []
