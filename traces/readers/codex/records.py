"""What a rollout's lines say."""

import msgspec
from msgspec import Raw

from traces.format import Unreadable
from traces.json_text import Count, decode
from traces.schema import Origin

_ORIGINS: dict[str, Origin] = {"cli": "human", "vscode": "human", "exec": "automation"}
_TITLES = {"input_image": "[image]", "input_audio": "[audio]"}


class Line(msgspec.Struct):
    """One line: a record in its envelope, or a bare item or header, of which more is in the line itself."""

    timestamp: str | None = None
    type: str | None = None
    payload: Raw = Raw(b"")
    record_type: str | None = None
    id: str | None = None


class Spawn(msgspec.Struct):
    """What a sub-agent was started from."""

    parent_thread_id: str | None = None


class Kin(msgspec.Struct):
    """A kind of sub-agent; others than spawned ones (a review, say) are named by a word."""

    thread_spawn: Spawn | None = None


class Source(msgspec.Struct):
    """Where a session came from, where that is more than a word."""

    subagent: str | Kin | None = None
    internal: Raw = Raw(b"")


class Meta(msgspec.Struct):
    """The session's header."""

    id: str
    timestamp: str | None = None
    cwd: str | None = None
    originator: str | None = None
    cli_version: str | None = None
    source: str | Source | None = None

    @property
    def parent(self) -> str | None:
        """The session that started this one as a sub-agent."""
        kin = self.source.subagent if isinstance(self.source, Source) else None
        return kin.thread_spawn.parent_thread_id if isinstance(kin, Kin) and kin.thread_spawn else None

    @property
    def origin(self) -> Origin | None:
        """Who started it; null where the oldest rollouts do not say, which are taken as typed."""
        source = self.source
        if isinstance(source, Source):
            return "subagent" if source.subagent is not None else "automation" if source.internal else "unknown"
        if (self.originator or "").startswith(("codex_exec", "codex_sdk")):
            return "automation"
        if source is None:
            return "human" if self.originator else None
        return _ORIGINS.get(source, "unknown")


class Block(msgspec.Struct):
    """One piece of a message, a reasoning or a result."""

    type: str
    text: str | None = None

    @property
    def shown(self) -> str:
        """Its text, or what stands for it."""
        return self.text if self.text is not None else _TITLES.get(self.type, "[file]")


class Outcome(msgspec.Struct):
    """A result as some versions wrote it when the tool had failed."""

    content: str | None = None
    success: bool | None = None


class Passed(msgspec.Struct):
    """What newer versions say of each piece of a message."""

    content_item_kinds: list[str] = []


class Item(msgspec.Struct):
    """An item of the conversation with the model."""

    type: str
    id: str | None = None
    role: str | None = None
    content: list[Block] | None = None
    summary: list[Block] | None = None
    name: str | None = None
    call_id: str | None = None
    arguments: Raw = Raw(b"")
    input: str | None = None
    action: Raw = Raw(b"")
    revised_prompt: str | None = None
    output: str | list[Block] | Outcome | None = None
    tools: Raw = Raw(b"")
    internal_chat_message_metadata_passthrough: Passed | None = None


class Usage(msgspec.Struct, frozen=True):
    """Tokens of one call, or of all so far; the input includes what was cached, the output the reasoning."""

    input_tokens: Count
    cached_input_tokens: Count
    output_tokens: Count


class Spent(msgspec.Struct):
    """The tokens of the whole session so far and of the last call."""

    total_token_usage: Usage
    last_token_usage: Usage


class Event(msgspec.Struct):
    """Something that happened; of these, only tokens and interruptions are read."""

    type: str
    info: Spent | None = None


class Note(msgspec.Struct):
    """What the other records say: a turn's model, a compacted conversation's summary, one call's tokens."""

    model: str | None = None
    message: str | None = None
    usage: Usage | None = None


Said = Meta | Item | Event | Note
_ITEM = msgspec.json.Decoder(Item)
_TEXT = msgspec.json.Decoder(str)
_DECODERS: dict[str | None, "msgspec.json.Decoder[Said]"] = {
    "session_meta": msgspec.json.Decoder(Meta),
    "event_msg": msgspec.json.Decoder(Event),
    "turn_context": msgspec.json.Decoder(Note),
    "compacted": msgspec.json.Decoder(Note),
    "token_usage_record": msgspec.json.Decoder(Note),
}


def said(line: Line, raw: bytes) -> Said | None:
    """What the line says; null for what is not read."""
    payload = bytes(line.payload)
    if not payload and line.type is None:
        if line.id is None and line.record_type is None:
            raise Unreadable("missing-field", "there is neither a payload nor a type")
        return decode(raw, _DECODERS["session_meta"]) if line.id is not None else None
    if line.type in _DECODERS:
        return decode(payload, _DECODERS[line.type])
    if line.type != "response_item" and payload:
        return None
    item = decode(payload or raw, _ITEM)
    if item.type == "function_call":
        item.input = decode(bytes(item.arguments), _TEXT)
    return item
