"""OpenTelemetry's conventions for generative AI, present and past: `gen_ai.*` attributes and events.

Messages stand in attributes as JSON or as values, in events of the span, in log records, or, by OpenLLMetry, in one
attribute for each field; often nowhere at all. Embeddings and retrieval are nobody's turn and are passed over.
"""

from typing import Any

from traces.format import Unreadable
from traces.readers.spans.blocks import Piece, json_text, result_text
from traces.readers.spans.dotted import numbered
from traces.readers.spans.messages import embedded, pieces
from traces.readers.spans.span import Span
from traces.readers.spans.steps import Doing, Step
from traces.readers.spans.usage import usage_of

_OPERATIONS: dict[str, Doing] = {
    **dict.fromkeys(("chat", "text_completion", "generate_content", "completion", "response"), "call"),
    **dict.fromkeys(("invoke_agent", "invoke_workflow", "agent", "workflow"), "agent"),
    **dict.fromkeys(("execute_tool", "tool"), "tool"),
}
_SIGNS_OF_CALLS = ("gen_ai.request.model", "gen_ai.response.model", "gen_ai.prompt.0.role", "gen_ai.input.messages")
_SESSION = ("gen_ai.conversation.id", "session.id", "traceloop.association.properties.session_id")
_USER = ("user.id", "enduser.id", "enduser.pseudo.id", "traceloop.association.properties.user_id")
_INPUT = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")
_OUTPUT = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")
_CACHED = (
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.details.cache_read_tokens",
)
_CREATED = (
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
    "gen_ai.usage.details.cache_write_tokens",
)
_SAID = ("gen_ai.input.messages", "gen_ai.prompt")
_ANSWERED = ("gen_ai.output.messages", "gen_ai.completion")
_ARGUMENTS = ("gen_ai.tool.call.arguments", "tool_arguments", "traceloop.entity.input")
_RESULT = ("gen_ai.tool.call.result", "tool_response", "traceloop.entity.output")
_MOST_TOKENS = 2**53
_EVENT_ROLES: dict[str, Any] = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}


def gen_ai(span: Span) -> Step | None:
    """What a span, or a log record, of these conventions tells."""
    own, resource = span.attributes, span.resource
    does = _does(span)
    if does is None:
        return None
    said, answered = _messages(span)
    if span.is_log and not (said or answered):
        return None
    step = Step(
        trace=span.trace,
        span=span.id,
        parent=span.parent,
        does=does,
        session=text_of(own, _SESSION) or text_of(resource, _SESSION),
        user=text_of(own, _USER) or text_of(resource, _USER),
        agent=text_of(own, ("gen_ai.agent.name",)),
        version=text_of(own, ("gen_ai.agent.version",)) or text_of(resource, ("service.version",)),
        service=service_of(span),
        model=text_of(own, ("gen_ai.response.model", "gen_ai.request.model")),
        start=span.start,
        end=span.end,
        failed=True if "error.type" in own else span.failed,
    )
    if does == "tool":
        step.tool = _tool(span, said, answered, step.failed)
        return step
    step.said, step.answered = tuple(said), tuple(answered)
    cached, created = count_of(own, _CACHED), count_of(own, _CREATED)
    step.usage = usage_of(count_of(own, _INPUT), cached, count_of(own, _OUTPUT), created)
    return step


def text_of(attributes: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    """The first of some attributes that is there, as text."""
    return next((str(value) for key in keys if (value := attributes.get(key)) not in (None, "")), None)


def count_of(attributes: dict[str, Any], keys: tuple[str, ...]) -> int | None:
    """The first of some attributes that is there, as a number of tokens; `Unreadable` where it is none."""
    for key in keys:
        value = attributes.get(key)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise Unreadable("wrong-type", f"{type(value).__name__} is not a number of tokens - at `{key}`")
        try:
            count = int(value)
        except (ValueError, OverflowError) as error:
            raise Unreadable("wrong-type", f"{str(value)[:60]!r} is not a number of tokens - at `{key}`") from error
        if not 0 <= count <= _MOST_TOKENS:
            raise Unreadable("number-out-of-range", f"{count} is not a number of tokens - at `{key}`")
        return count
    return None


def service_of(span: Span) -> str | None:
    """The name of the program that a span comes from, unless it has the SDK's default name."""
    name = text_of(span.resource, ("service.name",))
    return None if name is None or name.startswith("unknown_service") else name


def _does(span: Span) -> Doing | None:
    own = span.attributes
    if span.is_log:
        return "call" if any(name.startswith("gen_ai.") for name, _ in span.events) else None
    operation = text_of(own, ("gen_ai.operation.name",))
    if operation is None:
        operation = text_of(own, ("traceloop.span.kind", "llm.request.type"))
    if operation is None and "gen_ai.tool.name" in own:
        operation = "tool"
    if operation is None and any(key in own for key in _SIGNS_OF_CALLS):
        operation = "chat"
    return _OPERATIONS.get(operation or "")


def _tool(span: Span, said: list[Piece], answered: list[Piece], failed: bool | None) -> Piece:
    own = span.attributes
    arguments = next((own[key] for key in _ARGUMENTS if own.get(key) is not None), said[0].text if said else None)
    result = next((own[key] for key in _RESULT if own.get(key) is not None), answered[0].text if answered else None)
    return Piece(
        "tool",
        "tool_result",
        result_text(result),
        text_of(own, ("gen_ai.tool.name", "traceloop.entity.name")) or span.name,
        None if arguments is None else json_text(arguments),
        text_of(own, ("gen_ai.tool.call.id",)),
        failed,
    )


def _messages(span: Span) -> tuple[list[Piece], list[Piece]]:
    """What was said to the model and what it answered."""
    own = span.attributes
    said = pieces(embedded(own.get("gen_ai.system_instructions")), "system")
    said += pieces(_first(own, _SAID), "user") or pieces(_numbered(own, "gen_ai.prompt"), "user")
    answered = pieces(_first(own, _ANSWERED), "assistant") or pieces(_numbered(own, "gen_ai.completion"), "assistant")
    for name, attributes in span.events:
        if name == "gen_ai.choice":
            answered += _choice(_body(attributes))
        elif name in _EVENT_ROLES:
            said += pieces({"role": _EVENT_ROLES[name], **_body(attributes)}, "user")
        elif name.startswith("gen_ai."):
            said += pieces(embedded(attributes.get("gen_ai.system_instructions")), "system")
            said += pieces(_first(attributes, _SAID), "user")
            answered += pieces(_first(attributes, _ANSWERED), "assistant")
    return said, answered


def _first(attributes: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((embedded(attributes[key]) for key in keys if attributes.get(key) is not None), None)


def _numbered(attributes: dict[str, Any], prefix: str) -> list[Any]:
    """Messages whose fields are attributes each; their content may be blocks as JSON."""
    messages = numbered(attributes, prefix)
    return [
        {**message, "content": _blocks(message.get("content"))} if isinstance(message, dict) else message
        for message in messages
    ]


def _body(attributes: dict[str, Any]) -> dict[str, Any]:
    """An event's message: in one attribute as JSON, or an attribute for each field, with blocks and calls as JSON."""
    whole = embedded(attributes.get("gen_ai.event.content"))
    fields = whole if isinstance(whole, dict) else attributes
    return {
        key: _blocks(value) if key in ("content", "message", "tool_calls") else value for key, value in fields.items()
    }


def _choice(body: dict[str, Any]) -> list[Piece]:
    message = body.get("message", body)
    return pieces({"role": "assistant", **message} if isinstance(message, dict) else message, "assistant")


def _blocks(value: Any) -> Any:
    """The blocks that a text holds as JSON; any other text may be a person's own."""
    found = embedded(value)
    return (
        found
        if isinstance(found, dict) or (isinstance(found, list) and found and isinstance(found[0], dict))
        else value
    )
