"""A small company, a data set of its sessions, and a model that has learnt from it: real ones, made once a test run."""

import json
import warnings
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from flows import dataset, learning
from flows import train as training
from flows.home import Home
from flows.model import Model, read
from models.forest import Params
from models.plan import Plan
from padding.company.simulation import simulate
from padding.dataset import Manifest

BUDGET = 0.3
"""A few hundred sessions cannot promise a small one."""
SMALL = Params(trees=60, least=5, leaves=7)


@cache
def company() -> Path:
    """The folder of the company: traces/, truth.jsonl."""
    folder = Path(mkdtemp(prefix="winnow-test-company-"))
    simulate(folder, people=16, days=8, seed=5)
    return folder


@cache
def traces() -> tuple[Path, ...]:
    """Its genuine sessions, as files that are not all of padding people."""
    padders = {line["user_id"] for line in map(json.loads, truth()) if line["label"] == "padded"}
    folders = sorted(path for path in (company() / "traces").iterdir())
    return tuple(path for path in folders if path.name not in padders)


def truth() -> list[str]:
    """What the simulator knows, a line a session."""
    return (company() / "truth.jsonl").read_text().splitlines()


@cache
def data_set() -> tuple[Path, Manifest]:
    """A data set made of its genuine sessions."""
    out = Path(mkdtemp(prefix="winnow-test-data-"))
    return out, dataset.build(traces(), out, seed=1, ratio=1.0)


@cache
def trained() -> training.Trained:
    """A model that has learnt from the data set, without what texts mean."""
    return training.train(data_set()[0], None, SMALL, Plan(held=0.4))


@cache
def model_folder() -> Path:
    """Its files."""
    folder = Path(mkdtemp(prefix="winnow-test-model-"))
    trained().write(folder)
    return folder


def model(home: Path) -> Model:
    """It, as scoring uses it."""
    return read(Home(home), model_folder(), "small")


def loaded() -> learning.Data:
    """The data set as models see it."""
    with warnings.catch_warnings():
        return learning.load(data_set()[0], None)
