"""A session while it is being read: its header as far as it is known, and the turns so far."""

from datetime import datetime
from typing import Any

import msgspec

from traces.schema import Kind, Role, Session, Turn

_FULL_CHARS = 32_000_000


class Draft:
    """Collects one session's header and turns; numbers the turns; hands long sessions over in parts.

    Header fields are set as they become known and the first value stays: `draft.header(model="…")` does nothing when a
    model is known already.
    """

    def __init__(self, session_id: str, format: str, file: str) -> None:
        self.turns: list[Turn] = []
        """The turns not yet handed over."""
        self._header: dict[str, Any] = {"session_id": session_id, "format": format, "file": file}
        self._given = 0
        self._chars = 0
        self._handed_over = False

    @property
    def next_index(self) -> int:
        """The index that the next turn will have."""
        return self._given + len(self.turns)

    @property
    def full(self) -> bool:
        """Whether there is so much text that the turns should be handed over before going on."""
        return self._chars > _FULL_CHARS

    @property
    def empty(self) -> bool:
        """Whether no turn has come yet."""
        return self.next_index == 0

    def header(self, **known: Any) -> None:
        """Notes header fields of `Session`; nulls, and fields that are known already, are passed over."""
        for name, value in known.items():
            if value is not None and name not in self._header:
                self._header[name] = value

    def known(self, name: str) -> Any:
        """A header field's value, or null."""
        return self._header.get(name)

    def add(
        self,
        role: Role,
        kind: Kind,
        text: str | None = None,
        *,
        time: datetime | None = None,
        tool_name: str | None = None,
        tool_arguments: str | None = None,
        call_id: str | None = None,
        is_error: bool | None = None,
        input_tokens: int | None = None,
        cached_tokens: int | None = None,
        output_tokens: int | None = None,
        typed: bool | None = False,
        original_chars: int | None = None,
    ) -> int:
        """Adds a turn and returns its index."""
        index = self._given + len(self.turns)
        self.turns.append(
            Turn(
                index=index,
                role=role,
                kind=kind,
                text=text,
                time=time,
                tool_name=tool_name,
                tool_arguments=tool_arguments,
                call_id=call_id,
                is_error=is_error,
                input_tokens=input_tokens,
                cached_tokens=cached_tokens,
                output_tokens=output_tokens,
                typed=typed,
                original_chars=original_chars,
            )
        )
        self._chars += len(text or "") + len(tool_arguments or "")
        return index

    def amend(self, index: int, **changes: Any) -> None:
        """Changes a turn that later records say more about (token counts, say), unless it was handed over already."""
        place = index - self._given
        if place >= 0:
            self.turns[place] = msgspec.structs.replace(self.turns[place], **changes)

    def take(self) -> Session:
        """Hands over the turns so far, as a session or as the next part of one."""
        turns = tuple(self.turns)
        if "started" not in self._header:
            self.header(started=next((turn.time for turn in turns if turn.time), None))
        self._given += len(turns)
        self._chars = 0
        self._handed_over = True
        self.turns = []
        return Session(turns=turns, **self._header)

    @property
    def pending(self) -> bool:
        """Whether anything is left to hand over."""
        return bool(self.turns) or not self._handed_over
