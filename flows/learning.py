"""What models learn from: a data set's features and what is known of its sessions. Wires `padding/` and `features/`."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features import context as around
from features import context_feature as contexts
from features import outline, table
from features.context_feature import ContextFeature
from features.feature import Feature
from features.seen import Seen
from features.vectors import Vectors
from flows import featurize
from flows.form import form, mean
from models.detector import Column
from padding import dataset
from padding.looks import LOOKS, of_category
from traces.schema import Session

TOGETHER = {
    "mixed": ("camouflaged_human", "tool_spinning", "verbatim_loop"),
    "quota_binge": ("camouflaged_human", "tool_spinning", "verbatim_loop"),
}
"""Families whose padding contains that of others: they are left out together."""

_DESCRIBED = "described.parquet"

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
    """Of the feature set; with context, of both sets."""
    checksums: dict[str, str]
    """Of the files that the data came from."""


def described(features: Iterable[Feature | ContextFeature]) -> tuple[Column, ...]:
    """What a model has to know of features."""
    return tuple(Column(one.name, one.kind, one.speaks) for one in features)


def load(
    folder: Path,
    vectors: Vectors | None,
    progress: Progress = lambda _done, _total: None,
    context: bool | Sequence[str] = False,
) -> Data:
    """A data set that `winnow dataset build` wrote; what is worked out of it is kept beside it, and used again.

    With `context`, the features of context that a detector may learn from are further columns, or those that are named.
    """
    manifest = json.loads((folder / "manifest.json").read_text())
    wanted = table.schema(None, vectors)
    path = folder / f"features-{table.fingerprint_of(wanted)}.parquet"
    stamp = json.dumps(manifest["checksums"], sort_keys=True)
    if not (path.is_file() and _stamp(folder / _DESCRIBED) == stamp):
        _work_out(folder, manifest["sessions"], stamp, vectors, progress)
    found = table.read(path, vectors=vectors)
    rows = found.to_pandas().drop(columns="session_id")
    meta = pd.read_parquet(folder / _DESCRIBED)
    data = Data(
        rows, meta, described(table.every(None, vectors)), table.fingerprint_of(wanted), dict(manifest["checksums"])
    )
    names = (around.LEARNED if context else ()) if isinstance(context, bool) else tuple(context)
    return _with_context(data, folder, names, progress) if names else data


def _work_out(folder: Path, total: int, stamp: str, vectors: Vectors | None, progress: Progress) -> None:
    """Writes a data set's features, outlines, context and description; the description last, as it vouches for all."""
    labels: dict[str, dataset.Label] = {}
    known: list[dict[str, object]] = []
    (folder / _DESCRIBED).unlink(missing_ok=True)
    featurize.write(
        _told(folder, total, labels, known, progress),
        folder,
        vectors,
        outlined=lambda session, seen: _outlined(session, labels.pop(session.session_id), seen),
    )
    meta = pd.DataFrame(known)
    meta.attrs["made_of"] = stamp
    meta.to_parquet(folder / _DESCRIBED, index=False)


def _with_context(data: Data, folder: Path, names: Sequence[str], progress: Progress) -> Data:
    """The data with features of context of these names as further columns."""
    chosen = {name: one for name, one in contexts.load().items() if name in names}
    if missing := sorted(set(names) - set(chosen)):
        raise KeyError(f"{missing[0]!r} is no feature of context; features/README.md lists them")
    path = folder / f"context-{around.fingerprint_of(around.schema())}.parquet"
    if not path.is_file():
        around.write(_outlines(folder, len(data.meta), progress), folder)
    rows = around.read(path).to_pandas().set_index("session_id").reindex(data.meta["session_id"])[list(chosen)]
    own = contexts.fingerprint(chosen.values(), around.WINDOW_DAYS)
    return replace(
        data,
        table=pd.concat([data.table, rows.reset_index(drop=True)], axis=1),
        columns=(*data.columns, *described(chosen.values())),
        fingerprint=f"{data.fingerprint}-{own}",
    )


def _outlines(folder: Path, total: int, progress: Progress) -> pa.Table:
    """The outlines that are there, or new ones where they are missing or of another version."""
    path = folder / featurize.OUTLINES
    try:
        return outline.read(path)
    except (FileNotFoundError, outline.AnotherOutline):
        labelled = enumerate(dataset.read(folder), 1)
        outline.write((_noted(done, total, progress, *one) for done, one in labelled), path)
        return outline.read(path)


def _noted(done: int, total: int, progress: Progress, session: Session, label: dataset.Label) -> outline.Outline:
    progress(done, total)
    return _outlined(session, label)


def _outlined(session: Session, label: dataset.Label, seen: Seen | None = None) -> outline.Outline:
    """What was made from the same genuine session is nobody's past, except within one carrying out of a scheme."""
    return outline.outline(session, seen, (*label.made_from, session.session_id), label.scheme)


def description(session: Session, label: dataset.Label) -> dict[str, object]:
    """What is known of a session of a data set, which form it has, and which mix of turns."""
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
        "scheme": label.scheme,
        "started": session.started,
        "made_from": list(label.made_from),
        "looks": None if label.label == "padded" else LOOKS.get(label.strategy) or of_category(session.category),
        "agent": session.agent,
        "format": session.format,
        "turns": len(turns),
        "chars": sum(len(turn.text or turn.tool_arguments or "") for turn in turns),
        "has_times": any(turn.time for turn in turns),
        "has_tokens": any(turn.output_tokens is not None for turn in turns),
        "share_of_whole_seconds": mean(not turn.time.microsecond for turn in turns if turn.time) or 0.0,
        **form(session),
    }


def _told(
    folder: Path,
    total: int,
    labels: dict[str, dataset.Label],
    known: list[dict[str, object]],
    progress: Progress,
) -> Iterator[Session]:
    for done, (session, label) in enumerate(dataset.read(folder), 1):
        labels[session.session_id] = label
        known.append(description(session, label))
        progress(done, total)
        yield session


def _stamp(path: Path) -> str | None:
    if not path.is_file():
        return None
    said = json.loads((pq.read_schema(path).metadata or {}).get(b"PANDAS_ATTRS", b"{}"))
    return said.get("made_of") if isinstance(said, dict) else None
