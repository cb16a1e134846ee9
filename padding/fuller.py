"""Steps as full as the source's: what was made or copied alone gets words before its call, and calls beside it.

All of what is put into a session passes through here, padding and look-alikes alike. Words come from another session's
step that calls the same tool, each once in a session; no call is changed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace as changed
from itertools import chain

from msgspec.structs import replace
from numpy.random import Generator

from padding.habits import WORDS, Words, lead, name_in, own_habits
from padding.homes import at_home
from padding.material import Material
from padding.parallel import added, at_once, single, split, suits
from padding.parts import foreign
from padding.remembered import remembered
from padding.work import Exchange, Piece, Step, Work, spoken, whole
from traces.schema import Kind, Turn

_TRIES = 6


class Fuller:
    """What has been put into one session so far, so that its steps come out as those of its source."""

    def __init__(self, host: Work, material: Material, rng: Generator) -> None:
        self._host, self._rng = host, rng
        source = material.habits(host)
        self._habits = own_habits(host).filled(source)
        self._alone = not source.at_once
        if not material.form(host).thinking:
            self._habits = changed(self._habits, thought=0.0, pondered=0.0)
        self._said = set(_words_of(host))
        self._calls = self._at_once = self._replies = 0
        self._found: Counter[tuple[bool, Kind]] = Counter()

    def exchange(self, exchange: Exchange) -> Exchange:
        """The exchange with fuller steps."""
        return Exchange(exchange.opening, tuple(self.steps(exchange.steps)))

    def steps(self, steps: Iterable[Step]) -> Iterator[Step]:
        """Fuller steps; what is said is said in the step that it leads to, and some looks are taken together."""
        held: list[Step] = []
        like: Step | None = None
        for step in chain.from_iterable(map(self._apart, steps)) if self._alone else steps:
            if held and _says(held[-1]) and _calls(step):
                held = [_said_first(held[-1], step)]
                like = self._model(held[0])
            elif like is not None and len(held) < len(like.calls) and suits(held, step):
                held.append(step)
            else:
                yield from self._done(held, like)
                held, like = [step], self._model(step)
        yield from self._done(held, like)

    def _behind(self, share: float, count: int, found: int) -> bool:
        """Whether the next one should be of a sort that has this share, when so many of so many were."""
        return bool(self._rng.random() < share * (count + 1) - found)

    def _apart(self, step: Step) -> Sequence[Step]:
        """The step's calls one by one, for a source whose agents make one at a time."""
        return split(step) if len(step.calls) > 1 and added(step) and whole(step) else (step,)

    def _model(self, step: Step) -> Step | None:
        """A step of the source that looks at several things at once, to be followed in its order and its gaps."""
        looks = self._habits.looks
        if not looks or not self._behind(self._habits.at_once, self._calls, self._at_once) or not single(step):
            return None
        return looks[int(self._rng.random() * len(looks))]

    def _done(self, held: list[Step], like: Step | None) -> Iterator[Step]:
        if not held:
            return
        step = held[0] if like is None or len(held) == 1 else at_once(held, like)
        count = len(step.calls)
        if count:
            step = self._with("message", self._with("thinking", step, self._habits.thought), self._habits.said)
            self._calls += 1
            self._at_once += count > 1
        elif spoken(step.pieces[-1].turn):
            step = self._with("thinking", step, self._habits.pondered, calls=False)
            self._replies += 1
        yield step

    def _with(self, kind: Kind, step: Step, share: float, calls: bool = True) -> Step:
        """The step with something of this kind before it where there is none, as often as its source has it."""
        if not share:
            return step
        found = self._found[calls, kind]
        there = kind in lead(step)
        if not there and self._behind(share, self._calls if calls else self._replies, found) and added(step):
            fuller = self._put(kind, step)
            there, step = fuller is not step, fuller
        self._found[calls, kind] = found + there
        return step

    def _put(self, kind: Kind, step: Step) -> Step:
        """The step with something of this kind before it; as it is where nothing new is found."""
        calls = step.calls
        known = self._habits.words.get((kind, calls[0].tool_name or "" if calls else ""), ())
        for _ in range(_TRIES if known else 0):
            words = known[int(self._rng.random() * len(known))]
            piece = self._suiting(words, calls)
            if piece is not None:
                return _put_before(step, piece, words.then)
        return step

    def _suiting(self, words: Words, calls: Sequence[Turn]) -> Piece | None:
        """The words as they can be said here, about the step's own file; null where they cannot."""
        text = words.piece.turn.text or ""
        own = name_in(calls[0]) if words.name and calls else ""
        if words.owner == self._host.header.session_id or text in self._said or (words.name and not own):
            return None
        self._said.add(text)
        told = replace(words.piece.turn, text=text.replace(words.name, own)) if words.name else words.piece.turn
        piece = foreign(replace(words.piece, turn=told), words.owner)
        if "/" not in text and "\\" not in text:  # no folder, and most say none
            return piece
        return at_home(Exchange((), (Step((piece,)),)), self._host).steps[0].pieces[0]


def _says(step: Step) -> bool:
    """Whether something was said and nothing called."""
    if step.pieces[-1].turn.kind not in WORDS:  # most end in a result
        return False
    return added(step) and len(lead(step)) == len(step.pieces)


def _calls(step: Step) -> bool:
    return bool(step.calls) and added(step)


def _said_first(said: Step, step: Step) -> Step:
    """Both as one model call: thoughts, then words, then calls."""
    place = len(lead(step))
    words = sorted((*said.pieces, *step.pieces[:place]), key=lambda piece: piece.turn.kind != "thinking")
    return Step((*words, *step.pieces[place:]))


def _put_before(step: Step, piece: Piece, then: float | None) -> Step:
    """The step with a thought before all, or a message behind its thoughts; it begins as long after as it did."""
    kinds = lead(step)
    place = kinds.count("thinking") if piece.turn.kind == "message" and kinds == ["thinking"] * len(kinds) else 0
    before, after, rest = step.pieces[:place], step.pieces[place], step.pieces[place + 1 :]
    return Step((*before, piece if place else replace(piece, gap=after.gap), replace(after, gap=then), *rest))


@remembered
def _words_of(work: Work) -> frozenset[str | None]:
    return frozenset(piece.turn.text for piece in work.pieces if piece.turn.kind in WORDS)
