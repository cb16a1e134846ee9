"""Train: a data set in, a model version out, with the figures on the part of the data that its trees never saw."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from features import turns
from features.seen import look
from features.vectors import Vectors
from flows import card, learning, thresholds, verdicts
from flows.home import Home
from models.bootstrap import interval, share
from models.detector import Detector
from models.figures import Figure, Floats, auc, recall_at
from models.folds import out_of_fold
from models.forest import Params
from models.plan import Plan, divided, weighed
from models.rates import BUDGET, PREVALENCE
from models.registry import Cost, Place, Record, Version, record, register
from models.share import ShareModel
from models.splits import is_padded
from models.threshold import TooFewGenuine
from models.training import directed
from models.training import train as fitted
from padding import dataset
from traces.schema import Session

Step = Callable[[str], Callable[[int, int], None]]
Figures = dict[str, Figure]


@dataclass(frozen=True, slots=True)
class Trained:
    """A model and what came of it."""

    detector: Detector
    share: ShareModel
    figures: Figures
    """On the part that the trees never saw; its families and sources were seen. `evaluate` is stricter."""
    data: learning.Data
    """With the verdicts that it learnt from beside the data set's sessions."""
    cost: Cost

    def write(self, folder: Path) -> None:
        """Writes the model's files and its card into a folder; a card that is there is written anew."""
        self.detector.write(folder)
        self.share.to_files(folder / "share")
        (folder / card.NAME).write_text(card.card(self.detector, self.figures), encoding="utf-8")


def train(
    folder: Path,
    vectors: Vectors | None,
    params: Params | None = None,
    plan: Plan | None = None,
    step: Step = lambda _name: lambda _done, _total: None,
    taught: verdicts.Verdicts | None = None,
) -> Trained:
    """A model from a data set that `winnow dataset build` wrote, and from verdicts where there are any."""
    begun, how = time.monotonic(), plan or Plan()
    data, detector = learn(learning.load(folder, vectors, step("sessions measured")), params, how, taught)
    shares = padded_share(folder, data, how, step("turns measured"), taught)
    return Trained(detector, shares, figures(detector, data, how), data, Cost.since(begun))


def learn(
    data: learning.Data, params: Params | None, plan: Plan, taught: verdicts.Verdicts | None = None
) -> tuple[learning.Data, Detector]:
    """All that was learnt from, and the detector; without its figures, and without padded shares."""
    if taught is not None:
        data = verdicts.beside(data, taught, plan)
    detector = fitted(data.table, data.meta, data.columns, data.fingerprint, params, plan)
    if taught is not None:
        own = thresholds.own(detector, data, taught, plan)
        detector = replace(detector, own=own).said(verdicts={**taught.said(), "thresholds": thresholds.told_of(own)})
    return data, detector.said(
        version=f"{datetime.now(UTC):%Y%m%d}-{next(iter(data.checksums.values()))[:8]}",
        winnow=version("winnow"),
        data=data.checksums,
        sources={str(name): int(count) for name, count in data.meta["source"].value_counts().items()},
        unseen=unseen(data, plan),
    )


def unseen(data: learning.Data, plan: Plan) -> str:
    """Which sessions of the data set, in its order, the trees do not see: a bit each, as hexadecimal digits."""
    _, _, held = divided(data.meta, plan)
    bits = np.zeros(int((data.meta["kind"] != verdicts.KIND).sum()), np.bool_)
    bits[held[held < len(bits)]] = True
    return np.packbits(bits).tobytes().hex()


def padded_share(
    folder: Path,
    data: learning.Data,
    plan: Plan,
    progress: Callable[[int, int], None],
    taught: verdicts.Verdicts | None = None,
) -> ShareModel:
    """The model of padded shares, from the turns of the sessions that trees may see."""
    grown, watched, _ = divided(data.meta, plan)
    chosen = {*data.meta["session_id"].iloc[grown], *data.meta["session_id"].iloc[watched]}
    rows, padded, weights, owners, hosts = [], [], [], [], []
    for done, (session, marks, host) in enumerate(_marked(folder, taught), 1):
        progress(done, len(data.meta))
        if session.session_id not in chosen or not session.turns:
            continue
        seen = look(session)
        rows.append(pd.DataFrame(turns.turns(seen)))
        marked = np.zeros(seen.size, bool)
        marked[list(marks)] = True
        padded.append(marked)
        weights.append(seen.chars)
        owners += [session.session_id] * seen.size
        hosts += [host] * seen.size
    return ShareModel.fit(
        pd.concat(rows, ignore_index=True),
        np.concatenate(padded),
        np.concatenate(weights).astype(np.float64),
        owners,
        hosts,
        made_by=turns.fingerprint(),
    )


def _marked(folder: Path, taught: verdicts.Verdicts | None) -> Iterator[tuple[Session, tuple[int, ...], str]]:
    """The sessions of which it is known where they are padded, the turns, and what each was made from."""
    for session, label in dataset.read(folder):
        padded = label.padded_turns if label.label == "padded" else ()
        yield session, padded, label.made_from[0] if label.made_from else session.session_id
    for session, marks in taught.sessions() if taught is not None else ():
        yield session, marks, session.session_id


def figures(detector: Detector, data: learning.Data, plan: Plan) -> Figures:
    """What the model does on the part that its trees never saw, with intervals by the sessions they were made from.

    Where nothing was held, folds' models score. Verdicts are left out: an earlier model chose their sessions. So the
    threshold is that by the laboratory too, whatever the model goes by where it is used.
    """
    rows = divided(data.meta, plan)[2] if plan.held else np.arange(len(data.meta))
    rows = rows[(data.meta["kind"] != verdicts.KIND).to_numpy()[rows]]
    table, meta = data.table.iloc[rows], data.meta.iloc[rows]
    padded, raw = is_padded(meta), detector.raw(table) if plan.held else _unseen(detector, table, meta, plan)
    hosts = [made_from[0] for made_from in meta["made_from"]]
    plain = (meta["kind"] != "look-alike").to_numpy()
    told = np.flatnonzero(plain)
    own = [hosts[row] for row in told]
    found = {
        "auc": interval(partial(auc, raw[told], padded[told]), own),
        "recall_at_1_percent": interval(partial(recall_at, raw[told], padded[told], budget=0.01), own),
        "calibration_error": Figure(detector.about["calibrations"][0]["ece"], None, None, len(rows)),
        "unscored": share(np.isnan(raw), hosts),
    }
    try:
        limit = detector.elsewhere(BUDGET)
    except TooFewGenuine:
        return found
    flags = limit.flags(raw)
    for name, among in (("recall", padded), ("false_positives", ~padded & plain), ("look_alikes_flagged", ~plain)):
        found[name] = share(flags[among], [host for host, one in zip(hosts, among, strict=True) if one])
    return found


def _unseen(detector: Detector, table: pd.DataFrame, meta: pd.DataFrame, plan: Plan) -> Floats:
    """Where nothing was held: scores of five folds' models."""
    params = Params(**{**detector.about["params"], "trees": detector.forest.trees})
    scores = out_of_fold(table, meta, directed(detector.columns), weighed(meta, plan), params)
    return np.where(detector.enough(table), scores, np.nan)


def keep(home: Home, trained: Trained, name: str = "train") -> Version:
    """Records the run in MLflow and registers its model as the challenger."""
    place = Place.at(home.folder)
    about = trained.detector.about
    how = json.dumps([about["plan"], about["params"]])  # in double quotes: MLflow finds no key with single ones
    heard = f" {about['verdicts']['ledger']}" if "verdicts" in about else ""
    with TemporaryDirectory(prefix="winnow-model-") as folder:
        trained.write(Path(folder))
        told = Record(
            key=f"{name} {about['version']} {trained.detector.fingerprint} {how}{heard}",
            name=name,
            params={**about["params"], **about["plan"], "budget": BUDGET, "prevalence": PREVALENCE},
            seeds={"trees": about["params"]["seed"], "parts": about["plan"]["seed"]},
            manifest={
                "sessions": about["kinds"],
                "sources": about["sources"],
                "checksums": trained.data.checksums,
                "verdicts": about.get("verdicts", {}),
            },
            checksum=next(iter(trained.data.checksums.values())),
            fingerprint=trained.detector.fingerprint,
            figures={figure: asdict(value) for figure, value in trained.figures.items()},
            cost=trained.cost,
            model=Path(folder),
            example=trained.data.table.head(3).astype(np.float64),
        )
        return register(place, record(place, told))
