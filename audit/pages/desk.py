"""What the pages stand on: the ledger, who may come in and how, the transcripts, and the model's sheet."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from audit.drawing import Plan
from audit.estimates import Figures, figures
from audit.ledger import Ledger
from audit.people import People
from audit.records import Account, Role
from audit.review import look
from audit.views.archive import Archive
from audit.views.model_sheet import ModelSheet

_FRESH = 30.0
_ONE_LOOK = 600.0


@dataclass(frozen=True, slots=True)
class Door:
    """How people come in."""

    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    """Names by which the page may be reached; another name is refused, whoever points it here. `*` allows all."""
    https: bool = False
    """Whether people reach it by https, through a proxy: cookies then go no other way."""
    identity_header: str | None = None
    """The header in which a trusted proxy says who somebody is; there is no signing in by password then."""
    proxies: tuple[str, ...] = ()
    """Addresses from which that header, and `X-Forwarded-For`, are believed."""
    newcomers: Role | None = None
    """The role of names that the proxy brings for the first time; null turns them away."""


@dataclass(slots=True)
class _Memory:
    """What is remembered for seconds and may be forgotten at any time."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    figures: dict[str, tuple[float, Figures]] = field(default_factory=dict)
    at_work: set[str] = field(default_factory=set)
    """Versions whose figures are being worked out beside the pages."""
    looks: dict[tuple[str, str], float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that a page may use."""

    ledger: Ledger
    people: People
    archive: Archive
    sheet: Callable[[], ModelSheet | None] = lambda: None
    plan: Plan = field(default_factory=Plan)
    door: Door = field(default_factory=Door)
    memory: _Memory = field(default_factory=_Memory)

    def figures(self, model_version: str, *, fresh: bool = False) -> Figures:
        """What the random slice says of a version; unless `fresh`, as it lately was, while newer ones are worked out.

        Over a million sessions that takes a second, for which no page should wait.
        """
        with self.memory.lock:
            then, found = self.memory.figures.get(model_version, (0.0, None))
            is_due = time.monotonic() - then > _FRESH and model_version not in self.memory.at_work
            if found is not None and is_due and not fresh:
                self.memory.at_work.add(model_version)
        if found is None or fresh:
            return self._work_out(model_version)
        if is_due:
            threading.Thread(target=self._work_out, args=[model_version], daemon=True).start()
        return found

    def _work_out(self, model_version: str) -> Figures:
        try:
            found = figures(self.ledger, model_version)
            with self.memory.lock:
                self.memory.figures[model_version] = (time.monotonic(), found)
        finally:
            with self.memory.lock:
                self.memory.at_work.discard(model_version)
        return found

    def note_look(self, account: Account, session_id: str, what: str, *, again: bool = True) -> None:
        """Has the ledger know that somebody is shown prompts; more of what was noted lately is no new look."""
        key, now = (account.name, session_id), time.monotonic()
        with self.memory.lock:
            lately = now - self.memory.looks.get(key, -_ONE_LOOK) < _ONE_LOOK
        if lately and not again:
            return
        look(self.ledger, account, session_id, what)
        with self.memory.lock:
            self.memory.looks = {one: then for one, then in self.memory.looks.items() if now - then < _ONE_LOOK}
            self.memory.looks[key] = now
