"""A simulated company whose sessions are scored, reviewed by auditors who err, and judged again by the next model."""

import json
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd
from desk import ANN, BOB, CAT

from audit import review
from audit.drawing import Plan
from audit.intake import enqueue
from audit.ledger import Ledger
from audit.queue import next_for
from audit.records import Decision, Score
from features import table
from flows.home import Home
from flows.ingest import ingest
from models.bootstrap import difference
from models.detector import Detector
from models.figures import Bools, Figure, auc, flagged_share, recall_at
from padding.company.simulation import START, simulate
from traces.format import About
from traces.schema import Session

Truth = Mapping[str, Mapping[str, Any]]
"""What the simulator knows of each session."""


@dataclass(frozen=True, slots=True)
class Auditors:
    """How those who decide err."""

    wrong: float = 0.07
    """Of their verdicts, the share that says the contrary of the truth."""
    unsure: float = 0.08
    marked: float = 0.8
    """The share of the padded turns that they mark."""


@dataclass(frozen=True, slots=True)
class Review:
    """What auditors did."""

    queued: int
    padded: int
    genuine: int
    unsure: int
    wrong: int

    @property
    def verdicts(self) -> int:
        """All that were given."""
        return self.padded + self.genuine + self.unsure


@dataclass(frozen=True, slots=True)
class Gain:
    """A figure of the first model and of the next, and how much larger that of the next is."""

    figure: str
    first: float
    then: float
    gained: Figure


def company(folder: Path, people: int, days: int, seed: int) -> tuple[Home, Truth]:
    """A company with its traces ingested; made once."""
    home, traces = Home(folder / "home"), folder / "traces"
    if not traces.exists():
        simulate(folder, people, days, seed)
    if not (home.data / "commits").exists():
        ingest(home, [traces], about=About(file="", source="the company"), user_from_folder=True)
    lines = map(json.loads, (folder / "truth.jsonl").read_text().splitlines())
    return home, {line["session_id"]: line for line in lines}


def honest_traces(folder: Path) -> list[Path]:
    """The folders of those who never pad."""
    lines = [json.loads(line) for line in (folder / "truth.jsonl").read_text().splitlines()]
    padders = {line["user_id"] for line in lines if line["label"] == "padded"}
    return sorted(path for path in (folder / "traces").iterdir() if path.name not in padders)


def is_reviewed(session: Session, days: int) -> bool:
    """Half of the people are reviewed at all, for so many days."""
    return is_of_pilot(session) and not is_later(session, days)


def is_of_pilot(session: Session) -> bool:
    return crc32((session.user_id or "").encode()) % 2 == 0


def is_later(session: Session, days: int) -> bool:
    return (day_of(session) - START).days >= days


def day_of(session: Session) -> date:
    assert session.started is not None
    return session.started.date()


def is_tested(session: Session, days: int) -> bool:
    """Later days of people whom nobody reviewed."""
    return not is_of_pilot(session) and is_later(session, days)


def chosen(home: Home, choice: Callable[[Session], bool]) -> Iterable[Session]:
    """The sessions of the store that are meant, which have turns."""
    return (session for session in home.store.sessions() if session.turns and choice(session))


def queue(home: Home, ledger: Ledger, detector: Detector, sessions: pd.DataFrame, budget: float, plan: Plan) -> int:
    """Scores sessions by their features, and puts in the queue what the plan draws."""
    judged = detector.judge(sessions, budget=budget)
    headers = home.store.table("sessions", columns=["session_id", "content", "user_id", "source", "started"])
    known = {row["session_id"]: row for row in headers.to_pylist()}

    def shown(row: Any) -> Score:
        scored = row.status == "scored"
        return Score(
            **known[row.Index],
            model_version="first",
            probability=row.probability if scored else None,
            threshold=row.threshold if scored else None,
            flagged=bool(row.flagged),
            status=row.status,
            novelty=row.novelty,
            looks_like=row.looks_like,
        )

    return enqueue(ledger, (shown(row) for row in judged.itertuples()), plan).queued


def judge(
    ledger: Ledger, truth: Truth, verdicts: int, queued: int, auditors: Auditors, plan: Plan, seed: int = 0
) -> Review:
    """So many verdicts of three auditors, on what the queue gives them."""
    luck, given = random.Random(seed), list[tuple[Decision, bool]]()
    while len(given) < verdicts:
        people = luck.sample((ANN, BOB, CAT), 3)
        found = next(((one, case) for one in people if (case := next_for(ledger, one, plan, luck=luck))), None)
        if found is None:
            break
        account, case = found
        line = truth[case.session_id]
        decision, right = _opinion(line["label"], luck, auditors)
        turns = [turn for turn in line["padded_turns"] if luck.random() < auditors.marked]
        marks = tuple(turns) if decision == "padded" and right else ()
        review.decide(ledger, account, case.session_id, decision, content=case.content, turns=marks, seconds=60)
        given.append((decision, right))
    counts = {name: sum(one == name for one, _ in given) for name in ("padded", "genuine", "unsure")}
    return Review(queued, **counts, wrong=sum(not right for _, right in given))


def _opinion(label: str, luck: random.Random, auditors: Auditors) -> tuple[Decision, bool]:
    drawn = luck.random()
    if drawn < auditors.unsure:
        return "unsure", True
    if drawn < auditors.unsure + auditors.wrong:
        return ("genuine" if label == "padded" else "padded"), False
    return ("padded" if label == "padded" else "genuine"), True


def seen_by_models(home: Home, choice: Callable[[Session], bool], cache: Path | None = None) -> pd.DataFrame:
    """The features of the chosen sessions by session id, and `user`."""
    if cache is not None and cache.is_file():
        return pd.read_parquet(cache)
    ids, users, rows = [], [], []
    for session, _, row in table.looked_at(chosen(home, choice)):
        ids.append(session.session_id)
        users.append(session.user_id)
        rows.append(row)
    found = pd.DataFrame(np.stack(rows), ids, table.schema().names[1:]).assign(user=users)
    if cache is not None:
        found.to_parquet(cache)
    return found


def gains(first: Detector, then: Detector, sessions: pd.DataFrame, truth: Truth, budget: float) -> list[Gain]:
    """The next model against the first, on the same sessions; differences by a paired bootstrap over users."""
    padded = np.array([truth[name]["label"] == "padded" for name in sessions.index])
    alike = np.array([truth[name]["look_alike"] is not None for name in sessions.index]) & ~padded
    raw = [one.raw(sessions) for one in (first, then)]
    thresholds = {
        "its own threshold": [one.threshold(budget).value for one in (first, then)],
        "the laboratory's threshold": [one.elsewhere(budget).value for one in (first, then)],
    }
    found = [
        _gain("AUC", [partial(auc, one, padded) for one in raw], sessions["user"], len(padded)),
        *(
            _gain(f"recall where {share:.0%} of the genuine are flagged",
                  [partial(recall_at, one, padded, budget=share) for one in raw], sessions["user"], int(padded.sum()))
            for share in (0.01, 0.05)
        ),
    ]  # fmt: skip
    groups: dict[str, Bools] = {"recall": padded, "false positives": ~padded, "look-alikes flagged": alike}
    for (by, limits), (name, among) in product(thresholds.items(), groups.items()):
        at = [partial(flagged_share, one, among, threshold=limit) for one, limit in zip(raw, limits, strict=True)]
        found.append(_gain(f"{name} at {by}", at, sessions["user"], int(among.sum())))
    return found


def _gain(name: str, pair: list[Any], users: pd.Series, n: int) -> Gain:
    every = np.ones(len(users))
    change = difference(pair[1], pair[0], users.tolist())
    return Gain(name, float(pair[0](every)), float(pair[1](every)), Figure(change.value, change.low, change.high, n))
