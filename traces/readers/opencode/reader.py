"""Turns an OpenCode export into sessions."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import Raw

from traces.draft import Draft
from traces.format import About, Format, Head, Record
from traces.json_text import decode
from traces.readers.opencode.records import (
    DECODER,
    Info,
    Message,
    Part,
    State,
    Tokens,
)
from traces.records import values
from traces.schema import Kind, Session
from traces.times import time_of

_REASONING_APART = (1, 4)
_HEADLESS = {"question", "plan_enter", "plan_exit"}
_IN_TEXT_PARTS = {"text/plain", "application/x-directory"}
_KINDS: dict[str, Kind] = {"text": "message", "reasoning": "thinking"}


class OpenCode:
    """Reads one session a record; keeps nothing from one to the next."""

    def __init__(self, about: About) -> None:
        self._about = about

    def add(self, record: Record) -> Iterable[Session]:
        """Takes one export; gives its session, in parts when it is long."""
        export = decode(record.raw, DECODER)
        conversation = _Conversation(export.info, self._about)
        for message in export.messages:
            conversation.add(message)
            if conversation.draft.full:
                yield conversation.draft.take()
        if conversation.draft.turns:
            yield conversation.draft.take()

    def finish(self) -> Iterable[Session]:
        """Nothing is left over."""
        return ()


class _Conversation:
    """One session while its messages are added."""

    def __init__(self, info: Info, about: About) -> None:
        self._zone = about.zone
        self._begun = info.time.created or 0.0
        denied = {rule.permission for rule in info.permission or [] if rule.action == "deny"}
        automatic = denied >= _HEADLESS
        version = tuple(int(part) for part in (info.version or "").split(".") if part.isdecimal())
        self._apart = version >= _REASONING_APART
        self._person = False if info.parentID else None if automatic else True
        self._last_prompt: list[str | None] = []
        self._after_summary = False
        self.draft = Draft(info.id, FORMAT.name, about.file)
        self.draft.header(
            user_id=about.user,
            source=about.source,
            agent=FORMAT.name,
            agent_version=info.version,
            project=info.directory,
            origin="subagent" if info.parentID else "automation" if automatic else "human",
            parent_id=info.parentID,
            started=self._time(info.time.created),
        )

    def add(self, message: Message) -> None:
        """Makes the message's turns."""
        time = self._time(message.info.time.created)
        copied = (message.info.time.created or self._begun) < self._begun
        if message.info.role == "user":
            self._user(message, time, copied)
        else:
            self.draft.header(model=message.info.modelID)
            self._assistant(message, time, copied)
        self._after_summary = message.info.role == "assistant" and bytes(message.info.summary) == b"true"

    def _user(self, message: Message, time: datetime | None, copied: bool) -> None:
        prompt = [part.text for part in message.parts if part.type == "text" and not part.synthetic]
        again = self._after_summary and prompt == self._last_prompt
        self._last_prompt = prompt or self._last_prompt
        person = False if copied or again else self._person
        for part in message.parts:
            if part.type == "text":
                injected = part.synthetic or part.ignored
                if part.text or not injected:
                    self.draft.add("user", "message", part.text or "", time=time, typed=not injected and person)
            elif part.type == "subtask" and part.prompt:
                self.draft.add("user", "message", part.prompt, time=time)
            elif part.type == "file" and part.mime not in _IN_TEXT_PARTS:
                self.draft.add("user", "message", _placeholder(part.mime), time=time, typed=person)

    def _assistant(self, message: Message, time: datetime | None, copied: bool) -> None:
        first = step = self.draft.next_index
        steps = False
        for part in message.parts:
            if part.type == "step-start":
                step = self.draft.next_index
            elif part.type == "step-finish":
                steps = True
                if not copied:
                    self._count(step, part.tokens, time)
            elif part.type in ("text", "reasoning") and part.text:
                begun = self._time(part.time.start if part.time else None) or time
                self.draft.add("assistant", _KINDS[part.type], part.text, time=begun)
            elif part.state is not None and part.tool is not None:
                self._tool(part, part.tool, part.state, time)
        if not steps and not copied:
            self._count(first, message.info.tokens, time)

    def _tool(self, part: Part, name: str, state: State, time: datetime | None) -> None:
        self.draft.add(
            "assistant",
            "tool_call",
            time=self._time(state.time.start) or time,
            tool_name=name,
            tool_arguments=_compact(state.input),
            call_id=part.callID,
        )
        failed = state.status == "error"
        if not failed and state.status != "completed":
            return
        texts = [state.error if failed else state.output, *(_placeholder(file.mime) for file in state.attachments)]
        self.draft.add(
            "tool",
            "tool_result",
            "\n".join(text for text in texts if text),
            time=self._time(state.time.end),
            tool_name=name,
            call_id=part.callID,
            is_error=failed,
        )

    def _count(self, first: int, tokens: Tokens | None, time: datetime | None) -> None:
        """Puts a model call's tokens on its first turn, or on an empty one where it made none."""
        if tokens is None:
            return
        read, output = tokens.cache.read or 0, tokens.output or 0
        inputs = (tokens.input or 0) + read + (tokens.cache.write or 0)
        if not (inputs or output or tokens.reasoning):
            return
        if first >= self.draft.next_index:
            self.draft.add("assistant", "message", time=time)
        self.draft.amend(
            first,
            input_tokens=inputs if (tokens.input or 0) >= 0 else None,
            cached_tokens=read,
            output_tokens=self._output(output, tokens.reasoning or 0, tokens.total and tokens.total - inputs),
        )

    def _output(self, output: int, reasoning: int, rest: int | None) -> int:
        """Everything that the model wrote; whether `output` holds the reasoning depends on the version."""
        if rest:
            return output if rest == output else output + reasoning
        return output + reasoning if self._apart or reasoning > output else output

    def _time(self, milliseconds: float | None) -> datetime | None:
        return time_of(milliseconds, self._zone)


def _compact(arguments: Raw) -> str | None:
    """The arguments without the indentation that the export gives everything."""
    return msgspec.json.format(bytes(arguments), indent=-1).decode() if bytes(arguments) else None


def _placeholder(mime: str) -> str:
    return "[image]" if mime.startswith("image/") else "[file]"


def _matches(head: Head) -> bool:
    info = head.objects[0].get("info") if head.objects else None
    return isinstance(info, dict) and {"id", "directory", "time"} <= info.keys() and "messages" in head.objects[0]


FORMAT = Format(
    name="opencode",
    title="OpenCode exports (opencode export)",
    matches=_matches,
    records=values,
    reader=OpenCode,
)
