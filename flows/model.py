"""Which model scores: the registry's champion, another version by name, a folder, or the one that is shipped."""

from dataclasses import dataclass
from pathlib import Path

from features import turns
from features.feature import LANGUAGE
from features.table import fingerprint_of, schema
from features.vectors import Vectors
from flows.encoding import vectors
from flows.home import Home
from models.detector import Detector
from models.registry import NoVersion, Place, find, folder_of
from models.share import ShareModel

SHIPPED = Path(__file__).parent.parent / "models" / "pretrained"
"""The model that is shipped: used until a champion is registered."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model version with all that scoring takes."""

    name: str
    """What scores say that they come from."""
    folder: Path
    detector: Detector
    share: ShareModel
    vectors: Vectors | None
    """The encoder, where the version goes by what texts mean."""


def model(home: Home, which: str | None = None) -> Model:
    """The version that is asked for; else the champion, else the one that is shipped."""
    if which is None:
        try:
            return _registered(home, "champion")
        except NoVersion:
            return read(home, SHIPPED, f"shipped-{version_of(SHIPPED)}")
    folder = Path(which)
    if (folder / "model.json").is_file():
        return read(home, folder, folder.name)
    if which == "shipped":
        return read(home, SHIPPED, f"shipped-{version_of(SHIPPED)}")
    return _registered(home, which)


def version_of(folder: Path) -> str:
    """The version that a model's own files say."""
    return str(Detector.read(folder).about.get("version", "unknown"))


def read(home: Home, folder: Path, name: str) -> Model:
    """A model from a folder; a `ValueError` where this Winnow's features are not those that it learnt from."""
    detector = Detector.read(folder)
    encoder = vectors(home) if any(column.kind == LANGUAGE for column in detector.columns) else None
    detector.accept(fingerprint_of(schema(None, encoder)))
    share = ShareModel.from_files(folder / "share")
    if share.made_by != turns.fingerprint():
        raise ValueError(f"{folder}: its padded shares were learnt from other turns' columns; train the model again")
    return Model(name, folder, detector, share, encoder)


def _registered(home: Home, which: str) -> Model:
    place = Place.at(home.folder)
    found = find(place, which)
    return read(home, folder_of(place, which), found.name)
