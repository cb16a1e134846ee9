"""A model folder becomes a model of MLflow's, and comes back as a folder.

What is saved are the model's own files, the source of this room's modules that read them, a signature and an example:
text, JSON and Parquet, and no pickle. A version keeps the code that it was made with, and so its scores.
"""

import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from models.detector import Detector
from models.rates import BUDGET, PREVALENCE
from models.registry.place import NoVersion, Place, brief

if TYPE_CHECKING:
    from mlflow.models import ModelSignature

OUTPUTS = {
    "probability": "double",
    "probability_low": "double",
    "probability_high": "double",
    "raw": "double",
    "threshold": "double",
    "flagged": "boolean",
    "status": "string",
    "novelty": "double",
    "looks_like": "string",
}
"""What a judgement consists of, in MLflow's types."""

_ROOM = Path(__file__).parent.parent
_NEEDS = ("lightgbm", "numpy", "pandas", "pyarrow", "scikit-learn", "scipy")


@contextmanager
def saved(folder: Path, example: pd.DataFrame | None = None) -> Iterator[Path]:
    """A temporary folder with the model of `folder` as MLflow keeps it.

    The example shows what columns a table has; without one a made-up row is taken, the middle of the training data.
    """
    import mlflow.pyfunc

    detector = Detector.read(folder)
    columns = _columns(detector)
    shown = _typical(detector, columns) if example is None else example[columns]
    with tempfile.TemporaryDirectory() as temporary, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # MLflow's, of how it uses pandas
        place = Path(temporary)
        mlflow.pyfunc.save_model(
            str(place / "saved"),
            loader_module="models.served",
            data_path=str(folder),
            code_paths=[str(_code(place / "code" / "models"))],
            signature=_signature(columns),
            input_example=shown.astype("float64"),
            pip_requirements=[f"{name}=={version(name)}" for name in ("mlflow", *_NEEDS)],
        )
        yield place / "saved"


def fetched(place: Place, source: str, name: str) -> Path:
    """The model folder in what is stored at `source`; where it must be fetched it is kept under `name`.

    Nothing of the fetched code is run.
    """
    from mlflow.artifacts import download_artifacts
    from mlflow.models import Model

    kept = place.folder / "fetched" / name
    if not kept.is_dir():
        with tempfile.TemporaryDirectory(prefix=".", dir=_folder(kept.parent)) as temporary:
            try:
                found = Path(download_artifacts(artifact_uri=source, dst_path=temporary, tracking_uri=place.uri))
                data = found / Model.load(str(found)).flavors["python_function"]["data"]
            except Exception as error:
                raise NoVersion(
                    f"the files of the model at {source} cannot be fetched: {brief(error)}: if the home has been "
                    "moved, move it back; if they are deleted, promote or score with another version"
                ) from error
            try:
                data.rename(kept)
            except OSError:
                if not kept.is_dir():  # else another process was quicker
                    raise
    return kept


def _columns(detector: Detector) -> list[str]:
    """Every column that a part of the detector reads."""
    least = [one.column for one in detector.least]
    return list(dict.fromkeys([*detector.names, *detector.looks.columns, *detector.novelty.columns, *least]))


def _typical(detector: Detector, columns: Sequence[str]) -> pd.DataFrame:
    middle = dict(zip(detector.novelty.columns, detector.novelty.middle.tolist(), strict=True))
    least = {one.column: one.value for one in detector.least}
    return pd.DataFrame([{name: max(middle.get(name, 0.0), least.get(name, 0.0)) for name in columns}])


def _signature(columns: Sequence[str]) -> "ModelSignature":
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema

    asked = {"prevalence": PREVALENCE, "budget": BUDGET}
    return ModelSignature(
        Schema([ColSpec(DataType.double, name) for name in columns]),
        Schema([ColSpec(kind, name) for name, kind in OUTPUTS.items()]),
        ParamSchema([ParamSpec(name, DataType.double, value) for name, value in asked.items()]),
    )


def _code(folder: Path) -> Path:
    """The modules of this room, but neither this registry nor the shipped model."""
    folder.mkdir(parents=True)
    for path in _ROOM.glob("*.py"):
        shutil.copy(path, folder)
    return folder


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path
