"""One span or log record, from OTLP/JSON, the SDKs' console exporters or Phoenix, in a form that is the same for all.

Ids are hexadecimal, or base64 where protobuf's own JSON mapping wrote them. Not read: links, and dropped counts.
"""

from base64 import b64decode
from binascii import Error
from datetime import datetime, tzinfo
from typing import Any

import msgspec

from traces.format import UTC, Record, Unreadable
from traces.json_text import decode
from traces.readers.spans.otlp import OtlpSpan, plain, plain_value
from traces.readers.spans.steps import later
from traces.times import time_of

SPAN_KIND = "openinference.span.kind"
"""The attribute that Phoenix keeps apart from the others."""

_BASE64_CHARS = (12, 24)
_FAILED: dict[object, bool] = {
    **dict.fromkeys((2, "2", "ERROR", "STATUS_CODE_ERROR"), True),
    **dict.fromkeys((1, "1", "OK", "STATUS_CODE_OK"), False),
}


class Span(msgspec.Struct, kw_only=True):
    """A span, or what a log record says of one."""

    trace: str
    id: str
    parent: str | None = None
    name: str = ""
    start: datetime | None = None
    end: datetime | None = None
    failed: bool | None = None
    attributes: dict[str, Any]
    events: list[tuple[str, dict[str, Any]]]
    """Names and attributes; a log record is an event, with its body among the attributes."""
    resource: dict[str, Any]
    is_log: bool = False


class Context(msgspec.Struct):
    """A span's ids."""

    trace_id: str
    span_id: str


class ParentContext(msgspec.Struct, rename="camel"):
    """The ids of a span's parent."""

    span_id: str


class ExportedStatus(msgspec.Struct):
    """How a span ended: `status_code` in Python, `code` in JavaScript."""

    code: int | str | None = None
    status_code: int | str | None = None


class ExportedEvent(msgspec.Struct):
    """Something that happened in a span."""

    name: str = ""
    attributes: dict[str, Any] | None = None


class ExportedResource(msgspec.Struct):
    """What spans come from."""

    attributes: dict[str, Any] = {}


class Exported(msgspec.Struct):
    """A span or log record as the Python and JavaScript console exporters and Phoenix write it."""

    name: str | None = None
    context: Context | None = None
    parent_id: str | None = None
    start_time: str | int | float | None = None
    end_time: str | int | float | None = None
    status: ExportedStatus | None = None
    status_code: int | str | None = None
    span_kind: str | None = None
    attributes: dict[str, Any] | None = None
    events: list[ExportedEvent] | None = None
    resource: ExportedResource | None = None
    traceId: str | None = None  # noqa: N815
    spanId: str | None = None  # noqa: N815
    id: str | None = None
    parentId: str | None = None  # noqa: N815
    parentSpanContext: ParentContext | None = None  # noqa: N815
    timestamp: str | int | float | None = None
    duration: float | None = None
    trace_id: str | None = None
    span_id: str | None = None
    event_name: str | None = None
    body: Any = None
    row_trace: str | None = msgspec.field(name="context.trace_id", default=None)
    row_span: str | None = msgspec.field(name="context.span_id", default=None)


_OTLP = msgspec.json.Decoder(OtlpSpan)
_EXPORTED = msgspec.json.Decoder(Exported)
_ROW = msgspec.json.Decoder(dict[str, Any])


def span_of(record: Record, zone: tzinfo) -> Span:
    """The span or log record in a record, whose context is the resource's attributes if it was cut out of a batch."""
    if isinstance(record.context, dict):
        return _from_otlp(decode(record.raw, _OTLP), record.context)
    exported = decode(record.raw, _EXPORTED)
    if exported.spanId is not None:
        return _from_otlp(decode(record.raw, _OTLP), {})
    if exported.row_trace is not None:
        row = decode(record.raw, _ROW)
        columns = {key.removeprefix("attributes."): value for key, value in row.items() if value is not None}
        exported.attributes = {key: value for key, value in columns.items() if f"attributes.{key}" in row}
    return _from_exporter(exported, zone)


def _from_otlp(span: OtlpSpan, resource: dict[str, Any]) -> Span:
    is_log = span.time_unix_nano is not None or span.body is not None
    attributes = plain(span.attributes)
    return Span(
        trace=_id(span.trace_id, "traceId", is_log),
        id=_id(span.span_id, "spanId", is_log),
        parent=_id(span.parent_span_id or "", "parentSpanId", optional=True) or None,
        name=span.name,
        start=time_of(span.start_time_unix_nano or span.time_unix_nano, UTC),
        end=time_of(span.end_time_unix_nano or span.time_unix_nano, UTC),
        failed=_FAILED.get(span.status.code) if span.status else None,
        attributes=attributes,
        events=_logged(span.event_name, attributes, plain_value(span.body))
        if is_log
        else [(event.name, plain(event.attributes)) for event in span.events],
        resource=resource,
        is_log=is_log,
    )


def _from_exporter(span: Exported, zone: tzinfo) -> Span:
    is_log = span.context is None and span.row_trace is None and span.traceId is None
    if is_log and span.timestamp is None:
        raise Unreadable("wrong-type", "neither a span nor a log record: an object without `context` or `traceId`")
    attributes = dict(span.attributes or {})
    if span.span_kind:
        attributes.setdefault(SPAN_KIND, span.span_kind)
    ids = (span.context.trace_id, span.context.span_id) if span.context else (span.row_trace, span.row_span)
    start = time_of(span.start_time if span.start_time is not None else span.timestamp, zone)
    end = start if is_log else time_of(span.end_time, zone)
    if end is None and span.duration is not None:
        end = later(start, span.duration / 1_000_000)
    parent = span.parent_id or span.parentId or (span.parentSpanContext.span_id if span.parentSpanContext else "")
    code = span.status_code
    if span.status is not None:
        code = span.status.code if span.status.status_code is None else span.status.status_code
    return Span(
        trace=_id(ids[0] or span.traceId or span.trace_id or "", "trace_id", is_log),
        id=_id(ids[1] or (span.id if span.traceId else None) or span.span_id or "", "span_id", is_log),
        parent=_id(parent, "parent_id", optional=True) or None,
        name=span.name or "",
        start=start,
        end=end,
        failed=_FAILED.get(code),
        attributes=attributes,
        events=_logged(span.event_name, attributes, span.body)
        if is_log
        else [(event.name, event.attributes or {}) for event in span.events or ()],
        resource=span.resource.attributes if span.resource else {},
        is_log=is_log,
    )


def _logged(name: str | None, attributes: dict[str, Any], body: Any) -> list[tuple[str, dict[str, Any]]]:
    told = body if isinstance(body, dict) else {} if body is None else {"content": body}
    return [(str(name or attributes.get("event.name") or ""), {**attributes, **told})]


def _id(value: str, place: str, optional: bool) -> str:
    value = value.removeprefix("0x")
    if len(value) in _BASE64_CHARS and value.endswith("="):
        try:
            value = b64decode(value, validate=True).hex()
        except Error as error:
            raise Unreadable("wrong-type", f"{value!r} is not an id - at `$.{place}`") from error
    if not value.strip("0"):
        if not optional:
            raise Unreadable("wrong-type", f"a span without an id - at `$.{place}`")
        return ""
    return value.lower()
