"""What an entry says: its turns, and what it tells of the session."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from traces.readers.blocks import joined
from traces.readers.openclaw.prompts import prompt
from traces.readers.openclaw.records import Entry, Message, Piece, Usage
from traces.schema import Origin

_MIRRORS = ("delivery-mirror", "gateway-injected")


class Said(NamedTuple):
    """An entry's turns, as `Draft.add` takes them, and what it tells of the session."""

    turns: list[dict[str, Any]]
    usage: Usage | None = None
    model: str | None = None
    sender: str | None = None
    origin: Origin | None = None


def said(entry: Entry, copied: bool) -> Said:
    """What an entry says; one that was copied from a parent session was neither typed nor paid for here."""
    message = entry.message
    usage = _usage(entry) if not copied else None
    if message is None:
        return Said(_noted(entry), usage)
    if message.role == "user":
        pieces, sender, origin = prompt(message, copied)
        turns = [{"role": "user", "kind": "message", "text": text, "typed": typed} for text, typed in pieces]
        return Said(turns, usage, sender=sender, origin=origin)
    if message.role == "assistant":
        return Said([{"role": "assistant"} | turn for turn in _answer(message)], usage, model=message.model)
    return Said([_result(message) if message.role == "toolResult" else _told(message)], usage)


def _usage(entry: Entry) -> Usage | None:
    usage = entry.usage if entry.message is None else entry.message.usage
    return usage if usage is not None and (usage.all_input or usage.output) else None


def _noted(entry: Entry) -> list[dict[str, Any]]:
    """What an entry that is no message puts before the model."""
    aside = entry.type == "custom_message"
    text = joined(entry.content) if aside else entry.summary
    return [{"role": "user" if aside else "system", "kind": "message", "text": text}] if text else []


def _answer(message: Message) -> Iterator[dict[str, Any]]:
    """One answer of the model; nothing from a mirror of what was sent to a channel."""
    if message.model in _MIRRORS:
        return
    content = message.content
    for piece in [Piece("text", content)] if isinstance(content, str) else content or ():
        if piece.type == "toolCall":
            arguments = bytes(piece.arguments).decode() or None
            yield {"kind": "tool_call", "tool_name": piece.name, "tool_arguments": arguments, "call_id": piece.id}
        elif piece.thinking:
            yield {"kind": "thinking", "text": piece.thinking}
        elif piece.text and piece.text.strip():
            yield {"kind": "message", "text": piece.text}


def _result(message: Message) -> dict[str, Any]:
    return {
        "role": "tool",
        "kind": "tool_result",
        "text": joined(message.content) or "",
        "tool_name": message.tool_name,
        "call_id": message.tool_call_id,
        "is_error": message.is_error,
    }


def _told(message: Message) -> dict[str, Any]:
    """A summary, a command that the user ran with its output, or what a program sent as the user."""
    if message.summary:
        return {"role": "system", "kind": "message", "text": message.summary}
    ran = message.role == "bashExecution"
    text = f"{message.command}\n{message.output}" if ran else joined(message.content) or ""
    return {"role": "user", "kind": "message", "text": text}
