"""What a sample's events say of its messages: when each came, and which model call it came from."""

from collections import defaultdict, deque
from datetime import datetime, tzinfo

import msgspec

from traces.json_text import decode
from traces.readers.inspect_eval.attachments import Attachments
from traces.readers.inspect_eval.records import Event, Message, Output, Sample
from traces.times import time_of

_OUTPUT = msgspec.json.Decoder(Output)


class Events:
    """The events of one sample."""

    def __init__(self, sample: Sample, attachments: Attachments, zone: tzinfo) -> None:
        self.began: datetime | None = None
        """When the sample began."""
        self.tool_times: dict[str | int | None, datetime | None] = {}
        """When each tool call was done."""
        self._attachments = attachments
        self._zone = zone
        self._calls: defaultdict[object, deque[tuple[datetime | None, Output]]] = defaultdict(deque)
        for event in sample.events:
            self._note(event)

    def call(self, message: Message) -> tuple[datetime | None, Output]:
        """An answer's time and model call, which is used up; messages of the dataset's own have none."""
        calls = self._calls.get(self._key(message)) if message.source != "input" else None
        return calls.popleft() if calls else (None, Output())

    def _note(self, event: Event) -> None:
        time = time_of(event.completed or event.timestamp, self._zone)
        if event.event == "sample_init":
            self.began = time
        elif event.event == "tool":
            self.tool_times[event.id] = time
        elif event.event == "model" and bytes(event.output):
            output = decode(bytes(event.output), _OUTPUT)
            if output.choices:
                self._calls[self._key(output.choices[0].message)].append((time, output))

    def _key(self, message: Message) -> object:
        """What a message and the model call that gave it have in common: the id, in old logs the content."""
        return message.id or (self._attachments.text(message), tuple(call.id for call in message.tool_calls or ()))
