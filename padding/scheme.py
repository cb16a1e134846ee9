"""Padding that shows only across sessions and people: the register of schemes, and carrying one out.

A strategy makes one session of one; a scheme makes the sessions of padded users (or of honest teams that look like
them) from several genuine ones. The same machinery and the same guarantees: where a scheme mixes, every session with
padding keeps to `Effort.share` within `TOLERANCE`, and what misses it is left out. Where whole sessions are padding
(scheduled agents), the share is that of all that the user does, as far as there is work to put beside it; no tolerance
applies. Sessions of a padded user without padding are said to be honest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from numpy.random import Generator

from padding.assembly import Made, put_together
from padding.budget import head
from padding.effort import Effort
from padding.form import Form
from padding.material import Material
from padding.starts import renamed
from padding.strategy import TOLERANCE, Unsuitable, is_asked, load
from padding.work import Work
from traces.schema import Session

Plan = Callable[[Sequence[Work], Material, Effort, Generator], list[Work]]
Fits = Callable[[Sequence[Work]], bool]

_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way in which people pad across sessions, or an honest team that looks like it."""

    name: str
    """Its function's name."""
    family: str
    """The family that it belongs to; whole families are left out in evaluation."""
    plan: Plan
    """The works of all sessions, each with its start, its user and its padding; their ids are still the hosts'."""
    honest: bool
    """Whether all that it makes is genuine use."""
    twin: str | None
    """The name of its honest look-alike (of a look-alike: of the padding that it resembles)."""
    fits: Fits
    """Whether it can be carried out on these sessions."""
    mixes: bool
    """Whether it obeys `Effort.share` in every session with padding; if not, sessions are padding altogether or not."""

    @property
    def doc(self) -> str:
        """Where it was reported and what it imitates."""
        return self.plan.__doc__ or ""


SCHEMES: dict[str, Scheme] = {}
"""All schemes by name; `load_schemes()` fills it."""


def scheme(
    family: str, twin: str | None = None, honest: bool = False, fits: Fits | None = None, mixes: bool | None = None
) -> Callable[[Plan], Plan]:
    """Registers a function as a scheme; one name, one function."""

    def register(plan: Plan) -> Plan:
        name = getattr(plan, "__name__", "")
        if name in SCHEMES and SCHEMES[name].plan.__module__ != plan.__module__:
            raise ValueError(f"two schemes are called {name!r}")
        SCHEMES[name] = Scheme(
            name, family, plan, honest, twin, fits or are_asked, not honest if mixes is None else mixes
        )
        return plan

    return register


def load_schemes() -> dict[str, Scheme]:
    """All schemes of this room, by name, in the order of their names."""
    load()
    return dict(sorted(SCHEMES.items()))


def carry_out(
    hosts: Sequence[Session], chosen: Scheme, material: Material, effort: Effort, rng: Generator
) -> list[Made]:
    """The sessions that a scheme makes of genuine ones, in the order of their starts; `Unsuitable` where it cannot."""
    works = [material.work(session) for session in hosts]
    if not works or not chosen.fits(works):
        raise Unsuitable(f"{chosen.name} cannot be carried out on these {len(works)} sessions")
    forms = {work.header.session_id: material.form(work) for work in works}
    starts = {work.header.session_id: work.header.started for work in works}
    taken: set[str] = set(starts)
    made, missed = [], 0
    for work in chosen.plan(works, material, effort, rng):
        name = work.header.session_id
        one = _made(work, forms[name], starts[name], taken, chosen, effort, rng)
        if chosen.mixes and one.padding and abs(one.share_after(len(head(work))) - effort.share) > TOLERANCE:
            missed += 1
            continue
        made.append(one)
    if missed * 3 > len(made):
        raise Unsuitable(f"these {len(works)} sessions are too small or too coarse for a share of {effort.share:.2f}")
    if not chosen.honest and not any(one.padding for one in made):
        raise Unsuitable(f"{chosen.name} found no padding for these {len(works)} sessions")
    return sorted(made, key=lambda one: one.session.started or _EARLIEST)


def _made(
    work: Work, form: Form, before: datetime | None, taken: set[str], chosen: Scheme, effort: Effort, rng: Generator
) -> Made:
    made = put_together(work, form, rng)
    session = renamed(made.session, before, rng, taken)
    taken.add(session.session_id)
    padding = () if chosen.honest else made.padding
    return Made(
        session,
        padding,
        chosen.name,
        chosen.family,
        chosen.honest or not padding,
        str(effort),
        chosen.twin or "",
        made.sources,
    )


def are_asked(works: Sequence[Work]) -> bool:
    """Whether a user's message opens an exchange in each of them."""
    return all(is_asked(work) for work in works)


def are_dated(works: Sequence[Work]) -> bool:
    """Whether it is known of each when it began."""
    return are_asked(works) and all(work.header.started for work in works)
