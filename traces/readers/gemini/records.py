"""What a chat file's header and messages say."""

import msgspec
from msgspec import Raw

from traces.json_text import Count


class Data(msgspec.Struct, rename="camel"):
    """A picture or a file in a message."""

    mime_type: str | None = None


class Answer(msgspec.Struct, rename="camel"):
    """What a tool gave back."""

    response: Raw = Raw(b"")


class Part(msgspec.Struct, rename="camel"):
    """One piece of a message or a result."""

    text: str | None = None
    thought: bool | None = None
    inline_data: Data | None = None
    file_data: Data | None = None
    function_response: Answer | None = None


Parts = str | Part | list[str | Part] | None


class Thought(msgspec.Struct):
    """A summary of what the model thought."""

    subject: str = ""
    description: str = ""
    timestamp: str | None = None


class Tokens(msgspec.Struct):
    """Tokens of one model call; the input includes what was cached."""

    input: Count
    output: Count
    cached: Count
    thoughts: Count | None = None
    tool: Count | None = None


class Call(msgspec.Struct):
    """A tool call with its result."""

    name: str
    id: str | None = None
    args: Raw = Raw(b"")
    result: Parts = None
    status: str | None = None
    timestamp: str | None = None


class Line(msgspec.Struct, rename="camel"):
    """A line: the session's header, a message, or a change to what came before."""

    session_id: str | None = None
    project_hash: str | None = None
    start_time: str | None = None
    kind: str | None = None
    directories: list[str] | None = None
    id: str | None = None
    type: str | None = None
    timestamp: str | None = None
    content: Parts = None
    display_content: Parts = None
    thoughts: list[Thought] | None = None
    tokens: Tokens | None = None
    tool_calls: list[Call] | None = None
    model: str | None = None
    set: Raw = msgspec.field(name="$set", default=Raw(b""))
    rewind_to: str | None = msgspec.field(name="$rewindTo", default=None)


class Document(msgspec.Struct):
    """A whole session as one document, of which the messages are read one by one."""

    messages: list[Raw]
