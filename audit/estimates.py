"""What the random slice says about everything: how much is padded, how right the flags are, how much they miss.

Flagged and unflagged sessions are two strata of known size; within each, what was decided is weighted by the inverse of
its sampling probability (Hájek). Intervals are Clopper and Pearson's on the effective number of sessions, and for
figures made of both strata the two are melded (Fay, Proschan and Brittain, 2015), which keeps the width honest when
few were reviewed. Not covered: auditors who are wrong, and sessions about which they were unsure; those are left out
and counted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audit.ledger import Ledger

_DRAWS = 20_000
_EDGES = (2.5, 97.5)

Draws = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share with its 95 % interval; all null, with the reason, where nothing can be said."""

    value: float | None
    low: float | None
    high: float | None
    reviewed: int
    """Decided sessions that it rests on."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Sampled:
    """A session of the random slice that was decided."""

    flagged: bool
    padded: bool
    sampling_probability: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What one model version's queue has shown so far."""

    model_version: str
    prevalence: Estimate
    """Share of all sessions that are padded."""
    precision: Estimate
    """Share of the flagged sessions that are padded."""
    recall: Estimate
    """Share of the padded sessions that are flagged."""
    flagged: int
    unflagged: int
    """All current sessions that this version has scored, by what it said; unscored ones are unflagged."""
    decided: int
    unsure: int
    """Of the random slice; the unsure ones are left out of the figures."""
    waiting: int
    """Sessions of the random slice that are not decided yet."""


@dataclass(frozen=True, slots=True)
class _Stratum:
    name: str
    size: int
    share: float | None
    low: Draws
    high: Draws
    reviewed: int


def estimate(model_version: str, sampled: Sequence[Sampled], flagged: int, unflagged: int) -> Figures:
    """The figures, from the decided part of the random slice and the sizes of the strata."""
    luck = np.random.default_rng(20_260_115)
    inside = _stratum("flagged", [one for one in sampled if one.flagged], flagged, luck)
    outside = _stratum("unflagged", [one for one in sampled if not one.flagged], unflagged, luck)
    return Figures(
        model_version,
        prevalence=_of([inside, outside], lambda i, o: (i * flagged + o * unflagged) / (flagged + unflagged)),
        precision=_of([inside], lambda i, _: i),
        recall=_of([inside, outside], lambda i, o: _part(i * flagged, o * unflagged), rising_outside=False),
        flagged=flagged,
        unflagged=unflagged,
        decided=len(sampled),
        unsure=0,
        waiting=0,
    )


def figures(ledger: Ledger, model_version: str) -> Figures:
    """The figures of a model version, from the verdicts so far on its random slice."""
    with ledger.reading() as view:
        sizes = view.rows(
            "select flagged, count(*) as n from scores where model_version = :version and current = 1 group by flagged",
            version=model_version,
        )
        drawn = view.rows(
            "select s.flagged, s.sampling_probability, c.state from scores s join cases c on c.case_id = s.case_id "
            "where s.model_version = :version and s.current = 1 and s.slice = 'random' order by s.case_id",
            version=model_version,
        )
    size = {row["flagged"]: row["n"] for row in sizes}
    sampled = [
        Sampled(bool(row["flagged"]), row["state"] == "confirmed", row["sampling_probability"])
        for row in drawn
        if row["state"] in ("confirmed", "cleared")
    ]
    found = estimate(model_version, sampled, size.get(1, 0), size.get(0, 0))
    unsure = sum(row["state"] == "unsure" for row in drawn)
    waiting = len(drawn) - len(sampled) - unsure
    return Figures(
        model_version, found.prevalence, found.precision, found.recall, found.flagged, found.unflagged, len(sampled),
        unsure, waiting,
    )  # fmt: skip


def _stratum(name: str, sampled: Sequence[Sampled], size: int, luck: np.random.Generator) -> _Stratum:
    """The share of padding among these, and draws from the two ends of Clopper and Pearson's interval."""
    weights = np.array([1 / one.sampling_probability for one in sampled])
    padded = np.array([one.padded for one in sampled], dtype=float)
    if size == 0:
        return _Stratum(name, 0, 0.0, np.zeros(_DRAWS), np.zeros(_DRAWS), len(sampled))
    if not len(weights):
        return _Stratum(name, size, None, np.zeros(_DRAWS), np.ones(_DRAWS), 0)
    share = float((weights * padded).sum() / weights.sum())
    number = float(weights.sum() ** 2 / (weights**2).sum())
    hits = share * number
    low = luck.beta(hits, number - hits + 1, _DRAWS) if hits > 0 else np.zeros(_DRAWS)
    high = luck.beta(hits + 1, number - hits, _DRAWS) if number - hits > 1e-9 else np.ones(_DRAWS)
    return _Stratum(name, size, share, low, high, len(sampled))


def _of(strata: Sequence[_Stratum], figure: Callable[[Draws, Draws], Draws], rising_outside: bool = True) -> Estimate:
    """A figure of the strata's shares that rises with the first, and rises or falls with the second."""
    reviewed = sum(one.reviewed for one in strata)
    for one in strata:
        if one.share is None:
            reason = f"none of the {one.name} sessions in the random slice is decided yet, of {one.size:,} in all"
            return Estimate(None, None, None, reviewed, reason)
    if not sum(one.size for one in strata):
        return Estimate(None, None, None, reviewed, f"there are no {' or '.join(one.name for one in strata)} sessions")
    inside, outside = strata[0], strata[-1]
    ends = (outside.low, outside.high) if rising_outside else (outside.high, outside.low)
    value = float(figure(np.array([inside.share]), np.array([outside.share]))[0])
    if np.isnan(value):
        reason = f"none of the {reviewed} decided sessions of the random slice is padded: nothing to find or to miss"
        return Estimate(None, None, None, reviewed, reason)
    low = np.percentile(np.nan_to_num(figure(inside.low, ends[0])), _EDGES[0])
    high = np.percentile(np.nan_to_num(figure(inside.high, ends[1]), nan=1.0), _EDGES[1])
    return Estimate(value, min(float(low), value), max(float(high), value), reviewed)


def _part(some: Draws, others: Draws) -> Draws:
    whole = some + others
    return np.divide(some, whole, out=np.full_like(whole, np.nan), where=whole > 0)
