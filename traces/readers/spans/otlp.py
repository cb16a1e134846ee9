"""OTLP/JSON as it is written: spans and log records, with attributes as lists of typed values.

64-bit numbers are texts, times count nanoseconds.
"""

from typing import Any

import msgspec

from traces.format import Unreadable


class AnyValue(msgspec.Struct, rename="camel"):
    """A value; one of the fields is set."""

    string_value: str | None = None
    int_value: int | str | None = None
    double_value: float | str | None = None
    bool_value: bool | None = None
    array_value: "ArrayValue | None" = None
    kvlist_value: "KeyValueList | None" = None
    bytes_value: str | None = None


class ArrayValue(msgspec.Struct):
    """A list of values."""

    values: list[AnyValue] = []


class KeyValue(msgspec.Struct):
    """One attribute."""

    key: str
    value: AnyValue | None = None


class KeyValueList(msgspec.Struct):
    """A value with keys of its own."""

    values: list[KeyValue] = []


class Event(msgspec.Struct):
    """Something that happened in a span."""

    name: str = ""
    attributes: list[KeyValue] = []


class Status(msgspec.Struct):
    """How a span ended, as a number or as the name of one."""

    code: int | str | None = None


class Resource(msgspec.Struct):
    """What spans come from."""

    attributes: list[KeyValue] = []


class OtlpSpan(msgspec.Struct, rename="camel"):
    """A span; a log record has a time, a body and an event's name."""

    trace_id: str = ""
    span_id: str = ""
    parent_span_id: str | None = None
    name: str = ""
    start_time_unix_nano: int | str | None = None
    end_time_unix_nano: int | str | None = None
    attributes: list[KeyValue] = []
    events: list[Event] = []
    status: Status | None = None
    time_unix_nano: int | str | None = None
    event_name: str | None = None
    body: AnyValue | None = None


class ScopeSpans(msgspec.Struct, rename="camel"):
    """The spans, or log records, of one instrumentation; each is decoded by itself."""

    spans: list[msgspec.Raw] = []
    log_records: list[msgspec.Raw] = []


class ResourceSpans(msgspec.Struct, rename="camel"):
    """The spans, or log records, of one program; before 2022 scopes were called libraries."""

    resource: Resource | None = None
    scope_spans: list[ScopeSpans] = []
    scope_logs: list[ScopeSpans] = []
    instrumentation_library_spans: list[ScopeSpans] = []


def plain(attributes: list[KeyValue]) -> dict[str, Any]:
    """Attributes as a dictionary."""
    return {one.key: plain_value(one.value) for one in attributes}


def plain_value(value: AnyValue | None) -> Any:
    """A value by itself."""
    if value is None:
        return None
    if value.string_value is not None:
        return value.string_value
    if value.int_value is not None:
        return _integer(value.int_value)
    if value.array_value is not None:
        return [plain_value(item) for item in value.array_value.values]
    if value.kvlist_value is not None:
        return plain(value.kvlist_value.values)
    return next((one for one in (value.bool_value, value.double_value, value.bytes_value) if one is not None), None)


def _integer(value: int | str) -> int:
    try:
        return int(value)
    except ValueError as error:
        place = "at `$.attributes[...].value.intValue`"
        raise Unreadable("wrong-type", f"{str(value)[:60]!r} is not an integer - {place}") from error
