"""What lines of OpenAI chat data say."""

from typing import Literal

import msgspec
from msgspec import Raw

from traces.json_text import Count

Role = Literal["system", "developer", "user", "assistant", "tool", "function"]
"""Who speaks; `function` is the older name of `tool`, `developer` the newer one of `system`."""


class Part(msgspec.Struct):
    """One piece of a message of several."""

    type: str
    text: str | None = None
    refusal: str | None = None


class Function(msgspec.Struct):
    """What a call calls, and with what; a custom tool takes plain `input`."""

    name: str
    arguments: Raw = Raw(b"")
    input: str | None = None


class Call(msgspec.Struct):
    """A tool call."""

    id: str | None = None
    function: Function | None = None
    custom: Function | None = None


class Message(msgspec.Struct):
    """One message; `function_call` is the older way to call tools."""

    role: Role
    content: str | list[Part] | None = None
    reasoning_content: str | None = None
    refusal: str | None = None
    name: str | None = None
    tool_calls: list[Call] | None = None
    tool_call_id: str | None = None
    function_call: Function | None = None


class Details(msgspec.Struct):
    """What the input tokens were."""

    cached_tokens: Count | None = None


class Usage(msgspec.Struct):
    """Tokens of one model call; the input includes cached tokens."""

    prompt_tokens: Count | None = None
    completion_tokens: Count | None = None
    prompt_tokens_details: Details | None = None


class Choice(msgspec.Struct):
    """One of the answers that were asked for."""

    message: Message


class Body(msgspec.Struct):
    """A request, or a completion."""

    model: str | None = None
    messages: list[Message] | None = None
    user: str | None = None
    choices: list[Choice] | None = None
    usage: Usage | None = None
    created: int | None = None


class Response(msgspec.Struct):
    """How a batched request was answered."""

    body: Body | None = None


class Line(msgspec.Struct):
    """One line: a conversation by itself, a batched request, or the response to one."""

    messages: list[Message] | None = None
    model: str | None = None
    custom_id: str | None = None
    body: Body | None = None
    response: Response | None = None
    error: Raw = Raw(b"")


LINE = msgspec.json.Decoder(Line)
TEXT = msgspec.json.Decoder(str)
