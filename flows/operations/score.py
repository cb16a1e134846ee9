"""The operation `score`: what is ingested and due in, scores out, which are kept."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from flows import measured, scoring, shards
from flows.home import Home
from flows.model import model
from flows.runs import only_run
from flows.scores import scores_of
from models.rates import BUDGET, PREVALENCE


def score(
    home: Path = Path(),
    store: str | None = None,
    which: str | None = None,
    since: date | None = None,
    day: date | None = None,
    rescore: bool = False,
    prevalence: float = PREVALENCE,
    budget: float = BUDGET,
    per_shard: int = shards.PER_SHARD,
    wait: float = 0.0,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> scoring.Kept:
    """Scores what is ingested and is new or has grown, and keeps the scores for the queue; as a night does."""
    place = Home(home.absolute(), store)
    with only_run(place, wait):
        scores_of(place).sweep()
        measured.sweep(place)
        chosen = model(place, which)
        due = shards.due(place, chosen.name, shards.Span(since, day, rescore), per_shard)
        return scoring.score_all(place, chosen, due, prevalence, budget, progress)
