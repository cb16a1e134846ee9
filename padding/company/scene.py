"""Where work happens: the desk, the language, the repository, the habits of who types, and the colleagues around."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from padding.company.chance import hexadecimal
from padding.company.desk import Desk
from padding.company.manner import Use
from padding.company.phrasing import Phrases
from padding.company.repository import Repository
from traces.schema import Session

Habit = str
"""How somebody writes: `plain`, `terse`, `hasty` or `dictated`."""
Delegate = Callable[["Scene", Callable[["Scene"], str]], Use]
"""Lets a sub-agent do a part of the work, and gives the call with its report."""


@dataclass(slots=True)
class Scene:
    """One session's circumstances."""

    desk: Desk
    phrases: Phrases
    rng: Random
    repo: Repository
    colleagues: tuple[str, ...]
    teams: tuple[str, ...]
    habit: Habit = "plain"
    delegate: Delegate | None = None
    beside: list[Session] = field(default_factory=list)
    """Sessions of sub-agents that were started from this one."""

    def ask(self, act: str, pasted: str = "", **slots: object) -> None:
        """Somebody types."""
        text = self.phrases.say(self.rng, act, **slots)
        if self.habit == "terse":
            text = min(text, *(self.phrases.say(self.rng, act, **slots) for _ in range(2)), key=len)
        self.desk.prompt(habitual(text, self.habit, self.rng), pasted)

    def step(self, act: str, *uses: Use, thought: str = "", **slots: object) -> None:
        """The agent says something, does something, or both."""
        text = self.phrases.say(self.rng, act, **slots) if act else ""
        thoughts = ""
        if thought and self.rng.random() < self.desk.manner.thinks:
            thoughts = self.phrases.say(self.rng, thought, **slots)
        if text or uses or thoughts:
            self.desk.step(text, *uses, thought=thoughts)

    def said(self, act: str, **slots: object) -> str:
        """The act in words, for what is neither typed nor answered."""
        return self.phrases.say(self.rng, act, **slots)

    def hash(self) -> str:
        """A commit's short name."""
        return hexadecimal(self.rng, 7)

    def ticket(self) -> str:
        """A ticket's name."""
        return f"{self.repo.domain[:3].upper()}-{self.rng.randrange(100, 9900)}"

    def colleague(self) -> str:
        """Somebody else."""
        return self.rng.choice(self.colleagues)

    def team(self) -> str:
        """Another team."""
        return self.rng.choice(self.teams)

    def commit(self, message: str, known: Mapping[str, Any]) -> Use:
        """Commits what was done, under the name and on the branch that are known."""
        output = f"[{known['branch']} {known['hash']}] {message}\n {known['files']} files changed, "
        output += f"{self.rng.randrange(3, 60)} insertions(+), {self.rng.randrange(1, 30)} deletions(-)"
        return self.desk.manner.run(f"git commit -am '{message}'", output, "Commit the change", seconds=0.4)


def habitual(text: str, habit: Habit, rng: Random) -> str:
    """The text as somebody with this habit types it."""
    if habit == "plain":
        return text
    if habit == "terse":
        return text[:1].lower() + text[1:].rstrip(".")
    if habit == "dictated":
        return text.replace(",", "").replace(":", "").rstrip(".") if "`" not in text else text
    letters = list(text)
    for _ in range(max(1, len(letters) // 70)):  # hasty: neighbours swapped
        place = rng.randrange(max(1, len(letters) - 1))
        if letters[place : place + 2] and all(letter.isalpha() for letter in letters[place : place + 2]):
            letters[place : place + 2] = reversed(letters[place : place + 2])
    return "".join(letters)
