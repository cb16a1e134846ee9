"""Verdicts teach: what auditors decided, as rows beside a data set's. Wires `audit/` to `features/` and `models/`.

A verdict is worth more than a session of the laboratory, since it is about the traffic that is judged; but auditors
err, and what they see was chosen by an earlier model. So verdicts count by their number, and the fixed part of them
that is for evaluation never teaches. What thresholds go by is another matter: see `flows/thresholds.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from audit.drawing import chance
from audit.labels import Label, labels
from audit.ledger import Ledger
from audit.records import Entry
from audit.standing import content_of
from features import table
from features.vectors import Vectors
from flows import duplicates, learning
from flows.home import Home
from flows.review import ledger_of
from models.figures import Bools, Floats, Ints
from models.plan import Plan, weighed
from models.splits import is_padded
from padding import dataset
from traces.schema import Session

KIND = "verdict"

HALF = 1000
"""With so many verdicts on a label, they count as much as the laboratory; with fewer, by their number."""
MOST = 5.0
"""How much more one verdict may count than another, however seldom its like is drawn for review."""
DISPUTED = 0.5
"""How much a verdict counts that an auditor has disagreed with."""
ENOUGH_MARKED = 0.2
"""With less of a padded session marked, the marks are taken for examples, which say nothing of the other turns."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What auditors decided about sessions of the store, row by row."""

    home: Home
    table: pd.DataFrame
    """The features of the sessions."""
    meta: pd.DataFrame
    """As `learning.Data` has it, and beyond: `weight`, `drawn` (by which chance into the random slice; null where it
    is not of that), `marks`, `evaluation`, `group` (of near-duplicates)."""
    fingerprint: str
    """Of the feature set."""
    head: str
    """Of the ledger when it was read."""
    missing: int
    """Labels about what the store does not hold: the session went on since, or is not there."""

    @property
    def teaching(self) -> Bools:
        """Which rows may be trained on."""
        return np.array([not one for one in self.meta["evaluation"]], np.bool_)

    def fair(self) -> Ints:
        """The rows for evaluation that are there by equal chance, whatever a model said of them.

        They are of the random slice, thinned where more of it was drawn; near-duplicates of what teaches are left out.
        Of what came into the queue because a model flagged it, that model found everything: it shows nothing.
        """
        drawn = self.meta["drawn"].to_numpy(np.float64)
        taught = set(self.meta["group"][self.teaching].dropna())
        least = np.nanmin(drawn, initial=1.0)
        kept = [
            chance("gate", str(name)) < least / one for name, one in zip(self.meta["session_id"], drawn, strict=True)
        ]
        return np.flatnonzero(~self.teaching & np.array(kept, np.bool_) & ~self.meta["group"].isin(taught).to_numpy())

    def sessions(self) -> Iterator[tuple[Session, tuple[int, ...]]]:
        """The sessions that teach where the padding is, each with its padded turns: none where it is genuine."""
        rows = self.meta[self.teaching]
        known = rows[(rows["label"] == "genuine") | (rows["padded_share"] >= ENOUGH_MARKED)]
        marks = dict(zip(known["session_id"], known["marks"], strict=True))
        for session in _stored(self.home, marks):
            yield session, marks[session.session_id]

    def said(self) -> dict[str, object]:
        """What a model says of the verdicts that it learnt from."""
        padded, teaching = is_padded(self.meta), self.teaching
        return {
            "ledger": self.head,
            "padded": int((padded & teaching).sum()),
            "genuine": int((~padded & teaching).sum()),
            "for_evaluation": int((~teaching).sum()),
            "missing": self.missing,
        }

    @property
    def told(self) -> str:
        """How many verdicts teach, in words."""
        said = self.said()
        gone = f", {self.missing} about sessions that are not there as they were" if self.missing else ""
        return (
            f"learnt from {said['padded']} verdicts of padding and {said['genuine']} of genuine use; "
            f"{said['for_evaluation']} are kept for evaluation{gone}"
        )


def open_ledger(home: Home, url: str | None = None) -> Ledger | None:
    """The ledger at a URL, or the home's; null where the home has none yet, and none is made."""
    return ledger_of(home, url) if url or (home.data / "audit.db").is_file() else None


def read(
    home: Home,
    ledger: Ledger,
    vectors: Vectors | None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Verdicts | None:
    """The verdicts that are labels now, with the features of their sessions; null where there is none."""
    found, drawn, head = _labels(ledger)
    headers = home.store.table("sessions", columns=["session_id", "content", "turns"]).to_pylist()
    stored = {(row["session_id"], row["content"]) for row in headers if row["turns"]}
    known = {one.session_id: one for one in found if (one.session_id, one.content) in stored}
    if not known:
        return None
    rows, meta, marks = [], [], []
    for session, _, row in table.looked_at(_stored(home, known), vectors=vectors):
        label = known[session.session_id]
        rows.append(row)
        meta.append(_described(session, label, drawn.get((label.session_id, label.content))))
        marks.append(duplicates.marks(session))
        progress(len(rows), len(known))
    groups = [None if group is None else f"verdicts {group}" for group in duplicates.groups(marks)]
    columns = table.schema(None, vectors)
    return Verdicts(
        home,
        pd.DataFrame(np.stack(rows), columns=columns.names[1:]),
        pd.DataFrame(meta).assign(group=pd.Series(groups, dtype=object)),
        table.fingerprint_of(columns),
        head,
        len(found) - len(known),
    )


def beside(data: learning.Data, verdicts: Verdicts, plan: Plan) -> learning.Data:
    """The data set with the verdicts that may teach as further rows, weighed by the column `sampling`.

    Nothing that was made of a session counts any more where an auditor found it padded, or where it is for evaluation.
    """
    if data.fingerprint != verdicts.fingerprint:
        raise ValueError(
            f"the data set has feature set {data.fingerprint}, the verdicts {verdicts.fingerprint}: "
            "features of context are not worked out for verdicts; train without them, or with --no-verdicts"
        )
    teaching = np.flatnonzero(verdicts.teaching)
    own = verdicts.meta.iloc[teaching]
    meta = pd.DataFrame([*data.meta.to_dict("records"), *own[[*data.meta.columns, "group"]].to_dict("records")])
    rows = [data.table, verdicts.table.iloc[teaching][list(data.table.columns)]]
    relative = np.ones(len(meta))
    relative[: len(data.meta)] = ~_contradicted(data.meta, verdicts.meta)
    relative[len(data.meta) :] = own["weight"]
    return replace(
        data,
        table=pd.concat(rows, ignore_index=True),
        meta=meta.assign(sampling=_sampling(meta.assign(sampling=relative), plan)),
    )


def apart(data: learning.Data, verdicts: Verdicts) -> Bools:
    """Which rows for evaluation nothing in the data set was made of."""
    hosts = {name for made_from in data.meta["made_from"] for name in made_from}
    return np.array([name not in hosts for name in verdicts.meta["session_id"]], np.bool_)


def _sampling(meta: pd.DataFrame, plan: Plan) -> Floats:
    """The column `sampling`, so that on each label the verdicts weigh as much as their number says."""
    sampling, weights = np.array(meta["sampling"], np.float64), weighed(meta, plan)
    verdict, padded = (meta["kind"] == KIND).to_numpy(), is_padded(meta)
    for side in (padded, ~padded):
        taught, made = side & verdict, side & ~verdict
        if taught.any():
            sampling[taught] *= taught.sum() / HALF * weights[made].sum() / weights[taught].sum()
    return sampling


def _contradicted(meta: pd.DataFrame, verdicts: pd.DataFrame) -> Bools:
    chosen = verdicts["evaluation"] | (verdicts["label"] == "padded")
    names = set(verdicts["session_id"][chosen])
    return np.array([made_from[0] in names for made_from in meta["made_from"]], np.bool_)


def _labels(ledger: Ledger) -> tuple[tuple[Label, ...], Mapping[tuple[str, str], float], str]:
    """The labels, by which chance sessions are in the random slice, and the head, all of one moment."""
    with ledger.reading() as view:
        head, records = str(view.head()), list(view.records("entry", "verdict", "withdrawal", "appeal"))
    drawn: dict[tuple[str, str], float] = {}
    seen: set[tuple[str, str]] = set()
    for record in records:
        body = record.read()
        if isinstance(body, Entry) and (key := (record.session_id, content_of(body) or "")) not in seen:
            seen.add(key)
            if body.slice == "random" and body.sampling_probability:
                drawn[key] = body.sampling_probability
    return labels(records), drawn, head


def _stored(home: Home, names: Mapping[str, object]) -> Iterator[Session]:
    return home.store.sessions(pc.field("session_id").isin(list(names)))


def _described(session: Session, label: Label, drawn: float | None) -> dict[str, object]:
    turns = tuple(turn for turn in label.turns if turn < len(session.turns)) if label.padded else ()
    sizes = [len(turn.text or turn.tool_arguments or "") for turn in session.turns]
    share = sum(sizes[turn] for turn in turns) / max(1, sum(sizes))
    made = dataset.Label(
        session.session_id, "padded" if label.padded else "genuine", KIND, KIND, KIND, twin="", effort="",
        padded_turns=turns, padded_share=share, source=session.source, user_id=session.user_id,
        made_from=(session.session_id,),
    )  # fmt: skip
    return learning.description(session, made) | {
        "weight": min(label.weight, MOST) * (1.0 if label.agreed else DISPUTED),
        "drawn": float("nan") if drawn is None else drawn,
        "marks": turns,
        "evaluation": label.evaluation,
    }
