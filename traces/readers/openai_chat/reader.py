"""Turns lines of OpenAI chat data into sessions."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from typing import get_args

import msgspec
from msgspec import Raw

from traces.draft import Draft
from traces.format import About, Format, Head, Record, Unreadable
from traces.json_text import decode
from traces.readers.openai_chat.records import (
    LINE,
    TEXT,
    Body,
    Call,
    Choice,
    Line,
    Message,
    Part,
    Role,
)
from traces.records import values
from traces.schema import Session
from traces.times import time_of

_OTHER_FORMATS = {
    *("request", "response", "request_params", "choices", "usage", "info"),
    *("task_id", "termination_reason", "traj", "trajectory", "history", "sessionId", "session_id"),
}
_PLACEHOLDERS = {"image_url": "[image]", "input_audio": "[audio]"}


class OpenAIChat:
    """Reads one line a record; holds the last conversation back, since the next line may go on with it."""

    def __init__(self, about: About) -> None:
        self._about = about
        self._ids = Ids()
        self._draft: Draft | None = None
        self._so_far: list[int] = []
        self._tools: dict[str, str] = {}

    def add(self, record: Record) -> Iterable[Session]:
        """Takes one line; gives the conversation before it when this is another one."""
        line = decode(record.raw, LINE)
        completion = line.response.body if line.response else None
        if completion is not None and completion.choices:
            return self._answer(line, completion, completion.choices)
        if line.response is not None or (line.custom_id is not None and bytes(line.error) not in (b"", b"null")):
            return ()  # the request failed: it was not answered at all
        body = line.body or Body(model=line.model, messages=line.messages)
        if not body.messages:
            raise Unreadable("wrong-type", "there are no messages - at `$.messages`")
        return self._conversation(line, body, body.messages)

    def finish(self) -> Iterable[Session]:
        """Gives the last conversation."""
        return (self._draft.take(),) if self._draft is not None and self._draft.pending else ()

    def _conversation(self, line: Line, body: Body, messages: list[Message]) -> Iterable[Session]:
        encoded = [msgspec.json.encode(message) for message in messages]
        hashes = [hash(message) for message in encoded]
        known = len(self._so_far)
        before: list[Session] = []
        goes_on = len(hashes) > known > 0 and hashes[:known] == self._so_far and line.custom_id is None
        if self._draft is None or not goes_on:
            before.extend(self.finish())
            content = blake2b(b"\n".join(encoded), digest_size=16).hexdigest()
            self._draft = self._started(line, body, self._ids.of(line.custom_id, content))
            self._tools = {}
            known = 0
        self._so_far = hashes if any(message.role == "user" for message in messages) else []
        for message in messages[known:]:
            self._message(self._draft, message, person=None if line.custom_id is None else False)
        if self._draft.full:
            before.append(self._draft.take())
        return before

    def _answer(self, line: Line, completion: Body, choices: list[Choice]) -> Iterable[Session]:
        """The session of a response: only what the model wrote."""
        time = time_of(completion.created, self._about.zone)
        content = blake2b(msgspec.json.encode(line), digest_size=16).hexdigest()
        draft = self._started(line, completion, self._ids.of(line.custom_id, content))
        draft.header(started=time)
        for choice in choices:
            self._message(draft, choice.message, person=False, time=time)
        usage = completion.usage
        if usage is not None and draft.next_index:
            cached = usage.prompt_tokens_details.cached_tokens if usage.prompt_tokens_details else None
            draft.amend(
                0,
                input_tokens=usage.prompt_tokens,
                cached_tokens=cached,
                output_tokens=usage.completion_tokens,
            )
        return (draft.take(),)

    def _started(self, line: Line, body: Body, session_id: str) -> Draft:
        draft = Draft(session_id, FORMAT.name, self._about.file)
        draft.header(
            user_id=body.user or self._about.user,
            source=self._about.source,
            model=body.model,
            origin="automation" if line.custom_id is not None else "unknown",
        )
        return draft

    def _message(self, draft: Draft, message: Message, *, person: bool | None, time: datetime | None = None) -> None:
        text = _joined(message.content)
        if message.role == "user":
            draft.add("user", "message", text or "", typed=person)
        elif message.role in ("tool", "function"):
            name = message.name or self._tools.get(message.tool_call_id or "")
            draft.add("tool", "tool_result", text, tool_name=name, call_id=message.tool_call_id)
        elif message.role == "assistant":
            self._assistant(draft, message, text, time)
        elif text:
            draft.add("system", "message", text)

    def _assistant(self, draft: Draft, message: Message, text: str | None, time: datetime | None) -> None:
        if message.reasoning_content:
            draft.add("assistant", "thinking", message.reasoning_content, time=time)
        if text or message.refusal:
            draft.add("assistant", "message", text or message.refusal, time=time)
        calls = list(message.tool_calls or ())
        if message.function_call is not None:
            calls.append(Call(function=message.function_call))
        for call in calls:
            called = call.function or call.custom
            if called is not None:
                self._tools[call.id or ""] = called.name
                arguments = called.input if called.input is not None else text_of(called.arguments)
                draft.add(
                    "assistant",
                    "tool_call",
                    time=time,
                    tool_name=called.name,
                    tool_arguments=arguments,
                    call_id=call.id,
                )


class Ids:
    """Makes ids for conversations that have none: from their content, and a number where one occurs again."""

    def __init__(self) -> None:
        self._times: dict[int, int] = {}

    def of(self, own: str | int | None, content: str) -> str:
        """The next conversation's id; `own` is the source's id, which another file may use as well."""
        session_id = content if own is None else f"{own}-{content}"
        times = self._times[hash(session_id)] = self._times.get(hash(session_id), 0) + 1
        return session_id if times == 1 else f"{session_id}-{times}"


def text_of(arguments: Raw) -> str | None:
    """Arguments as JSON text, whether the source has them as text or as a value."""
    raw = bytes(arguments)
    return (TEXT.decode(raw) if raw.startswith(b'"') else raw.decode()) or None


def _joined(content: str | list[Part] | None) -> str | None:
    if not isinstance(content, list):
        return content
    texts = (part.text or part.refusal or _PLACEHOLDERS.get(part.type, f"[{part.type}]") for part in content)
    return "\n".join(texts)


def _matches(head: Head) -> bool:
    return any(_is_batch(found) or _is_chat(found) for found in head.objects[:2])


def _is_chat(found: dict[str, object]) -> bool:
    messages = found.get("messages")
    if not isinstance(messages, list) or _OTHER_FORMATS & found.keys() or {"timestamp", "type"} <= found.keys():
        return False
    roles = [message.get("role") for message in messages if isinstance(message, dict)]
    return len(roles) == len(messages) > 0 and roles[0] in get_args(Role)


def _is_batch(found: dict[str, object]) -> bool:
    inner = found.get("body", found.get("response"))
    if "custom_id" not in found or not isinstance(inner, dict):
        return False
    return isinstance(inner.get("messages"), list) or "status_code" in inner


FORMAT = Format(
    name="openai-chat",
    title="OpenAI chat data (fine-tuning JSONL, Batch API files)",
    matches=_matches,
    records=values,
    reader=OpenAIChat,
)
