"""How unlike anything in training a session is: a reason to look, never to accuse.

The distance to its nearest neighbours among training sessions, in columns that are brought to one scale; said as the
share of training sessions that are less unlike the others than this one is. It knows nothing of labels.
"""

import json
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

_KEPT = 1_000
_NEIGHBOURS = 5
_WIDEST = 4.0
"""Beyond so many spreads from the middle all values are alike: one wild column must not decide alone."""
_ABSENT = 0.0
_BLOCK = 256


@dataclass(frozen=True, slots=True)
class Novelty:
    """Training sessions to compare with, brought to one scale."""

    columns: tuple[str, ...]
    middle: Floats
    spread: Floats
    known: Floats
    """The sessions, a row each."""
    distances: Floats
    """How far each of them is from its neighbours, ascending."""

    @classmethod
    def fit(cls, table: pd.DataFrame, seed: int = 0, kept: int = _KEPT) -> "Novelty":
        """Keeps so many sessions at random; columns that hardly vary are left out."""
        values = np.asarray(table, np.float64)
        with np.errstate(all="ignore"):
            low, middle, high = _quartiles(values)
        varies = np.isfinite(high - low) & (high > low)
        if not varies.any():
            raise ValueError(f"none of the {table.shape[1]} columns varies among {len(table)} sessions")
        chosen = np.sort(np.random.default_rng(seed).permutation(len(table))[:kept])
        middle, spread = middle[varies], (high - low)[varies]
        known = _scaled(values[chosen][:, varies], middle, spread)
        columns = tuple(np.asarray(table.columns)[varies].tolist())
        return cls(columns, middle, spread, known, np.sort(_distances(known, known, itself=True)))

    def of(self, table: pd.DataFrame) -> Floats:
        """For each session the share of training sessions that are less unlike the rest, from 0 to 1."""
        rows = _scaled(np.asarray(table[list(self.columns)], np.float64), self.middle, self.spread)
        found = _distances(rows, self.known, itself=False)
        return np.asarray(np.searchsorted(self.distances, found, side="left") / len(self.distances), np.float64)

    def to_table(self) -> pd.DataFrame:
        """The sessions as a table to keep, with the scale in its attributes."""
        table = pd.DataFrame(self.known.astype(np.float32), columns=list(self.columns))
        scale = {"middle": self.middle.tolist(), "spread": self.spread.tolist(), "distances": self.distances.tolist()}
        table.attrs["scale"] = json.dumps(scale)
        return table

    @classmethod
    def from_table(cls, table: pd.DataFrame) -> "Novelty":
        """What `to_table` gave."""
        scale = {name: np.asarray(values) for name, values in json.loads(table.attrs["scale"]).items()}
        return cls(tuple(table.columns), scale["middle"], scale["spread"], np.asarray(table, np.float64),
                   scale["distances"])  # fmt: skip


def _quartiles(values: Floats) -> tuple[Floats, Floats, Floats]:
    filled = np.where(np.isnan(values).all(0), 0.0, values)
    low, middle, high = np.nanquantile(filled, (0.1, 0.5, 0.9), axis=0)
    return low, middle, high


def _scaled(values: Floats, middle: Floats, spread: Floats) -> Floats:
    scaled = np.clip((values - middle) / spread, -_WIDEST, _WIDEST)
    return np.nan_to_num(scaled, nan=_ABSENT)


def _distances(rows: Floats, known: Floats, itself: bool) -> Floats:
    """The mean distance to the nearest few; a session is not its own neighbour."""
    few = min(_NEIGHBOURS + itself, len(known))
    norms = (known**2).sum(1)
    found = []
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        squares = np.maximum((block**2).sum(1)[:, None] + norms - 2 * block @ known.T, 0.0)
        nearest = np.sort(np.partition(squares, few - 1, axis=1)[:, :few], axis=1)[:, itself:]
        found.append(np.sqrt(nearest).mean(1) if nearest.size else np.zeros(len(block)))
    return np.concatenate(found) if found else np.zeros(0)
