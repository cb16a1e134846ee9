"""The scores product: what model versions said of sessions, as Parquet under the home, each score there once.

    scores/day=2026-01-15/00000007-1-of-2.parquet   what the seventh run said of one shard

A file appears whole or not at all and is never changed. The number before its name is that of the run: of two scores of
one session, that of the later run is the newer. One run writes at a time (`flows/runs.py` holds a lock); readers need
none. The home's disk is meant: a store in object storage keeps its sessions there, and its scores here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from flows.home import Home
from flows.judgements import SCHEMA, as_table
from flows.score import Score
from flows.whole import write_whole

KEY = ["session_id", "content", "model_version"]
"""What makes a score the same one."""

_NUMBER = "run"


@dataclass(frozen=True, slots=True)
class Scores:
    """The files of scores in one folder."""

    folder: Path

    def files(self, after: int = 0) -> list[Path]:
        """The files of all runs after one, in the order of the runs."""
        found = (path for path in self.folder.glob("day=*/*.parquet") if not path.name.startswith("."))
        return sorted((path for path in found if number_of(path) > after), key=lambda path: (path.name, path.parent))

    def next_number(self) -> int:
        """The number of the run that writes next."""
        return max(map(number_of, self.files()), default=0) + 1

    def write(self, scores: Sequence[Score], name: str) -> Path:
        """Writes one file, such as `day=2026-01-15/00000007-1-of-2.parquet`; the same name again replaces it whole."""
        path = self.folder / name
        write_whole(as_table(scores), path)
        return path

    def sweep(self) -> int:
        """Removes what a killed run left half-written; returns how many files that were."""
        leftovers = [*self.folder.glob("day=*/.*.writing"), *self.folder.glob(".*.writing")]
        for path in leftovers:
            path.unlink()
        return len(leftovers)

    def table(self, columns: list[str] | None = None, files: Sequence[Path] | None = None) -> pa.Table:
        """Every score that was ever given, with its run's number in `run` if that is among the columns."""
        wanted = columns or [*SCHEMA.names, _NUMBER]
        schema = SCHEMA.append(pa.field(_NUMBER, pa.int64()))
        chosen = self.files() if files is None else files
        if not chosen:
            return schema.empty_table().select(wanted)
        stored = [name for name in wanted if name != _NUMBER]
        found = ds.dataset([str(path) for path in chosen], schema=SCHEMA, format="parquet")
        rows = found.to_table(columns=[*stored, "__filename"])
        names = rows["__filename"].combine_chunks().dictionary_encode()
        numbers = pa.array([number_of(Path(name)) for name in names.dictionary.to_pylist()], pa.int64())
        return rows.append_column(_NUMBER, numbers.take(names.indices)).select(wanted)

    def newest(self, model_version: str | None = None) -> pa.Table:
        """The newest score of each session, by one model version or by whichever came last; ordered by session."""
        rows = self.table()
        if model_version is not None:
            rows = rows.filter(pc.equal(rows["model_version"], model_version))
        rows = rows.append_column("row", pa.array(range(len(rows)), pa.int64()))
        order = rows.select(["session_id", _NUMBER, "row"]).sort_by(
            [("session_id", "ascending"), (_NUMBER, "ascending")]
        )
        last = order.group_by("session_id", use_threads=False).aggregate([("row", "last")])
        return rows.take(last["row_last"]).select(SCHEMA.names)


def scores_of(home: Home) -> Scores:
    """The home's scores."""
    return Scores(home.data / "scores")


def scores(home: Home, model_version: str | None = None) -> pa.Table:
    """The newest score of each session, with the columns of `flows.judgements.SCHEMA`."""
    return scores_of(home).newest(model_version)


def number_of(path: Path) -> int:
    """The number of the run that wrote a file."""
    return int(path.name.partition("-")[0])
