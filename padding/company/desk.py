"""A session while it is being worked through: who said what when, and how many tokens each model call took.

Clocks follow what is read and typed; tokens follow the texts and the cache, which goes cold after five minutes.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from padding.company.chance import hexadecimal, letters
from padding.company.manner import Manner, Use
from traces.schema import Kind, Origin, Role, Session, Turn

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COLD_AFTER = 300_000


@dataclass(frozen=True, slots=True)
class Pace:
    """How quickly somebody reads, types and decides; nobody, for automation."""

    reading: float = 25.0
    """Characters a second."""
    typing: float = 5.0
    """Characters a second."""
    pondering: float = 12.0
    """Seconds before an answer, at the median."""
    chars_per_token: float = 3.7
    """Of the language that is written."""


class Desk:
    """Collects the turns of one session."""

    def __init__(self, manner: Manner, rng: Random, start: datetime, pace: Pace, origin: Origin = "human") -> None:
        self.manner = manner
        self.rng = rng
        self.turns: list[Turn] = []
        self.origin = origin
        self._start = start
        self._now = (start - _EPOCH) // timedelta(milliseconds=1) + (rng.randrange(1000) if origin == "human" else 0)
        self._pace = pace
        self._unread = 0
        self._tokens = manner.base_tokens
        self._held = 0
        self._before: tuple[int, int] | None = None

    @property
    def now(self) -> datetime:
        """The time that it is in the session."""
        return _EPOCH + timedelta(milliseconds=self._now)

    @property
    def spent(self) -> int:
        """Tokens of the input so far."""
        return self._tokens

    def wait(self, seconds: float) -> None:
        """Lets time pass."""
        self._now += round(seconds * 1000)

    def prompt(self, text: str, pasted: str = "") -> None:
        """Somebody reads the last reply, thinks, types, and perhaps pastes something."""
        if self._before is not None and self.origin == "human":
            pace, rng = self._pace, self.rng
            read = min(self._unread / pace.reading, 240) * rng.uniform(0.4, 1.1)
            self.wait(
                read + rng.lognormvariate(0, 0.65) * pace.pondering + len(text) / pace.typing + len(pasted) / 2000
            )
            if rng.random() < 0.06:  # called away
                self.wait(rng.uniform(200, 1500))
        self._unread = 0
        self._add("user", "message", f"{text}\n\n{pasted}" if pasted else text, typed=self._typed())

    def inject(self, text: str) -> None:
        """Context that the agent puts in by itself."""
        self._add("user", "message", text, typed=None if self.manner.format == "otel" else False)

    def instruct(self, text: str) -> None:
        """Instructions that the session begins with."""
        self._add("system", "message", text)

    def step(self, text: str = "", *uses: Use, thought: str = "") -> None:
        """One model call: a thought, a message, some tool calls; then their results."""
        rng, first = self.rng, len(self.turns)
        written = len(thought) + len(text) + sum(len(use.tool) + len(use.arguments) + 30 for use in uses)
        output = max(4, round(written / self._pace.chars_per_token * rng.uniform(0.92, 1.12)) + 6)
        tokens = self._counted(output)
        pieces: list[tuple[Kind, str, Use | None]] = []
        if thought and self.manner.thinks > 0:
            pieces.append(("thinking", thought, None))
        if text:
            pieces.append(("message", text, None))
        pieces += [("tool_call", "", use) for use in uses]
        begun, lasts = self._now, rng.uniform(1.2, 4.0) + output / rng.uniform(45, 95)
        together = self.manner.format == "otel"
        ids = [self._call_id() for _ in uses]
        for place, (kind, said, use) in enumerate(pieces):
            share = 1.0 if together else (place + 1) / len(pieces)
            self._now = begun + round(lasts * share * 1000)
            call = ids[place - len(pieces) + len(uses)] if use else None
            self._add("assistant", kind, said or None, use=use, call_id=call, tokens=tokens if place == 0 else None)
        assert len(self.turns) > first
        self._unread += len(text)
        for use, call in zip(uses, ids, strict=True):
            self.wait(max(0.02, use.seconds * rng.lognormvariate(0, 0.25)))
            self._add("tool", "tool_result", use.result, use=use, call_id=call)

    def session(self, session_id: str, user: str, project: str | None, parent: str | None = None) -> Session:
        """The session as the project's readers will read it."""
        otel = self.manner.format == "otel"
        return Session(
            session_id=session_id,
            user_id=user,
            agent=self.manner.agent,
            agent_version=self.manner.version,
            model=self.manner.model,
            project=None if otel else project,
            format=self.manner.format,
            file="",
            origin="unknown" if otel else self.origin,
            parent_id=parent,
            started=self.turns[0].time,
            turns=tuple(self.turns),
        )

    def _typed(self) -> bool | None:
        if self.manner.format == "otel":
            return None
        return {"human": True, "subagent": False}.get(self.origin)

    def _counted(self, output: int) -> tuple[int, int, int]:
        """Input, cached part and output of a model call that begins now."""
        now = self._tokens + self._held
        self._held = 0
        cold = self._before is None or self._now - self._before[1] > _COLD_AFTER
        if cold:
            cached = self.manner.base_tokens * self.rng.choice((0, 3, 4, 4)) // 5
        else:
            cached = max(0, (self._before[0] if self._before else 0) - self.rng.randrange(2, 9))
        self._before = (now, self._now)
        self._tokens = now + output
        return now, cached, output

    def _add(
        self,
        role: Role,
        kind: Kind,
        text: str | None,
        use: Use | None = None,
        call_id: str | None = None,
        tokens: tuple[int, int, int] | None = None,
        typed: bool | None = False,
    ) -> None:
        if role != "assistant":
            self._held += round(len(text or "") / self._pace.chars_per_token) + 4
        counted: tuple[int | None, int | None, int | None] = tokens or (None, None, None)
        arguments = use.arguments if use and kind == "tool_call" else None
        failed = use.error if use and kind == "tool_result" else None
        self.turns.append(
            Turn(len(self.turns), role, kind, text, self.now, use.tool if use else None, arguments, call_id, failed,
                 *counted, typed)
        )  # fmt: skip

    def _call_id(self) -> str:
        if self.manner.format == "claude-code":
            return f"toolu_01{letters(self.rng, 22)}"
        return f"call_{letters(self.rng, 24)}" if self.manner.format == "codex" else f"call-{hexadecimal(self.rng, 12)}"
