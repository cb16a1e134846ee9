"""What an ATIF trajectory says."""

import msgspec
from msgspec import UNSET, Raw, UnsetType

from traces.json_text import Count
from traces.schema import Origin


class Part(msgspec.Struct):
    """One piece of a message of several."""

    type: str
    text: str | None = None


Content = str | list[Part] | None


class Extra(msgspec.Struct):
    """What `extra` says of a step, a call or a result, as far as it is known here."""

    timestamp: str | None = None
    injected: bool = False
    typed: bool | UnsetType | None = UNSET
    original_chars: Count | None = None
    is_error: bool | None = None
    tool_name: str | UnsetType | None = UNSET
    arguments: str | UnsetType | None = UNSET
    message: str | UnsetType | None = UNSET


class Call(msgspec.Struct):
    """A tool call."""

    function_name: str
    tool_call_id: str | None = None
    arguments: Raw = Raw(b"{}")
    extra: Extra | None = None


class Result(msgspec.Struct):
    """What a tool gave back."""

    source_call_id: str | None = None
    content: Content = None
    extra: Extra | None = None


class Observation(msgspec.Struct):
    """The results of a step's calls."""

    results: list[Result] = []


class Metrics(msgspec.Struct):
    """Tokens of one model call."""

    prompt_tokens: Count | None = None
    cached_tokens: Count | None = None
    completion_tokens: Count | None = None


class Step(msgspec.Struct):
    """One step of the trajectory."""

    source: str
    timestamp: str | None = None
    message: Content = None
    model_name: str | None = None
    reasoning_content: str | None = None
    tool_calls: list[Call] | None = None
    observation: Observation | None = None
    metrics: Metrics | None = None
    is_copied_context: bool | None = None
    extra: Extra | None = None


class Agent(msgspec.Struct):
    """The program that ran the session."""

    name: str
    version: str | None = None
    model_name: str | None = None


class Header(msgspec.Struct):
    """What `extra` says of the whole session."""

    user_id: str | None = None
    source: str | None = None
    category: str | None = None
    cwd: str | None = None
    is_subagent: bool | None = None
    parent_session: str | None = None
    origin: Origin | None = None
    format: str | None = None
    file: str | None = None
    started: str | UnsetType | None = UNSET


class Trajectory(msgspec.Struct):
    """The document."""

    schema_version: str
    agent: Agent
    steps: list[Step]
    session_id: str | None = None
    trajectory_id: str | None = None
    extra: Header | None = None
    subagent_trajectories: list["Trajectory"] | None = None


DECODER = msgspec.json.Decoder(Trajectory)
