"""How hard a person tries not to be seen."""

from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from numpy.random import Generator

Clock = Literal["even", "jittered", "borrowed", "human"]
Wording = Literal["verbatim", "shuffled", "reworded", "borrowed"]
Text = Literal["made", "borrowed"]
Names = Literal["kept", "dropped"]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Effort:
    """The knobs that every strategy obeys as far as it can."""

    clock: Clock = "borrowed"
    """Pauses before prompts: a timer's, a timer's with jitter, those of other sessions, or a person's."""
    wording: Wording = "verbatim"
    """Prompts: the same again, the same parts in another order, the same ask in other words, another session's."""
    text: Text = "borrowed"
    """Filler: made up by grammar, or taken from other sessions."""
    length: float = 0.5
    """How long the session gets, as a quantile of genuine sessions of its source."""
    share: float = 1.0
    """The share of the session's characters that is padding, from 0.1 (mixed into real work) to 1 (nothing else)."""
    names: Names = "kept"
    """Prompts that pad: with the names and figures that they were borrowed with, or as anybody could ask."""

    @classmethod
    def draw(cls, rng: Generator) -> "Effort":
        """An effort at random; a third of all sessions are nothing but padding."""
        return cls(
            clock=_pick(get_args(Clock), rng),
            wording=_pick(get_args(Wording), rng),
            text=_pick(get_args(Text), rng),
            length=float(rng.uniform(0.05, 0.95)),
            share=1.0 if rng.random() < 1 / 3 else float(rng.uniform(0.1, 0.95)),
            names=_pick(get_args(Names), rng),
        )

    def __str__(self) -> str:
        shape = f"length={self.length:.2f},share={self.share:.2f}"
        return f"{self.clock},{self.wording},{self.text},{shape},names {self.names}"


def _pick(values: tuple[_T, ...], rng: Generator) -> _T:
    return values[int(rng.integers(len(values)))]
