"""What models learn from: a data set's features and what is known of its sessions. Wires `padding/` and `features/`."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from features import table
from features.feature import Feature
from features.vectors import Vectors
from models.detector import Column
from padding import dataset
from padding.looks import LOOKS, of_category
from traces.schema import Session, Turn

TOGETHER = {
    "mixed": ("camouflaged_human", "tool_spinning", "verbatim_loop"),
    "quota_binge": ("camouflaged_human", "tool_spinning", "verbatim_loop"),
}
"""Families whose padding contains that of others: they are left out together."""

FORM = ("time", "output_tokens", "input_tokens", "cached_tokens", "is_error", "call_id", "original_chars")
"""Fields of turns that a source may lack: whether they are there is form, and must not tell what is padding."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Data:
    """Sessions as a model sees them, and what is known of them, row by row."""

    table: pd.DataFrame
    """The features, a row a session."""
    meta: pd.DataFrame
    """What each session is: as `models.splits` and `models.training` want it."""
    columns: tuple[Column, ...]
    fingerprint: str
    """Of the feature set."""
    checksums: dict[str, str]
    """Of the files that the data came from."""


def described(features: tuple[Feature, ...]) -> tuple[Column, ...]:
    """What a model has to know of features."""
    return tuple(Column(one.name, one.kind, one.speaks) for one in features)


def load(folder: Path, vectors: Vectors | None, progress: Progress = lambda _done, _total: None) -> Data:
    """A data set that `winnow dataset build` wrote; its features are worked out once, and kept beside it."""
    manifest = json.loads((folder / "manifest.json").read_text())
    features = tuple(table.every(None, vectors))
    path = folder / f"features-{table.fingerprint_of(table.schema(None, vectors))}.parquet"
    described_in = folder / "described.parquet"
    stamp = json.dumps(manifest["checksums"], sort_keys=True)
    if not (path.is_file() and _stamp(described_in) == stamp):
        known: list[dict[str, object]] = []
        table.write(_told(folder, manifest["sessions"], known, progress), folder, vectors=vectors)
        meta = pd.DataFrame(known)
        meta.attrs["made_of"] = stamp
        meta.to_parquet(described_in, index=False)
    found = table.read(path, vectors=vectors)
    rows = found.to_pandas().drop(columns="session_id")
    meta = pd.read_parquet(described_in)
    fingerprint = table.fingerprint_of(found.schema)
    return Data(rows, meta, described(features), fingerprint, dict(manifest["checksums"]))


def description(session: Session, label: dataset.Label) -> dict[str, object]:
    """What is known of a session of a data set, and which form it has."""
    turns = session.turns
    return {
        "session_id": session.session_id,
        "label": label.label,
        "kind": label.kind,
        "family": label.family,
        "strategy": label.strategy,
        "twin": label.twin or None,
        "effort": label.effort,
        "padded_share": label.padded_share,
        "source": label.source,
        "user": label.user_id,
        "started": session.started,
        "made_from": list(label.made_from),
        "looks": None if label.label == "padded" else LOOKS.get(label.strategy) or of_category(session.category),
        "agent": session.agent,
        "format": session.format,
        "turns": len(turns),
        "chars": sum(len(turn.text or turn.tool_arguments or "") for turn in turns),
        "has_times": any(turn.time for turn in turns),
        "has_tokens": any(turn.output_tokens is not None for turn in turns),
        **{f"share_with_{name}": _share(turns, name) for name in FORM},
        "share_of_whole_seconds": _mean([not turn.time.microsecond for turn in turns if turn.time]),
    }


def _share(turns: Sequence[Turn], name: str) -> float:
    return _mean([getattr(turn, name) is not None for turn in turns])


def _mean(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0


def _told(folder: Path, total: int, known: list[dict[str, object]], progress: Progress) -> Iterator[Session]:
    for done, (session, label) in enumerate(dataset.read(folder), 1):
        known.append(description(session, label))
        progress(done, total)
        yield session


def _stamp(path: Path) -> str | None:
    if not path.is_file():
        return None
    said = json.loads((pq.read_schema(path).metadata or {}).get(b"PANDAS_ATTRS", b"{}"))
    return said.get("made_of") if isinstance(said, dict) else None
