"""A sample's turns."""

from datetime import datetime

from traces.draft import Draft
from traces.readers.inspect_eval.attachments import Attachments
from traces.readers.inspect_eval.events import Events
from traces.readers.inspect_eval.records import Message, Part


class Turns:
    """Adds messages to a draft as turns."""

    def __init__(self, draft: Draft, events: Events, attachments: Attachments) -> None:
        self._draft = draft
        self._events = events
        self._attachments = attachments
        self._answered = False

    def add(self, message: Message) -> None:
        """One message; what stands before the first answer came when the sample began."""
        if message.role == "assistant":
            self._answered = True
            self._answer(message)
        elif message.role == "tool":
            self._result(message)
        else:
            text = self._attachments.text(message)
            typed = message.role == "user" and message.source == "operator"
            time = None if self._answered else self._events.began
            self._draft.add(message.role, "message", text, time=time, typed=typed)

    def _answer(self, message: Message) -> None:
        time, output = self._events.call(message)
        self._draft.header(model=output.model or message.model)
        first = self._draft.next_index
        if message.reasoning:
            self._think(message.reasoning, time)
        parts = message.content
        for part in [Part("text", parts)] if isinstance(parts, str) else parts:
            self._part(part, time)
        for call in message.tool_calls or ():
            self._call(call.function, self._attachments.arguments(call.arguments), call.id, time)
        if output.usage and self._draft.next_index > first:
            self._draft.amend(first, **output.usage.counts)

    def _part(self, part: Part, time: datetime | None) -> None:
        """One piece of an answer as turns; what only the provider can read makes none."""
        if part.type == "reasoning":
            if thinking := part.summary if part.redacted else part.reasoning or part.summary:
                self._think(thinking, time)
        elif part.type == "tool_use":
            self._call(part.name, part.arguments, part.id, time)
            text = self._attachments.full(part.result or part.error or "")
            self._add_result(text, part.name, part.id, time, part.error is not None)
        elif part.type != "data" and part.text != "":
            text = f"[{part.type}]" if part.text is None else self._attachments.full(part.text)
            self._draft.add("assistant", "message", text, time=time)

    def _result(self, message: Message) -> None:
        call_id = message.tool_call_id if isinstance(message.tool_call_id, str) else None
        text = self._attachments.text(message) or (message.error.message if message.error else "")
        time = self._events.tool_times.get(call_id)
        self._add_result(text, message.function, call_id, time, message.error is not None)

    def _think(self, text: str, time: datetime | None) -> None:
        self._draft.add("assistant", "thinking", self._attachments.full(text), time=time)

    def _call(self, name: str | None, arguments: str | None, call_id: str | None, time: datetime | None) -> None:
        self._draft.add("assistant", "tool_call", time=time, tool_name=name, tool_arguments=arguments, call_id=call_id)

    def _add_result(
        self, text: str, name: str | None, call_id: str | None, time: datetime | None, failed: bool
    ) -> None:
        self._draft.add("tool", "tool_result", text, time=time, tool_name=name, call_id=call_id, is_error=failed)
