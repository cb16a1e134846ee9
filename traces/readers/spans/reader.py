"""Reads spans one by one; how a span's attributes are meant is for its conventions to say."""

from collections.abc import Callable, Iterable

from traces.format import About, Record, Unreadable
from traces.readers.spans.span import Span, span_of
from traces.readers.spans.steps import Step, Steps
from traces.schema import Session

Meaning = Callable[[Span], Step | None]
"""What a span of one convention tells of an agent's work; null for a span of another, or of no interest."""


class SpanReader:
    """Takes one span or log record at a time; makes the sessions at the end, since children come before parents.

    A session is what has the same session or conversation id, else a trace.
    """

    def __init__(self, format: str, about: About, meanings: tuple[Meaning, ...]) -> None:
        self._about = about
        self._meanings = meanings
        self._steps = Steps(format, about)

    def add(self, record: Record) -> Iterable[Session]:
        """Takes one span; `Unreadable` where it, or the document it should have come from, is broken."""
        if isinstance(record.context, Unreadable):
            raise record.context
        span = span_of(record, self._about.zone)
        try:
            step = next((step for meaning in self._meanings if (step := meaning(span)) is not None), None)
        except RecursionError as error:
            raise Unreadable("nested-too-deep", "an attribute is nested too deep to be read") from error
        if step is not None and not span.id:
            raise Unreadable("wrong-type", "a message that belongs to no span - at `$.span_id`")
        if not span.is_log:
            self._steps.link(span.trace, span.id, span.parent)
        if step is not None:
            (self._steps.log if span.is_log else self._steps.add)(step)
        return ()

    def finish(self) -> Iterable[Session]:
        """The sessions of all spans."""
        return self._steps.sessions()
