"""What can be borrowed from the sessions of one source, or of several of one kind, indexed when first used."""

import re
from collections.abc import Iterable
from typing import TypeVar

from padding.actions import Action, step_action
from padding.form import Form
from padding.habits import Habits, habits
from padding.work import Exchange, Step, Work, spoken, whole
from traces.schema import Turn

_T = TypeVar("_T")
Owned = tuple[str, _T]

_SAMPLE = 12
_MACHINE = re.compile(r"bash|shell|exec|python|terminal|command|edit|write|patch|replace|grep", re.IGNORECASE)


class Pool:
    """The works of one source, and what can be borrowed from them."""

    def __init__(self) -> None:
        self.works: list[Work] = []
        self.exchanges: list[Owned[Exchange]] = []
        self.prompts: list[Owned[Turn]] = []
        self.simulated: list[Owned[Turn]] = []
        self.steps: dict[Action, list[Owned[Step]]] = {}
        self.results: list[Owned[Turn]] = []
        self.replies: list[Owned[Turn]] = []
        self.pauses: list[Owned[float]] = []
        self.tools: set[str] = set()
        self.known: frozenset[str] = frozenset()
        self.places: dict[tuple[str | None, str | None], list[Work]] = {}
        self.sizes: list[tuple[int, int]] = []
        self.form: Form | None = None
        self.habits = Habits()
        self.kind = "talk"
        self._indexed = 0

    @classmethod
    def joined(cls, pools: Iterable["Pool"]) -> "Pool":
        """What can be borrowed from any of these pools, which are indexed."""
        every = cls()
        for pool in pools:
            every.exchanges += pool.exchanges
            every.prompts += pool.prompts
            every.simulated += pool.simulated
            every.results += pool.results
            every.replies += pool.replies
            every.pauses += pool.pauses
            every.sizes += pool.sizes
            for action, steps in pool.steps.items():
                every.steps.setdefault(action, []).extend(steps)
        every.sizes.sort()
        return every

    def indexed(self) -> "Pool":
        """The pool with all of its works indexed."""
        if self._indexed == len(self.works):
            return self
        for work in self.works[self._indexed :]:
            self._take(work, work.header.session_id)
        self.sizes.sort()
        self.kind = self._kind()
        self.known = frozenset(self.tools)
        self.form = Form.observed(self.works[:_SAMPLE])
        self.habits = habits(self.works)
        self._indexed = len(self.works)
        return self

    @property
    def asks(self) -> list[Owned[Turn]]:
        """What people asked; where all users are simulated ones, what these asked."""
        return self.prompts or self.simulated

    def _kind(self) -> str:
        """What its agents are for: those with a machine, or who show code, work on it; others serve or talk."""
        if any(_MACHINE.search(tool) for tool in self.tools):
            return "coding"
        if self.tools:
            return "support"
        return "coding" if any("```" in (turn.text or "") for _, turn in self.replies + self.results) else "talk"

    def _take(self, work: Work, owner: str) -> None:
        self.sizes.append((work.size, work.chars))
        self.places.setdefault(place_of(work), []).append(work)
        for number, exchange in enumerate(work.exchanges):
            if exchange.asked and all(map(whole, exchange.steps)):
                self.exchanges.append((owner, exchange))
            for piece in exchange.opening:
                if piece.turn.role != "user" or not piece.turn.text:
                    continue
                if piece.turn.typed is not False:
                    self.prompts.append((owner, piece.turn))
                elif exchange.steps:  # a simulated user's goodbye asks nothing
                    self.simulated.append((owner, piece.turn))
            if number and exchange.opening and exchange.opening[0].gap is not None and exchange.opening[0].gap > 0:
                self.pauses.append((owner, exchange.opening[0].gap))
            for step in exchange.steps:
                self._take_step(step, owner)

    def _take_step(self, step: Step, owner: str) -> None:
        if whole(step):
            self.steps.setdefault(step_action(step), []).append((owner, step))
        for piece in step.pieces:
            turn = piece.turn
            if turn.kind == "tool_result" and turn.text:
                self.results.append((owner, turn))
            elif turn.kind == "tool_call" and turn.tool_name:
                self.tools.add(turn.tool_name)
            elif spoken(turn) and turn.text:
                self.replies.append((owner, turn))


def place_of(work: Work) -> tuple[str | None, str | None]:
    """Whose it is, and of which project."""
    return work.header.user_id, work.header.project
