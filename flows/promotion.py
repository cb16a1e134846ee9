"""Promotion: a challenger against the champion on the same held-out sessions, and the gate that it has to pass."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit.ledger import Ledger
from flows import learning, verdicts
from flows.home import Home
from flows.model import SHIPPED, Model, model, read, version_of
from models.detector import Detector
from models.figures import Bools
from models.gate import Decision, HeldOut, Judged, decide
from models.plan import Plan, divided
from models.rates import BUDGET, PREVALENCE
from models.registry import NoVersion, Place, Version, champion, find, promote
from models.splits import is_padded


@dataclass(frozen=True, slots=True)
class Compared:
    """A challenger beside the champion, or beside the shipped model where there is no champion yet."""

    challenger: Model
    against: Model
    number: int | None
    """The champion's number in the registry; null where the shipped model stood for it."""
    decision: Decision
    sessions: int
    verdicts: int = 0
    """How many of the sessions have their label from auditors."""


def compare(
    home: Home,
    data: learning.Data,
    which: str = "challenger",
    ledger: Ledger | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Compared:
    """Both on what neither has seen of the data, and on the verdicts of a ledger that are for evaluation only."""
    place = Place.at(home.folder)
    challenger, (against, number) = model(home, find(place, which).name), standing(home)
    rows = np.flatnonzero(unseen(challenger.detector, data) & _not_learnt(against.detector, challenger.detector, data))
    table, meta = data.table.iloc[rows], data.meta.iloc[rows]
    found = verdicts.read(home, ledger, challenger.vectors, progress) if ledger is not None else None
    if found is not None:
        fair = found.fair()
        fair = fair[verdicts.apart(data, found)[fair]]
        table = pd.concat([table, found.table.iloc[fair][list(table.columns)]], ignore_index=True)
        meta = pd.concat([meta, found.meta.iloc[fair][list(meta.columns)]], ignore_index=True)
    held = _held(meta)
    old, new = (judged(one.detector, table, held.verdicts) for one in (against, challenger))
    decision = decide(old, new, held)
    return Compared(challenger, against, number, decision, len(meta), int(held.verdicts.sum()))


def _held(meta: pd.DataFrame) -> HeldOut:
    """Users are the sessions that a data set's were made from; of verdicts, those whose sessions they are."""
    kinds, verdict = meta["looks"].where(meta["kind"] == "look-alike"), (meta["kind"] == verdicts.KIND).to_numpy()
    hosts = [made_from[0] for made_from in meta["made_from"]]
    known = (verdict & meta["user"].notna()).tolist()
    return HeldOut(
        labels=is_padded(meta),
        users=[user if one else host for one, user, host in zip(known, meta["user"], hosts, strict=True)],
        sources=meta["source"].tolist(),
        look_alikes=[None if kind is None or kind != kind else str(kind) for kind in kinds],
        verdicts=verdict,
    )


def standing(home: Home) -> tuple[Model, int | None]:
    """The champion with its number; the shipped model where there is none."""
    try:
        found = champion(Place.at(home.folder))
    except NoVersion:
        return read(home, SHIPPED, f"shipped-{version_of(SHIPPED)}"), None
    return model(home, found.name), found.number


def judged(detector: Detector, table: pd.DataFrame, verdicts: Bools) -> Judged:
    """What a detector says of the sessions, with the threshold that it has for each.

    One that goes by the house's own sessions is judged on the house's verdicts; sessions of the laboratory come from
    elsewhere, and show whether the trees themselves have become worse.
    """
    raw = detector.raw(table)
    threshold = np.where(verdicts, detector.threshold(BUDGET).value, detector.elsewhere(BUDGET).value)
    return Judged(raw, threshold, np.asarray(detector.calibration.probability(raw, PREVALENCE), np.float64))


def carry_out(home: Home, compared: Compared, force_reason: str | None = None) -> Version:
    """Makes the challenger champion where the gate lets it through, or where a reason is given."""
    return promote(
        Place.at(home.folder),
        compared.challenger.name,
        compared.decision,
        against=compared.number,
        force_reason=force_reason,
    )


def unseen(detector: Detector, data: learning.Data) -> Bools:
    """Which sessions of the data a detector's trees have not seen; of other data than it learnt from, all."""
    about = detector.about
    if about.get("data") != data.checksums:
        return np.ones(len(data.meta), np.bool_)
    if "unseen" in about:
        bits = np.frombuffer(bytes.fromhex(about["unseen"]), np.uint8)
        return np.unpackbits(bits, count=len(data.meta)).astype(np.bool_)
    found = np.zeros(len(data.meta), np.bool_)
    found[divided(data.meta, Plan(**about["plan"]))[2]] = True
    return found


def _not_learnt(before: Detector, after: Detector, data: learning.Data) -> Bools:
    """What the champion's trees have not seen; too little of it, beside what the challenger's have not, is refused."""
    old, new = unseen(before, data), unseen(after, data)
    padded = is_padded(data.meta)[old & new]
    if not padded.any() or padded.all():
        raise ValueError(
            "the champion has learnt from the same data, divided in another way: it has seen what is held out here; "
            "train the challenger with the champion's seed and held share, or on other data"
        )
    return old
