"""Folds that cannot flatter: never a user, a genuine session or a near-duplicate on both sides.

They are made from a frame with a row a session and these columns, of which any but the first two may hold nulls:

    session_id, label (`padded` or `genuine`), family, strategy, twin (the strategy it has for its look-alike),
    source, user, started, made_from (ids of genuine sessions, the host first), group (of near-duplicates)

`twin` and `group` may be absent.

Only the host, the first of `made_from`, binds. A made session also borrows turns from donors, and these connect nearly
all sessions with all others; what was borrowed can therefore stand on both sides.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from models.figures import Bools, Floats, Ints

if TYPE_CHECKING:
    import pandas as pd

BOUND = ("user", "base", "group")
"""What may never be on both sides: a user, the genuine session that others were made from, near-duplicates."""

DrawsFrom = Mapping[str, Collection[str]]
"""For a family, those whose padding it contains."""


@dataclass(frozen=True, slots=True)
class Fold:
    """One way to part the sessions, as row numbers."""

    name: str
    train: Ints
    test: Ints
    left_out: tuple[str, ...] = ()
    """The families or the source that training does not see."""


def by_user(meta: "pd.DataFrame", folds: int = 5, seed: int = 0) -> list[Fold]:
    """So many folds of about equal size and mixture of labels, each session tested once."""
    part = parts(meta, folds, seed)
    return [Fold(f"part {one}", np.flatnonzero(part != one), np.flatnonzero(part == one)) for one in range(folds)]


def leave_families_out(
    meta: "pd.DataFrame", draws_from: DrawsFrom | None = None, folds: int = 2, seed: int = 0
) -> list[Fold]:
    """Each family of padding against a model that has seen neither it nor its look-alikes, in so many parts by user.

    Families that draw from each other are left out together. A part tests its sessions of the family, and all its
    genuine ones; the parts of one family together test every such session once.
    """
    part, families, padded = parts(meta, folds, seed), _column(meta, "family"), is_padded(meta)
    found = []
    for together in _drawn_together({family for family in families[padded] if _known(family)}, draws_from or {}):
        unseen = _of_families(meta, together)
        for one in range(folds):
            test = (part == one) & (unseen | ~padded)
            train = (part != one) & ~unseen
            name = f"without {' and '.join(together)}, part {one}"
            found.append(Fold(name, np.flatnonzero(train), np.flatnonzero(test), together))
    return found


def leave_sources_out(meta: "pd.DataFrame") -> list[Fold]:
    """Each source against a model that has not seen it, nor anybody or anything bound to it."""
    sources, bonds = _column(meta, "source"), bound(meta)
    found = []
    for source in sorted({source for source in sources if _known(source)}):
        test = sources == source
        train = ~test & ~np.isin(bonds, bonds[test])
        found.append(Fold(f"without {source}", np.flatnonzero(train), np.flatnonzero(test), (source,)))
    return found


def by_time(meta: "pd.DataFrame", share: float = 0.25) -> Fold:
    """The latest sessions against a model of earlier ones; those without a time are on neither side.

    Who or what is found before and after is kept only on the side where there is more of it.
    """
    times, bonds = _times(meta), bound(meta)
    known = np.isfinite(times)
    if not known.any():
        raise ValueError(f"none of the {len(times)} sessions has a time; they cannot be split by it")
    late, early = known & (times > np.quantile(times[known], 1 - share)), known.copy()
    early &= ~late
    often_late = np.bincount(bonds, late) > np.bincount(bonds, early)
    train, test = early & ~often_late[bonds], late & often_late[bonds]
    return Fold(f"the latest {share:.0%}", np.flatnonzero(train), np.flatnonzero(test))


def leaks(train: Ints, test: Ints, meta: "pd.DataFrame", kinds: Iterable[str] = BOUND) -> dict[str, tuple[str, ...]]:
    """What is on both sides, by kind; nothing where there is no leak.

    Kinds are `user`, `base`, `group`, any column, `family` (of padded sessions), `twin` (look-alikes in training of
    padding in the test) and `time` (training that is not before the test).
    """
    found = {kind: _on_both(meta, train, test, kind) for kind in kinds}
    return {kind: tuple(sorted(map(str, both))) for kind, both in found.items() if both}


def bound(meta: "pd.DataFrame") -> Ints:
    """For each session the number of the bundle that must stay on one side."""
    parent = list(range(len(meta)))

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    for kind in BOUND:
        first: dict[Hashable, int] = {}
        for row, value in enumerate(_column(meta, kind)):
            if _known(value):
                parent[root(row)] = root(first.setdefault(value, row))
    return np.unique([root(row) for row in range(len(meta))], return_inverse=True)[1].astype(np.int64)


def parts(meta: "pd.DataFrame", folds: int, seed: int = 0) -> Ints:
    """For each session the part it belongs to: the largest bundles first, each to where its labels are fewest."""
    bonds, padded = bound(meta), is_padded(meta)
    sizes = np.stack([np.bincount(bonds, padded), np.bincount(bonds, ~padded)], axis=1)
    if len(sizes) < folds:
        raise ValueError(f"{len(meta)} sessions are bound into {len(sizes)} bundles, too few for {folds} folds")
    chances = np.random.default_rng(seed).random(len(sizes))
    relative = sizes / np.maximum(sizes.sum(axis=0), 1)
    load, place = np.zeros((folds, 2)), np.zeros(len(sizes), np.int64)
    for bundle in np.lexsort((chances, -relative.sum(axis=1))):
        place[bundle] = int(np.argmin(((load + relative[bundle]) ** 2).sum(axis=1) - (load**2).sum(axis=1)))
        load[place[bundle]] += relative[bundle]
    return place[bonds]


def is_padded(meta: "pd.DataFrame") -> Bools:
    """Which sessions are padded; a label that is neither is a `ValueError`."""
    labels = _column(meta, "label")
    odd = sorted({str(label) for label in labels} - {"padded", "genuine"})
    if odd:
        raise ValueError(f"a label is {odd[0]!r}; it must be 'padded' or 'genuine'")
    return np.asarray(labels == "padded")


def _drawn_together(families: set[str], draws_from: DrawsFrom) -> list[tuple[str, ...]]:
    """The families in bundles, where one draws from another or both from the same."""
    bundles = {family: {family} for family in families}
    for family, drawn in draws_from.items():
        for other in families & set(drawn) if family in families else ():
            joined = bundles[family] | bundles[other]
            bundles.update(dict.fromkeys(joined, joined))
    found = sorted({tuple(sorted(bundle)) for bundle in bundles.values()})
    if len(found) == 1:
        raise ValueError(f"all families ({', '.join(found[0])}) would be left out together; none is left to learn from")
    return found


def _of_families(meta: "pd.DataFrame", families: Sequence[str]) -> Bools:
    """The sessions of these families, and their look-alikes wherever they are."""
    strategies, twins = _column(meta, "strategy"), _column(meta, "twin")
    own = np.isin(_column(meta, "family").astype(str), families)
    names = {name for name in strategies[own] if _known(name)}
    others = {name for name in twins[own] if _known(name)}
    return np.array(
        [mine or name in others or twin in names for mine, name, twin in zip(own, strategies, twins, strict=True)],
        np.bool_,
    )


def _on_both(meta: "pd.DataFrame", train: Ints, test: Ints, kind: str) -> set[Any]:
    if kind == "time":
        times = _times(meta)
        latest = times[train][np.isfinite(times[train])].max(initial=-np.inf)
        return {_column(meta, "session_id")[row] for row in test if times[row] < latest}
    if kind == "twin":
        padded, twins, names = is_padded(meta), _column(meta, "twin"), _column(meta, "strategy")
        tested = test[padded[test]]
        alike = {names[row] for row in train if not padded[row] and twins[row] in set(names[tested])}
        return alike | ({names[row] for row in train if not padded[row]} & set(twins[tested]))
    values = _column(meta, kind)
    if kind == "family":
        padded = is_padded(meta)
        train, test = train[padded[train]], test[padded[test]]
    return {value for value in set(values[train]) & set(values[test]) if _known(value)}


def _column(meta: "pd.DataFrame", kind: str) -> "np.typing.NDArray[np.object_]":
    found = np.empty(len(meta), np.object_)
    if kind == "base":
        rows = zip(meta["session_id"], meta["made_from"], strict=True)
        found[:] = [made_from[0] if made_from is not None and len(made_from) else name for name, made_from in rows]
    elif kind in meta or kind not in {"group", "twin"}:
        found[:] = meta[kind].tolist()
    return found


def _times(meta: "pd.DataFrame") -> Floats:
    """Seconds, NaN where there is no time."""
    return np.array([time.timestamp() if _known(time) else np.nan for time in _column(meta, "started")], np.float64)


def _known(value: Any) -> bool:
    """Not null, not NaN or NaT, not empty."""
    return value is not None and bool(value == value) and value != ""
