"""Whether probabilities mean what they say, how far padded shares are off, and how many sessions are not judged."""

import numpy as np

from models.figures import Bools, Figure, Floats, at_rate, brier, ece
from models.outcomes import Once
from models.plan import Plan, weighed
from models.protocols import Sessions
from models.report import Cell, Table
from models.sampling import Sampler
from models.slices import Measure
from models.splits import is_padded

RATES = (0.5, 0.1, 0.02)
ESTIMATE, KNOWN = "share_estimate", "share_if_padded"
"""Columns with estimated padded shares: of sessions of which nothing is known, and of padded ones known to be so."""


def calibration(tries: dict[str, Once], sessions: Sessions, sampler: Sampler) -> Table:
    """Calibration error and Brier score at several base rates, on families or users that were not seen."""
    padded = is_padded(sessions.meta)
    mixtures = {"as in training": weighed(sessions.meta, Plan()), "as they are": np.ones(len(padded))}
    rows: list[tuple[Cell, ...]] = []
    for name, judged in tries.items():
        for rate in RATES:
            chances = judged.probability(rate)
            for mixture, weights in mixtures.items():
                figures = [_at(measure, chances, padded, weights, rate, sampler) for measure in (ece, brier)]
                rows.append((f"{name}, {rate:g}, weighed {mixture}", rate, *figures))
    columns = ("judged by, base rate, weights", "base rate", "ECE", "Brier")
    notes = (
        "ECE over 15 bins of equal mass; sessions are weighed so that the base rate is that of the row. The error is "
        "never 0, and larger in each bootstrap draw than on all sessions. `weighed as in training`: no source, user or "
        "family far ahead, look-alikes for a half; `as they are`: each session the same.",
    )
    return Table("calibration", "Calibration", columns, tuple(rows), notes)


def shares(sessions: Sessions, sampler: Sampler) -> Table:
    """How far the estimated padded share is from the laboratory's truth."""
    columns = ("sessions", "number", "mean absolute error", "mean error", "root mean square error", "correlation")
    title = "Padded share, users not seen"
    if ESTIMATE not in sessions.meta or sessions.meta[ESTIMATE].isna().all():
        return Table("padded_share", title, columns, (), ("No model estimated padded shares here.",))
    padded = is_padded(sessions.meta)
    every = np.ones(len(padded), np.bool_)
    groups = [("padded", padded, ESTIMATE), ("genuine", ~padded, ESTIMATE), ("all", every, ESTIMATE),
              ("padded, if that is known", padded, KNOWN)]  # fmt: skip
    truth = sessions.meta["padded_share"].to_numpy(np.float64)
    rows: list[tuple[Cell, ...]] = []
    for name, who, column in groups:
        if column not in sessions.meta:
            continue
        estimate = sessions.meta[column].to_numpy(np.float64)
        gap, known = estimate - truth, who & ~np.isnan(estimate)
        means = [_mean(value, known, sampler) for value in (np.abs(gap), gap, gap**2)]
        together = _correlation(estimate, truth, known, sampler)
        rows.append((name, int(known.sum()), *means[:2], _rooted(means[2]), together))
    notes = (
        "Estimated minus true share of a session, by models that had seen neither its user nor what it was made from. "
        f"Sessions count as they are, {padded.mean():.0%} of them padded, and probabilities are for that rate. `if "
        "that is known`: what is estimated of a session once it is clear that it is padded.",
    )
    return Table("padded_share", title, columns, tuple(rows), notes)


def abstained(judged: Once, sessions: Sessions, sampler: Sampler) -> Table:
    """How many sessions have too little in them to be judged; they are never flagged."""
    padded, null = is_padded(sessions.meta), sessions.null()
    unscored = np.isnan(judged.raw)
    rows: list[tuple[Cell, ...]] = []
    for name, who in (("padded", padded), ("genuine as it was", null), ("look-alike", ~padded & ~null)):
        chosen = np.flatnonzero(who & judged.tested)
        rows.append((name, len(chosen), sampler.share(unscored, chosen)))
    return Table("abstained", "Not judged", ("sessions", "number", "share"), tuple(rows))


def _at(measure: Measure, chances: Floats, padded: Bools, weights: Floats, rate: float,
        sampler: Sampler) -> Figure:  # fmt: skip
    known = ~np.isnan(chances)

    def statistic(given: Floats) -> Floats:
        rated = at_rate(padded[known], rate, (given * weights)[..., known])
        return np.asarray(measure(chances[known], padded[known], rated), np.float64)

    return sampler.figure(statistic, int(known.sum()))


def _rooted(figure: Figure) -> Figure:
    value, low, high = (None if one is None else one**0.5 for one in (figure.value, figure.low, figure.high))
    return Figure(value, low, high, figure.n)


def _mean(values: Floats, known: Bools, sampler: Sampler) -> Figure:
    if not known.any():
        return Figure(None, None, None, 0)

    def statistic(given: Floats) -> Floats:
        chosen = given[..., known]
        total = chosen.sum(-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(total > 0, (chosen * values[known]).sum(-1) / total, np.nan))

    return sampler.figure(statistic, int(known.sum()))


def _correlation(first: Floats, second: Floats, known: Bools, sampler: Sampler) -> Figure:
    """Pearson's; undefined where one of the two is the same for all."""
    if known.sum() < 2 or np.ptp(first[known]) == 0 or np.ptp(second[known]) == 0:
        return Figure(None, None, None, int(known.sum()))
    one, other = first[known], second[known]

    def statistic(given: Floats) -> Floats:
        chosen = given[..., known]
        with np.errstate(divide="ignore", invalid="ignore"):
            chosen = chosen / chosen.sum(-1, keepdims=True)
            away = one - (chosen * one).sum(-1, keepdims=True)
            apart = other - (chosen * other).sum(-1, keepdims=True)
            spread = np.sqrt((chosen * away**2).sum(-1) * (chosen * apart**2).sum(-1))
            return np.asarray((chosen * away * apart).sum(-1) / np.where(spread > 0, spread, np.nan))

    return sampler.figure(statistic, int(known.sum()))
