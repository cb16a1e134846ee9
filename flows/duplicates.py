"""Sessions that are nearly the same, by the longer turns they share: these must never be on both sides of a split."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from xxhash import xxh3_64_intdigest

from traces.schema import Session

_LEAST = 60
"""Shorter turns are often the same by chance."""
_COMMON = 10
"""What more sessions than these say is a system prompt or a form."""
_SHARED = 0.5


def marks(session: Session) -> frozenset[int]:
    """A session's longer turns, as hashes."""
    texts = (turn.text or turn.tool_arguments or "" for turn in session.turns)
    return frozenset(xxh3_64_intdigest(" ".join(text.split()).encode()) for text in texts if len(text) >= _LEAST)


def groups(marked: Sequence[frozenset[int]]) -> list[int | None]:
    """For each session the number of its group: sessions that share half of the shorter one's marks; null alone."""
    known = Counter(mark for one in marked for mark in one)
    rare = [frozenset(mark for mark in one if known[mark] <= _COMMON) for one in marked]
    parent = list(range(len(marked)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for (one, other), shared in _shared(rare).items():
        if shared >= _SHARED * min(len(rare[one]), len(rare[other])):
            parent[root(one)] = root(other)
    sizes = Counter(map(root, range(len(marked))))
    return [root(place) if sizes[root(place)] > 1 else None for place in range(len(marked))]


def _shared(rare: Iterable[frozenset[int]]) -> Mapping[tuple[int, int], int]:
    """How many marks each two sessions share, where they share any."""
    holders: dict[int, list[int]] = defaultdict(list)
    for place, one in enumerate(rare):
        for mark in one:
            holders[mark].append(place)
    return Counter(pair for places in holders.values() for pair in combinations(places, 2))
