"""The one home of LightGBM: trees that are fitted, applied, explained, and kept as text.

It is imported where it is used, since that takes a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.figures import Ints

if TYPE_CHECKING:
    import lightgbm

Numbers = npt.NDArray[np.float64]
Target = Literal["binary", "multiclass", "share"]
_FEW_ROWS = 20_000
_OBJECTIVES: dict[Target, str] = {"binary": "binary", "multiclass": "multiclass", "share": "cross_entropy"}


@dataclass(frozen=True, slots=True)
class Params:
    """How trees are grown."""

    trees: int = 600
    """At most so many; fewer where a validation part says so."""
    rate: float = 0.05
    """What each tree may add."""
    leaves: int = 15
    least: int = 20
    """Sessions in a leaf, at least."""
    columns: float = 0.5
    """Share of the columns that a tree may use."""
    rows: float = 0.8
    """Share of the sessions that a tree is grown on."""
    smooth: float = 5.0
    """How strongly leaves are pulled to zero (L2)."""
    patience: int = 50
    """Trees without any gain on the validation part before it stops."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """Rows with what they are and how much each counts."""

    table: pd.DataFrame
    target: Numbers
    weights: Numbers

    def take(self, rows: Ints) -> "Part":
        """Some of the rows."""
        return Part(self.table.iloc[rows], self.target[rows], self.weights[rows])


class Forest:
    """Boosted trees over named columns; null is a value of its own."""

    def __init__(self, booster: "lightgbm.Booster") -> None:
        self._booster = booster

    @classmethod
    def fit(
        cls,
        part: Part,
        params: Params,
        validation: Part | None = None,
        monotone: Sequence[int] | None = None,
        target: Target = "binary",
        classes: int = 1,
        categories: Sequence[str] = (),
    ) -> "Forest":
        """Grows trees; stops early where the validation part, if there is one, gains nothing more.

        `monotone` says for each column whether the score may only rise (1) or fall (-1) with it. The same rows,
        parameters and seed give the same trees, on any number of cores.
        """
        import lightgbm

        train = _dataset(part, categories)
        held = [_dataset(validation, categories, train)] if validation else []
        watch: list[Any] = [lightgbm.early_stopping(params.patience, verbose=False)] if validation else []
        options = _options(params, monotone, target, classes, len(part.table))
        booster = lightgbm.train(options, train, params.trees, valid_sets=held, callbacks=watch)
        kept = booster.best_iteration if validation else booster.current_iteration()
        return cls.from_text(booster.model_to_string(num_iteration=kept))

    @classmethod
    def from_text(cls, text: str) -> "Forest":
        """The trees that `text` gave."""
        import lightgbm

        return cls(lightgbm.Booster(model_str=text))

    @property
    def text(self) -> str:
        """The trees in LightGBM's own format."""
        return self._booster.model_to_string()

    @property
    def columns(self) -> list[str]:
        """What it was fitted on, in order."""
        return self._booster.feature_name()

    @property
    def trees(self) -> int:
        """How many rounds of trees it has."""
        return int(self._booster.current_iteration())

    def raw(self, table: pd.DataFrame) -> Numbers:
        """Log-odds, one a row; for several classes a row of them."""
        return self._predict(table, raw_score=True)

    def probability(self, table: pd.DataFrame) -> Numbers:
        """Probabilities as the trees have them, not calibrated."""
        return self._predict(table)

    def contributions(self, table: pd.DataFrame) -> Numbers:
        """What each column adds to the log-odds of each row (TreeSHAP); the last column is what all rows start from."""
        return self._predict(table, pred_contrib=True)

    def _predict(self, table: pd.DataFrame, **how: bool) -> Numbers:
        values = _matrix(table, self.columns)
        found = self._booster.predict(values, num_threads=_threads(len(values)), **how)
        return np.asarray(found, np.float64)

    def gains(self) -> dict[str, float]:
        """How much each column has helped in training."""
        return dict(zip(self.columns, self._booster.feature_importance("gain").tolist(), strict=True))


def _options(params: Params, monotone: Sequence[int] | None, target: Target, classes: int, rows: int) -> dict[str, Any]:
    options: dict[str, Any] = {
        "objective": _OBJECTIVES[target],
        "learning_rate": params.rate,
        "num_leaves": params.leaves,
        "min_child_samples": params.least,
        "feature_fraction": params.columns,
        "bagging_fraction": params.rows,
        "bagging_freq": 1,
        "lambda_l2": params.smooth,
        "seed": params.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": _threads(rows),
        "verbose": -1,
    }
    if monotone is not None:
        options |= {"monotone_constraints": list(monotone), "monotone_constraints_method": "intermediate"}
    return options | ({"num_class": classes} if target == "multiclass" else {})


def _threads(rows: int) -> int:
    """One core for a few rows: threads would wait for each other longer than they work. Else all (0)."""
    return 1 if rows < _FEW_ROWS else 0


def _dataset(part: Part, categories: Sequence[str], like: "lightgbm.Dataset | None" = None) -> "lightgbm.Dataset":
    import lightgbm

    return lightgbm.Dataset(
        part.table,
        part.target,
        weight=part.weights,
        reference=like,
        categorical_feature=list(categories),
        free_raw_data=True,
    )


def _matrix(table: pd.DataFrame, columns: Sequence[str]) -> npt.NDArray[np.float64]:
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise ValueError(f"the table lacks {', '.join(missing[:5])}: it was made by other features than the model")
    return np.asarray(table[list(columns)], np.float64)
