"""Errands of one's own choosing (a file written, read, deleted; a command run), as the host's agent would write them.

Each is a genuine call of the host, or of its source, about another path or with another command. Does not know tools
that take neither paths nor command lines.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from msgspec.structs import replace
from numpy.random import Generator

from padding.actions import Action, step_action
from padding.arguments import file_in, in_shell, line_in, suiting, with_file, with_line, words_of
from padding.homes import at_home
from padding.material import Material
from padding.naming import Naming
from padding.parts import copied, repeated
from padding.reasons import DELETING, MAKING, READING, RUNNING, reason, running
from padding.remembered import remembered
from padding.results import alone, as_file, as_output, shown, slowed, told, waits_of, whole
from padding.work import Exchange, Step, Work

_T = TypeVar("_T")
_TRIES = 10
_SHORT_RESULT = 600
_QUICK = 2.0
_NAMED = 4
_FEW = 3
_SHARE_OF_HOST, _LEAST_GRAIN = 0.15, 200
_LARGEST_PART, _LARGEST = 6, 40
_LONGEST_CALL = 2500
_WRITTEN = re.compile(r"creat|wr[io]t|success|File:", re.IGNORECASE)
_OVER = re.compile(r"overw|updated", re.IGNORECASE)
_BYTES = re.compile(r"\b\d+(?= (?:bytes|characters|chars)\b)")


@remembered
def has_shell(work: Work) -> bool:
    """Whether the session runs a Unix shell's command lines and sees what they print."""
    return any(map(in_shell, work.steps))


@dataclass(slots=True)
class _Ways:
    """How a host's agent works; read only, as all desks of one host have it in common."""

    own: dict[Action, list[Step]] = field(default_factory=dict)
    shell: list[Step] = field(default_factory=list)
    words: dict[str, None] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    quick: list[float] = field(default_factory=list)
    grain: float = 0.0
    talks: float = 0.0


@remembered
def _ways_of(host: Work) -> _Ways:
    ways = _Ways(grain=max(_LEAST_GRAIN, host.chars * _SHARE_OF_HOST))
    for step in host.steps:
        if not step.calls or not step.results:
            continue
        action = step_action(step)
        ways.shell += [step] if in_shell(step) else []
        if whole(step):
            ways.own.setdefault(action, []).append(step)
        named = file_in(step.calls[0])
        if named:
            ways.folders.append(named.replace("\\", "/").rpartition("/")[0])
            ways.words |= dict.fromkeys(words_of(named))
        if action in ("read", "search"):
            ways.quick += [seconds for seconds in waits_of(step) if seconds < _QUICK]
    steps = [step for steps in ways.own.values() for step in steps]
    ways.talks = sum(step.pieces[0].turn.kind != "tool_call" for step in steps) / max(1, len(steps))
    return ways


@dataclass(slots=True)
class Desk(Naming):
    """What the host's agent writes, reads, runs and deletes with."""

    host: Work
    material: Material
    rng: Generator
    _own: dict[Action, list[Step]] = field(default_factory=dict)
    _likes: dict[Action, list[Step]] = field(default_factory=dict)
    _shell: list[Step] = field(default_factory=list)
    _words: list[str] = field(default_factory=list)
    _folders: list[str] = field(default_factory=list)
    _quick: list[float] = field(default_factory=list)
    _talks: float = 0.0
    _grain: float = 0.0

    def __post_init__(self) -> None:
        ways = _ways_of(self.host)
        self._own, self._shell, self._folders, self._quick = ways.own, ways.shell, ways.folders, ways.quick
        self._grain, self._talks = ways.grain, ways.talks
        self._words = [*ways.words, *self._borrowed_words()] or ["notes", "data", "report", "output", "sample"]

    @property
    def room(self) -> int:
        """How many steps an exchange may have, so that sessions stay as long as those of the host's source."""
        return max(1, min(_LARGEST, self.material.sizes(self.host)[-1][0] // _LARGEST_PART))

    def write(self, path: str, text: str) -> Step:
        """The file is written."""
        like = self._like("write")
        if like is None:
            line = f"cat > {path} << 'EOF'\n{text[:_LONGEST_CALL]}\nEOF"
            return self.run(line, reason(MAKING, path, self.rng), "")
        step = suiting(like, lambda call: with_file(call, path, text, _LONGEST_CALL), path)
        said = _BYTES.sub(str(len(text)), shown(step))
        answers = {turn.tool_name for turn in step.results} <= {None, step.calls[0].tool_name}
        if not (answers and _WRITTEN.search(said)):  # another call's result, in a source that does not keep them apart
            return self._spoken(Step(step.pieces[:1]), "write")
        return self._spoken(told(step, said), "write")

    def read(self, path: str, text: str) -> Step:
        """The file, or a part of it, is read."""
        like = self._like("read")
        if like is None or file_in(like.calls[0]) is None or line_in(like.calls[0]) is not None:
            command = _pick(("cat {}", "cat {}", "head -c 4000 {}", "tail -n 120 {}"), self.rng).format(path)
            return self.run(command, reason(READING, path, self.rng), text)
        step = suiting(like, lambda call: with_file(call, path), path)
        return self._spoken(told(step, as_file(shown(like), text)), "read")

    def delete(self, path: str) -> Step:
        """The file or folder is deleted."""
        flag = "-rf " if "." not in path.rpartition("/")[2] else _pick(("", "", "-f "), self.rng)
        return self.run(f"rm {flag}{path}", reason(DELETING, path, self.rng), "")

    def make(self, path: str, line: str) -> Step:
        """A command makes the file or the folder."""
        return self.run(line, reason(MAKING, path, self.rng), "")

    def show(self, path: str, line: str, text: str) -> Step:
        """A command prints something of the file."""
        return self.run(line, reason(READING, path, self.rng), text)

    def execute(self, path: str, text: str) -> Step:
        """The file is run and prints this."""
        return self.run(running(path), reason(RUNNING, path, self.rng), text)

    def run(self, line: str, why: str, output: str, wait: float | None = None) -> Step:
        """A command is run and prints this, at once or after a wait."""
        like = alone(_pick(self._shell, self.rng))
        step = told(suiting(like, lambda call: with_line(call, line, why)), as_output(shown(like), output))
        soon = _pick(self._quick, self.rng) if self._quick else float(self.rng.exponential(0.3))
        return self._spoken(slowed(step, soon if wait is None else wait), "run", "test")

    def step(self, *actions: Action) -> Step | None:
        """A step of another session that does one of these things, under the host's own home folder."""
        step = self._drawn(*actions)
        return None if step is None else self.at_home(step)

    def own(self, *actions: Action) -> list[Step]:
        """The host's own steps that do one of these things and have results."""
        return [step for action in actions for step in self._own.get(action, ())]

    def any(self) -> Step:
        """One of the host's own steps that has results."""
        own = [step for steps in self._own.values() for step in steps]
        return _pick(own or [step for step in self.host.steps if step.calls and step.results], self.rng)

    def some(self, *actions: Action) -> Step:
        """A step that does one of these things, borrowed or the host's own; any other where there is none.

        In a short session a short one, so that shares of padding come out as they should.
        """
        own, drawn = self.own(*actions), list[Step]()
        while len(drawn) < _FEW and not (drawn and drawn[-1].chars <= self._grain):
            borrowed = self.step(*actions) if not own or self.rng.random() < 0.7 else None
            drawn.append(borrowed or repeated(_pick(own, self.rng) if own else self.any(), self.rng))
        return min(drawn, key=lambda step: max(step.chars, self._grain))

    def at_home(self, step: Step) -> Step:
        """The step with other people's home folders named as the host's."""
        return at_home(Exchange((), (step,)), self.host).steps[0]

    def _drawn(self, *actions: Action) -> Step | None:
        for _ in range(_FEW):
            step = self.material.step(self.host, self.rng, *actions)
            if step is None or whole(step):
                return step
        return None

    def _spoken(self, step: Step, *actions: Action) -> Step:
        """The step after something that was said or thought before such a step elsewhere, as often as the host does."""
        other = self._drawn(*actions) if self.rng.random() < self._talks else None
        said = [p for p in other.pieces if p.turn.kind in ("thinking", "message")] if other is not None else []
        spoken = [replace(piece, gap=None) for piece in said[-2:]]
        return Step((*(self.at_home(Step(tuple(spoken))).pieces if spoken else ()), *step.pieces))

    def _borrowed_words(self) -> list[str]:
        """Words that other sessions' files are named with."""
        steps = (self.material.step(self.host, self.rng, "read", "write") for _ in range(_NAMED))
        named = (file_in(step.calls[0]) for step in steps if step is not None and step.calls)
        return [word for path in named if path for word in words_of(path)]

    def _like(self, action: Action) -> Step | None:
        """A genuine step of one such call about a file, the host's own if it has one."""
        if action not in self._likes:
            own = self._own.get(action, [])
            drawn = [_pick(own, self.rng) if own and n % 2 else self._drawn(action) for n in range(_TRIES)]
            found = [alone(s) for s in drawn if s and with_file(s.calls[0], "x") and _short(s, action)]
            self._likes[action] = [step for step in found if not _OVER.search(shown(step))] or found
        return copied(_pick(self._likes[action], self.rng)) if self._likes[action] else None


def _short(step: Step, action: Action) -> bool:
    return bool(step.results) and (action == "read" or len(shown(step)) < _SHORT_RESULT)


def _pick(values: Sequence[_T], rng: Generator) -> _T:
    return values[int(rng.random() * len(values))]
