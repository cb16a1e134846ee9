"""JSON is decoded when it is sound, repaired where that is certain, and refused with the reason otherwise."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traces.format import Unreadable
from traces.json_text import Count, decode, loads_leniently


class Thing(msgspec.Struct):
    text: str = ""
    number: Count | None = None
    kept: msgspec.Raw = msgspec.Raw(b"")


DECODER = msgspec.json.Decoder(Thing)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b'{"text":"plain"}', "plain"),
        (b'\xef\xbb\xbf{"text":"byte-order mark"}\r\n', "byte-order mark"),
        (b'\0\0\0{"text":"NUL padding"}\0\0', "NUL padding"),
        (b'{"text":"a backslash before p: \\p"}', "a backslash before p: \\p"),
        (b'{"text":"two \\p and \\q"}', "two \\p and \\q"),
        (b'{"text":"lone \\ud83d surrogate"}', "lone \ufffd surrogate"),
        (b'{"text":"a pair \\ud83d\\ude00"}', "a pair \U0001f600"),
        (b'{"text":"raw \x01 control"}', "raw \x01 control"),
    ],
)
def test_sound_and_repairable_json_is_read(raw: bytes, text: str) -> None:
    assert decode(raw, DECODER).text == text


@pytest.mark.parametrize(
    ("raw", "reason", "detail"),
    [
        (b'{"text":"breaks off', "truncated", "breaks off at character 19"),
        (b'{"text":', "truncated", "breaks off"),
        (b'{"text" "no colon"}', "not-json", "':' delimiter at character 8"),
        (b"plain words", "not-json", "character 0"),
        (b'{"text":"\xff\xfe"}', "invalid-utf8", "byte 9 is not UTF-8"),
        (b'{"text":5}', "wrong-type", "Expected `str`, got `int` - at `$.text`"),
        (b"[1]", "wrong-type", "Expected `object`"),
        (b'{"number":-1}', "number-out-of-range", "`$.number`"),
        (b'{"number":1e400}', "number-out-of-range", ""),
        (b'{"number":99999999999999999999999999}', "number-out-of-range", "`$.number`"),
        (b"\0\0\0\0", "nul-bytes", "no value"),
        (b"[" * 100_000, "wrong-type", ""),
        (b'{"other":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "nested-too-deep", "nested"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(raw: bytes, reason: str, detail: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        decode(raw, DECODER)
    assert refusal.value.reason == reason
    assert detail in refusal.value.detail


def test_invalid_utf8_inside_a_raw_part_is_refused_too() -> None:
    with pytest.raises(Unreadable, match="invalid-utf8"):
        decode(b'{"kept":{"a":"\xff"}}', DECODER)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_lenient_reading_changes_nothing_in_sound_json(value: object) -> None:
    assert loads_leniently(json.dumps(value).encode()) == value


@given(st.binary(max_size=200))
def test_no_bytes_at_all_raise_anything_but_unreadable(raw: bytes) -> None:
    said = None
    try:
        decode(raw, DECODER)
    except Unreadable as refusal:
        said = (refusal.reason, refusal.detail)
    assert said is None or all(said)
