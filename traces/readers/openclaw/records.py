"""What a session file's entries say."""

import msgspec
from msgspec import UNSET, Raw, UnsetType

from traces.json_text import Count
from traces.readers.blocks import Block


class Usage(msgspec.Struct, rename="camel"):
    """Tokens of one model call; the three kinds of input are apart."""

    input: Count
    output: Count
    cache_read: Count = 0
    cache_write: Count = 0

    @property
    def all_input(self) -> int:
        """The three together."""
        return self.input + self.cache_read + self.cache_write


class Piece(Block):
    """One piece of a message: text, thinking, a tool call, an image."""

    thinking: str | None = None
    id: str | None = None
    name: str | None = None
    arguments: Raw = Raw(b"")


Content = str | list[Piece] | None


class Provenance(msgspec.Struct):
    """Where a user's message came from, where the file says it."""

    kind: str


class Message(msgspec.Struct, rename="camel"):
    """What was sent to or came from the model."""

    role: str
    content: Content = None
    model: str | None = None
    usage: Usage | None = None
    tool_call_id: str | None = None
    tool_name: str | None = None
    is_error: bool | None = None
    command: str | None = None
    output: str | None = None
    summary: str | None = None
    provenance: Provenance | None = None


class Entry(msgspec.Struct, rename="camel"):
    """One line of the file: the header, or a node of the tree."""

    type: str
    id: str | None = None
    parent_id: str | UnsetType | None = UNSET
    timestamp: str | None = None
    cwd: str | None = None
    parent_session: str | None = None
    message: Message | None = None
    summary: str | None = None
    content: Content = None
    usage: Usage | None = None
    custom_type: str | None = None
    target_id: str | None = None
    append_mode: str | None = None
