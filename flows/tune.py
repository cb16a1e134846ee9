"""Tune: a data set in, better parameters of the trees out; a study that can be stopped and taken up again.

Trials stand in MLflow, nested in one parent run a study. Nothing is trained for use here: `winnow train --params FILE`
reads what was found.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from features.vectors import Vectors
from flows import learning
from flows.home import Home
from models.forest import Params
from models.protocols import Effort, Sessions, Step, silent
from models.registry import Place, log_best, log_trial, sweep
from models.sought import unseen_recall
from models.training import directed
from models.tuning import Trial, Tuned
from models.tuning import tune as search

EFFORT = Effort(parts=(2,), groups=4)
"""Eight folds a trial: four groups of families, in two parts by user."""


@dataclass(frozen=True, slots=True)
class Search:
    """What a study has found so far."""

    study: str
    tuned: Tuned
    file: Path
    """The best parameters, for `winnow train --params`."""


def tune(
    home: Home,
    data: Path,
    vectors: Vectors | None = None,
    *,
    minutes: float | None = None,
    trials: int | None = None,
    study: str | None = None,
    out: Path | None = None,
    effort: Effort = EFFORT,
    step: Step = silent,
    told: Callable[[Trial], None] = lambda _trial: None,
) -> Search:
    """Searches until the time is over or the study has so many trials; the same call goes on where it was stopped.

    Time for measuring the sessions does not count. A study is named after its data unless it is given a name.
    """
    loaded = learning.load(data, vectors, step("sessions measured"))
    sessions = Sessions(loaded.table, loaded.meta, directed(loaded.columns), learning.TOGETHER)
    made_of = _made_of(loaded, effort)
    name = study or f"tuning-{_digest(made_of)}"
    place = Place.at(home.folder)
    with sweep(place, f"tune {name} {_digest(made_of)}", name, made_of) as parent:

        def heard(trial: Trial) -> None:
            log_trial(place, parent, trial)
            told(trial)

        tuned = search(
            unseen_recall(sessions, effort),
            f"sqlite:///{place.folder / 'tuning.db'}",
            name,
            trials=trials,
            seconds=None if minutes is None else minutes * 60,
            seed=effort.seed,
            begin=effort.params,
            told=heard,
            made_of=_digest(made_of),
        )
        log_best(place, parent, tuned)
    file = out or home.data / "tuning" / f"{name}.json"
    _write(file, name, tuned, made_of)
    return Search(name, tuned, file)


def params_of(file: Path, seed: int = 0) -> Params:
    """The parameters that a study has found, with another seed for the trees."""
    if not file.is_file():
        raise FileNotFoundError(f"{file}: there are no parameters; `winnow tune` writes such a file")
    known = {field.name for field in fields(Params)}
    try:
        found = Params(**json.loads(file.read_text(encoding="utf-8"))["params"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{file}: these are no parameters of trees ({', '.join(sorted(known))}): {error}; `winnow tune` writes them"
        ) from error
    return replace(found, seed=seed)


def _made_of(loaded: learning.Data, effort: Effort) -> dict[str, Any]:
    """What trials are measured on, and how: only where that is the same can they be compared."""
    return {
        "checksums": loaded.checksums,
        "features": loaded.fingerprint,
        "parts": list(effort.parts),
        "groups": effort.groups,
        "seed": effort.seed,
        "held": effort.held_unseen,
        "trees": effort.params.trees,
        "patience": effort.params.patience,
    }


def _digest(made_of: Mapping[str, Any]) -> str:
    return sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:8]


def _write(file: Path, name: str, tuned: Tuned, made_of: Mapping[str, Any]) -> None:
    """The file appears whole or not at all."""
    said = {
        "study": name,
        "trial": tuned.best.number,
        "trials": len(tuned.trials),
        "score": tuned.best.score,
        "what the score is": "mean recall at 1 % false positives on families left out; chosen on them, so it flatters",
        "made_of": dict(made_of),
        "params": asdict(tuned.best.params),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.writing")
    partial.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    partial.replace(file)
