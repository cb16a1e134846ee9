"""The fingerprint check: whether what the laboratory makes can be told from what it was made from, and by what."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from features import table
from features.vectors import Vectors
from flows import dataset as building
from flows import form, learning
from models.figures import Figure
from models.fingerprints import BAND, Told, by_classifier, by_column, told
from traces.ingest import Progress, silent
from traces.schema import Session

Step = Callable[[str], Callable[[int, int], None]]
"""Told the name of a step, gives what is told its progress."""

FORM = ("source", "agent", "format", "turns", "chars", "has_times", "has_tokens", "share_of_whole_seconds",
        *form.FORM)  # fmt: skip
"""Metadata: what a session looks like from outside. Its mix of turns is looked at besides."""
_WORDS = ("source", "agent", "format")


@dataclass(frozen=True, slots=True)
class Check:
    """What the check found."""

    sessions: int
    """Genuine sessions that went in."""
    fingerprint: str
    """Of the feature set."""
    by_source: list[Told]
    """Null-transformed against untouched, by a classifier on all features, for all and for each source."""
    by_feature: list[Told]
    """The same by each feature alone."""
    by_form: list[Told]
    """Padded against genuine by metadata: all of it together, then each alone; then with the mix of turns."""

    @property
    def outside(self) -> list[Told]:
        """What exceeds the band with all of its interval."""
        return [one for one in (*self.by_source, *self.by_feature, *self.by_form) if one.state == "outside"]


def check(
    genuine: Sequence[Path],
    seed: int,
    vectors: Vectors | None = None,
    reading: Progress = silent,
    step: Step = lambda _name: lambda _done, _total: None,
) -> Check:
    """Makes a data set of the sessions under the paths, and looks for the laboratory's fingerprints in it."""
    with TemporaryDirectory(prefix="winnow-check-") as folder:
        sessions = building.genuine_sessions(genuine, reading)
        building.make(sessions, Path(folder), seed, 1.0, step("sessions made"))
        data = learning.load(Path(folder), vectors, step("sessions measured"))
    before = table.table(_counted(sessions, step("untouched ones measured")), vectors=vectors).to_pandas()
    null = np.flatnonzero((data.meta["kind"] == "null").to_numpy())
    origin = [made_from[0] for made_from in data.meta["made_from"].iloc[null]]
    ids = before.pop("session_id").tolist()
    after = data.table.iloc[null]
    both = pd.concat([before, after], ignore_index=True)
    second = np.repeat([False, True], [len(before), len(after)])
    pairs = [*ids, *origin]
    sources = [*(one.source for one in sessions), *data.meta["source"].iloc[null]]
    return Check(
        len(sessions),
        data.fingerprint,
        by_classifier(both, second, pairs, sources, seed),
        by_column(both, second, pairs, step("features looked at")),
        by_form(data.meta, seed),
    )


def by_form(meta: pd.DataFrame, seed: int) -> list[Told]:
    """How well padded sessions are told from genuine ones by metadata; near chance where the laboratory is fair.

    All of it together, then each alone; after that all of it with the mix of turns, and each share of that alone.
    """
    outward = _numbers(meta, FORM)
    mixed = _numbers(meta, form.MIX)
    hosts = [made_from[0] for made_from in meta["made_from"]]
    padded = (meta["label"] == "padded").to_numpy()
    weights = np.where(padded, 0.5 / padded.mean(), 0.5 / (1 - padded.mean()))

    def by(name: str, columns: pd.DataFrame, words: Sequence[str]) -> Told:
        return Told(name, told(columns, padded, hosts, seed, weights, words))

    return [
        by("all metadata", outward, _WORDS),
        *(by(name, outward[[name]], (name,)) for name in _WORDS),
        *by_column(outward.drop(columns=list(_WORDS)), padded, hosts),
        by("with the mix of turns", pd.concat([outward, mixed], axis=1), _WORDS),
        *by_column(mixed, padded, hosts),
    ]


def _numbers(meta: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Columns as numbers; where a session could not carry a field, it says what others of its source say."""
    found = meta[list(names)].copy()
    for name in set(names) & set(_WORDS):
        found[name] = pd.Categorical(found[name].fillna("unknown")).codes
    numbers = found.astype(np.float64)
    return numbers.fillna(numbers.groupby(meta["source"].fillna("unknown")).transform("mean"))


def as_markdown(found: Check) -> str:
    """The tables, for a page."""
    low, high = BAND
    lines = [
        f"{found.sessions} genuine sessions, feature set `{found.fingerprint}`. Within the band is {low} to {high}."
    ]
    lines += _rows("Null-transformed against untouched, a classifier on all features", found.by_source)
    lines += _rows("Null-transformed against untouched, the ten features that tell most", found.by_feature[:10])
    lines += _rows("Padded against genuine, by metadata", found.by_form)
    return "\n".join(lines) + "\n"


def as_json(found: Check) -> str:
    """Everything, for programs."""
    said = {name: [_told(one) for one in rows] for name, rows in _parts(found).items()}
    return json.dumps({"sessions": found.sessions, "fingerprint": found.fingerprint, **said}, indent=1) + "\n"


def _parts(found: Check) -> dict[str, list[Told]]:
    return {"by_source": found.by_source, "by_feature": found.by_feature, "by_form": found.by_form}


def _told(one: Told) -> dict[str, object]:
    return {"by": one.by, **asdict(one.auc), "state": one.state}


def _rows(title: str, rows: Sequence[Told]) -> list[str]:
    cells = [f"| {one.by} | {one.auc.n} | {figure(one.auc)} | {one.state} |" for one in rows]
    return ["", f"**{title}**", "", "| by | sessions | AUC | |", "|---|---|---|---|", *cells]


def figure(found: Figure) -> str:
    """A figure with its interval."""
    if found.value is None:
        return "–"
    if found.low is None or found.high is None:
        return f"{found.value:.3f}"
    return f"{found.value:.3f} ({found.low:.3f}–{found.high:.3f})"


def _counted(sessions: Sequence[Session], progress: Callable[[int, int], None]) -> Iterator[Session]:
    for done, session in enumerate(sessions, 1):
        yield session
        progress(done, len(sessions))
