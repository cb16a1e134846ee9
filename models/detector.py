"""The detector: a row of features becomes a calibrated probability, a flag, a novelty, and what it looks like.

It knows columns only by what it is told of them. What a session is, and what to say of it, is not its business.
"""

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.calibration import Calibration
from models.figures import Bools, Floats
from models.forest import Forest
from models.novelty import Novelty
from models.rates import BUDGET, PREVALENCE
from models.threshold import Own, Threshold, choose

ORDINARY = "ordinary work"
"""What a session looks like that looks like nothing special."""

_FORMAT = 1
_OWN = "own.parquet"


@dataclass(frozen=True, slots=True)
class Column:
    """What the detector knows of a feature."""

    name: str
    kind: str
    """The kind of evidence, by which reasons are grouped."""
    speaks: str
    """`high` or `low` where only that way it may speak for padding; else `context`."""
    usual: float | None = None
    """The usual value of genuine sessions, once a detector is trained; null where none has one."""

    @property
    def monotone(self) -> int:
        """Whether the score may only rise with it (1), only fall (-1), or both (0)."""
        return {"high": 1, "low": -1}.get(self.speaks, 0)


@dataclass(frozen=True, slots=True)
class Least:
    """Below so much there is too little to judge: such a session is not scored."""

    column: str
    value: float


@dataclass(frozen=True, slots=True)
class Detector:
    """A fitted model; `read` and `write` keep it as LightGBM's text, JSON and Parquet."""

    columns: tuple[Column, ...]
    fingerprint: str
    """Of the feature set that it was trained on."""
    forest: Forest
    calibration: Calibration
    doubt: Calibration
    """A Venn–Abers calibration: between which probabilities the truth may lie."""
    genuine: Floats
    """Raw scores of genuine sessions that it has not seen: the budget is promised on them."""
    foreign: Floats
    """Raw scores of genuine sessions, each by trees that knew nothing of its source: what another house may see."""
    novelty: Novelty
    looks: Forest
    classes: tuple[str, ...]
    """What honest use can look like."""
    least: tuple[Least, ...]
    about: dict[str, Any]
    """How it was made: data, seeds, parameters, versions."""
    own: Own = field(default_factory=Own.none)
    """Genuine sessions of the traffic that it judges, as auditors found them in a slice drawn by chance."""

    @property
    def names(self) -> list[str]:
        """The columns that it reads."""
        return [column.name for column in self.columns]

    def accept(self, fingerprint: str) -> None:
        """Refuses a table that was made by another feature set."""
        if fingerprint != self.fingerprint:
            raise ValueError(
                f"the table was made by feature set {fingerprint}, the model learnt from {self.fingerprint}: "
                "make the table again with the features of the model's version, or train a model on this one"
            )

    def enough(self, table: pd.DataFrame) -> Bools:
        """Which sessions have enough in them to be judged."""
        checks = [table[one.column].to_numpy(np.float64) >= one.value for one in self.least]
        return np.logical_and.reduce(checks) if checks else np.ones(len(table), bool)

    def raw(self, table: pd.DataFrame) -> Floats:
        """Log-odds of each session, not calibrated; NaN for one with too little to judge."""
        return np.where(self.enough(table), self.forest.raw(table), np.nan)

    def threshold(self, budget: float = BUDGET) -> Threshold:
        """The threshold on raw scores for a false-positive budget; `TooFewGenuine` where there is none to be had.

        Where enough is known of the traffic's own genuine sessions it has to hold on them, else as it is elsewhere.
        """
        return self.own.threshold(budget) if self.own.is_enough else self.elsewhere(budget)

    def elsewhere(self, budget: float = BUDGET) -> Threshold:
        """The threshold by the sessions of training alone; `TooFewGenuine` where it cannot be promised.

        The promise is for known sources. The threshold is never lower than what would have kept the budget on
        sources that were left out one after the other; for unknown sources that is an estimate, and no promise.
        """
        promised = choose(self.genuine, budget=budget)
        if not len(self.foreign):
            return promised
        highest = float(np.quantile(self.foreign, 1 - budget, method="higher"))
        if highest <= promised.value:
            return promised
        return replace(promised, value=highest, flagged=int((self.genuine > highest).sum()))

    def judge(self, table: pd.DataFrame, prevalence: float = PREVALENCE, budget: float = BUDGET) -> pd.DataFrame:
        """A row a session: probability and its interval, threshold, flag, status, novelty, what it looks like."""
        raw, limit = self.raw(table), self.threshold(budget)
        likely = self.calibration.probability(raw, prevalence)
        low, high = self.doubt.interval(raw, prevalence)  # another method's: where both differ, that is doubt as well
        scored = ~np.isnan(raw)
        cut = float(self.calibration.probability(np.array([limit.value]), prevalence)[0])
        return pd.DataFrame(
            {
                "probability": likely,
                "probability_low": np.fmin(low, likely),
                "probability_high": np.fmax(high, likely),
                "raw": raw,
                "threshold": np.where(scored, cut, np.nan),
                "flagged": limit.flags(raw),
                "status": np.where(scored, "scored", "unscored"),
                "novelty": self.novelty.of(table),
                "looks_like": self.looks_like(table),
            },
            index=table.index,
        )

    def looks_like(self, table: pd.DataFrame) -> list[str]:
        """Which kind of honest use each session resembles most."""
        return [self.classes[place] for place in np.argmax(self.looks.probability(table), axis=1)]

    def contributions(self, table: pd.DataFrame) -> pd.DataFrame:
        """What each column adds to each session's log-odds (TreeSHAP)."""
        return pd.DataFrame(self.forest.contributions(table)[:, :-1], table.index, self.forest.columns)

    def said(self, **more: Any) -> "Detector":
        """The same detector with more to say about how it was made."""
        return replace(self, about={**self.about, **more})

    def write(self, folder: Path) -> None:
        """Writes the model's files into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "detector.txt").write_text(self.forest.text)
        (folder / "looks.txt").write_text(self.looks.text)
        self.novelty.to_table().to_parquet(folder / "novelty.parquet", index=False)
        for name, scores in (("genuine", self.genuine), ("foreign", self.foreign)):
            pd.DataFrame({"raw": scores}).to_parquet(folder / f"{name}.parquet", index=False)
        if len(self.own.raw):
            pd.DataFrame(asdict(self.own)).to_parquet(folder / _OWN, index=False)
        said = {
            "format": _FORMAT,
            "fingerprint": self.fingerprint,
            "columns": [asdict(column) for column in self.columns],
            "classes": list(self.classes),
            "least": [asdict(one) for one in self.least],
            "calibration": json.loads(self.calibration.to_json()),
            "doubt": json.loads(self.doubt.to_json()),
            "about": self.about,
        }
        (folder / "model.json").write_text(json.dumps(said, indent=1, sort_keys=True) + "\n")

    @classmethod
    def read(cls, folder: Path) -> "Detector":
        """The model that was written there."""
        place = folder / "model.json"
        if not place.is_file():
            raise FileNotFoundError(f"{place}: there is no model")
        said = json.loads(place.read_text())
        if said.get("format") != _FORMAT:
            raise ValueError(f"{place}: written in format {said.get('format')}, not {_FORMAT}; train the model again")
        return cls(
            columns=tuple(Column(**column) for column in said["columns"]),
            fingerprint=said["fingerprint"],
            forest=Forest.from_text((folder / "detector.txt").read_text()),
            calibration=Calibration.from_json(json.dumps(said["calibration"])),
            doubt=Calibration.from_json(json.dumps(said["doubt"])),
            genuine=pd.read_parquet(folder / "genuine.parquet")["raw"].to_numpy(np.float64),
            foreign=pd.read_parquet(folder / "foreign.parquet")["raw"].to_numpy(np.float64),
            novelty=Novelty.from_table(pd.read_parquet(folder / "novelty.parquet")),
            looks=Forest.from_text((folder / "looks.txt").read_text()),
            classes=tuple(said["classes"]),
            least=tuple(Least(**one) for one in said["least"]),
            about=said["about"],
            own=_own(folder / _OWN),
        )


def _own(path: Path) -> Own:
    """What is known of the traffic's own sessions: nothing, where nobody has reviewed any."""
    if not path.is_file():
        return Own.none()
    found = pd.read_parquet(path)
    return Own(found["raw"].to_numpy(np.float64), found["stands_for"].to_numpy(np.float64))
