"""A logged model as plain MLflow loads it: `mlflow.pyfunc.load_model(uri).predict(table)` is `Detector.judge(table)`.

MLflow imports this file by name from the code that lies beside the model's files (see `models/registry/saved.py`), so
that Winnow need not be installed there. Winnow itself does not come this way: it reads the files as data, and runs no
code out of a registry.
"""

from pathlib import Path
from typing import Any

import pandas as pd

from models.detector import Detector
from models.rates import BUDGET, PREVALENCE


class Served:
    """A detector behind MLflow's interface."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    def predict(self, table: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """A judgement a row; `params` are the prevalence and the false-positive budget."""
        asked = params or {}
        return self._detector.judge(table, asked.get("prevalence", PREVALENCE), asked.get("budget", BUDGET))


def _load_pyfunc(path: str) -> Served:
    """What MLflow calls, under this name, with the folder of the model's files."""
    return Served(Detector.read(Path(path)))
