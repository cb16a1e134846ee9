"""What tests of unattended runs share: a small model trained on the examples, and a home's products to compare."""

import os
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
from conftest import EXAMPLES

from flows import learning
from flows.home import Home
from flows.review import ledger_of
from flows.scores import KEY, scores, scores_of
from flows.train import padded_share
from models.forest import Params
from models.plan import Plan
from models.training import train
from padding import dataset
from traces.reading import read

os.environ.setdefault("OMP_NUM_THREADS", "1")  # for ten trees more threads are slower, where cores are busy

BUDGET = 0.4
"""So large that the few genuine sessions of the examples suffice for a threshold."""

_FOLDERS = ("claude_code", "codex", "gemini", "openclaw", "specstory", "tau_bench", "copilot", "opencode")


def small_model(folder: Path) -> Path:
    """A real model without features of language, from the examples' sessions and padded ones made of them."""
    sessions = {}
    for name in _FOLDERS:
        for path in sorted(path for path in (EXAMPLES / name).rglob("*") if path.is_file()):
            sessions |= {one.session_id: one for one in read(path)[0] if one.turns}
    dataset.build(list(sessions.values()), folder / "data", seed=7, version="test", ratio=1.0)
    data, plan = learning.load(folder / "data", None), Plan()
    params = Params(trees=10, least=5)
    train(data.table, data.meta, data.columns, data.fingerprint, params, plan).write(folder / "small")
    padded_share(folder / "data", data, plan, lambda _done, _total: None).to_files(folder / "small" / "share")
    return folder / "small"


def products(home: Path) -> dict[str, Any]:
    """Everything that a run leaves, without what says when it ran."""
    place, kept = Home(home), scores_of(Home(home))
    ledger = ledger_of(place)
    try:
        with ledger.reading() as view:
            cases = view.rows(f"select {_CASE} from cases order by session_id, content")
            brought = view.rows(
                "select session_id, content, s.model_version, s.slice, reasons, entry is not null entered, s.current "
                "from scores s join cases c on c.case_id = s.case_id order by session_id, content, s.model_version"
            )
            entries = sorted((record.session_id, record.body) for record in view.records("entry"))
        faults = ledger.verify()
    finally:
        ledger.close()
    sessions = place.store.table("sessions", columns=["session_id", "content", "turns"]).to_pylist()
    order = [(name, "ascending") for name in KEY]
    every = kept.table().drop_columns("run").sort_by(order)
    return {
        "sessions": sorted(map(str, sessions)),
        "features": features(home),
        "scores": every.to_pylist(),
        "newest": scores(place).sort_by(order).to_pylist(),
        "cases": [dict(row) for row in cases],
        "brought": [dict(row) for row in brought],
        "entries": entries,
        "faults": faults,
    }


def features(home: Path) -> list[str]:
    """What was measured, each content of a session once; as text, since in a list two NaN would differ."""
    files = map(str, (home / "data" / "features").glob("features-*/day=*/[!.]*.parquet"))
    rows = ds.dataset(list(files), format="parquet").to_table().to_pylist()
    found = sorted((row["session_id"], row["content"], str(row)) for row in rows)
    assert len({(one, content) for one, content, _ in found}) == len(found)
    return [text for _, _, text in found]


_CASE = (
    "session_id, content, model_version, status, user_id, source, looks_like, slice, week, state, started, risk, "
    "probability, padded_share, threshold, novelty, tokens, padded_tokens, flagged, queued, open, current, reviews"
)


def one_night(home: Path, inbox: Path, model: Path) -> None:
    """A whole night, as a process of its own may have it."""
    from flows.nightly import nightly

    nightly([inbox], home=home, which=str(model), budget=BUDGET, user_from_folder=True, monitor="")
