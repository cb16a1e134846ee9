"""The canonical form: what a session and its turns are, defined once.

Unknown stays null; nothing is invented. `msgspec.Struct` is used in place of dataclasses: frozen and slotted as well,
but twelve times quicker to build, and a trace has millions of turns.
"""

from datetime import datetime
from typing import Literal

import msgspec

Role = Literal["user", "assistant", "tool", "system"]
Kind = Literal["message", "thinking", "tool_call", "tool_result"]
Origin = Literal["human", "subagent", "automation", "unknown"]


class Turn(msgspec.Struct, frozen=True):
    """One thing said or done in a session: a message, a thought, a tool call, or a tool's result.

    A `system` turn is a message and a `tool` turn a tool result. A `user` turn is a message, or a tool call where a
    simulated user has tools. The rest is the assistant's.
    """

    index: int
    """Place in the session, from 0, without gaps."""
    role: Role
    """Who acted. A tool result has the role `tool`; a prompt, typed or injected, has `user`."""
    kind: Kind
    """What it is."""
    text: str | None = None
    """What was said, as the source has it. Null for a tool call, whose content is its arguments."""
    time: datetime | None = None
    """When it happened, in UTC. Null where the source does not say."""
    tool_name: str | None = None
    """The tool that was called, on calls and, where it is known, on results."""
    tool_arguments: str | None = None
    """The call's arguments as JSON text (or as the plain text that the source has)."""
    call_id: str | None = None
    """What ties a tool result to its call."""
    is_error: bool | None = None
    """Whether the tool's result is an error. Null where the source does not say."""
    input_tokens: int | None = None
    """All tokens of the model call's input, cached ones included; on the first turn of each model call only."""
    cached_tokens: int | None = None
    """The part of `input_tokens` that was read from a cache."""
    output_tokens: int | None = None
    """Tokens that the model wrote, thinking included; on the same turn as `input_tokens`."""
    typed: bool | None = False
    """Whether a person typed this text. Injected context, commands, hook output, resumed history, prompts from other
    agents and simulated users are not typed. Null on a user's message where the source cannot tell."""
    original_chars: int | None = None
    """Length of the text before the source cut it. Null where it is whole."""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation with an agent, from its first turn to its last: the unit of judgement."""

    session_id: str
    """The source's own id of the session; made from its content where the source has none."""
    user_id: str | None = None
    """Who the session is counted for, or that person's pseudonym."""
    agent: str | None = None
    """The program that ran the session, as it names itself (`claude-code`, `codex`)."""
    agent_version: str | None = None
    """That program's version."""
    model: str | None = None
    """The language model that answered; the first one where there were several."""
    project: str | None = None
    """What was worked on: a folder, repository or task, as the source names it."""
    source: str | None = None
    """The collection or system that the trace came from (`--source`), where one is named."""
    category: str | None = None
    """What the source says the session was for (`interactive`, `automation`, `benchmark`), in its words."""
    format: str
    """The trace format it was read from: a reader's name."""
    file: str
    """The file it was read from; `archive.zip!/member` for a member of an archive."""
    origin: Origin = "unknown"
    """Who started it: a person, another agent, or a schedule, harness or script."""
    parent_id: str | None = None
    """The session that a sub-agent's session was started from."""
    started: datetime | None = None
    """When it began, in UTC: the source's word, else the first turn's time."""
    turns: tuple[Turn, ...] = ()
    """The turns in order."""

    @property
    def ended(self) -> datetime | None:
        """The latest time of any turn, or the start where no turn has a time."""
        return max((turn.time for turn in self.turns if turn.time), default=self.started)
