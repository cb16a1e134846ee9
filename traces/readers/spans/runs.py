"""Runs of an agent, told apart in a log that names none, by what each request holds of earlier answers."""

from traces.readers.spans.blocks import Piece
from traces.readers.spans.steps import Step


class Runs:
    """Tells by what requests hold which run each one belongs to."""

    def __init__(self) -> None:
        self._by_answer: dict[tuple[object, object], str] = {}
        self._by_trace: dict[str, str] = {}
        self._latest: dict[object, str] = {}
        self._answered: set[str] = set()

    def of(self, said: tuple[Piece, ...], new: str, trace: str | None = None) -> str:
        """The run that a request belongs to: of its trace, of its last answer, or else a new one."""
        head = _head(said)
        spoken = [piece.key for piece in said if piece.role == "assistant"]
        run = self._by_trace.get(trace or "")
        run = run or next((run for key in reversed(spoken) if (run := self._by_answer.get((head, key)))), None)
        latest = self._latest.get(head)
        if run is None and latest is not None and (spoken or latest not in self._answered):
            run = latest
        run = run or new
        self._latest[head] = run
        if trace is not None:
            self._by_trace[trace] = run
        return run

    def answer(self, step: Step) -> None:
        """Notes what a run was answered."""
        if step.replied:
            self._answered.add(step.trace)
        for piece in step.answered:
            self._by_answer[_head(step.said), piece.key] = step.trace


def _head(said: tuple[Piece, ...]) -> object:
    return next((piece.key for piece in said if piece.role != "system"), None)
