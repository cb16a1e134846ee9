"""Which turn each model call's tokens belong to."""

from traces.draft import Draft
from traces.readers.codex.records import Spent, Usage


class Tokens:
    """Puts each call's tokens on the first turn made from it, whichever of the two is written first."""

    def __init__(self) -> None:
        self._first: int | None = None
        self._held: Usage | None = None
        self._leads: bool | None = None
        self._total: Usage | None = None
        self._billed = False

    def again(self, spent: Spent) -> bool:
        """Whether this event only repeats what was counted, or tells of no call."""
        repeated = self._billed or spent.total_token_usage == self._total
        self._total = spent.total_token_usage
        return repeated or not (spent.last_token_usage.input_tokens or spent.last_token_usage.output_tokens)

    def billed(self) -> None:
        """Notes that calls are billed one by one, so that the events are not counted as well."""
        self._billed = True

    def prompted(self) -> None:
        """A prompt begins: the version that goes on may be another, unless a call is still without its tokens."""
        if self._leads or self._first is None:
            self.interrupted()

    def interrupted(self) -> None:
        """A call that was broken off gets no tokens."""
        self._leads = self._first = self._held = None

    def turn(self, draft: Draft, index: int) -> None:
        """A turn was made from the running call."""
        self._leads = bool(self._leads)
        if self._first is None:
            self._first = index
            if self._leads:
                self.claim(draft, index)

    def claim(self, draft: Draft, index: int) -> None:
        """Gives the tokens that wait for a turn to this one."""
        if self._held is not None:
            _count(draft, index, self._held)
        self._held = None

    def used(self, draft: Draft, usage: Usage) -> None:
        """A call's tokens became known."""
        if self._leads is None:
            self._leads = True
        if self._leads or self._first is None:
            self._held = usage
        else:
            _count(draft, self._first, usage)
        self._first = None


def _count(draft: Draft, index: int, usage: Usage) -> None:
    draft.amend(
        index,
        input_tokens=usage.input_tokens,
        cached_tokens=usage.cached_input_tokens,
        output_tokens=usage.output_tokens,
    )
