"""What genuine work looks like: middles of the clouds that its prompts form, and the directions in which they differ.

Fitted on the sessions that are given, training sessions only, and on nothing else; kept as Parquet. It is optional, and
may mislead about kinds of work that the training sessions had none of: whoever uses it measures that first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features.encoder import Matrix
from features.hashing import Floats

DIRECTIONS = 6
"""In how many directions prompts are placed."""

_MIDDLES, _ROUNDS, _SEED = 64, 20, 7
_KEY = b"winnow.encoder"


@dataclass(frozen=True, slots=True)
class Reference:
    """What genuine prompts mean."""

    encoder: str
    """The fingerprint of the vectors that it was fitted on."""
    middles: Matrix
    """The middles of groups of like prompts, each of length one."""
    mean: Matrix
    """The mean of all prompts, as one row."""
    directions: Matrix
    """The directions in which sessions differ most, the strongest first."""

    @property
    def digest(self) -> str:
        """Names its content: part of the fingerprint of features made with it."""
        parts = (self.middles, self.mean, self.directions)
        said = b"".join(np.ascontiguousarray(one, "<f4").tobytes() for one in parts)
        return blake2b(self.encoder.encode() + said, digest_size=16).hexdigest()

    def check(self, encoder: str) -> None:
        """Refuses vectors of another encoder than the one that it was fitted on."""
        if encoder != self.encoder:
            raise ValueError(f"the reference was fitted on vectors {self.encoder}, not {encoder}: fit it anew")

    def save(self, path: Path) -> None:
        """Writes it as Parquet: a row a vector, with its part."""
        parts = {"middle": self.middles, "mean": self.mean, "direction": self.directions}
        names = [name for name, rows in parts.items() for _ in rows]
        rows = [row for part in parts.values() for row in part]
        table = pa.table({"part": names, "vector": pa.array(rows, pa.list_(pa.float32()))})
        pq.write_table(table.replace_schema_metadata({_KEY: self.encoder}), path)


def opened(path: Path) -> Reference:
    """A reference that was saved."""
    table = pq.read_table(path)
    encoder = (table.schema.metadata or {}).get(_KEY)
    if encoder is None:
        raise ValueError(f"{path} is no reference: its schema names no encoder")
    names, rows = table["part"].to_pylist(), table["vector"].to_pylist()
    parts = [
        np.array([row for name, row in zip(names, rows, strict=True) if name == part], np.float32)
        for part in ("middle", "mean", "direction")
    ]
    return Reference(encoder.decode(), *parts)


def fitted(sessions: Sequence[Matrix], encoder: str) -> Reference:
    """A reference from the prompts' vectors of training sessions, each of which counts as much as any other."""
    filled = [one for one in sessions if len(one)]
    if len(filled) <= DIRECTIONS:
        raise ValueError(f"{len(filled)} sessions have prompts: a reference takes more than {DIRECTIONS}")
    prompts = np.concatenate(filled).astype(np.float64)
    weights = np.concatenate([np.full(len(one), 1 / len(one)) for one in filled])
    means = np.array([one.mean(axis=0) for one in filled], np.float64)
    parts = (_middles(prompts, weights), means.mean(axis=0)[None], _directions(means - means.mean(axis=0)))
    return Reference(encoder, *(np.asarray(one, np.float32) for one in parts))


def _directions(means: Floats) -> Floats:
    """The directions in which sessions differ most, each turned to where the sum of its numbers is positive.

    By all numbers, since the largest one often has a rival of the other sign: then a few sessions more or less would
    turn the direction round, and its figures with it.
    """
    found: Floats = np.linalg.svd(means, full_matrices=False)[2][:DIRECTIONS]
    return found * np.where(found.sum(axis=1) < 0, -1, 1)[:, None]


def _middles(prompts: Floats, weights: Floats) -> Floats:
    """Groups of like vectors: k-means on the sphere, from a start that is drawn with a fixed seed."""
    middles = _start(prompts, weights)
    for _ in range(_ROUNDS):
        group = (prompts @ middles.T).argmax(axis=1)
        sums = np.stack([weights[group == one] @ prompts[group == one] for one in range(len(middles))])
        sizes = np.linalg.norm(sums, axis=1, keepdims=True)
        middles = np.where(sizes > 0, sums / np.maximum(sizes, 1e-12), middles)
    return middles


def _start(prompts: Floats, weights: Floats) -> Floats:
    """Vectors drawn one after the other, far ones sooner than those near to one that was drawn."""
    draw = np.random.default_rng(_SEED)
    chosen, distance = list[int](), np.ones(len(prompts))
    while len(chosen) < min(_MIDDLES, len(prompts)) and (distance * weights).sum() > 1e-6:
        chosen.append(int(draw.choice(len(prompts), p=distance * weights / (distance * weights).sum())))
        distance = np.minimum(distance, np.clip(1 - prompts @ prompts[chosen[-1]], 0, None))
        distance[chosen] = 0
    return prompts[chosen]
