"""Features of genuine work on a data set, each session by a reference that has not seen it: for the features page.

The genuine sessions fall into ten parts, and what was made from one of them belongs to its part: a session is measured
by a reference that is fitted on the nine other parts. Neither it nor anything else of its host is in there. The host's
source and user are, and so may be donors of the texts that a made session borrows.
"""

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features import table
from features.feature import Feature, load
from features.meaning import Meaning
from features.meanings import told, with_meanings
from features.reference import fitted
from features.seen import look
from features.vectors import Vectors
from traces.format import About, Record
from traces.readers.atif import Atif
from traces.schema import Session

PARTS = 10


def features() -> dict[str, Feature]:
    """Those that need a reference, by name."""
    without = load(language=True)
    return {name: one for name, one in load(language=True, reference=True).items() if name not in without}


def crossfitted(folder: Path, vectors: Vectors) -> pa.Table:
    """The features of genuine work of a data set's sessions; like a table of other features, but for its references.

    The folder is as `winnow dataset build` and `flows.learning.load` leave it.
    """
    known = pq.read_table(folder / "described.parquet", columns=["session_id", "kind", "made_from"])
    ids, kinds, hosts = (column.to_pylist() for column in known.columns)
    made_from = [made or [name] for made, name in zip(hosts, ids, strict=True)]
    genuine = [kind == "null" for kind in kinds]
    part = parts(made_from, genuine)
    prompts = [told(meaning) for _, meaning in _in_step(folder, ids, vectors)]
    heard = [(own, one) for own, real, one in zip(part, genuine, prompts, strict=True) if real]
    references = {
        one: fitted([own for other, own in heard if other != one], vectors.fingerprint) for one in sorted(set(part))
    }
    chosen = tuple(features().values())
    rows: list[table.Row] = []
    for own, (session, meaning) in zip(part, _in_step(folder, ids, vectors), strict=True):
        seen = look(session, replace(meaning, reference=references[own]))
        rows.append(np.array([one.measure(seen) for one in chosen], np.float32))
    arrays = [pa.array(column, pa.float32(), from_pandas=True) for column in np.stack(rows).T]
    return pa.table([pa.array(ids, pa.string()), *arrays], schema=table.schema(chosen))


def parts(made_from: Sequence[Sequence[str]], genuine: Sequence[bool], count: int = PARTS) -> list[int]:
    """Each session's part: its host's, the first that it was made from; genuine ones with texts in common share one."""
    joined: dict[str, str] = {}

    def root(host: str) -> str:
        while joined.setdefault(host, host) != host:
            host = joined[host]
        return host

    for made in (made for made, own in zip(made_from, genuine, strict=True) if own):
        for other in made[1:]:
            joined[root(other)] = root(made[0])
    numbers: dict[str, int] = {}
    return [numbers.setdefault(root(made[0]), len(numbers)) % count for made in made_from]


def sessions(folder: Path) -> Iterator[Session]:
    """The sessions of a data set, in the order of its description."""
    path = folder / "sessions.jsonl.gz"
    reader = Atif(About(file=str(path)))
    with gzip.open(path) as lines:
        for number, line in enumerate(lines, 1):
            yield from reader.add(Record(line, number))


def _in_step(folder: Path, ids: Sequence[str], vectors: Vectors) -> Iterator[tuple[Session, Meaning]]:
    """The sessions of a data set and what their texts mean, in the order of these ids."""
    for name, found in zip_longest(ids, with_meanings(sessions(folder), vectors)):
        if found is None or found[0].session_id != name:
            there = "no session" if found is None else f"session {found[0].session_id}"
            raise ValueError(
                f"{folder} has {there} where described.parquet has {name}; make the data set's tables anew"
            )
        yield found
