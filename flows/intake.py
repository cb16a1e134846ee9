"""Brings scores to the review ledger: those of runs that it has not been given yet, in the order of the runs."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pyarrow.parquet as pq

from audit.chain import Head
from audit.intake import Intake, enqueue
from audit.ledger import Ledger
from audit.records import Reason, Score
from flows.home import Home
from flows.judgements import SCHEMA
from flows.review import ledger_of
from flows.scores import Scores, number_of, scores_of

_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class Noted:
    """What a ledger was given, and how it ended then: another ledger ends otherwise, and is given all."""

    run: int = 0
    head: str = ""


def bring(home: Home, url: str | None = None) -> Intake:
    """Gives the ledger the scores of all runs since the last one that it was given whole.

    Killed in between and run again, nothing is there twice: the ledger knows each score that it has.
    """
    kept, ledger = scores_of(home), ledger_of(home, url)
    try:
        brought = Intake()
        for _, files in groupby(kept.files(_given(kept, ledger)), number_of):
            some = list(files)
            new = enqueue(ledger, (score for file in some for score in read(file)))
            brought = Intake(brought.known + new.known, brought.queued + new.queued, brought.left_out + new.left_out)
            _note(kept, Noted(number_of(some[-1]), str(ledger.head())))
        return brought
    finally:
        ledger.close()


def read(file: Path) -> Iterator[Score]:
    """The scores of one file as the ledger takes them; few are in memory at once."""
    with pq.ParquetFile(file) as opened:
        for batch in opened.iter_batches(_AT_ONCE, columns=SCHEMA.names):
            yield from map(_score, batch.to_pylist())


def _score(row: dict[str, "object"]) -> Score:
    """The ledger asks for the padded share if the session is padded at all, since that is what an auditor judges."""
    taken = {name: row[name] for name in _ALIKE}
    share, tokens = row["share_if_padded"], row["tokens"]
    told = tuple(
        Reason(one["code"], one["text"], tuple(one["turns"]), one["weight"])
        for one in row["reasons"]  # type: ignore[attr-defined]
    )
    padded = round(share * tokens) if isinstance(share, float) and isinstance(tokens, int) else None
    return Score(**taken, padded_share=share, padded_tokens=padded, tokens=tokens or 0, reasons=told)  # type: ignore[arg-type]


_ALIKE = (
    "session_id", "content", "model_version", "user_id", "source", "started", "probability", "flagged", "threshold",
    "status", "novelty", "looks_like",
)  # fmt: skip


def _given(kept: Scores, ledger: Ledger) -> int:
    """The number of the last run that this very ledger was given whole; 0 where that is not certain."""
    try:
        noted = Noted(**json.loads(_note_of(kept).read_text()))
    except FileNotFoundError:
        return 0
    head = Head.parse(noted.head)
    with ledger.reading() as view:
        found = view.one("select hash from records where seq = :seq", seq=head.seq)
    return noted.run if found is not None and found["hash"] == head.hash else 0


def _note(kept: Scores, noted: Noted) -> None:
    path = _note_of(kept)
    partial = path.with_name(f".{path.name}.{os.getpid()}.writing")
    try:
        partial.write_text(json.dumps({"run": noted.run, "head": noted.head}))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _note_of(kept: Scores) -> Path:
    return kept.folder / "brought.json"
