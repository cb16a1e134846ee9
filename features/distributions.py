"""How each feature's values lie on genuine, padded and look-alike sessions of a data set: counts and shares only.

`distributions.json` beside this file holds the figures of one data set; the page and its pictures are made of them.
Nothing in it is a session's: a group's shares are kept in 24 steps, rounded, never a value, an id or a text.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from scipy.stats import rankdata

from features import crossfitted
from features.context_feature import ContextFeature
from features.context_feature import load as load_context
from features.feature import Feature, load
from features.hashing import Floats
from features.vectors import Vectors

FILE = Path(__file__).parent / "distributions.json"

GROUPS = ("genuine", "look-alike", "padded")
"""Genuine sessions as they were, honest ones that were made to look like padding, and padded ones."""

_KINDS = {"null": "genuine", "look-alike": "look-alike", "padded": "padded"}
_BINS = 24
_FAR = 20.0
_LEAST = 30
_CHANCE = (0.48, 0.52)
_SHARED = 0.9


@dataclass(frozen=True, slots=True)
class Spread:
    """One feature's values on the three groups."""

    version: int
    """Of the feature when it was measured."""
    low: float
    high: float
    """The first and the last step hold all beyond: 1 % of all values either way, or less."""
    log: bool
    """Whether the steps are even in the logarithm (of one more than the value)."""
    there: Mapping[str, float]
    """The share of each group's sessions that have a value."""
    shares: Mapping[str, tuple[float, ...]]
    """Of these, the share in each step; empty for a group with fewer than 30 such sessions."""
    auc: float | None
    """How often a padded session speaks more for padding than a genuine one, ties by half, where both have a value."""
    auc_look_alikes: float | None
    """The same against look-alikes."""

    @property
    def doubtful(self) -> bool:
        """Whether it tells padded sessions, by itself, neither from genuine ones nor from look-alikes."""
        low, high = _CHANCE
        aucs = (self.auc, self.auc_look_alikes)
        within = all(one is not None and low <= one <= high for one in aucs)
        return within and self.shared("genuine") >= _SHARED and self.shared("look-alike") >= _SHARED

    def shared(self, group: str) -> float:
        """The share that a group's values and the padded sessions' have in common, step by step."""
        return sum(map(min, self.shares[group], self.shares["padded"]))


@dataclass(frozen=True, slots=True)
class Distributions:
    """All features' values on one data set."""

    sessions: Mapping[str, int]
    """How many there are of each group."""
    spreads: Mapping[str, Spread]
    """By feature."""

    def of(self, one: Feature | ContextFeature) -> Spread | None:
        """A feature's spread; null where this version of it was not measured."""
        found = self.spreads.get(one.name)
        return found if found and found.version == one.version else None


def known() -> list[Feature | ContextFeature]:
    """All features that a page speaks of, in their order: a session's own, then those of context."""
    return [*load(language=True, reference=True).values(), *load_context().values()]


def measured(folder: Path, vectors: Vectors | None = None) -> Distributions:
    """The distributions on a data set whose tables lie in a folder, as `flows.learning.load` leaves them there.

    With `vectors` also those of features of genuine work, cross-fitted: a table's own would be of a reference that may
    have seen the sessions which it is applied to, and is never taken.
    """
    told = pq.read_table(folder / "described.parquet", columns=["session_id", "kind"])
    columns: dict[str, tuple[int, pa.ChunkedArray]] = {}
    for path in sorted(folder.glob("*-*.parquet"), key=lambda path: path.stat().st_mtime):
        columns |= _columns(pq.read_table(path), told["session_id"], str(path))
    columns = {name: one for name, one in columns.items() if name not in crossfitted.features()}
    if vectors is not None:
        columns |= _columns(crossfitted.crossfitted(folder, vectors), told["session_id"], str(folder))
    group = np.array([_KINDS[kind] for kind in told["kind"].to_pylist()])
    spreads = {
        one.name: spread(one, np.asarray(columns[one.name][1].to_numpy(), float), group)
        for one in known()
        if one.name in columns and columns[one.name][0] == one.version
    }
    return Distributions({name: int((group == name).sum()) for name in GROUPS}, spreads)


def kept(found: Distributions) -> Distributions:
    """Without the features that are no more, or were changed since."""
    names = [one.name for one in known() if found.of(one) is not None]
    return Distributions(found.sessions, {name: found.spreads[name] for name in names})


def spread(one: Feature | ContextFeature, values: Floats, group: np.typing.NDArray[np.str_]) -> Spread:
    """One feature's values on the groups."""
    held = values[~np.isnan(values)]
    low, high = np.quantile(held, (0.01, 0.99)).tolist() if len(held) else (0.0, 0.0)
    log = low >= 0 and high > _FAR * max(1.0, float(np.median(held))) if len(held) else False
    high = high if high > low else low + 1
    parts = {name: values[(group == name) & ~np.isnan(values)] for name in GROUPS}
    sign = -1 if one.speaks == "low" else 1
    return Spread(
        version=one.version,
        low=_rounded(low),
        high=_rounded(high),
        log=log,
        there={name: _rounded(len(parts[name]) / max(1, int((group == name).sum()))) for name in GROUPS},
        shares={name: _shares(part, low, high, log) if len(part) >= _LEAST else () for name, part in parts.items()},
        auc=_auc(sign * parts["genuine"], sign * parts["padded"]),
        auc_look_alikes=_auc(sign * parts["look-alike"], sign * parts["padded"]),
    )


def write(found: Distributions, path: Path = FILE) -> Path:
    """A line a feature, so that a change shows where it is."""
    lines = [f"  {json.dumps(name)}: {json.dumps(asdict(one))}" for name, one in found.spreads.items()]
    head, body = json.dumps(dict(found.sessions)), ",\n".join(lines)
    path.write_text(f'{{"sessions": {head},\n "spreads": {{\n{body}\n}}}}\n', encoding="utf-8")
    return path


def read(path: Path = FILE) -> Distributions:
    """What was written; the page and its pictures are made of it without the data."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return Distributions(found["sessions"], {name: _spread(one) for name, one in found["spreads"].items()})


def _spread(found: dict[str, Any]) -> Spread:
    return Spread(**{**found, "shares": {name: tuple(shares) for name, shares in found["shares"].items()}})


def _shares(values: Floats, low: float, high: float, log: bool) -> tuple[float, ...]:
    scaled, ends = (np.log1p(values), np.log1p([low, high])) if log else (values, np.array([low, high]))
    counts, _ = np.histogram(np.clip(scaled, *ends), _BINS, tuple(ends))
    return tuple(_rounded(one) for one in (counts / len(values)).tolist())


def _auc(others: Floats, padded: Floats) -> float | None:
    if min(len(others), len(padded)) < _LEAST:
        return None
    ranks = rankdata(np.concatenate([others, padded]))[len(others) :].sum()
    return _rounded((ranks - len(padded) * (len(padded) + 1) / 2) / (len(padded) * len(others)))


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")


def _columns(found: pa.Table, ids: pa.ChunkedArray, place: str) -> dict[str, tuple[int, pa.ChunkedArray]]:
    """A table's features with their versions, in the order of these sessions."""
    rows = pc.index_in(ids, found["session_id"].combine_chunks())
    if rows.null_count:
        raise ValueError(
            f"{place} has no row for {rows.null_count} of the sessions in described.parquet; make both anew"
        )
    aligned = found.take(rows)
    return {name: (version, aligned[name]) for name, version in _versions(found.schema).items()}


def _versions(found: pa.Schema) -> dict[str, int]:
    """The features of a table and their versions, as its metadata says."""
    said: Iterable[bytes] = (found.metadata or {}).values()
    return next((one["features"] for one in map(_object, said) if "features" in one), {})


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
