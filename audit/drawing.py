"""Which scores go before an auditor: a draw by chance that is written down, so that figures can be worked out later."""

from dataclasses import dataclass
from hashlib import blake2b
from math import log

from audit.records import Score, Slice


@dataclass(frozen=True, slots=True)
class Plan:
    """How the queue is mixed."""

    random: float = 0.02
    """Share of all sessions, flagged or not, scored or not, that is reviewed whatever the model says."""
    random_flagged: float = 0.2
    """The same among flagged sessions, which are few: their share of padding is the queue's precision."""
    near: float = 0.2
    """Share of the unflagged sessions near the threshold."""
    band: float = 0.7
    """What is near: so far from the threshold in log-odds (0.7: half to double the odds)."""
    novel: float = 0.2
    """Share of the sessions unlike all that the model learned from."""
    novel_from: float = 0.95
    """The novelty at which a session is that."""
    double: float = 0.15
    """Share of the queue that two auditors judge without knowing of each other."""
    turns: tuple[tuple[Slice, float], ...] = (("risk", 0.4), ("random", 0.3), ("threshold", 0.2), ("novel", 0.1))
    """How often the next session comes from which slice, as long as it has any."""
    seed: str = "winnow"
    """Another seed draws other sessions; keep it, or what was drawn before is drawn again."""

    def __post_init__(self) -> None:
        for name in ("random", "random_flagged", "near", "novel", "double"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"the plan's {name} is {getattr(self, name)}; it is a share, from 0 to 1")


@dataclass(frozen=True, slots=True)
class Draw:
    """What the draw made of a score; `slice` is null where it stays out of the queue."""

    slice: Slice | None
    sampling_probability: float
    inclusion_probability: float
    rank: float
    """Its place within its slice: smaller comes first."""
    reviews: int


def draw(score: Score, plan: Plan) -> Draw:
    """Whether and how a score goes into the queue: the same every time for the same session, content and seed.

    The random slice is drawn first and by itself, so that what is in it says something about everything.
    """
    luck = chance(plan.seed, score.session_id, score.content)
    by_chance = plan.random_flagged if score.flagged else plan.random
    slice_, share, rank = _aimed(score, plan)
    drawn: Slice | None = None
    if luck < by_chance:
        drawn, rank = "random", luck / by_chance
    elif chance(plan.seed, "aimed", score.session_id, score.content) < share:
        drawn = slice_
    reviews = 2 if chance(plan.seed, "double", score.session_id, score.content) < plan.double else 1
    return Draw(drawn, by_chance, by_chance + (1 - by_chance) * share, rank, reviews)


def chance(*names: str) -> float:
    """A number from 0 to 1 that depends on nothing but the names, and is even over many of them."""
    key = "\0".join(names).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(key, digest_size=7).digest(), "big") / 2**56


def _aimed(score: Score, plan: Plan) -> tuple[Slice | None, float, float]:
    """The slice that a score would be put in on purpose, the share of such scores that is, and its rank there."""
    if score.probability is not None and score.threshold is not None:
        distance = abs(_log_odds(score.probability) - _log_odds(score.threshold))
        if distance <= plan.band:
            return "threshold", 1.0 if score.flagged else plan.near, distance
    if score.flagged:
        return "risk", 1.0, 1 - (score.probability or 0)
    if score.novelty is not None and score.novelty >= plan.novel_from:
        return "novel", plan.novel, 1 - score.novelty
    return None, 0.0, 0.0


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, 1e-9), 1 - 1e-9)
    return log(bounded / (1 - bounded))
