"""The operation `featurize`: sessions in, features out."""

from collections.abc import Callable
from pathlib import Path

from flows import featurize as features
from flows.home import Home
from flows.runs import only_run


def featurize(
    home: Path = Path(),
    store: str | None = None,
    out: Path | None = None,
    language: bool = True,
    reference: Path | None = None,
    wait: float = 0.0,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> features.Written:
    """Measures what is new or has grown, and writes the tables of features of all sessions."""
    place = Home(home.absolute(), store)
    with only_run(place, wait):
        return features.featurize(place, out, progress, language, reference)
