"""What a column of a table of features is, whatever it is measured of; and the register of such columns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Generic, Literal, TypeVar

from features.hashing import Ints

Direction = Literal["high", "low", "context"]
Of = TypeVar("Of")
"""What it is measured of: a session as it was looked at, or what was known when one began."""

_HONEST = "Honest: "


@dataclass(frozen=True, slots=True)
class Column(Generic[Of]):
    """One column: a function that says what it means and when a high value is honest."""

    name: str
    """Its function's name."""
    kind: str
    """The kind of evidence."""
    speaks: Direction
    """Whether a high or a low value speaks for padding; `context` where it does so only beside others."""
    inputs: tuple[str, ...]
    """The fields that it may depend on. Nothing that says who anybody is is among them."""
    measure: Callable[[Of], float]
    """Its value, null (NaN) where it is undefined."""
    shown_by: Callable[[Of], Ints]
    """What made the value speak for padding, the strongest first; computed on demand."""
    version: int = 1
    """Raised whenever its values change."""

    @property
    def meaning(self) -> str:
        """What it says, in words."""
        return self._paragraphs()[0]

    @property
    def honest(self) -> str:
        """The honest reason for which it could speak for padding anyway."""
        return self._paragraphs()[1]

    def _paragraphs(self) -> tuple[str, str]:
        meaning, _, honest = " ".join((self.measure.__doc__ or "").split()).partition(_HONEST)
        return meaning.strip(), honest.strip()


Kept = TypeVar("Kept", bound=Column[Any])


def register(columns: dict[str, Kept], one: Kept, what: str) -> None:
    """Adds a column to those of its table by name; refuses a second one of a name, and one without a defence."""
    if one.name in columns:
        raise ValueError(f"there are two {what} named {one.name!r}")
    if not one.meaning or not one.honest:
        raise ValueError(f"{one.name}: the docstring must say what it means, then 'Honest: ' and when it is")
    columns[one.name] = one


def digest(said: Sequence[str]) -> str:
    """Twelve signs that change with any of these lines."""
    return blake2b("\n".join(said).encode(), digest_size=6).hexdigest()
