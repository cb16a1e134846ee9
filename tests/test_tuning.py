"""Searches by a real Optuna on SQLite; what is searched is a made-up score, and once real trees."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from small_models import place_in, sessions

from models.forest import Forest, Params, Part
from models.registry import log_best, log_trial, sweep
from models.tuning import NothingFound, Trial, Tuned, tune

MEMORY = "sqlite:///:memory:"
"""A database for one search, which is quicker than one in a file."""


def peak(params: Params) -> Iterator[float]:
    """Best where leaves are few and the rate is 0.1; the folds differ a little."""
    score = -abs(np.log(params.rate / 0.1)) - abs(params.leaves - 8) / 10
    for fold in range(4):
        yield score + fold / 100


@pytest.fixture
def storage(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/tuning/study.db"


def test_a_search_finds_better_parameters_than_it_began_with() -> None:
    begin = Params(trees=77, seed=5, rate=0.02, leaves=50)
    tuned = tune(peak, MEMORY, "peak", trials=24, begin=begin)
    first = tuned.trials[0]
    assert first.params == begin
    assert (first.state, len(first.folds)) == ("finished", 4)
    assert first.score is not None
    assert tuned.best.score is not None
    assert tuned.best.score > first.score
    assert {(trial.params.trees, trial.params.seed) for trial in tuned.trials} == {(77, 5)}
    assert len(tuned.trials) == 24


def test_poor_trials_are_stopped_before_their_last_fold() -> None:
    tuned = tune(peak, MEMORY, "peak", trials=16)
    pruned = [trial for trial in tuned.trials if trial.state == "pruned"]
    assert pruned
    assert all(trial.score is None and len(trial.folds) < 4 for trial in pruned)


def test_the_same_seed_makes_the_same_search_and_another_does_not() -> None:
    found = [drawn(tune(peak, MEMORY, "s", trials=12, seed=seed)) for seed in (1, 1, 2)]
    assert found[0] == found[1] != found[2]


def test_a_search_that_was_interrupted_goes_on_as_if_it_had_not_been(storage: str) -> None:
    asked = 0

    def interrupted(params: Params) -> Iterator[float]:
        nonlocal asked
        for score in peak(params):
            asked += 1
            if asked in {2, 30}:
                raise KeyboardInterrupt
            yield score

    heard: list[Trial] = []
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            tune(interrupted, storage, "s", trials=13, seed=3, told=heard.append)
    tuned = tune(interrupted, storage, "s", trials=13, seed=3, told=heard.append)
    whole = tune(peak, MEMORY, "s", trials=13, seed=3)
    assert drawn(tuned) == drawn(whole)
    assert [trial.state for trial in tuned.trials].count("failed") == 2
    assert {trial.number for trial in heard} == set(range(15))
    assert tune(interrupted, storage, "s", trials=13, seed=3) == tuned  # nothing is left to do


KILLED = """
import sys, time
from models.tuning import tune

def slow(params):
    for fold in range(3):
        if sys.argv[2] == "slow":
            print(fold, flush=True)
            time.sleep(0.05)
        yield params.rate

tuned = tune(slow, sys.argv[1], "s", trials=8, seed=4)
print([(trial.params.rate, trial.params.leaves) for trial in tuned.trials if trial.state != "failed"])
"""


def test_a_search_that_was_killed_is_resumed_in_another_process(tmp_path: Path, storage: str) -> None:
    command = [sys.executable, "-c", KILLED]
    root = Path(__file__).parent.parent
    environment = {**os.environ, "PYTHONPATH": str(root)}
    run = subprocess.Popen([*command, storage, "slow"], stdout=subprocess.PIPE, text=True, env=environment)
    assert run.stdout is not None
    for _ in range(8):  # in the midst of the third trial, or of the fourth where one was pruned
        run.stdout.readline()
    run.send_signal(signal.SIGKILL)
    run.wait()
    run.stdout.close()

    def finish(where: str) -> str:
        done = subprocess.run([*command, where, "quick"], capture_output=True, text=True, env=environment, check=True)
        return done.stdout

    assert finish(storage) == finish(f"sqlite:///{tmp_path}/whole.db")


def test_time_ends_a_search_between_trials(storage: str) -> None:
    def slow(params: Params) -> Iterator[float]:
        time.sleep(0.3)
        yield params.rate

    begun = tune(slow, storage, "s", trials=1)
    tuned = tune(slow, storage, "s", seconds=0.25)  # no time for two, and perhaps for none on a busy machine
    assert len(begun.trials) == 1
    assert len(tuned.trials) <= 2
    assert all(trial.seconds >= 0.29 for trial in tuned.trials)


def test_no_time_at_all_is_an_error_that_says_so(storage: str) -> None:
    with pytest.raises(NothingFound, match=r"the study 's' has no finished trial: give it more time than 0 s"):
        tune(peak, storage, "s", seconds=0)
    with pytest.raises(ValueError, match="say how many trials, or how many seconds"):
        tune(peak, storage, "s")


def test_a_fold_that_has_no_score_is_an_error_that_names_it(storage: str) -> None:
    with pytest.raises(ValueError, match="the score of fold 1 of trial 0 is nan, not a number"):
        tune(lambda _: iter([0.5, float("nan")]), storage, "s", trials=1)
    with pytest.raises(ValueError, match="was given no fold"):
        tune(lambda _: (), storage, "empty", trials=1)


def test_an_error_of_the_objective_is_not_swallowed(storage: str) -> None:
    def broken(params: Params) -> Iterator[float]:
        yield 0.5
        raise RuntimeError("the fold has no padded session")

    with pytest.raises(RuntimeError, match="no padded session"):
        tune(broken, storage, "s", trials=3)


def test_trials_of_real_trees_stand_under_one_run_once_each(tmp_path: Path, storage: str) -> None:
    table = sessions()
    padded = (table["repeats"] > 0.5).to_numpy(np.float64)
    part = Part(table[["repeats", "news"]], padded, np.ones(len(table)))

    def folds(params: Params) -> Iterator[float]:
        forest = Forest.fit(part, params)
        for fold in range(2):
            rows = slice(200 * fold, 200 * fold + 200)
            yield -float(np.mean((forest.probability(table[rows]) - padded[rows]) ** 2))

    place = place_in(tmp_path / "home")
    for trials in (2, 4):  # taken up again, which tells of the first trials a second time
        with sweep(place, "tuning c0ffee", "tuning", {"data": "c0ffee"}) as parent:
            tuned = tune(
                folds,
                storage,
                "s",
                trials=trials,
                begin=Params(trees=5),
                told=lambda one: log_trial(place, parent, one),
            )
            log_best(place, parent, tuned)
    client = place.client()
    runs = client.search_runs(["1"])
    (top,) = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    under = {run.info.run_name: run for run in runs if run.data.tags.get("mlflow.parentRunId") == top.info.run_id}
    assert sorted(under) == ["trial 0", "trial 1", "trial 2", "trial 3"]
    assert len(runs) == 5
    assert top.info.status == "FINISHED"
    assert top.data.metrics["best/score"] == tuned.best.score
    assert top.data.metrics["best/rate"] == tuned.best.params.rate
    first = under["trial 0"].data
    assert (first.params["trees"], first.params["rate"]) == ("5", "0.05")
    assert first.metrics["fold/1"] == tuned.trials[0].folds[1]
    assert first.tags["winnow.state"] == "finished"


def test_a_sweep_that_fails_can_be_taken_up(tmp_path: Path) -> None:
    place = place_in(tmp_path)

    def broken() -> str:
        with sweep(place, "key", "tuning") as parent:
            raise KeyboardInterrupt(parent)

    with pytest.raises(KeyboardInterrupt) as error:
        broken()
    (run,) = place.client().search_runs(["1"])
    assert (run.info.run_id, run.info.status) == (str(error.value), "FAILED")
    with sweep(place, "key", "tuning") as parent:
        assert parent == run.info.run_id


def drawn(tuned: Tuned) -> list[tuple[Params, tuple[float, ...]]]:
    """What the trials that count were, and what came of them."""
    return [(trial.params, trial.folds) for trial in tuned.trials if trial.state != "failed"]
