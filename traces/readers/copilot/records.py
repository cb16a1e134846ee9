"""What the log's events say."""

import msgspec
from msgspec import Raw

from traces.json_text import Count, decode


class Context(msgspec.Struct):
    """Where a session works."""

    cwd: str | None = None


class Start(msgspec.Struct, rename="camel"):
    """A session's beginning."""

    session_id: str
    start_time: str | None = None
    copilot_version: str | None = None
    producer: str | None = None
    context: Context | None = None
    detached_from_spawning_parent_session_id: str | None = None


class Prompt(msgspec.Struct, rename="camel"):
    """A message to the model that is no result."""

    content: str
    source: str | None = None
    is_autopilot_continuation: bool = False


class Request(msgspec.Struct, rename="camel"):
    """A tool call."""

    tool_call_id: str
    name: str
    arguments: Raw = Raw(b"")


class Answer(msgspec.Struct, rename="camel"):
    """What the model said in one call, or in one of several pieces of it."""

    content: str = ""
    reasoning_text: str | None = None
    tool_requests: list[Request] | None = None
    output_tokens: Count | None = None
    api_call_id: str | None = None
    parent_tool_call_id: str | None = None
    model: str | None = None


class Binary(msgspec.Struct):
    """A picture or another binary part of a result."""

    type: str = "file"


class Output(msgspec.Struct, rename="camel"):
    """A result as the model gets it."""

    content: str = ""
    binary_results_for_llm: list[Binary] | None = None


class Failure(msgspec.Struct):
    """Why a tool failed."""

    message: str


class Result(msgspec.Struct, rename="camel"):
    """The end of a tool's run."""

    tool_call_id: str
    success: bool
    result: Output | None = None
    error: Failure | None = None
    model: str | None = None
    parent_tool_call_id: str | None = None


class Started(msgspec.Struct, rename="camel"):
    """A tool's run or a sub-agent's: what it is called."""

    tool_call_id: str
    tool_name: str | None = None
    parent_tool_call_id: str | None = None


class Used(msgspec.Struct, rename="camel"):
    """Tokens of the call that wrote a summary; the input includes what was cached."""

    input_tokens: Count | None = None
    cache_read_tokens: Count | None = None
    output_tokens: Count | None = None


class Compaction(msgspec.Struct, rename="camel"):
    """What stands for the conversation so far after it was compacted."""

    summary_content: str | None = None
    compaction_tokens_used: Used | None = None


class Event(msgspec.Struct, rename="camel"):
    """One line of the log."""

    type: str
    timestamp: str | None = None
    agent_id: str | None = None
    data: Raw = Raw(b"{}")


Said = Start | Prompt | Answer | Result | Started | Compaction
_DECODERS: dict[str, "msgspec.json.Decoder[Said]"] = {
    "session.start": msgspec.json.Decoder(Start),
    "user.message": msgspec.json.Decoder(Prompt),
    "system.message": msgspec.json.Decoder(Prompt),
    "system.notification": msgspec.json.Decoder(Prompt),
    "assistant.message": msgspec.json.Decoder(Answer),
    "tool.execution_start": msgspec.json.Decoder(Started),
    "tool.execution_complete": msgspec.json.Decoder(Result),
    "subagent.started": msgspec.json.Decoder(Started),
    "session.compaction_complete": msgspec.json.Decoder(Compaction),
}


def said(event: Event) -> Said | None:
    """What the event says; null for what is not read."""
    decoder = _DECODERS.get(event.type)
    return decode(bytes(event.data), decoder) if decoder else None
