"""What a log and its samples say."""

from typing import Literal

import msgspec
from msgspec import Raw

from traces.json_text import Count
from traces.readers.blocks import Block


class Part(Block):
    """One piece of a message: text, reasoning, a tool that the provider ran itself, an image."""

    reasoning: str | None = None
    summary: str | None = None
    redacted: bool = False
    id: str | None = None
    name: str | None = None
    arguments: str | None = None
    result: str | None = None
    error: str | None = None


class Call(msgspec.Struct):
    """A tool call."""

    function: str
    id: str | None = None
    arguments: Raw = Raw(b"{}")


class Fault(msgspec.Struct):
    """Why a tool call failed."""

    message: str


class Message(msgspec.Struct):
    """One message of the conversation."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str | list[Part]
    id: str | None = None
    source: str | None = None
    model: str | None = None
    reasoning: str | None = None
    tool_calls: list[Call] | None = None
    tool_call_id: str | list[str] | None = None
    function: str | None = None
    error: Fault | None = None


class Usage(msgspec.Struct):
    """Tokens of one model call."""

    input_tokens: Count = 0
    output_tokens: Count = 0
    total_tokens: Count = 0
    input_tokens_cache_read: Count | None = None
    input_tokens_cache_write: Count | None = None
    reasoning_tokens: Count | None = None

    @property
    def counts(self) -> dict[str, int | None]:
        """For a turn; in old logs the input may include the cached ones and the output may lack the thinking."""
        if not self.total_tokens and not self.input_tokens and not self.output_tokens:
            return {}
        inputs = self.input_tokens + (self.input_tokens_cache_read or 0) + (self.input_tokens_cache_write or 0)
        output, thinking = self.output_tokens, self.reasoning_tokens or 0
        if self.total_tokens == inputs + output + thinking:
            output += thinking
        if self.total_tokens >= output:
            inputs = min(inputs, self.total_tokens - output)
        return {"input_tokens": inputs, "cached_tokens": self.input_tokens_cache_read, "output_tokens": output}


class Choice(msgspec.Struct):
    """One of the model's answers."""

    message: Message


class Output(msgspec.Struct):
    """What the model gave back."""

    model: str | None = None
    choices: list[Choice] = []
    usage: Usage | None = None


class Event(msgspec.Struct):
    """Something that happened; `id` is a tool call's, `output` a model call's (and other things elsewhere)."""

    event: str
    timestamp: str | None = None
    completed: str | None = None
    id: str | int | None = None
    output: Raw = Raw(b"")


class Sample(msgspec.Struct):
    """One sample of the dataset, as it was run in one epoch."""

    id: int | str
    epoch: int = 1
    uuid: str | None = None
    messages: list[Message] = []
    events: list[Event] = []
    attachments: dict[str, str] = {}
    started_at: str | None = None


class Eval(msgspec.Struct):
    """What was evaluated."""

    task: str
    created: str | None = None
    eval_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    model: str | None = None
    packages: dict[str, str] = {}


class Log(msgspec.Struct):
    """The log's header; a plain `.json` log has the samples in it."""

    eval: Eval
    samples: list[Raw] | None = None
