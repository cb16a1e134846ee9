"""What a results file says of each conversation, and a document of them all."""

from typing import Literal

import msgspec
from msgspec import Raw

from traces.json_text import Count
from traces.readers.blocks import Block

_TEXT = msgspec.json.Decoder(str)


class Function(msgspec.Struct):
    """What a tool call calls, in tau-bench."""

    name: str
    arguments: Raw = Raw(b"")


class Call(msgspec.Struct):
    """A tool call: tau-bench nests its function, tau2-bench does not."""

    id: str | None = None
    function: Function | None = None
    name: str | None = None
    arguments: Raw = Raw(b"")

    @property
    def called(self) -> tuple[str, str | None]:
        """Its name and its arguments as JSON text, which tau-bench keeps inside a JSON string.

        tau2-bench has them as JSON, with the line breaks and spaces of the document they stand in: those are dropped.
        """
        function = self.function or Function(self.name or "", self.arguments)
        raw = bytes(function.arguments)
        if raw.startswith(b'"'):
            return function.name, _TEXT.decode(raw)
        return function.name, msgspec.json.format(raw, indent=-1).decode() if raw else None


class Usage(msgspec.Struct):
    """Tokens of one model call."""

    prompt_tokens: Count | None = None
    completion_tokens: Count | None = None


class Reasoning(msgspec.Struct):
    """The model's answer as the provider gave it."""

    reasoning_content: str | None = None


class Choice(msgspec.Struct):
    """What wraps it."""

    message: Reasoning | None = None


class Message(msgspec.Struct):
    """One message; in tau2-bench perhaps several tools' results in one."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str | list[Block] | None = None
    tool_calls: list[Call] | None = None
    function_call: Function | None = None
    reasoning_content: str | None = None
    tool_call_id: str | None = None
    name: str | None = None
    id: str | None = None
    error: bool | None = None
    timestamp: str | None = None
    usage: Usage | None = None
    raw_data: Choice | None = None
    tool_messages: "list[Message] | None" = None

    @property
    def thinking(self) -> str | None:
        """What the model thought, wherever it stands."""
        answer = self.raw_data.message if self.raw_data else None
        return self.reasoning_content or (answer.reasoning_content if answer else None)


class Run(msgspec.Struct):
    """One conversation: `traj` in tau-bench, `messages` in tau2-bench."""

    task_id: int | str
    trial: int | None = None
    traj: list[Message] | None = None
    id: str | None = None
    start_time: str | None = None
    messages: list[Message] | None = None


class AgentInfo(msgspec.Struct):
    """The agent that was evaluated."""

    llm: str | None = None


class Domain(msgspec.Struct):
    """The world it worked in."""

    domain_name: str | None = None


class Info(msgspec.Struct):
    """What tau2-bench says of all simulations of a document."""

    git_commit: str | None = None
    agent_info: AgentInfo | None = None
    environment_info: Domain | None = None


class Results(msgspec.Struct):
    """A document of tau2-bench, known by its tasks; one that lies beside a folder of simulations has none itself."""

    tasks: Raw = Raw(b"")
    info: Info | None = None
    simulations: list[Raw] = []
