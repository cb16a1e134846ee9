"""Who made-up sessions are counted for: people with new ids in the look of the hosts' ids, and their work."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from msgspec.structs import replace
from numpy.random import Generator

from padding.grammar import word
from padding.identity import remade
from padding.work import Work

_NAME = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with genuine work behind them."""

    user_id: str | None
    """A new id in the look of the hosts'; null where they have none."""
    works: tuple[Work, ...]
    """Genuine sessions of one real person, counted for this one."""

    def turns_to(self, rng: Generator) -> Iterator[Work]:
        """The person's works in a random order, again and again."""
        return cycle([self.works[place] for place in rng.permutation(len(self.works)).tolist()])


def people(hosts: Sequence[Work], count: int, rng: Generator) -> list[Person]:
    """So many people: the hosts' own as far as they go, then others with a part of their work."""
    groups: dict[str | None, list[Work]] = {}
    for host in hosts:
        groups.setdefault(host.header.user_id, []).append(host)
    chosen = list(groups)
    order = [chosen[place] for place in rng.permutation(len(chosen)).tolist()]
    dealt = [order[place % len(order)] for place in range(count)]
    made = []
    for place, user in enumerate(dealt):
        sharing = [other for other, theirs in enumerate(dealt) if theirs == user]
        own = groups[user][sharing.index(place) :: len(sharing)] or groups[user]
        name = renamed(user, rng)
        made.append(Person(name, tuple(_counted_for(work, name) for work in own)))
    return made


def renamed(user: str | None, rng: Generator) -> str | None:
    """Another id of the same look: a pseudonym's characters or a person's name drawn anew."""
    if user is None:
        return None
    made = remade(user, rng)
    if len(made) == len(user) and made != user:
        return made
    name, at, rest = user.partition("@")
    other = _NAME.sub(lambda match: _name(match[0], rng), name)
    if other == name:
        other = re.sub(r"\d", lambda match: str((int(match[0]) + 1 + int(rng.random() * 9)) % 10), name)
    return other + at + rest


def _name(like: str, rng: Generator) -> str:
    letters = ""
    while len(letters) < len(like):
        letters += word(rng)
    cut = letters[: len(like)]
    return cut.capitalize() if like[:1].isupper() else cut


def _counted_for(work: Work, user: str | None) -> Work:
    return replace(work, header=replace(work.header, user_id=user))
