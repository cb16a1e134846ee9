"""How a model is tried: on families, sources, users and times that it has not seen, each time trained anew.

What is fitted here is the detector's trees and its calibration, from parts and weights as `models.plan` makes them;
not its novelty, its look-alikes or its intervals, which decide no flag.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import floor

import numpy as np
import pandas as pd

from models.calibration import Calibration, fit
from models.detector import Column, Least
from models.figures import Bools, Floats, Ints
from models.forest import Forest, Params, Part
from models.plan import Plan, divided, weighed
from models.rates import BUDGET
from models.splits import DrawsFrom, Fold, bound, by_time, by_user, is_padded, leave_families_out, leave_sources_out
from models.threshold import TooFewGenuine, choose
from models.training import LEAST, foreign

Step = Callable[[str], Callable[[int, int], None]]
"""Told the name of a step, gives what is told its progress."""


def silent(_name: str) -> Callable[[int, int], None]:
    """Tells nobody."""
    return lambda _done, _total: None


_MANY_USERS = 100


@dataclass(frozen=True, slots=True)
class Sessions:
    """Sessions as a model sees them, and what is known of them, row by row."""

    table: pd.DataFrame
    meta: pd.DataFrame
    columns: tuple[Column, ...]
    together: DrawsFrom = field(default_factory=dict)
    """Families whose padding contains that of others."""

    def null(self) -> Bools:
        """Genuine sessions as they were: what false positives are counted on."""
        return ~is_padded(self.meta) & np.asarray(self.meta["kind"] != "look-alike", np.bool_)


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is spent on an evaluation."""

    params: Params = field(default_factory=Params)
    parts: tuple[int, ...] = (2, 3)
    """Into how many parts by user sessions are split, in turn; each family is tried on every part.

    With few users it matters much which of them are tried together, so that one way to part them is not enough.
    """
    users: int = 5
    """Folds of the protocol that is grouped by user alone."""
    groups: int = 5
    """Groups of families that are left out together where many models are compared."""
    draws: int = 1000
    """Bootstrap draws."""
    seed: int = 0
    held_unseen: float = 0.2
    """The share kept for calibration where the threshold comes from the test part, and so need not be promised."""


FULL = Effort()
QUICK = Effort(Params(trees=60, rate=0.15, leaves=7, least=10, patience=10), parts=(2,), users=2, groups=2, draws=200)


@dataclass(frozen=True, slots=True)
class Fitted:
    """Trees with their calibration."""

    forest: Forest
    calibration: Calibration
    genuine: Floats
    """Raw scores of genuine sessions that the trees have not seen."""
    least: tuple[Least, ...] = LEAST
    foreign: Floats = field(default_factory=lambda: np.zeros(0))
    """Raw scores of genuine sessions by trees that knew nothing of their source; empty where nobody asked for them."""

    def raw(self, table: pd.DataFrame) -> Floats:
        """Log-odds, not calibrated; NaN for a session with too little to judge."""
        enough = np.logical_and.reduce([table[one.column].to_numpy(np.float64) >= one.value for one in self.least])
        return np.where(enough, self.forest.raw(table), np.nan)

    def beforehand(self, budget: float = BUDGET) -> tuple[float, bool]:
        """The threshold for a budget, from sessions held out of training, and whether it is promised.

        Users are not taken into account: with as few as a laboratory's sessions come from, no budget could be promised
        at all. Where there are too few sessions even so, it is the plain quantile. As that of a detector, it is never
        lower than what would have kept the budget on sources that were left out one after the other.
        """
        try:
            value, promised = choose(self.genuine, budget=budget).value, True
        except TooFewGenuine:
            value, promised = quantile(self.genuine, budget), False
        if len(self.foreign):
            value = max(value, float(np.quantile(self.foreign, 1 - budget, method="higher")))
        return value, promised


@dataclass(frozen=True, slots=True)
class Trial:
    """One fold: what a model says of sessions that it has not seen."""

    fold: Fold
    fitted: Fitted
    raw: Floats
    """Of the fold's test rows."""

    @property
    def rows(self) -> Ints:
        """The row numbers that were tested."""
        return self.fold.test


def quantile(genuine: Floats, budget: float) -> float:
    """The lowest threshold that at most this share of these very sessions is above; a NaN is above none."""
    scores = np.sort(np.where(np.isnan(genuine), -np.inf, genuine))[::-1]
    if not len(scores):
        raise ValueError("there is no genuine session to choose a threshold on")
    return float(scores[min(floor(budget * len(scores) + 1e-9), len(scores) - 1)])


def fitted(
    sessions: Sessions, rows: Ints, params: Params, plan: Plan, method: str = "beta",
    names: Sequence[str] | None = None, elsewhere: bool = False,
) -> Fitted:  # fmt: skip
    """Trees and calibration from these rows, on these columns or all; parts and weights are those of training.

    With `elsewhere` each source is left out in turn besides, as in training, for a threshold that is fixed beforehand.
    """
    table, meta = sessions.table.iloc[rows], sessions.meta.iloc[rows]
    columns = [column for column in sessions.columns if names is None or column.name in set(names)]
    used = [column.name for column in columns]
    grown, watched, held = divided(_parted(meta), plan)
    padded, weights = is_padded(meta), weighed(meta, plan)

    def part(chosen: Ints) -> Part:
        return Part(table.iloc[chosen][used], padded[chosen].astype(np.float64), weights[chosen])

    forest = Forest.fit(part(grown), params, part(watched), [column.monotone for column in columns])
    model = Fitted(forest, Calibration("beta", 0.5, 0, {}), np.zeros(0))
    raw = model.raw(table.iloc[held])
    judged = ~np.isnan(raw)
    null = sessions.null()[rows][held] & judged
    calibration = fit(raw[judged], padded[held][judged], weights[held][judged], method)
    model = replace(model, calibration=calibration, genuine=np.sort(raw[null]))
    if not elsewhere:
        return model
    scores = foreign(table, meta, columns, weights, replace(params, trees=forest.trees))
    known = sessions.null()[rows] & ~np.isnan(model.raw(table)) & np.isfinite(scores)
    return replace(model, foreign=np.sort(scores[known]))


def _parted(meta: pd.DataFrame) -> pd.DataFrame:
    """Without users where few of them share nothing: parts of such users would be of different kinds."""
    return meta if len(np.unique(bound(meta))) >= _MANY_USERS else meta.assign(user=None)


def tried(
    sessions: Sessions,
    folds: Sequence[Fold],
    params: Params,
    plan: Plan,
    told: Callable[[int, int], None],
    names: Sequence[str] | None = None,
    elsewhere: bool = False,
) -> list[Trial]:
    """Each fold with a model of its own."""
    found = []
    for done, fold in enumerate(folds, 1):
        model = fitted(sessions, fold.train, params, plan, names=names, elsewhere=elsewhere)
        found.append(Trial(fold, model, model.raw(sessions.table.iloc[fold.test])))
        told(done, len(folds))
    return found


def family_folds(sessions: Sessions, effort: Effort) -> list[Fold]:
    """Each family, with those that it draws on, in parts by user."""
    return _folds(sessions, sessions.together, effort)


def grouped_family_folds(sessions: Sessions, effort: Effort) -> list[Fold]:
    """Families left out many at a time: less to learn from, and far fewer models to fit."""
    return _folds(sessions, grouped(sessions, effort), effort)


def _folds(sessions: Sessions, together: DrawsFrom, effort: Effort) -> list[Fold]:
    ways = (leave_families_out(sessions.meta, together, count, effort.seed) for count in effort.parts)
    return [fold for folds in ways for fold in folds]


def without_families(sessions: Sessions, folds: Sequence[Fold], effort: Effort, told: Callable[[int, int], None],
                     names: Sequence[str] | None = None) -> list[Trial]:  # fmt: skip
    """Folds of families, whose thresholds come from the genuine sessions of the test part."""
    plan = Plan(held=effort.held_unseen, seed=effort.seed)
    return tried(sessions, folds, effort.params, plan, told, names)


def by_users(sessions: Sessions, effort: Effort, told: Callable[[int, int], None]) -> list[Trial]:
    """Folds grouped by user; families are seen in training."""
    folds = by_user(sessions.meta, effort.users, effort.seed)
    return tried(sessions, folds, effort.params, Plan(seed=effort.seed), told, elsewhere=True)


def by_times(sessions: Sessions, effort: Effort, told: Callable[[int, int], None]) -> list[Trial]:
    """The latest sessions against earlier ones."""
    return tried(sessions, [by_time(sessions.meta)], effort.params, Plan(seed=effort.seed), told, elsewhere=True)


def without_sources(sessions: Sessions, effort: Effort, told: Callable[[int, int], None]) -> list[Trial]:
    """Each source against all others, at a threshold that was fixed without it."""
    folds = leave_sources_out(sessions.meta)
    return tried(sessions, folds, effort.params, Plan(seed=effort.seed), told, elsewhere=True)


def grouped(sessions: Sessions, effort: Effort) -> Mapping[str, tuple[str, ...]]:
    """Families in a few groups of about equal size, those that draw on each other in one."""
    folds = leave_families_out(sessions.meta, sessions.together, 2, effort.seed)
    bundles = sorted({fold.left_out for fold in folds})
    count = min(effort.groups, len(bundles))
    order = np.random.default_rng(effort.seed).permutation(len(bundles)).tolist()
    groups: list[list[str]] = [[] for _ in range(count)]
    for place in sorted(order, key=lambda one: -len(bundles[one])):
        min(groups, key=len).extend(bundles[place])
    return {one: tuple(other for other in group if other != one) for group in groups for one in group}
