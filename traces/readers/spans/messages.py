"""Messages to and from a model, in the forms that tracing libraries record, to the pieces that become turns.

Read are the forms of OpenAI (chat and responses), Anthropic, Bedrock, Gemini, LangChain and OpenTelemetry's
conventions, as values that are decoded already. What has none of these forms becomes its JSON text; nothing is refused.
"""

from itertools import groupby
from typing import Any

import msgspec
from pydantic_core import from_json

from traces.format import Unreadable
from traces.readers.spans.blocks import (
    Piece,
    block_pieces,
    calls_of,
    is_result,
    joined,
    json_text,
    listable,
    result_of,
    spoken,
    thoughts_of,
)
from traces.schema import Role

_ROLES: dict[object, Role] = {
    **dict.fromkeys(("user", "human", "HumanMessage", "HumanMessageChunk"), "user"),
    **dict.fromkeys(("assistant", "ai", "model", "AIMessage", "AIMessageChunk"), "assistant"),
    **dict.fromkeys(("system", "developer", "SystemMessage"), "system"),
    **dict.fromkeys(("tool", "function", "ToolMessage", "FunctionMessage"), "tool"),
}
_OF_HISTORY = ("assistant", "tool")
_HOLDERS = ("messages", "choices", "generations", "candidates", "contents", "output", "input", "prompt")
_PREAMBLES = ("system", "instructions", "system_instruction", "systemInstruction")


def pieces(value: Any, role: Role) -> list[Piece]:
    """What a value says: a message, several, a request or an answer that holds some, or a bare text by `role`."""
    try:
        return _pieces(value, role)
    except RecursionError as error:
        raise Unreadable("nested-too-deep", "a message is nested too deep to be read") from error


def _pieces(value: Any, role: Role) -> list[Piece]:
    if value is None:
        return []
    if isinstance(value, list):
        return _listed(value, role)
    if not isinstance(value, dict):
        return spoken(json_text(value), role)
    if isinstance(value.get("kwargs"), dict) and isinstance(value.get("id"), list):
        return _message({**value["kwargs"], "type": value["id"][-1]}, role)
    if _is_message(value):
        return _message(value, role)
    if isinstance(value.get("message"), dict):
        return _pieces(value["message"], role)
    if "type" not in value:
        for key in (*_HOLDERS, "content", "parts"):
            if isinstance(value.get(key), (list, dict, str)) and value[key]:
                before = [
                    piece for name in _PREAMBLES if role == "user" for piece in _pieces(value.get(name), "system")
                ]
                return [*before, *_pieces(value[key], role)]
    return joined(block_pieces(value, role))


def says_messages(value: Any) -> bool:
    """Whether a value is made of messages or holds some, and is not an application's own arguments."""
    held = [value[key] for key in _HOLDERS if isinstance(value.get(key), list)] if isinstance(value, dict) else []
    return any(_begins_with_message(one) for one in (value, *held))


def _begins_with_message(value: Any) -> bool:
    while isinstance(value, list) and value:
        value = value[0]
    return isinstance(value, dict) and (
        _is_message(value) or isinstance(value.get("kwargs"), dict) or isinstance(value.get("message"), dict)
    )


def embedded(text: Any) -> Any:
    """The list or object that a text holds as JSON; anything else as it is.

    Attributes are cut at a length that an exporter is given: of such a text what is there is taken, but for a last
    message of history, which would not be known again.
    """
    if not isinstance(text, str) or text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        return msgspec.json.decode(text)
    except UnicodeError:
        return text  # half a surrogate pair, which no reader of JSON takes
    except (msgspec.DecodeError, RecursionError):
        pass  # most likely cut: what is there is taken below, and what is no JSON at all stays a text
    try:
        cut: Any = from_json(text, allow_partial="trailing-strings", cache_strings=False)
    except ValueError:
        return text
    if isinstance(cut, list) and len(cut) > 1 and isinstance(cut[-1], dict) and cut[-1].get("role") in _OF_HISTORY:
        cut.pop()
    return cut


def _listed(items: list[Any], role: Role) -> list[Piece]:
    said: list[Piece] = []
    for in_one_message, group in groupby(items, _is_block):
        if in_one_message:
            said += joined(piece for block in group for piece in block_pieces(block, role))
        else:
            said += (piece for item in group for piece in _pieces(item, role))
    return said


def _is_message(value: dict[str, Any]) -> bool:
    role, kind = value.get("role"), value.get("type")
    return (isinstance(role, str) and role in _ROLES) or (
        isinstance(kind, str) and kind in _ROLES and "content" in value
    )


def _is_block(item: Any) -> bool:
    if isinstance(item, dict):
        return not _is_message(item) and not isinstance(item.get("message"), dict) and "kwargs" not in item
    return isinstance(item, str)


def _message(message: dict[str, Any], role: Role) -> list[Piece]:
    named = message["role"] if isinstance(message.get("role"), str) else message.get("type")
    role = _ROLES.get(named, role)
    blocks = listable(next((message[key] for key in ("content", "parts", "contents") if message.get(key)), None))
    if role == "tool" and not any(isinstance(block, dict) and is_result(block) for block in blocks):
        return [result_of({**message, "type": None, "content": message.get("content")})]
    thoughts = next((message[key] for key in ("thinking_blocks", "reasoning_content") if message.get(key)), None)
    said = [piece for thought in listable(thoughts) for piece in thoughts_of(thought)]
    said += joined(piece for block in blocks for piece in block_pieces(block, role))
    if role == "user" and not said and message.get("content") == "":
        said = [Piece("user", "message", "")]
    extra = message.get("additional_kwargs")
    calls = message.get("tool_calls") or (extra.get("tool_calls") if isinstance(extra, dict) else None)
    made = calls_of(listable(calls) + listable(message.get("function_call")))
    told = {piece.call_id for piece in said if piece.kind == "tool_call" and piece.call_id}
    return said + [call for call in made if call.call_id not in told]
