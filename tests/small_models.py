"""A small real detector, and homes with an MLflow store that need not be migrated each time."""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from models.calibration import fit
from models.detector import Column, Detector, Least
from models.forest import Forest, Params, Part
from models.novelty import Novelty
from models.registry import Place

os.environ.setdefault("OMP_NUM_THREADS", "1")  # for ten trees more threads are slower, where cores are busy


def sessions(seed: int = 0, rows: int = 400) -> pd.DataFrame:
    """Made-up features; what is padded repeats more. The last session has too little in it to be judged."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.normal(size=(rows, 3)), columns=["repeats", "pace", "news"]).astype(np.float32)
    table["turns"] = np.float32(9)
    table.loc[rows - 1, "turns"] = np.float32(1)
    table.loc[0, "pace"] = np.nan
    return table


def small_detector(seed: int = 0) -> Detector:
    """Ten trees on 400 sessions."""
    table = sessions(seed)
    weights, padded = np.ones(len(table)), (table["repeats"] > 0.5).to_numpy()
    columns = [Column("repeats", "repetition", "high"), Column("pace", "timing", "context")]
    seen = table[[column.name for column in columns]]
    grow = Params(trees=10, least=5, seed=seed)
    forest = Forest.fit(Part(seen, padded.astype(np.float64), weights), grow, monotone=[1, 0])
    kinds = (table["news"] > 0).to_numpy().astype(np.float64)
    looks = Forest.fit(Part(table[["news"]], kinds, weights), grow, target="multiclass", classes=2)
    raw = forest.raw(table)
    return Detector(
        columns=tuple(columns),
        fingerprint="f00d",
        forest=forest,
        calibration=fit(raw, padded),
        doubt=fit(raw, padded, method="venn-abers"),
        genuine=np.concatenate([raw[~padded], raw[~padded]]),
        foreign=raw[~padded],
        novelty=Novelty.fit(table[["repeats", "pace", "news"]], seed),
        looks=looks,
        classes=("ordinary work", "automation"),
        least=(Least("turns", 2),),
        about={"seed": seed},
    )


def place_in(home: Path) -> Place:
    """The MLflow store of a new home; the database is a copy of one that was migrated before."""
    place = Place.at(home, f"sqlite:///{home.resolve()}/mlruns/mlflow.db")
    assert place.database is not None
    place.database.parent.mkdir(parents=True)
    shutil.copy(migrated() / "mlruns" / "mlflow.db", place.database)
    return place


@cache
def migrated() -> Path:
    """A home with an empty store, made once for all tests, since that takes seconds."""
    home = Path(tempfile.mkdtemp(prefix="winnow-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    Place.at(home, f"sqlite:///{home}/mlruns/mlflow.db").client()
    return home
