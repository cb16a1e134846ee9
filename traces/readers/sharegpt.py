"""ShareGPT-style data: `conversations` of `{from, value}`, as a JSON array or one conversation a line.

There are no times and no tokens, and who wrote the human's messages is not known (`typed` is null). Tools are called by
messages from `function_call`, or (Hermes style) by `<tool_call>` tags inside the model's text; neither gives ids, so a
result carries the name of the last call. An id of the source (`0`, `identity_12`) says little outside its file, so a
hash of the conversation is added. Some data sets call the keys `role` and `content`. Not read: tool definitions, and
the parts of one conversation that a data set has cut in two are not put together.
"""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Literal

import msgspec
from msgspec import Raw

from traces.draft import Draft
from traces.format import About, Format, Head, Record, Unreadable
from traces.json_text import decode
from traces.readers.openai_chat import Ids, text_of
from traces.records import values
from traces.schema import Session

Speaker = Literal["system", "user", "assistant", "call", "result"]

_SPEAKERS: dict[str, Speaker] = {
    **dict.fromkeys(("system",), "system"),
    **dict.fromkeys(("human", "user"), "user"),
    **dict.fromkeys(("gpt", "assistant", "chatgpt", "model", "bing", "bard"), "assistant"),
    **dict.fromkeys(("function_call", "tool_call"), "call"),
    **dict.fromkeys(("observation", "tool", "function", "function_response", "tool_response"), "result"),
}
_OPEN, _CLOSE = "<tool_call>", "</tool_call>"


class Message(msgspec.Struct):
    """One message, under either set of names."""

    speaker: str | None = msgspec.field(default=None, name="from")
    value: str | None = None
    role: str | None = None
    content: str | None = None


class Conversation(msgspec.Struct):
    """One conversation."""

    conversations: list[Message]
    id: str | int | None = None
    system: str | None = None
    model: str | None = None


class Call(msgspec.Struct):
    """A tool call, as it stands in a message."""

    name: str
    arguments: Raw = Raw(b"")


_DECODER = msgspec.json.Decoder(Conversation)
_CALLS = msgspec.json.Decoder(list[Call])


class ShareGPT:
    """Reads one conversation a record; keeps only which ids it has given."""

    def __init__(self, about: About) -> None:
        self._about = about
        self._ids = Ids()

    def add(self, record: Record) -> Iterable[Session]:
        """Takes one conversation; gives its session."""
        conversation = decode(record.raw, _DECODER)
        messages = enumerate(conversation.conversations)
        said = [(_speaker(place, message), message.value or message.content or "") for place, message in messages]
        content = blake2b(msgspec.json.encode((conversation.system, said)), digest_size=16).hexdigest()
        draft = Draft(self._ids.of(conversation.id, content), FORMAT.name, self._about.file)
        draft.header(user_id=self._about.user, source=self._about.source, model=conversation.model)
        if conversation.system:
            draft.add("system", "message", conversation.system)
        tool: str | None = None
        for speaker, text in said:
            tool = _add(draft, speaker, text, tool)
        return (draft.take(),) if draft.turns else ()

    def finish(self) -> Iterable[Session]:
        """Nothing is left over."""
        return ()


def _speaker(place: int, message: Message) -> Speaker:
    named = message.speaker or message.role or ""
    speaker = _SPEAKERS.get(named.lower().replace("-", "_"))
    if speaker is None:
        raise Unreadable("wrong-type", f"{named[:60]!r} is no speaker - at `$.conversations[{place}].from`")
    return speaker


def _add(draft: Draft, speaker: Speaker, text: str, tool: str | None) -> str | None:
    """Makes a message's turns; gives the tool that was called last."""
    if speaker == "user":
        draft.add("user", "message", text, typed=None)
    elif speaker == "result":
        draft.add("tool", "tool_result", text, tool_name=tool)
    elif speaker == "call":
        return _add_calls(draft, text)
    elif speaker == "assistant":
        for piece, is_call in _pieces(text):
            if is_call:
                tool = _add_calls(draft, piece)
            else:
                draft.add("assistant", "message", piece)
    elif text:
        draft.add("system", "message", text)
    return tool


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The model's text cut where tool calls begin and end, each piece with whether it is a call."""
    at = 0
    while (begin := text.find(_OPEN, at)) >= 0 and (end := text.find(_CLOSE, begin)) >= 0:
        if text[at:begin].strip():
            yield text[at:begin], False
        yield text[begin + len(_OPEN) : end], True
        at = end + len(_CLOSE)
    if text[at:].strip():
        yield text[at:], False


def _add_calls(draft: Draft, text: str) -> str | None:
    """The call in a text, or several in an array; a text that is no JSON is an unnamed call's arguments."""
    array = text if text.lstrip().startswith("[") else f"[{text}]"
    try:
        calls = _CALLS.decode(array)
    except msgspec.DecodeError:  # data sets hold Python's notation and plain commands here as well
        draft.add("assistant", "tool_call", tool_arguments=text.strip())
        return None
    for call in calls:
        draft.add("assistant", "tool_call", tool_name=call.name, tool_arguments=text_of(call.arguments))
    return calls[-1].name if calls else None


def _matches(head: Head) -> bool:
    return any(_is_conversation(found.get("conversations")) for found in head.objects[:2])


def _is_conversation(found: object) -> bool:
    first = found[0] if isinstance(found, list) and found else None
    return isinstance(first, dict) and bool({"from", "role"} & first.keys())


FORMAT = Format(
    name="sharegpt",
    title="ShareGPT-style conversations (.json, .jsonl)",
    matches=_matches,
    records=values,
    reader=ShareGPT,
)
