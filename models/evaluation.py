"""The evaluation: every protocol once, every figure with its interval, and where that leaves the goals."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from models.ablations import ablations
from models.figures import Figure, Floats
from models.groups import by_group, look_alikes
from models.handwritten import Judged, errors, figures
from models.hardness import hardness
from models.outcomes import Once, once
from models.peers import Peer, compared
from models.protocols import (
    FULL,
    Effort,
    Sessions,
    Step,
    Trial,
    by_times,
    by_users,
    family_folds,
    silent,
    without_families,
    without_sources,
)
from models.reliability import ESTIMATE, KNOWN, abstained, calibration, shares
from models.report import Cell, Report, Table
from models.sampling import Owners, Sampler
from models.slices import families
from models.splits import Fold, bound, is_padded
from models.unseen import BUDGETS, known_families, left_out, mean_recall, sources

_BUDGET = BUDGETS[0]

Estimate = Callable[[Fold], Callable[[Floats], Floats]]
"""For a fold, what says the padded shares of its test part, given how likely each is padded; it has not seen them."""


@dataclass(frozen=True, slots=True)
class Others:
    """What is measured beside the model."""

    peers: tuple[Peer, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    """Peers that could not be run, and why."""
    judged: Judged | None = None
    judged_peers: tuple[Peer, ...] = ()
    estimate: Estimate | None = None
    """Null where nothing estimates padded shares."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A report, and the judgements that its pictures are drawn from."""

    report: Report
    unseen: Once
    """Families not seen."""
    known: Once
    """Users not seen."""
    shares: Floats
    """The padded shares that were estimated, users not seen; NaN where they were not."""


def evaluate(
    sessions: Sessions, about: Mapping[str, Any], others: Others | None = None, effort: Effort = FULL,
    step: Step = silent,
) -> Evaluation:  # fmt: skip
    """Measures everything there is to measure; each model is fitted once, whatever it serves for."""
    beside = others or Others()
    owners = Owners.of(sessions.meta)
    sampler = Sampler.of(owners.numbers, effort.draws, effort.seed)
    trials = without_families(sessions, family_folds(sessions, effort), effort, step("families left out"))
    users = by_users(sessions, effort, step("users left out"))
    unseen, known = once(trials, sessions, _BUDGET, own=True), once(users, sessions, _BUDGET, own=False)
    tries: dict[str, tuple[Sequence[Trial], Once]] = {"grouped by user": (users, known)}
    tries |= _by_time(sessions, effort, step)
    sessions = _estimated(sessions, users, beside.estimate, step)
    by_source = once(without_sources(sessions, effort, step("sources left out")), sessions, _BUDGET, own=False)
    removed, _ = ablations(sessions, effort, sampler, step)
    tables = [
        left_out(trials, sessions, sampler),
        _both_ways(trials, sessions, effort),
        sources(by_source, sessions, sampler),
        known_families(tries, sessions, sampler),
        look_alikes(unseen, known, sessions, sampler),
        by_group(unseen, known, sessions, sampler),
        hardness(trials, sessions, sampler),
        calibration({"families not seen": unseen, "users not seen": known}, sessions, sampler),
        shares(sessions, sampler),
        abstained(known, sessions, sampler),
        removed,
        compared(trials, sessions, beside.peers, beside.missing, sampler, step),
    ]
    if beside.judged is not None:
        tables += [figures(beside.judged, beside.judged_peers, effort.draws, effort.seed), errors(beside.judged)]
    said = {**about, **_about(sessions, effort, owners)}
    report = Report("Evaluation", said, (goals(tables), *tables))
    return Evaluation(report, unseen, known, sessions.meta[ESTIMATE].to_numpy(np.float64))


def _estimated(sessions: Sessions, trials: Sequence[Trial], estimate: Estimate | None, step: Step) -> Sessions:
    """With the padded shares that are estimated, users not seen: as they come, and as if padding were known of."""
    told, found = step("padded shares"), np.full((2, len(sessions.meta)), np.nan)
    rate = float(is_padded(sessions.meta).mean())
    for done, trial in enumerate(trials if estimate is not None else (), 1):
        assert estimate is not None
        given, chances = estimate(trial.fold), trial.fitted.calibration.probability(trial.raw, rate)
        found[0, trial.rows] = given(chances)
        found[1, trial.rows] = given(np.where(np.isnan(trial.raw), np.nan, 1.0))
        told(done, len(trials))
    return replace(sessions, meta=sessions.meta.assign(**{ESTIMATE: found[0], KNOWN: found[1]}))


def goals(tables: Sequence[Table]) -> Table:
    """What was aimed at, and where it stands; a goal is reached by the figure itself, not by its interval."""
    named = {table.name: table for table in tables}
    rows: list[tuple[Cell, ...]] = []

    def goal(what: str, aim: str, figure: Cell, reached: bool | None) -> None:
        rows.append((what, aim, figure, reached))

    family = named["families"].rows
    mean, worst = (_figure(family[place][2]) if len(family) > place else None for place in (0, 1))
    goal("mean recall at 1% false positives, families not seen", "at least 0.90", mean, _least(mean, 0.9))
    goal("the same, worst family", "at least 0.60", worst, _least(worst, 0.6))
    source = next((row for row in named["sources"].rows if str(row[0]).startswith("worst source")), None)
    most = _figure(source[2]) if source else None
    goal("false positives, worst source not seen", "at most 0.03", most, _most(most, 0.03))
    unseen = [row for row in named["calibration"].rows if str(row[0]).startswith("families not seen")]
    largest = max((_figure(row[2]) for row in unseen), key=lambda one: (one.value or 0.0) if one else 0.0, default=None)
    goal("ECE, families not seen, the largest of all base rates and weights", "at most 0.03", largest,
         _most(largest, 0.03))  # fmt: skip
    judged = _figure(named["judged"].rows[0][1]) if "judged" in named else None
    goal("AUC on hand-written sessions", "at least 0.90", judged, _least(judged, 0.9))
    return Table("goals", "Where it stands", ("figure", "goal", "found", "reached"), tuple(rows))


def _both_ways(trials: Sequence[Trial], sessions: Sessions, effort: Effort) -> Table:
    """The headline with intervals over users and over genuine sessions."""
    rows: list[tuple[Cell, ...]] = []
    ways = {
        "users": Owners.by_user(sessions.meta).numbers,
        "genuine sessions with all that was made of them": bound(sessions.meta.assign(user=None)),
    }
    for what, owners in ways.items():
        sampler = Sampler.of(owners, effort.draws, effort.seed)
        found = [mean_recall(trials, sessions, families(trials), sampler, budget) for budget in BUDGETS]
        rows.append((what, len(np.unique(owners)), *found))
    columns = ("drawn together", "number", "mean recall at 1%", "mean recall at 0.1%")
    return Table("clusters", "The mean of families, with intervals drawn in two ways", columns, tuple(rows))


def _by_time(sessions: Sessions, effort: Effort, step: Step) -> dict[str, tuple[Sequence[Trial], Once]]:
    """The split by time, where sessions have times and both sides have both labels."""
    if sessions.meta["started"].isna().all():
        return {}
    trials = by_times(sessions, effort, step("the latest left out"))
    padded, null = is_padded(sessions.meta)[trials[0].rows], sessions.null()[trials[0].rows]
    if not padded.any() or not null.any():
        return {}
    return {"split by time": (trials, once(trials, sessions, _BUDGET, own=False))}


def _about(sessions: Sessions, effort: Effort, owners: Owners) -> dict[str, Any]:
    padded, null = is_padded(sessions.meta), sessions.null()
    drawn = "users" if owners.kind == "user" else "genuine sessions, each with all that was made of it,"
    return {
        "sessions": {"padded": int(padded.sum()), "genuine as they were": int(null.sum()),
                     "look-alikes": int((~padded & ~null).sum())},
        "users": f"{len(np.unique(bound(sessions.meta)))} who share nothing, worth {owners.users:.0f} of equal size",
        "intervals": f"95 %, {effort.draws} bootstrap draws; {drawn} are drawn together",
        "features": len(sessions.columns),
        "effort": {name: value for name, value in asdict(effort).items() if name != "params"},
        "trees": asdict(effort.params),
    }  # fmt: skip


def _figure(cell: Cell) -> Figure | None:
    return cell if isinstance(cell, Figure) else None


def _least(figure: Figure | None, aim: float) -> bool | None:
    return None if figure is None or figure.value is None else figure.value >= aim


def _most(figure: Figure | None, aim: float) -> bool | None:
    return None if figure is None or figure.value is None else figure.value <= aim
