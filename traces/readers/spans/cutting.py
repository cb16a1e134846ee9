"""Cuts files of spans into spans, so that one that cannot be read costs only itself.

Files hold batches (OTLP/JSON, Phoenix's responses) or spans, a line each, pretty-printed one after the other, or in an
array. What breaks off at its end is read up to there.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from pydantic_core import from_json

from traces.format import Content, Head, Record, Unreadable
from traces.json_text import decode
from traces.readers.spans.otlp import ResourceSpans, plain
from traces.records import LONGEST, lines, values

_LONGEST_MENDED = 64 * 1024 * 1024
_GROUPS = ("resourceSpans", "resourceLogs", "batches")
_KEYS = (
    {"traceId", "spanId"},
    {"traceId", "id", "timestamp", "duration"},
    {"trace_id", "span_id", "body", "observed_timestamp"},
    {"context.trace_id", "context.span_id"},
)


class Batch(msgspec.Struct, rename="camel"):
    """What a document holds: spans and logs by program (`batches` in Grafana's), or spans (`data` in Phoenix's)."""

    resource_spans: list[msgspec.Raw] | None = None
    resource_logs: list[msgspec.Raw] | None = None
    batches: list[msgspec.Raw] | None = None
    data: list[msgspec.Raw] | None = None


_BATCH = msgspec.json.Decoder(Batch)
_RESOURCE_SPANS = msgspec.json.Decoder(ResourceSpans)


def spans(content: Content) -> Iterator[Record]:
    """One record for each span and log record, with its resource's attributes as context where it comes in a batch.

    A document, or part of one, that is no batch of spans is a record itself, with what is wrong as its context.
    """
    for record in documents(content):
        yield from _parts(record) if record.whole else (record,)


def documents(content: Content) -> Iterator[Record]:
    """The JSON values of a file: by line if the first line holds a whole one, else as they are printed."""
    with content.open() as stream:
        first = stream.readline(LONGEST).strip(b"\xef\xbb\xbf\0 \t\r\n")
        is_indented = first == b"{" and stream.read(1).isspace()
    if first[:1] == b"{" and first[-1:] == b"}":
        return lines(content)
    return _printed(content) if is_indented or first[:1] not in (b"{", b"[") else values(content)


def _printed(content: Content) -> Iterator[Record]:
    """Pretty-printed objects, each from a line that begins with its brace to one that begins with the other."""
    start, held = 1, bytearray()
    for line in lines(content):
        opens = line.raw[:1] == b"{"
        if held and opens:
            yield Record(bytes(held), start)
            held.clear()
        if not held and not opens:
            yield line
            continue
        start = start if held else line.line
        held += line.raw
        if line.raw[:1] == b"}" or (opens and line.raw.rstrip()[-1:] == b"}"):
            yield Record(bytes(held).rstrip(b", \t\r\n"), start)
            held.clear()
        elif len(held) > LONGEST:
            yield Record(bytes(held), start, whole=False)
            held.clear()
    if held:
        yield Record(bytes(held), start)


def _parts(record: Record) -> Iterator[Record]:
    try:
        batch = decode(record.raw, _BATCH)
    except Unreadable as error:
        if error.reason == "truncated" and len(record.raw) <= _LONGEST_MENDED:
            yield from _whole_parts(record)
            record = Record(record.raw[max(record.raw.rfind(b"{"), 0) :], record.line)
        yield Record(record.raw, record.line, context=error)
        return
    groups = [raw for part in (batch.resource_spans, batch.resource_logs, batch.batches) for raw in part or ()]
    if batch == Batch():
        yield record
    place = _Place(record)
    for raw in batch.data or ():
        yield Record(bytes(raw), place.of(bytes(raw)))
    for raw in groups:
        try:
            group = decode(bytes(raw), _RESOURCE_SPANS)
            resource = plain(group.resource.attributes) if group.resource else {}
        except Unreadable as error:
            yield Record(bytes(raw), place.of(bytes(raw)), context=error)
            continue
        for scope in (*group.scope_spans, *group.scope_logs, *group.instrumentation_library_spans):
            for part in (*scope.spans, *scope.log_records):
                yield Record(bytes(part), place.of(bytes(part)), context=resource)


def _whole_parts(record: Record) -> Iterator[Record]:
    """The parts of a document that breaks off, without the one in which it does."""
    try:
        value: Any = from_json(record.raw, allow_partial=True, cache_strings=False)
    except ValueError:
        return
    last = value
    for keys in ((*_GROUPS, "data"), ("scopeSpans", "scopeLogs"), ("spans", "logRecords")):
        within = [last[key] for key in keys if isinstance(last, dict) and isinstance(last.get(key), list) and last[key]]
        if not within:
            return
        if keys[0] == "spans" or within[-1] is last.get("data"):
            within[-1].pop()
            break
        last = within[-1][-1]
    yield from _parts(Record(msgspec.json.encode(value), record.line))


class _Place:
    """Finds the lines of a document's parts, which are asked for in their order."""

    def __init__(self, document: Record) -> None:
        self._raw = document.raw
        self._line = document.line
        self._at = 0

    def of(self, part: bytes) -> int:
        """The line that a part starts on."""
        found = self._raw.find(part, self._at)
        if found >= 0:
            self._line += self._raw.count(b"\n", self._at, found)
            self._at = found
        return self._line


def is_span_file(head: Head) -> bool:
    """Whether a file begins with a span, a log record that belongs to one, or a batch of either."""
    first = next((found for found in head.objects if found), None) or _first_printed(head.data)
    if isinstance(batch := first.get("data"), list) and batch and isinstance(batch[0], dict):
        first = batch[0]
    context = first.get("context")
    return (
        any(isinstance(first.get(key), list) for key in _GROUPS)
        or (isinstance(context, dict) and "trace_id" in context)
        or any(keys <= first.keys() for keys in _KEYS)
    )


def _first_printed(data: bytes) -> dict[str, Any]:
    """The first of several pretty-printed objects, which may stand after something else that a program printed."""
    begin = 0 if data[:1] == b"{" else data.find(b"\n{\n") + 1
    end = data.find(b"\n}", begin)
    try:
        first = from_json(data[begin : end + 2] if end >= 0 else data[begin:], allow_partial=True)
    except ValueError:
        return {}
    return first if isinstance(first, dict) else {}
