"""Evaluate: a data set and the hand-written sessions to one report. Wires `padding/`, `features/` and `models/`."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features import table
from features.vectors import Vectors
from flows import duplicates, learning, peers
from flows.estimated import Turns, estimator
from flows.spoken import language
from models.evaluation import Evaluation, Others, evaluate
from models.handwritten import Judged
from models.peers import Peer
from models.plan import Plan
from models.plots import draw
from models.protocols import FULL, Effort, Fitted, Sessions, Step, fitted, silent
from models.rates import BUDGET
from models.training import directed
from padding import dataset
from traces.reading import read
from traces.schema import Session

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Looked:
    """What only the sessions themselves say, row by row."""

    languages: list[str]
    scores: list[dict[str, float]]
    """By peers."""
    groups: list[int | None]
    """Of near-duplicates among genuine sessions as they were."""
    turns: Turns
    """What turns show, of which padded shares are estimated."""


def evaluation(
    data: Path,
    judged: Path | None,
    out: Path,
    vectors: Vectors | None = None,
    effort: Effort = FULL,
    step: Step = silent,
) -> Evaluation:
    """Measures a model on a data set, and writes `report.md`, `report.json` and the pictures into a folder."""
    if judged is not None:
        _labels(judged)  # said before the long work, where they are missing
    loaded = learning.load(data, vectors, step("features"))
    rules, missing = peers.available()
    looked = look(data, loaded.meta, rules, step("peers that read sessions"))
    meta = loaded.meta.assign(language=looked.languages, group=looked.groups)
    sessions = Sessions(loaded.table, meta, directed(loaded.columns), learning.TOGETHER)
    written, written_peers = _handwritten(judged, sessions, rules, vectors, effort, step)
    estimate = estimator(looked.turns, [made_from[0] for made_from in meta["made_from"]])
    others = Others(peers.as_peers(rules, looked.scores), missing, written, written_peers, estimate)
    found = evaluate(sessions, _about(data, loaded, looked), others, effort, step)
    report = replace(found.report, pictures=draw(found, sessions, out))
    report.write(out)
    return replace(found, report=report)


def look(data: Path, meta: pd.DataFrame, rules: tuple[peers.Rule, ...], told: Progress) -> Looked:
    """One pass over the sessions: languages, near-duplicates, what peers say, and what turns show."""
    languages, scores, marked, turns = [], [], [], Turns()
    for place, (session, label) in enumerate(dataset.read(data)):
        if session.session_id != meta["session_id"].iloc[place]:
            raise ValueError(f"{data}: session {place} is {session.session_id}, not as described; build the set again")
        languages.append(language(session))
        scores.append(peers.judged(rules, session))
        # What was made of a session goes where that goes.
        marked.append(duplicates.marks(session) if label.kind == "null" else frozenset())
        turns.add(session, label)
        told(place + 1, len(meta))
    return Looked(languages, scores, duplicates.groups(marked), turns)


def _handwritten(
    folder: Path | None,
    sessions: Sessions,
    rules: tuple[peers.Rule, ...],
    vectors: Vectors | None,
    effort: Effort,
    step: Step,
) -> tuple[Judged | None, tuple[Peer, ...]]:
    """Hand-written sessions, by a model of all that the data set has."""
    if folder is None:
        return None, ()
    told = step("hand-written sessions")
    labels = _labels(folder)
    written = []
    for done, label in enumerate(labels, 1):
        [session] = read(folder / str(label["file"]))[0]
        written.append(session)
        told(done, len(labels))
    _apart(folder, written, sessions.meta)
    rows = table.table(written, vectors=vectors).to_pandas().drop(columns="session_id")
    model = fitted(sessions, np.arange(len(sessions.meta)), effort.params, Plan(seed=effort.seed), elsewhere=True)
    scores = [peers.judged(rules, session) for session in written]
    return _judged(model, rows, labels), peers.as_peers(rules, scores)


def _judged(model: Fitted, rows: pd.DataFrame, labels: list[dict[str, Any]]) -> Judged:
    raw = model.raw(rows)

    def column(name: str) -> tuple[str, ...]:
        return tuple(str(label.get(name, "")) for label in labels)

    return Judged(
        scores=raw,
        padded=np.array([label["label"] == "padded" for label in labels]),
        names=column("file"),
        families=column("family"),
        languages=column("language"),
        why=column("why"),
        probabilities=model.calibration.probability(raw, 0.5),
        threshold=model.beforehand(BUDGET)[0],
    )


def _apart(folder: Path, written: list[Session], meta: pd.DataFrame) -> None:
    """Refuses hand-written sessions that the data set was made from."""
    learnt = {name for made_from in meta["made_from"] for name in made_from} | set(meta["session_id"])
    both = sorted({session.session_id for session in written} & learnt)
    if both:
        raise ValueError(
            f"{folder}: {len(both)} of {len(written)} sessions, {both[0]} among them, are in the data set as well; "
            "what a model was trained on says nothing: build the data set without them"
        )


def _labels(folder: Path) -> list[dict[str, Any]]:
    path = folder / "labels.jsonl"
    if not path.is_file():
        raise FileNotFoundError(f"{path}: there are no labels; --judged names a folder of sessions with labels.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _about(data: Path, loaded: learning.Data, looked: Looked) -> Mapping[str, Any]:
    manifest = json.loads((data / "manifest.json").read_text(encoding="utf-8"))
    near = [group for group in looked.groups if group is not None]
    return {
        "data set": {"seed": manifest["seed"], "version": manifest["version"], "genuine": manifest["genuine"]},
        "checksums": loaded.checksums,
        "feature set": loaded.fingerprint,
        "near-duplicates": f"{len(near)} genuine sessions in {len(set(near))} groups",
    }
