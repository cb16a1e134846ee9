"""JSON as it is found in the wild: decoded fast when it is sound, repaired where the repair is certain, else refused.

Certain repairs: a byte-order mark or NUL padding around a value; raw control characters in strings; a backslash before
a character that needs none (read as itself); lone surrogates (they become U+FFFD, since no UTF-8 file can hold them).
"""

import json
import re
from typing import Annotated, TypeVar

import msgspec

from traces.format import Unreadable

T = TypeVar("T")
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
"""A number of tokens or the like: an integer that every store can hold."""

_MOST_REPAIRS = 1000
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def decode(raw: bytes, decoder: "msgspec.json.Decoder[T]") -> T:
    """The value in `raw`, checked against the decoder's type; `Unreadable` with the reason and the place otherwise."""
    try:
        if not raw.isascii():
            raw.decode()  # a `msgspec.Raw` inside is not checked by the decoder
        return decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise _refused(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass  # read again below with repairs; what cannot be repaired is refused there, with its place
    try:
        return decoder.decode(msgspec.json.encode(loads_leniently(raw)))
    except msgspec.ValidationError as error:
        raise _refused(error) from error
    except RecursionError as error:
        raise Unreadable("nested-too-deep", "the value is nested too deep to be read") from error


def loads_leniently(raw: bytes) -> object:
    """The value in `raw` after the certain repairs; slow, for what `decode` could not read."""
    try:
        text = raw.strip(b"\0 \t\r\n\xef\xbb\xbf").decode()
    except UnicodeDecodeError as error:
        raise Unreadable("invalid-utf8", f"byte {error.start} is not UTF-8") from error
    if not text:
        raise Unreadable("nul-bytes" if raw.strip() else "empty", "there is no value here")
    for _ in range(_MOST_REPAIRS):
        try:
            return clean(json.loads(text, strict=False))
        except json.JSONDecodeError as error:
            if not error.msg.startswith("Invalid \\escape"):
                raise Unreadable(*_diagnosis(text, error)) from error
            text = f"{text[: error.pos]}\\{text[error.pos :]}"
        except RecursionError as error:
            raise Unreadable("nested-too-deep", "the value is nested too deep to be read") from error
        except ValueError as error:
            raise Unreadable("number-out-of-range", str(error)) from error
    raise Unreadable("not-json", f"more than {_MOST_REPAIRS} invalid escapes")


def clean(value: object) -> object:
    """The same value with every text free of what UTF-8 cannot hold."""
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    return value


def _diagnosis(text: str, error: json.JSONDecodeError) -> tuple[str, str]:
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return "truncated", f"the value breaks off at character {len(text)}"
    return "not-json", f"{error.msg} at character {error.pos}"


def _refused(error: msgspec.ValidationError) -> Unreadable:
    detail = str(error)
    out_of_range = "out of range" in detail or "`int` >=" in detail or "`int` <=" in detail
    return Unreadable("number-out-of-range" if out_of_range else "wrong-type", detail)
