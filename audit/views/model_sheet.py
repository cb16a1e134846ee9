"""What is known of the model, for its page: brought by whoever runs the page, since this room never sees a model."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a model, as it was measured when it was made; null edges where nobody knows its width."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """How much something has moved since the model was made."""

    name: str
    value: float
    is_high: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """What the monitor found when it last looked at the sessions that came in."""

    call: str
    """What to do: `fine`, `investigate`, `retrain`, `cannot tell`."""
    what: str
    """What it looked at."""
    reasons: Sequence[str] = field(default_factory=tuple)
    drift: Sequence[Drift] = field(default_factory=tuple)
    """What has moved most, first."""


@dataclass(frozen=True, slots=True)
class ModelSheet:
    """The model that scores now."""

    version: str
    """As scores name it."""
    made: datetime | None = None
    card: str = ""
    """What it was made from, what it can and cannot do; shown as plain text."""
    figures: Sequence[Figure] = field(default_factory=tuple)
    watch: Watch | None = None
    """Null where nobody has looked yet."""
    note: str = ""
    """What has to be known besides, such as why it was promoted."""
