"""Tuning as MLflow shows it: a parent run, and one under it for each trial."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from models.registry.entries import log
from models.registry.place import Place
from models.registry.runs import create, experiment_of, with_key
from models.tuning import Trial, Tuned

_ENDS = {"finished": "FINISHED", "pruned": "KILLED", "failed": "FAILED"}


@contextmanager
def sweep(place: Place, key: str, name: str, params: Mapping[str, Any] | None = None) -> Iterator[str]:
    """The id of the parent run of a key, which is taken up again where it was left, or begun.

    It is finished when the block is left, and failed (still to be taken up) when by an error or Ctrl-C. Parameters of
    a sweep cannot change: give another one another key.
    """
    client = place.client()
    experiment = experiment_of(client, place)
    known = with_key(client, experiment, key)
    run = str(known[0].info.run_id) if known else create(client, experiment, key, name, None, 0)
    client.update_run(run, "RUNNING")
    try:
        log(client, run, params or {}, {}, {"winnow.kind": "sweep"})
        yield run
    except BaseException:
        client.set_terminated(run, "FAILED")
        raise
    client.set_terminated(run)


def log_trial(place: Place, parent: str, trial: Trial) -> str:
    """Keeps a trial under its parent and returns its run; one that is there already stays as it is."""
    client = place.client()
    experiment = experiment_of(client, place)
    key = f"{parent}/trial-{trial.number}"
    for run in with_key(client, experiment, key):
        if run.info.status != "RUNNING":
            return str(run.info.run_id)
        client.delete_run(run.info.run_id)
    run_id = create(client, experiment, key, f"trial {trial.number}", parent, trial.seconds)
    figures = {"score": trial.score, "seconds": trial.seconds, "fold": dict(enumerate(trial.folds))}
    log(client, run_id, asdict(trial.params), figures, {"winnow.kind": "trial", "winnow.state": trial.state})
    client.set_terminated(run_id, _ENDS[trial.state])
    return run_id


def log_best(place: Place, parent: str, tuned: Tuned) -> None:
    """Notes with the parent what is best so far, and how many trials there were; later figures follow these."""
    counts = {state: sum(trial.state == state for trial in tuned.trials) for state in _ENDS}
    best = {"trial": tuned.best.number, "score": tuned.best.score, **asdict(tuned.best.params)}
    log(place.client(), parent, {}, {"best": best, "trials": counts})
