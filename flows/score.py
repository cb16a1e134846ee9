"""Score: sessions in, one judgement each out, with its reasons. Wires `features/` and `models/` together."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from features import turns
from features.feature import load
from features.seen import Seen, look
from features.table import Row, looked_at
from flows.home import Home
from flows.ingest import ingest
from flows.model import Model
from flows.why import Reason as Reason
from flows.why import reasons_of
from models.rates import BUDGET, PREVALENCE
from models.share import Share
from traces.format import About
from traces.ingest import Progress, silent
from traces.schema import Session

_BATCH = 64


@dataclass(frozen=True, slots=True)
class Score:
    """What one model version says of one session."""

    session_id: str
    user_id: str | None
    source: str | None
    started: datetime | None
    probability: float | None
    """Of padding, at the prevalence that is assumed; null where there is too little to judge."""
    probability_low: float | None
    probability_high: float | None
    padded_share: float | None
    """The share of its tokens that is expected to be padding: null where it is not scored."""
    padded_tokens: int | None
    tokens: int | None
    """Counted input and output; null where the source counts none."""
    flagged: bool
    threshold: float | None
    status: str
    """`scored`, or `unscored` where there is too little to judge."""
    novelty: float
    looks_like: str
    reasons: tuple[Reason, ...]
    model_version: str
    share_if_padded: float | None
    """The share of its tokens that is padding if the session is padded at all."""
    content: str
    """A digest of the session as it was."""


def score(
    model: Model,
    sessions: Iterable[Session],
    contents: Mapping[str, str],
    prevalence: float = PREVALENCE,
    budget: float = BUDGET,
    explained: bool = True,
    known: Mapping[str, Row] | None = None,
) -> Iterator[Score]:
    """Scores of sessions, in their order; 64 are held at a time. Features that are `known` are not measured again.

    Reasons are worked out for those that are likelier padded than a session of which nothing is known.
    """
    names = model.detector.names
    stream = looked_at(sessions, vectors=model.vectors) if known is None else _known_looks(sessions, known)
    features = list(load(language=model.vectors is not None))
    while held := list(islice(stream, _BATCH)):
        values = pd.DataFrame(np.stack([row for _, _, row in held]), columns=features)[names]
        judged = model.detector.judge(values, prevalence, budget)
        shares = _shares(model, [seen for _, seen, _ in held], judged["probability"].to_numpy(np.float64))
        told = reasons_of(model, values, judged, held, prevalence) if explained else [()] * len(held)
        for place, (session, _, _) in enumerate(held):
            yield _score(session, judged.iloc[place], shares[place], told[place], model.name, contents)


def from_store(home: Home) -> tuple[int, Iterator[Session], dict[str, str]]:
    """The store's sessions that have turns: how many, themselves, and the digests of what they hold."""
    headers = home.store.table("sessions", columns=["session_id", "content", "turns"]).to_pylist()
    contents = {row["session_id"]: row["content"] for row in headers if row["turns"]}
    return len(contents), (session for session in home.store.sessions() if session.turns), contents


def score_paths(
    model: Model,
    paths: Sequence[Path],
    prevalence: float = PREVALENCE,
    budget: float = BUDGET,
    reading: Progress = silent,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Iterator[Score]:
    """Scores of all sessions under the paths, which are read as by an ingest but not kept."""
    with TemporaryDirectory(prefix="winnow-score-") as folder:
        home = Home(Path(folder))
        ingest(home, paths, about=About(file=""), progress=reading)
        total, sessions, contents = from_store(home)
        yield from counted(score(model, sessions, contents, prevalence, budget), total, progress)


def only_session(path: Path) -> Session:
    """The session of a file that holds only one; secrets are masked on the way."""
    with TemporaryDirectory(prefix="winnow-explain-") as folder:
        home = Home(Path(folder))
        ingest(home, [path], about=About(file=""))
        found = [session for session in home.store.sessions() if session.turns]
    if len(found) != 1:
        raise ValueError(f"{path} holds {len(found)} sessions; ingest it, then name one by its id")
    return found[0]


def counted(scores: Iterator[Score], total: int, progress: Callable[[int, int], None]) -> Iterator[Score]:
    """The scores, with progress told."""
    for done, one in enumerate(scores, 1):
        progress(done, total)
        yield one


def _score(
    session: Session, judged: "pd.Series[object]", share: Share | None, told: tuple[Reason, ...], version: str,
    contents: Mapping[str, str],
) -> Score:  # fmt: skip
    tokens = _tokens(session)
    expected = None if share is None else share.share
    probability = _known(judged["probability"])
    return Score(
        session_id=session.session_id,
        user_id=session.user_id,
        source=session.source,
        started=session.started,
        probability=probability,
        probability_low=_known(judged["probability_low"]),
        probability_high=_known(judged["probability_high"]),
        padded_share=expected,
        padded_tokens=None if expected is None or tokens is None else round(expected * tokens),
        tokens=tokens,
        flagged=bool(judged["flagged"]),
        threshold=_known(judged["threshold"]),
        status=str(judged["status"]),
        novelty=round(float(str(judged["novelty"])), 4),
        looks_like=str(judged["looks_like"]),
        reasons=told,
        model_version=version,
        share_if_padded=round(expected / probability, 4) if expected is not None and probability else None,
        content=contents.get(session.session_id, ""),
    )


def _known_looks(sessions: Iterable[Session], known: Mapping[str, Row]) -> Iterator[tuple[Session, Seen, Row]]:
    """Sessions with features that are known; what their texts mean is left for who asks for it."""
    return ((session, look(session), known[session.session_id]) for session in sessions)


def _shares(model: Model, seen: Sequence[Seen], chances: "np.typing.NDArray[np.float64]") -> list[Share | None]:
    """The padded share of each session that is scored."""
    scored = [place for place in range(len(seen)) if not np.isnan(chances[place]) and seen[place].size]
    found: list[Share | None] = [None] * len(seen)
    if not scored:
        return found
    shown = [turns.turns(seen[place]) for place in scored]
    rows = pd.DataFrame({name: np.concatenate([one[name] for one in shown]) for name in shown[0]})
    owners = np.repeat(scored, [seen[place].size for place in scored])
    weights = np.concatenate([seen[place].chars for place in scored]).astype(np.float64)
    for place, share in zip(scored, model.share.shares(rows, weights, owners, chances[scored]), strict=True):
        found[place] = share
    return found


def _tokens(session: Session) -> int | None:
    counted = [number for turn in session.turns for number in (turn.input_tokens, turn.output_tokens) if number]
    return sum(counted) if counted else None


def _known(value: object) -> float | None:
    number = float(str(value))
    return None if np.isnan(number) else round(number, 6)


def plain(scored: Score) -> dict[str, object]:
    """A score as plain values, for JSON."""
    return asdict(scored)
