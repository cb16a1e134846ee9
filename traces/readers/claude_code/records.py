"""What the lines of a Claude Code session file say."""

import msgspec
from msgspec import Raw

from traces.json_text import Count
from traces.readers import blocks


class Usage(msgspec.Struct):
    """Tokens of one model call; the three kinds of input are apart."""

    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None


class Block(blocks.Block):
    """One piece of a message: text, thinking, a tool call, a result, an image."""

    thinking: str | None = None
    id: str | None = None
    name: str | None = None
    input: Raw = Raw(b"")
    tool_use_id: str | None = None
    content: "str | list[Block] | None" = None
    is_error: bool | None = None


class Message(msgspec.Struct):
    """What was sent to or came from the model."""

    content: str | list[Block]
    id: str | None = None
    model: str | None = None
    usage: Usage | None = None


class Line(msgspec.Struct):
    """One line of the file."""

    type: str
    uuid: str | None = None
    parentUuid: str | None = None  # noqa: N815
    sessionId: str | None = None  # noqa: N815
    timestamp: str | None = None
    version: str | None = None
    cwd: str | None = None
    entrypoint: str | None = None
    agentId: str | None = None  # noqa: N815
    isSidechain: bool | None = None  # noqa: N815
    isMeta: bool | None = None  # noqa: N815
    isCompactSummary: bool | None = None  # noqa: N815
    message: Message | None = None
    content: Raw = Raw(b"")


DECODER = msgspec.json.Decoder(Line)
TEXT = msgspec.json.Decoder(str)
