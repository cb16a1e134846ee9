"""The blocks that messages are made of, in the forms of the model APIs, to the pieces that become turns."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from traces.schema import Kind, Role

_CALLS = {"tool_use", "tool_call", "tool-call", "function_call", "server_tool_use", "server_tool_call"}
_RESULTS = {"tool_result", "tool_call_response", "tool-result", "function_call_output", "server_tool_call_response"}
_THOUGHTS = {"thinking", "redacted_thinking", "reasoning"}
_WRAPPED_CALL = ("functionCall", "function_call", "toolUse", "function")
_WRAPPED_RESULT = ("functionResponse", "function_response", "toolResult")
_CALL_IDS = ("call_id", "tool_call_id", "tool_use_id", "toolCallId", "toolUseId", "id")
_MEDIA = ("image", "audio", "video", "document", "file")


class Piece(msgspec.Struct, frozen=True, gc=False):
    """What makes one turn: a message, a thought, a tool call or its result."""

    role: Role
    kind: Kind
    text: str | None = None
    tool_name: str | None = None
    tool_arguments: str | None = None
    call_id: str | None = None
    is_error: bool | None = None

    @property
    def key(self) -> tuple[str | None, ...]:
        """What a piece that is sent again has in common with the first one, however it is written this time."""
        if self.kind == "tool_call":
            spaceless = None if self.call_id else "".join((self.tool_arguments or "").split())
            return ("tool_call", self.call_id, self.tool_name, spaceless)
        if self.call_id:
            return ("tool_result", self.call_id)
        return (self.role, self.kind, (self.text or "").strip())


def json_text(value: Any) -> str:
    """A value as JSON text; a text as it is."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def result_text(content: Any) -> str | None:
    """What a tool gave back, as the model reads it: texts joined by line ends, placeholders for the rest."""
    if content is None or isinstance(content, str):
        return content
    blocks = [_shown(block) for block in (content if isinstance(content, list) else [content])]
    return json_text(content) if None in blocks else "\n".join(block for block in blocks if block is not None)


def block_pieces(block: Any, role: Role) -> Iterator[Piece]:
    """What one block says; a text, or a value that is no block, is said by `role`."""
    if not isinstance(block, dict):
        yield from spoken(json_text(block), role)
    elif _kind(block) in _CALLS or any(isinstance(block.get(key), dict) for key in _WRAPPED_CALL):
        yield from calls_of([block])
    elif is_result(block):
        yield result_of(block)
    elif _kind(block) in _THOUGHTS or block.get("thought") is True or "reasoningContent" in block:
        yield from thoughts_of(block)
    elif (text := _shown(block)) is not None:
        yield from spoken(text, role)
    elif len(block) == 1 and isinstance(only := next(iter(block.values())), str):
        yield from spoken(only, role)
    else:
        yield from spoken(json_text(block), role)


def spoken(text: str, role: Role) -> list[Piece]:
    """A text that someone said; nothing where it is blank, unless a user sent it so."""
    if not text.strip() and role != "user":
        return []
    return [Piece(role, "tool_result" if role == "tool" else "message", text)]


def joined(said: Iterable[Piece]) -> list[Piece]:
    """The pieces of one message, with texts that follow one another made one."""
    joined: list[Piece] = []
    for piece in said:
        if joined and piece.kind == "message" == joined[-1].kind:
            joined[-1] = Piece(piece.role, "message", f"{joined[-1].text}\n{piece.text}")
        else:
            joined.append(piece)
    return joined


def calls_of(calls: list[Any]) -> list[Piece]:
    """Tool calls, as blocks or as the entries of a message's `tool_calls`; an entry without a name is none."""
    made: list[Piece] = []
    for call in calls:
        if isinstance(call, dict):
            inner = next((call[key] for key in _WRAPPED_CALL if isinstance(call.get(key), dict)), call)
            given = next((inner[key] for key in ("arguments", "args", "input") if inner.get(key) is not None), None)
            arguments = None if given in (None, "") else json_text(given)
            call_id = _first(call, _CALL_IDS) or _first(inner, _CALL_IDS)
            if name := _first(inner, ("name", "toolName")):
                made.append(Piece("assistant", "tool_call", None, name, arguments, call_id))
    return made


def is_result(block: dict[str, Any]) -> bool:
    """Whether a block is a tool's result."""
    return _kind(block) in _RESULTS or any(isinstance(block.get(key), dict) for key in _WRAPPED_RESULT)


def result_of(block: dict[str, Any]) -> Piece:
    """A tool's result, from its block or its message."""
    inner = next((block[key] for key in _WRAPPED_RESULT if isinstance(block.get(key), dict)), block)
    content = next((inner[key] for key in ("content", "response", "output", "result") if key in inner), None)
    failed = inner.get("is_error", {"error": True, "success": False}.get(str(inner.get("status"))))
    return Piece(
        "tool",
        "tool_result",
        result_text(content),
        _first(inner, ("name", "toolName")),
        call_id=_first(inner, _CALL_IDS) or _first(block, _CALL_IDS),
        is_error=failed if isinstance(failed, bool) else None,
    )


def thoughts_of(block: Any) -> list[Piece]:
    """What a model thought, where it is readable."""
    if isinstance(block, dict):
        inner = block.get("reasoningContent", block)
        inner = inner.get("reasoningText", inner) if isinstance(inner, dict) else block
        told = next(
            (inner[key] for key in ("thinking", "text", "content", "summary", "reasoning") if inner.get(key)), None
        )
        block = result_text(told)
    return [Piece("assistant", "thinking", block)] if isinstance(block, str) and block.strip() else []


def _shown(block: Any) -> str | None:
    """A block's text, or a placeholder for what is none; null for a value that is no block."""
    if isinstance(block, str):
        return block
    if not isinstance(block, dict):
        return None
    texts = (block.get(key) for key in ("text", "content", "refusal"))
    text = next((text for text in texts if isinstance(text, str)), None)
    kind = _kind(block)
    if text is not None and kind not in ("blob", "uri"):
        return text
    kinds = " ".join([kind, *block, str(block.get("modality")), str(block.get("mime_type"))])
    medium = next((medium for medium in _MEDIA if medium in kinds), kind)
    return f"[{medium}]" if kind or "inlineData" in block or "inline_data" in block else None


def listable(value: Any) -> list[Any]:
    """A value as a list of none, one or several."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _kind(block: dict[str, Any]) -> str:
    return str(block.get("type") or "")


def _first(value: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    return next((value[key] for key in keys if isinstance(value.get(key), str) and value[key]), None)
