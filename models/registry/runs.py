"""Runs: what was made, of what, by which code, how good it is, and what it cost."""

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from models.registry.entries import log, plain
from models.registry.place import Place
from models.registry.saved import saved

if TYPE_CHECKING:
    from mlflow.entities import Run
    from mlflow.tracking import MlflowClient

EXPERIMENT = "winnow"
KEY = "winnow.key"
MODEL = "winnow.model"

_PARENT = "mlflow.parentRunId"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run took."""

    seconds: float
    peak_megabytes: float
    """Of this process since its beginning, and not of the processes that it has started."""

    @classmethod
    def since(cls, begun: float) -> "Cost":
        """The cost of what began when `time.monotonic()` was `begun`."""
        unit = 2**20 if sys.platform == "darwin" else 2**10
        return cls(time.monotonic() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit)


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept of a run."""

    key: str
    """Tells it from others: of runs with one key only one is kept."""
    name: str
    params: Mapping[str, Any]
    seeds: Mapping[str, int]
    manifest: Mapping[str, Any]
    """The data: what there was, and of what it was made."""
    checksum: str
    """Of the data."""
    fingerprint: str
    """Of the feature set."""
    figures: Mapping[str, Any]
    """Nested as they come; all of them are kept as JSON, numbers as metrics too. NaN and null are no metrics."""
    cost: Cost
    model: Path | None = None
    """The folder that a `Detector` was written to."""
    example: pd.DataFrame | None = None
    """A few rows of features, kept with the model for all to see; null for a made-up row."""
    files: Path | None = None
    """A folder with plots and reports."""
    tags: Mapping[str, str] = field(default_factory=dict)
    parent: str | None = None
    """The run that this one is part of."""


def record(place: Place, told: Record) -> str:
    """Keeps one run and returns its id; a run of the same key that is finished is returned as it is.

    One that was interrupted is deleted (as MLflow deletes, so that it can be restored) and made anew. That takes for
    granted that nobody else records the same key at the same time.
    """
    client = place.client()
    experiment = experiment_of(client, place)
    for run in with_key(client, experiment, told.key):
        if run.info.status == "FINISHED":
            return str(run.info.run_id)
        client.delete_run(run.info.run_id)
    return _made(client, experiment, told)


def with_key(client: "MlflowClient", experiment: str, key: str) -> "Sequence[Run]":
    """The runs of a key, the newest first."""
    if "'" in key:
        raise ValueError(f"the key {key!r} of a run has a quote in it, by which MLflow cannot find it")
    return list(client.search_runs([experiment], f"tags.`{KEY}` = '{key}'"))


def experiment_of(client: "MlflowClient", place: Place) -> str:
    """The id of Winnow's experiment, which is made or restored where need be."""
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(EXPERIMENT)
    if found is None:
        try:
            return str(client.create_experiment(EXPERIMENT, artifact_location=place.artifacts))
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            return experiment_of(client, place)
    if found.lifecycle_stage == "deleted":
        client.restore_experiment(found.experiment_id)
    return str(found.experiment_id)


def create(client: "MlflowClient", experiment: str, key: str, name: str, parent: str | None, seconds: float) -> str:
    """A run that is under way, since so many seconds."""
    tags = {KEY: key, "winnow.code": code_version(), "mlflow.source.name": "winnow"}
    if parent:
        tags[_PARENT] = parent
    begun = int((time.time() - seconds) * 1000)
    return str(client.create_run(experiment, begun, tags, name).info.run_id)


@cache
def code_version() -> str:
    """The commit of the checkout that this code is part of, else the version of the package."""
    here, git = Path(__file__).parent.parent, shutil.which("git")
    if git:
        ask = [git, "-C", str(here)]
        known = [*ask, "ls-files", "--error-unmatch", "__init__.py"]
        commit = [*ask, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
        if _output(known) and (found := _output(commit)):
            return found
    return f"winnow {version('winnow')}"


def _made(client: "MlflowClient", experiment: str, told: Record) -> str:
    run = create(client, experiment, told.key, told.name, told.parent, told.cost.seconds)
    try:
        tags = {**told.tags, "winnow.data": told.checksum, "winnow.features": told.fingerprint}
        model = _log_model(client, experiment, run, told) if told.model else None
        given = {**told.params, "seed": told.seeds, "data": told.checksum, "features": told.fingerprint}
        log(client, run, given, {**told.figures, "cost": told.cost}, tags | ({MODEL: model} if model else {}), model)
        _log_data(client, run, told)
        _log_files(client, run, told)
    except BaseException:
        client.set_terminated(run, "FAILED")
        raise
    client.set_terminated(run)
    return run


def _log_model(client: "MlflowClient", experiment: str, run: str, told: Record) -> str:
    from mlflow.entities import LoggedModelOutput

    assert told.model is not None
    with saved(told.model, told.example) as folder:
        model = client.create_logged_model(experiment, "winnow", run, model_type="detector")
        client.log_model_artifacts(model.model_id, str(folder))
    client.finalize_logged_model(model.model_id, "READY")
    client.log_outputs(run, [LoggedModelOutput(model.model_id, 0)])
    return str(model.model_id)


def _log_data(client: "MlflowClient", run: str, told: Record) -> None:
    from mlflow.entities import Dataset, DatasetInput, InputTag

    source = json.dumps({"checksum": told.checksum})
    data = Dataset("sessions", told.checksum[:36], "winnow", source)
    client.log_inputs(run, [DatasetInput(data, [InputTag("mlflow.data.context", "training")])])


def _log_files(client: "MlflowClient", run: str, told: Record) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("params", "seeds", "manifest", "figures"):
            text = json.dumps(plain(getattr(told, name)), indent=1, sort_keys=True, allow_nan=False)
            (Path(folder) / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        client.log_artifacts(run, folder)
    if told.files:
        client.log_artifacts(run, str(told.files), "files")


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)  # noqa: S603
    return done.stdout.strip() if done.returncode == 0 else ""
