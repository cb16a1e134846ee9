"""Pauses before prompts: a timer's, those of other genuine sessions, or those of a person who reads, types and rests.

A timer counts from start to start (`Period`), however long the run took.

Pauses inside a step (the model's and the tools' latency) are physical and always come from genuine steps.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from numpy.random import Generator

from padding.effort import Effort
from padding.material import Material
from padding.timer import Period
from padding.work import Work

_READS = 28.0
_TYPES = 4.5
_PERIODS = (5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 300.0)


@dataclass(slots=True)
class Clock:
    """One person's (or one script's) way of pausing in one session."""

    host: Work
    material: Material
    effort: Effort
    rng: Generator
    period: float = 0.0
    """The timer's period, for even and jittered clocks."""
    pace: float = 1.0
    """How slow the person is."""
    zone: timedelta = field(default=timedelta())
    """The person's offset from UTC: the host began within working hours."""
    _now: datetime | None = None

    def __post_init__(self) -> None:
        self.period = self.period or _PERIODS[int(self.rng.random() * len(_PERIODS))] * float(
            self.rng.uniform(0.8, 1.2)
        )
        self.pace = float(self.rng.lognormal(0.0, 0.35))
        self._now = self.host.anchor
        if self._now is not None:
            local = 9 + int(self.rng.random() * 8)
            self.zone = timedelta(hours=(local - self._now.hour + 12) % 24 - 12)

    def pause(self, read: int = 400, typed: int = 80) -> float | None:
        """Seconds before a prompt of `typed` characters, after a reply of `read`; null where nothing has a time."""
        if self._now is None:
            return None
        seconds = self._pause(read, typed)
        self._now += timedelta(seconds=seconds)
        return seconds

    def worked(self, seconds: float) -> None:
        """Lets time pass while the agent works."""
        if self._now is not None:
            self._now += timedelta(seconds=max(0.0, seconds))

    def _pause(self, read: int, typed: int) -> float:
        if self.effort.clock == "even":
            return Period(self.period)
        if self.effort.clock == "jittered":
            return self.period * float(self.rng.uniform(0.6, 1.6))
        if self.effort.clock == "borrowed":
            return self.material.pause(self.host, self.rng)
        return self._human(read, typed)

    def _human(self, read: int, typed: int) -> float:
        """Reading some of the reply, typing, now and then a break; nights and days off are skipped."""
        attention = float(self.rng.beta(1.3, 2.5))
        seconds = (1.5 + min(read, 6000) * attention / _READS + typed / _TYPES) * self.pace
        seconds *= float(self.rng.lognormal(0.0, 0.5))
        if self.rng.random() < 0.06:
            seconds += float(self.rng.exponential(420.0))
        return seconds + self._rest(seconds)

    def _rest(self, seconds: float) -> float:
        """Time until work goes on, if it does not: lunch, the night, the week's end."""
        if self._now is None:
            return 0.0
        local = self._now + self.zone + timedelta(seconds=seconds)
        if local.hour == 12 and self.rng.random() < 0.15:
            return float(self.rng.uniform(1300.0, 3600.0))
        if 8 <= local.hour < 20 or self.rng.random() < 0.3:
            return 0.0
        morning = local.replace(hour=8, minute=20, second=0) + timedelta(days=int(local.hour >= 8))
        morning += timedelta(days=(0, 0, 0, 0, 0, 2, 1)[morning.weekday()])
        return max(0.0, (morning - local).total_seconds()) + float(self.rng.exponential(2400.0))
