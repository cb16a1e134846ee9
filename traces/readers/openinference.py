"""OpenInference spans, as Arize Phoenix exports them: OTLP/JSON, span JSON, or a data frame as JSON lines.

Attributes stand flat (`llm.input_messages.0.message.role`), nested, or as columns, where counts become fractions. Spans
of OpenTelemetry's own conventions in the same file are read too. Not read: retrievers, rerankers, embeddings,
evaluations, and chains below the top, which repeat what the model calls inside say.
"""

from typing import Any

from openinference.semconv.trace import (
    ChoiceAttributes,
    OpenInferenceSpanKindValues,
    PromptAttributes,
    SpanAttributes,
)

from traces.format import Format, Head
from traces.readers.spans.blocks import Piece, json_text, listable, result_text
from traces.readers.spans.cutting import is_span_file, spans
from traces.readers.spans.dotted import flattened, numbered
from traces.readers.spans.gen_ai import count_of, gen_ai, service_of, text_of
from traces.readers.spans.messages import embedded, pieces, says_messages
from traces.readers.spans.reader import SpanReader
from traces.readers.spans.span import SPAN_KIND, Span
from traces.readers.spans.steps import Doing, Step
from traces.readers.spans.usage import usage_of
from traces.schema import Role

_KINDS: dict[str, Doing] = {
    OpenInferenceSpanKindValues.LLM.value: "call",
    OpenInferenceSpanKindValues.AGENT.value: "agent",
    OpenInferenceSpanKindValues.TOOL.value: "tool",
}
_MARKS = (b"openinference.span.kind", b'"openinference":', b'"span_kind"')
_CALL_ID = (SpanAttributes.TOOL_ID, "tool_call.id")


def openinference(span: Span) -> Step | None:
    """What a span of these conventions tells."""
    if SPAN_KIND not in span.attributes and "openinference" not in span.attributes:
        return None
    flat = flattened(span.attributes)
    kind = flat.get(SPAN_KIND)
    does = _KINDS.get(str(kind))
    if kind == OpenInferenceSpanKindValues.CHAIN.value and span.parent is None:
        does = "agent"
    if does is None:
        return None
    step = Step(
        trace=span.trace,
        span=span.id,
        parent=span.parent,
        does=does,
        session=text_of(flat, (SpanAttributes.SESSION_ID,)),
        user=text_of(flat, (SpanAttributes.USER_ID,)),
        agent=text_of(flat, (SpanAttributes.AGENT_NAME,)),
        service=service_of(span),
        version=text_of(span.resource, ("service.version",)),
        project=text_of(span.resource, ("openinference.project.name",)),
        model=text_of(flat, (SpanAttributes.LLM_RESPONSE_MODEL_NAME, SpanAttributes.LLM_MODEL_NAME)),
        start=span.start,
        end=span.end,
        failed=span.failed,
    )
    if does == "tool":
        step.tool = _tool(span, flat)
        return step
    step.said = tuple(_said(flat))
    step.answered = tuple(_answered(flat))
    step.usage = usage_of(
        count_of(flat, (SpanAttributes.LLM_TOKEN_COUNT_PROMPT,)),
        count_of(flat, (SpanAttributes.LLM_TOKEN_COUNT_PROMPT_DETAILS_CACHE_READ,)),
        count_of(flat, (SpanAttributes.LLM_TOKEN_COUNT_COMPLETION,)),
        count_of(flat, (SpanAttributes.LLM_TOKEN_COUNT_PROMPT_DETAILS_CACHE_WRITE,)),
    )
    return step


def _said(flat: dict[str, Any]) -> list[Piece]:
    return (
        _messages(flat, SpanAttributes.LLM_INPUT_MESSAGES)
        or _texts(flat, SpanAttributes.LLM_PROMPTS, PromptAttributes.PROMPT_TEXT, "user")
        or _value(flat.get(SpanAttributes.INPUT_VALUE), "user")
    )


def _answered(flat: dict[str, Any]) -> list[Piece]:
    return (
        _messages(flat, SpanAttributes.LLM_OUTPUT_MESSAGES)
        or _texts(flat, SpanAttributes.LLM_CHOICES, ChoiceAttributes.COMPLETION_TEXT, "assistant")
        or _value(flat.get(SpanAttributes.OUTPUT_VALUE), "assistant")
    )


def _messages(flat: dict[str, Any], prefix: str) -> list[Piece]:
    found = [item["message"] for item in numbered(flat, prefix) if isinstance(item, dict) and "message" in item]
    return [piece for message in found if isinstance(message, dict) for piece in pieces(_message(message), "user")]


def _message(message: dict[str, Any]) -> dict[str, Any]:
    """A message without the names that the conventions wrap around its parts."""
    contents, called = listable(message.get("contents")), listable(message.get("tool_calls"))
    blocks = [item.get("message_content", item) for item in contents if isinstance(item, dict)]
    calls = [item.get("tool_call", item) for item in called if isinstance(item, dict)]
    if name := message.get("function_call_name"):
        calls.append({"name": name, "arguments": message.get("function_call_arguments_json")})
    return {**message, "content": blocks or message.get("content"), "tool_calls": calls}


def _texts(flat: dict[str, Any], prefix: str, name: str, role: Role) -> list[Piece]:
    outer, inner = name.split(".")
    texts = (item.get(outer, {}).get(inner) for item in numbered(flat, prefix) if isinstance(item, dict))
    return [piece for text in texts for piece in pieces(text, role)]


def _value(value: Any, role: Role) -> list[Piece]:
    found = embedded(value)
    return pieces(found if isinstance(found, dict) or says_messages(found) else value, role)


def _tool(span: Span, flat: dict[str, Any]) -> Piece:
    arguments = flat.get(SpanAttributes.INPUT_VALUE, flat.get(SpanAttributes.TOOL_PARAMETERS))
    result, call_id = flat.get(SpanAttributes.OUTPUT_VALUE), text_of(flat, _CALL_ID)
    found = embedded(result)
    if says_messages(found) and (told := pieces(found, "tool")):
        result, call_id = told[0].text, call_id or told[0].call_id
    return Piece(
        "tool",
        "tool_result",
        result_text(result),
        text_of(flat, (SpanAttributes.TOOL_NAME,)) or span.name,
        None if arguments is None else json_text(arguments),
        call_id,
        span.failed,
    )


def _matches(head: Head) -> bool:
    return any(mark in head.data for mark in _MARKS) and is_span_file(head)


FORMAT = Format(
    name="openinference",
    title="OpenInference spans (Arize Phoenix exports, OTLP/JSON, console exporters)",
    matches=_matches,
    records=spans,
    reader=lambda about: SpanReader("openinference", about, (openinference, gen_ai)),
    spread=True,
)
