"""What an OpenCode export says."""

from typing import Annotated

import msgspec
from msgspec import Raw

Number = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
"""A token count; below zero where an old version subtracted what it should not, null where it was not a number."""


class Cache(msgspec.Struct):
    """Input tokens that are not in `Tokens.input`."""

    read: Number | None = None
    write: Number | None = None


class Tokens(msgspec.Struct):
    """Tokens of one model call."""

    input: Number | None = None
    output: Number | None = None
    reasoning: Number | None = None
    cache: Cache = msgspec.field(default_factory=Cache)
    total: Number | None = None


class Span(msgspec.Struct):
    """When something was created, or began and ended, in milliseconds."""

    created: float | None = None
    start: float | None = None
    end: float | None = None


class File(msgspec.Struct):
    """A file that a tool gave back."""

    mime: str = ""


class State(msgspec.Struct):
    """How far a tool call has come."""

    status: str
    input: Raw = Raw(b"")
    output: str | None = None
    error: str | None = None
    time: Span = msgspec.field(default_factory=Span)
    attachments: list[File] = []


class Part(msgspec.Struct):
    """One piece of a message."""

    type: str
    text: str | None = None
    synthetic: bool = False
    ignored: bool = False
    time: Span | None = None
    tool: str | None = None
    callID: str | None = None  # noqa: N815
    state: State | None = None
    tokens: Tokens | None = None
    mime: str = ""
    prompt: str | None = None


class MessageInfo(msgspec.Struct):
    """What a message says of itself."""

    role: str
    time: Span
    modelID: str | None = None  # noqa: N815
    tokens: Tokens | None = None
    summary: Raw = Raw(b"")


class Message(msgspec.Struct):
    """A message and its parts."""

    info: MessageInfo
    parts: list[Part]


class Rule(msgspec.Struct):
    """Something that the session may or may not do."""

    permission: str = ""
    action: str = ""


class Info(msgspec.Struct):
    """What the session says of itself."""

    id: str
    time: Span
    directory: str | None = None
    version: str | None = None
    parentID: str | None = None  # noqa: N815
    permission: list[Rule] | None = None


class Export(msgspec.Struct):
    """The whole document."""

    info: Info
    messages: list[Message]


DECODER = msgspec.json.Decoder(Export)
