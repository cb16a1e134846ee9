"""Scores that are kept: what is due, shard after shard, each with its features first and then its scores."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic

from flows.home import Home
from flows.measured import measure
from flows.model import Model
from flows.score import Score, score
from flows.scores import scores_of
from flows.shards import Shard, every, hold
from models.rates import BUDGET, PREVALENCE
from traces.schema import Session


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of one shard."""

    shard: str
    file: str
    """The name of its scores' file; empty where there was nothing left to write."""
    sessions: int
    scored: int
    unscored: int
    flagged: int
    seconds: float


def score_shard(
    home: Home,
    model: Model,
    shard: Shard,
    number: int,
    prevalence: float = PREVALENCE,
    budget: float = BUDGET,
    told: Callable[[Session], None] = lambda _session: None,
) -> Tally:
    """Scores a shard's sessions as they are now by their features, which come first, and writes the file.

    Twice in the same run is the same as once. What has left the shard's day meanwhile, since another ingest learnt of
    an earlier start, waits for the next run.
    """
    begun = monotonic()
    held = hold(home, shard)
    rows = measure(home, held, model.vectors, told=told)
    judged = score(model, held.sessions(rows.keys()), held.contents, prevalence, budget, known=rows)
    found = sorted(judged, key=lambda one: one.session_id)
    name = shard.file(number)
    if found:
        scores_of(home).write(found, name)
    unscored = sum(one.status == "unscored" for one in found)
    flagged = sum(one.flagged for one in found)
    seconds = monotonic() - begun
    return Tally(
        str(shard), name if found else "", len(found), len(found) - unscored, unscored, flagged, round(seconds, 2)
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """What a run scored and kept."""

    model_version: str
    tallies: tuple[Tally, ...]

    def counts(self) -> dict[str, object]:
        """The account as names and values."""
        return {
            "model": self.model_version,
            "sessions judged": sum(tally.sessions for tally in self.tallies),
            "scored": sum(tally.scored for tally in self.tallies),
            "unscored": sum(tally.unscored for tally in self.tallies),
            "flagged": sum(tally.flagged for tally in self.tallies),
            "shards": len(self.tallies),
        }


def score_all(
    home: Home,
    model: Model,
    shards: Sequence[Shard],
    prevalence: float = PREVALENCE,
    budget: float = BUDGET,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Kept:
    """Scores the shards one after the other, in this process."""
    number, total, done = scores_of(home).next_number(), sum(len(shard.ids) for shard in shards), set[str]()

    def tell(session: Session) -> None:
        done.add(session.session_id)
        progress(len(done), total)

    tallies = list[Tally]()
    for shard in shards:
        tallies.append(score_shard(home, model, shard, number, prevalence, budget, tell))
        done.update(shard.ids)
        progress(len(done), total)
    return Kept(model.name, tuple(tallies))


def judge_all(
    home: Home,
    model: Model,
    prevalence: float = PREVALENCE,
    budget: float = BUDGET,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Iterator[Score]:
    """What a model says of all that is ingested; the scores are not kept, the features are."""
    shards = every(home)
    total, told = sum(len(shard.ids) for shard in shards), set[str]()

    def tell(session: str) -> None:
        told.add(session)
        progress(len(told), total)

    for shard in shards:
        held = hold(home, shard)
        rows = measure(home, held, model.vectors, told=lambda session: tell(session.session_id))
        for one in score(model, held.sessions(rows.keys()), held.contents, prevalence, budget, known=rows):
            tell(one.session_id)
            yield one
