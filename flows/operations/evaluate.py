"""The operation `evaluate`: a data set in, a report on what a model finds in it out."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from flows.encoding import vectors
from flows.evaluate import evaluation
from flows.home import Home
from models.evaluation import Evaluation
from models.protocols import FULL, QUICK


def evaluate(
    data: Path,
    out: Path,
    home: Path = Path(),
    judged: Path | None = None,
    quick: bool = False,
    seed: int = 0,
    language: bool = True,
    step: Callable[[str], Callable[[int, int], None]] = lambda _name: lambda _done, _total: None,
) -> Evaluation:
    """Measures how well padding is found that a model has not seen, and whom it would accuse wrongly; a report."""
    effort = QUICK if quick else FULL
    effort = replace(effort, seed=seed, params=replace(effort.params, seed=seed))
    encoder = vectors(Home(home.absolute())) if language else None
    return evaluation(data, judged, out, encoder, effort, step)
