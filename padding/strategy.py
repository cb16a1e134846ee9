"""What a strategy is, the register of all of them, and padding a session with one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from numpy.random import Generator

from padding.assembly import Made, put_together
from padding.budget import head
from padding.effort import Effort
from padding.material import Material
from padding.remembered import remembered
from padding.starts import later, renamed
from padding.vague import asked_vaguely
from padding.work import Work, whole
from traces.schema import Session

TOLERANCE = 0.15
"""By how much the padded share of a session may depart from what was asked for."""

_NOT_MOVED = timedelta()
_HONESTLY_VAGUE = 1 / 3  # experts are terse, and beginners do not know the names

Edit = Callable[[Work, Material, Effort, Generator], Work]
Suits = Callable[[Work], bool]


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way to pad, or one honest look-alike."""

    name: str
    """Its function's name."""
    family: str
    """The family that it belongs to; whole families are left out in evaluation."""
    edit: Edit
    """What it does to a work; turns that are padding are marked in what it returns."""
    honest: bool
    """Whether what it makes is genuine use."""
    twin: str | None
    """The name of its honest look-alike (of a look-alike: of the padding that it resembles), if it has one."""
    suits: Suits
    """Whether it can be done to this session at all."""
    mixes: bool
    """Whether it obeys `Effort.share`."""

    @property
    def doc(self) -> str:
        """Where it was reported and what it imitates."""
        return self.edit.__doc__ or ""


STRATEGIES: dict[str, Strategy] = {}
"""All strategies by name; `load()` fills it."""


def strategy(
    family: str,
    twin: str | None = None,
    honest: bool = False,
    suits: Suits | None = None,
    mixes: bool | None = None,
) -> Callable[[Edit], Edit]:
    """Registers a function as a strategy; one name, one function."""

    def register(edit: Edit) -> Edit:
        name = getattr(edit, "__name__", "")
        if name in STRATEGIES and STRATEGIES[name].edit.__module__ != edit.__module__:
            raise ValueError(f"two strategies are called {name!r}")
        obeys = not honest if mixes is None else mixes
        STRATEGIES[name] = Strategy(name, family, edit, honest, twin, suits or is_asked, obeys)
        return edit

    return register


def load() -> dict[str, Strategy]:
    """All strategies of this room, by name, in the order of their names."""
    for module in iter_modules([str(Path(__file__).parent)]):
        if module.ispkg:
            continue
        import_module(f"padding.{module.name}")
    return dict(sorted(STRATEGIES.items()))


def pad(
    session: Session, chosen: Strategy, material: Material, effort: Effort, rng: Generator, by: timedelta = _NOT_MOVED
) -> Made:
    """A new session made from a genuine one by a strategy, and begun later `by` so much.

    `Unsuitable` where the strategy has nothing to work on.
    """
    host = material.work(session)
    if not chosen.suits(host):
        raise Unsuitable(f"{chosen.name} has nothing to work on in session {session.session_id!r}")
    edited = chosen.edit(host, material, effort, rng)
    if effort.names == "dropped" and (not chosen.honest or rng.random() < _HONESTLY_VAGUE):
        edited = asked_vaguely(edited)
    made = put_together(edited, material.form(host), rng)
    if not chosen.honest and not made.padding:
        raise Unsuitable(f"{chosen.name} found no padding for session {session.session_id!r}")
    if chosen.mixes and abs(made.share_after(len(head(host))) - effort.share) > TOLERANCE:
        raise Unsuitable(f"session {session.session_id!r} is too small or too coarse for a share of {effort.share:.2f}")
    return Made(
        renamed(later(made.session, by) if by else made.session, host.header.started, rng),
        () if chosen.honest else made.padding,
        chosen.name,
        chosen.family,
        chosen.honest,
        str(effort),
        chosen.twin or "",
        made.sources,
    )


class Unsuitable(Exception):
    """The strategy cannot be done to this session; draw another."""


@remembered
def is_asked(work: Work) -> bool:
    """Whether a user's message opens an exchange that goes on."""
    return any(exchange.asked for exchange in work.exchanges)


@remembered
def has_results(work: Work) -> bool:
    """Whether the session calls tools and sees what they return: what an agent left to itself needs."""
    return any(step.calls and step.results and whole(step) for step in work.steps)
