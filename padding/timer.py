"""Timers, such as cron's: even from start to start to within a few seconds, however long the runs take."""

from datetime import datetime, timedelta
from math import floor

from numpy.random import Generator

_LATE, _LATEST = 1.2, 8.0
_SECOND = timedelta(seconds=1)


class Period(float):
    """A gap that is counted from the start of the prompt before, as a timer counts, not from the last turn."""

    __slots__ = ()


class Timer:
    """The moments at which a session's timer fires; it counts from the session's first prompt."""

    def __init__(self) -> None:
        self._due: datetime | None = None

    def counts_from(self, prompt: datetime) -> None:
        """Sets it going, if it is not."""
        self._due = self._due or prompt

    def wait(self, now: datetime, period: float, tick: float, rng: Generator) -> float:
        """Seconds until it fires next, a little late and in ticks of the clock; it skips what falls into a run."""
        due = self._due or now
        due += timedelta(seconds=period * (floor((now - due) / _SECOND / period) + 1))
        self._due = due
        late = min(float(rng.exponential(_LATE)), _LATEST)
        return floor(((due - now) / _SECOND + late) / tick) * tick
