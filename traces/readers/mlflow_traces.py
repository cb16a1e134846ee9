"""MLflow's traces as JSON: `Trace.to_json()` a line or in an array, or the rows of a `search_traces()` table.

Attributes of spans are JSON texts, ids are base64. Outer spans repeat what model calls inside them say and sum up their
tokens: only the innermost calls count. Read are traces of MLflow 3; assessments and prompts of the registry are not.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from traces.format import About, Format, Head, Record, Unreadable
from traces.json_text import decode
from traces.readers.spans.blocks import Piece, json_text, result_text
from traces.readers.spans.cutting import documents
from traces.readers.spans.messages import pieces, says_messages
from traces.readers.spans.steps import Doing, Step, Steps
from traces.readers.spans.usage import report_of, usage_reported
from traces.schema import Role, Session
from traces.times import time_of

_KINDS: dict[str, Doing] = {"CHAT_MODEL": "call", "LLM": "call", "TOOL": "tool", "AGENT": "agent"}
_ROOTS = {"CHAIN", "WORKFLOW", "TASK", "UNKNOWN"}
_HARNESS = ("mlflow.trace.sourceScorer", "mlflow.eval.requestId")
_FAILED = {"STATUS_CODE_ERROR": True, "STATUS_CODE_OK": False}


class Status(msgspec.Struct):
    """How a span ended."""

    code: str | None = None


class Span(msgspec.Struct):
    """One span; the values of its attributes are JSON texts."""

    span_id: str
    name: str = ""
    parent_span_id: str | None = None
    start_time_unix_nano: int | None = None
    end_time_unix_nano: int | None = None
    status: Status | None = None
    attributes: dict[str, Any] = {}


class Info(msgspec.Struct):
    """What is known of a trace as a whole."""

    trace_id: str
    trace_metadata: dict[str, str | None] = {}
    tags: dict[str, str | None] = {}


class Data(msgspec.Struct):
    """The spans of a trace."""

    spans: list[Span] = []


class Document(msgspec.Struct):
    """A trace; a row of a table has the fields of `info` and `data` itself."""

    info: Info | None = None
    data: Data | None = None
    trace_id: str | None = None
    trace_metadata: dict[str, str | None] | None = None
    tags: dict[str, str | None] | None = None
    spans: list[Span] | None = None


_DOCUMENT = msgspec.json.Decoder(Document)


class MLflowTraces:
    """Reads one trace a record; a session may have several, which need not follow one another."""

    def __init__(self, about: About) -> None:
        self._about = about
        self._steps = Steps(FORMAT.name, about)

    def add(self, record: Record) -> Iterable[Session]:
        """Takes one trace."""
        document = decode(record.raw, _DOCUMENT)
        info = document.info
        if info is None:
            if document.trace_id is None:
                raise Unreadable("wrong-type", "a trace without an id - at `$.info`")
            info = Info(document.trace_id, document.trace_metadata or {}, document.tags or {})
        spans = document.data.spans if document.data is not None else document.spans or []
        steps = [step for span in spans if (step := self._step(info, span)) is not None]
        for span in spans:
            self._steps.link(info.trace_id, span.span_id, span.parent_span_id)
        for step in steps:
            self._steps.add(step)
        return ()

    def finish(self) -> Iterable[Session]:
        """The sessions of all traces."""
        return self._steps.sessions()

    def _step(self, info: Info, span: Span) -> Step | None:
        kind = str(_value(span, "mlflow.spanType") or "UNKNOWN")
        does = "agent" if kind in _ROOTS and span.parent_span_id is None else _KINDS.get(kind)
        if does is None:
            return None
        known, tests = info.trace_metadata, any(info.tags.get(tag) for tag in _HARNESS)
        step = Step(
            trace=info.trace_id,
            span=span.span_id,
            parent=span.parent_span_id,
            does=does,
            session=known.get("mlflow.trace.session"),
            user=known.get("mlflow.trace.user"),
            agent=span.name if kind == "AGENT" else None,
            project=known.get("mlflow.source.git.repoURL") or None,
            origin="automation" if tests else None,
            inner=tests,
            start=time_of(span.start_time_unix_nano, self._about.zone),
            end=time_of(span.end_time_unix_nano, self._about.zone),
            failed=_FAILED.get(str(span.status.code)) if span.status else None,
        )
        if does == "tool":
            step.tool = _tool(span, step.failed)
            return step
        outputs = _value(span, "mlflow.spanOutputs")
        step.said = tuple(_pieces(_value(span, "mlflow.spanInputs"), "user"))
        step.answered = tuple(_pieces(outputs, "assistant"))
        step.model = _model(span, outputs)
        counted = _value(span, "mlflow.chat.tokenUsage")
        if counted is None:
            step.usage = usage_reported(report_of(outputs.get("usage") if isinstance(outputs, dict) else None))
        else:
            step.usage = usage_reported(report_of(counted), apart=False)
        return step


def _value(span: Span, name: str) -> Any:
    """An attribute's value; a text that is no JSON as it is."""
    value = span.attributes.get(name)
    if not isinstance(value, str):
        return value
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return value


def _pieces(value: Any, role: Role) -> list[Piece]:
    """What was said or answered; lists that are no messages are an application's own data, and one text."""
    return pieces(json_text(value) if isinstance(value, list) and not says_messages(value) else value, role)


def _model(span: Span, outputs: Any) -> str | None:
    own = _value(span, "mlflow.llm.model")
    named = own if own is not None else outputs.get("model") if isinstance(outputs, dict) else None
    return named if isinstance(named, str) else None


def _tool(span: Span, failed: bool | None) -> Piece:
    arguments, outputs = span.attributes.get("mlflow.spanInputs"), _value(span, "mlflow.spanOutputs")
    told = pieces(outputs, "tool") if says_messages(outputs) else []
    return Piece(
        "tool",
        "tool_result",
        told[0].text if told else result_text(outputs),
        span.name or None,
        arguments if isinstance(arguments, str) else None,
        told[0].call_id if told else None,
        failed,
    )


def _matches(head: Head) -> bool:
    first = head.objects[0] if head.objects else {}
    info = first.get("info")
    if isinstance(info, dict):
        return "trace_id" in info and bool({"trace_location", "trace_metadata"} & info.keys())
    return {"trace_id", "trace_metadata", "request_time"} <= first.keys()


FORMAT = Format(
    name="mlflow-traces",
    title="MLflow traces (Trace.to_json, search_traces tables)",
    matches=_matches,
    records=documents,
    reader=MLflowTraces,
    spread=True,
)
