"""Finds one session's transcript in the store, quickly: first among those of the day on which it began."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow.compute as pc

from traces.columns import sessions_of
from traces.schema import Session
from traces.store import State, Store, turns_part

_KEPT = 8


@dataclass(frozen=True, slots=True)
class Transcript:
    """A session as it is in the store now."""

    session: Session
    content: str
    """The digest of the session; a score of another one is about what the session was before."""


@dataclass(frozen=True, slots=True)
class Archive:
    """The store as a reviewer needs it; the last few transcripts stay in memory."""

    store: Store
    kept: "OrderedDict[tuple[str, int], Transcript]" = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, session_id: str, started: datetime | None = None) -> Transcript | None:
        """The transcript of a session; null where the store does not have it."""
        state = self.store.state()
        key = (session_id, state.number)
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
                return self.kept[key]
        found = self._read(session_id, started, state)
        if found is not None:
            with self.lock:
                self.kept[key] = found
                while len(self.kept) > _KEPT:
                    self.kept.popitem(last=False)
        return found

    def _read(self, session_id: str, started: datetime | None, state: State) -> Transcript | None:
        that_day = f"/day={started:%Y-%m-%d}/" if started else ""
        near = frozenset(part for part in state.parts if that_day and that_day in part)
        for parts in (near, state.parts - near):
            found = self._among(session_id, State(state.number, parts))
            if found is not None:
                return found
        return None

    def _among(self, session_id: str, state: State) -> Transcript | None:
        is_it = pc.field("session_id") == session_id
        places = self.store.table("sessions", state, ["content", "part"], is_it).to_pylist()
        if not places:
            return None
        part = places[-1]["part"]
        headers = self.store.whole_part(part, is_it)
        session = next(iter(sessions_of(headers, self.store.part(turns_part(part), is_it))))
        return Transcript(session, str(places[-1]["content"]))
