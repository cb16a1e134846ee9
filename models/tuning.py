"""Parameters of the trees, searched by Optuna, of which this is the one home: seeded, pruned fold by fold, resumable.

What is searched for is a score that the caller gives, fold by fold; what a fold is, and what is measured on it, is not
known here. A study is kept in a database, and is worked on by one process at a time.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from models.forest import Params

if TYPE_CHECKING:
    import optuna

Objective = Callable[[Params], Iterable[float]]
"""The scores of such trees, fold by fold, higher ones better; it is not asked on where the first ones are poor."""
State = Literal["finished", "pruned", "failed"]

_MADE_OF = "made_of"
_STARTS = 10
"""Trials at random before the sampler begins to learn."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one set of parameters."""

    number: int
    params: Params
    folds: tuple[float, ...]
    """The score of each fold that was asked for."""
    state: State
    """`pruned` where its first folds were poor; `failed` where it was interrupted or ended in an error."""
    seconds: float

    @property
    def score(self) -> float | None:
        """The mean over all folds; null where it was pruned or failed."""
        return sum(self.folds) / len(self.folds) if self.state == "finished" else None


@dataclass(frozen=True, slots=True)
class Tuned:
    """What a search has found so far."""

    best: Trial
    trials: tuple[Trial, ...]
    """All of the study, those of earlier calls among them."""


class NothingFound(RuntimeError):
    """No trial has been finished."""


class AnotherSearch(ValueError):
    """A study of that name is there, and searched for something else."""


def tune(
    objective: Objective,
    storage: str,
    name: str,
    *,
    trials: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
    begin: Params | None = None,
    told: Callable[[Trial], None] | None = None,
    made_of: str = "",
) -> Tuned:
    """Searches until the study `name` in the database `storage` (a URL) has so many trials, or the time is over.

    Called again, after Ctrl-C or a kill too, it goes on where it was; with the same seed it then makes the same trials
    as if it had never been stopped. Trials that failed do not count. The first one is `begin`, from which also comes
    what is not searched: how many trees, how patient, and their seed. Time is looked at between trials, so that one
    may exceed it. `told` hears of each trial, and when the study is taken up of all that are there.
    `made_of` says what is searched on: a study that was on something else is `AnotherSearch`, and stays as it is.
    """
    if trials is None and seconds is None:
        raise ValueError("a search without an end: say how many trials, or how many seconds")
    started, base = time.monotonic(), begin or Params()
    with _quiet():
        study = _study(storage, name)
        _check(study, name, made_of)
        for earlier in _told(study, base):
            _tell(told, earlier)
        while _goes_on(len(_done(study)), trials, seconds, time.monotonic() - started):
            _tell(told, _tried(study, objective, base, seed))
        found = tuple(_told(study, base))
    finished = [trial for trial in found if trial.score is not None]
    if not finished:
        raise NothingFound(f"the study {name!r} has no finished trial: give it more time than {seconds} s, or trials")
    return Tuned(max(finished, key=lambda trial: (trial.score or 0.0, -trial.number)), found)


def _study(storage: str, name: str) -> "optuna.Study":
    """The study, with trials that a killed process has left under way marked as failed."""
    import optuna

    if storage.startswith("sqlite:///"):
        Path(storage.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    study = optuna.create_study(
        storage=storage,
        study_name=name,
        direction="maximize",
        load_if_exists=True,
        pruner=optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=0),
    )
    for left in study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,)):
        study.tell(left.number, state=optuna.trial.TrialState.FAIL)
    return study


def _check(study: "optuna.Study", name: str, made_of: str) -> None:
    """Scores on different data cannot be told against each other."""
    before = study.user_attrs.get(_MADE_OF)
    if before is None:
        study.set_user_attr(_MADE_OF, made_of)
    elif before != made_of:
        raise AnotherSearch(
            f"the study {name!r} was made on other data, or measured in another way: give this one another name"
        )


def _done(study: "optuna.Study") -> "list[optuna.trial.FrozenTrial]":
    from optuna.trial import TrialState

    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED))


def _goes_on(done: int, trials: int | None, seconds: float | None, spent: float) -> bool:
    return (trials is None or done < trials) and (seconds is None or spent < seconds)


def _tried(study: "optuna.Study", objective: Objective, base: Params, seed: int) -> Trial:
    """One trial. What it draws depends on the seed and the trials that count, not on when a search was stopped."""
    import optuna
    from optuna.trial import TrialState

    done = len(_done(study))
    study.sampler = optuna.samplers.TPESampler(seed=seed * 100_003 + done, n_startup_trials=_STARTS, multivariate=True)
    if done == 0 and not study.get_trials(deepcopy=False, states=(TrialState.WAITING,)):
        study.enqueue_trial(_searched(base))
    trial = study.ask()
    try:
        folds, pruned = _folds(trial, objective(_drawn(trial, base)))
    except BaseException:
        study.tell(trial, state=TrialState.FAIL)
        raise
    if pruned:
        study.tell(trial, state=TrialState.PRUNED)
    else:
        study.tell(trial, sum(folds) / len(folds))
    return _as_trial(study.get_trials(deepcopy=False)[trial.number], base)


def _folds(trial: "optuna.Trial", scores: Iterable[float]) -> tuple[list[float], bool]:
    """The scores until the trial is pruned: the mean so far is below the median of the others at that fold."""
    found: list[float] = []
    asked = iter(scores)
    try:
        for score in asked:
            if not math.isfinite(score):
                raise ValueError(f"the score of fold {len(found)} of trial {trial.number} is {score}, not a number")
            found.append(float(score))
            trial.report(sum(found) / len(found), len(found) - 1)
            if trial.should_prune():
                return found, True
    finally:
        trial.set_user_attr("folds", found)
        if hasattr(asked, "close"):
            asked.close()
    if not found:
        raise ValueError(f"trial {trial.number} was given no fold to be judged on")
    return found, False


def _drawn(trial: "optuna.Trial", base: Params) -> Params:
    """The search space."""
    return replace(
        base,
        rate=trial.suggest_float("rate", 0.01, 0.2, log=True),
        leaves=trial.suggest_int("leaves", 4, 63, log=True),
        least=trial.suggest_int("least", 5, 100, log=True),
        columns=trial.suggest_float("columns", 0.2, 1.0),
        rows=trial.suggest_float("rows", 0.5, 1.0),
        smooth=trial.suggest_float("smooth", 0.1, 100.0, log=True),
    )


def _searched(params: Params) -> dict[str, float | int]:
    return {name: getattr(params, name) for name in ("rate", "leaves", "least", "columns", "rows", "smooth")}


def _told(study: "optuna.Study", base: Params) -> Iterator[Trial]:
    """All trials that have ended."""
    for frozen in study.get_trials(deepcopy=False):
        if frozen.state.is_finished():
            yield _as_trial(frozen, base)


def _as_trial(frozen: "optuna.trial.FrozenTrial", base: Params) -> Trial:
    states: dict[str, State] = {"COMPLETE": "finished", "PRUNED": "pruned"}
    return Trial(
        number=frozen.number,
        params=replace(base, **frozen.params),
        folds=tuple(frozen.user_attrs.get("folds", ())),
        state=states.get(frozen.state.name, "failed"),
        seconds=frozen.duration.total_seconds() if frozen.duration else 0.0,
    )


def _tell(told: Callable[[Trial], None] | None, trial: Trial) -> None:
    if told is not None:
        told(trial)


@contextmanager
def _quiet() -> Iterator[None]:
    """Optuna says nothing of its trials, and warns of nothing that is still called experimental, in the block."""
    import warnings

    import optuna

    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(level)
