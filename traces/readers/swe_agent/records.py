"""What a trajectory says."""

from typing import Literal

import msgspec

from traces.readers.blocks import Block


class Part(Block):
    """One piece of a message of several, or of a model's thinking."""

    thinking: str | None = None


class Function(msgspec.Struct):
    """What a tool call calls."""

    name: str
    arguments: "str | dict[str, object] | None" = None


class Call(msgspec.Struct):
    """A tool call, in versions that use the model's own."""

    function: Function
    id: str | None = None


class Item(msgspec.Struct):
    """One message of the history."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str | list[Part] | None = None
    is_demo: bool | None = None
    thought: str | None = None
    action: str | None = None
    tool_calls: list[Call] | None = None
    tool_call_ids: list[str] | None = None
    thinking_blocks: list[Part] | None = None


class Step(msgspec.Struct):
    """One step of the trajectory: an answer of the model, its action, and what came of it."""

    action: str = ""
    observation: str | None = None
    response: str | None = None
    thought: str | None = None
    reasoning_content: str | None = None
    execution_time: float | None = None
    state: "str | dict[str, object] | None" = None


class Info(msgspec.Struct):
    """What is known of the run as a whole."""

    swe_agent_version: str | None = None


class Named(msgspec.Struct):
    """Something with a name or an id."""

    name: str | None = None
    id: str | None = None


class Agent(msgspec.Struct):
    """The agent's settings."""

    model: Named | None = None


class Replay(msgspec.Struct):
    """The run's settings."""

    agent: Agent | None = None
    problem_statement: Named | None = None


class Run(msgspec.Struct):
    """The document, or one attempt in it."""

    history: list[Item] | None = None
    trajectory: list[Step] | None = None
    info: Info | None = None
    replay_config: Replay | str | None = None
    attempts: "list[Run] | None" = None
