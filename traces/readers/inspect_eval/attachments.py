"""The long texts that a sample keeps apart from where they stand."""

import msgspec
from msgspec import Raw

from traces.readers.inspect_eval.records import Message

_MARK = "attachment://"
_ANY = msgspec.json.Decoder()


class Attachments:
    """Puts them back."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts

    def full(self, text: str) -> str:
        """A text, or what it stands for."""
        return self._texts.get(text[len(_MARK) :], text) if text.startswith(_MARK) else text

    def text(self, message: Message) -> str:
        """A message's text; reasoning, and what only the provider can read, are no part of it."""
        if isinstance(message.content, str):
            return self.full(message.content)
        parts = [part for part in message.content if part.type not in ("reasoning", "data", "tool_use")]
        return "\n".join(f"[{part.type}]" if part.text is None else self.full(part.text) for part in parts)

    def arguments(self, raw: Raw) -> str:
        """Arguments as JSON text, without the line breaks and spaces of the log they stand in."""
        text = msgspec.json.format(bytes(raw), indent=-1).decode()
        return msgspec.json.encode(self._filled(_ANY.decode(text))).decode() if _MARK in text else text

    def _filled(self, value: object) -> object:
        if isinstance(value, str):
            return self.full(value)
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        return {key: self._filled(item) for key, item in value.items()} if isinstance(value, dict) else value
