"""The operation `train`: a data set and verdicts in, a challenger out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flows import train as training
from flows.encoding import vectors
from flows.home import Home
from flows.train import Trained
from flows.tune import params_of
from flows.verdicts import open_ledger, read
from models.forest import Params
from models.plan import Plan


@dataclass(frozen=True, slots=True)
class Learnt:
    """A model, and what became of it."""

    model: Trained
    version: str | None
    """The name of the challenger; null where it is only written to a folder."""
    told: str | None
    """What was learnt from auditors, in words; null where there were no verdicts."""


def train(
    data: Path,
    home: Path = Path(),
    store: str | None = None,
    out: Path | None = None,
    held: float = 0.4,
    seed: int = 0,
    language: bool = True,
    verdicts: bool = True,
    ledger: str | None = None,
    params: Path | None = None,
    step: Callable[[str], Callable[[int, int], None]] = lambda _name: lambda _done, _total: None,
) -> Learnt:
    """Trains a model on a data set and on verdicts, and registers it as the challenger.

    With `out` its files are written there, and nothing is registered. `params` is a file that tuning wrote.
    """
    place = Home(home.absolute(), store)
    encoder = vectors(place) if language else None
    book = open_ledger(place, ledger) if verdicts else None
    try:
        taught = read(place, book, encoder, step("verdicts")) if book is not None else None
    finally:
        if book is not None:
            book.close()
    chosen = Params(seed=seed) if params is None else params_of(params.absolute(), seed)
    made = training.train(data.absolute(), encoder, chosen, Plan(held=held, seed=seed), step, taught)
    if out is not None:
        made.write(out)
    version = training.keep(place, made).name if out is None else None
    return Learnt(made, version, None if taught is None else taught.told)
