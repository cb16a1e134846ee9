"""A session cut into what its writers write: what was said to the model, model calls, and results."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from traces.schema import Turn


@dataclass(slots=True)
class Round:
    """One model call: what came before it, what it wrote, and the results of its tool calls."""

    said: list[Turn] = field(default_factory=list)
    """Prompts, injected context and instructions since the call before."""
    wrote: list[Turn] = field(default_factory=list)
    """The assistant's turns; none where nobody answered."""
    results: list[Turn] = field(default_factory=list)
    """What its tools gave back."""

    @property
    def prompted(self) -> bool:
        """Whether a prompt stands before it."""
        return any(turn.role == "user" for turn in self.said)


def rounds(turns: Iterable[Turn], apart: bool = False) -> Iterator[Round]:
    """The model calls of a session in order; `apart` begins a new one at a second message in a row."""
    now = Round()
    for turn in turns:
        if turn.role in ("user", "system"):
            if now.wrote or now.results:
                yield now
                now = Round()
            now.said.append(turn)
        elif turn.role == "assistant":
            if now.results or (now.wrote and _begins(turn, now.wrote[-1], apart)):
                yield now
                now = Round()
            now.wrote.append(turn)
        else:
            now.results.append(turn)
    if now.said or now.wrote or now.results:
        yield now


def _begins(turn: Turn, before: Turn, apart: bool) -> bool:
    if turn.input_tokens is not None or turn.output_tokens is not None:
        return True
    return apart and turn.kind == "message" == before.kind
