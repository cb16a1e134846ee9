"""Scores as files: JSON lines, CSV or Parquet, each written whole or not at all."""

import csv
import os
from collections.abc import Sequence
from dataclasses import fields
from io import StringIO
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from flows.score import Score, plain

KINDS = (".jsonl", ".csv", ".parquet")

SCHEMA = pa.schema(
    [
        ("session_id", pa.string()),
        ("user_id", pa.string()),
        ("source", pa.string()),
        ("started", pa.timestamp("us", tz="UTC")),
        ("probability", pa.float64()),
        ("probability_low", pa.float64()),
        ("probability_high", pa.float64()),
        ("padded_share", pa.float64()),
        ("padded_tokens", pa.int64()),
        ("tokens", pa.int64()),
        ("flagged", pa.bool_()),
        ("threshold", pa.float64()),
        ("status", pa.string()),
        ("novelty", pa.float64()),
        ("looks_like", pa.string()),
        (
            "reasons",
            pa.list_(
                pa.struct(
                    [
                        ("code", pa.string()),
                        ("text", pa.string()),
                        ("turns", pa.list_(pa.int32())),
                        ("weight", pa.float64()),
                        ("honest", pa.string()),
                    ]
                )
            ),
        ),
        ("model_version", pa.string()),
        ("share_if_padded", pa.float64()),
        ("content", pa.string()),
    ]
)
"""One row a session and model version."""


def check(out: Path | None) -> None:
    """Refuses, before any work is done, a file that could not be written."""
    if out is None:
        return
    if out.suffix not in KINDS:
        raise ValueError(f"{out}: scores are written as {', '.join(KINDS)}; name a file that ends in one of them")
    if not out.parent.is_dir():
        raise FileNotFoundError(f"{out.parent}: there is no such folder to write {out.name} to")


def write(scores: Sequence[Score], out: Path) -> None:
    """Writes the scores in the form that the file's name asks for."""
    check(out)
    partial = out.with_name(f".{out.name}.{os.getpid()}.writing")
    try:
        if out.suffix == ".parquet":
            pq.write_table(as_table(scores), partial, compression="zstd")
        else:
            partial.write_text(_lines(scores) if out.suffix == ".jsonl" else _csv(scores), encoding="utf-8")
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


def as_table(scores: Sequence[Score]) -> pa.Table:
    """The scores as Arrow."""
    return pa.Table.from_pylist([plain(one) for one in scores], schema=SCHEMA)


def _lines(scores: Sequence[Score]) -> str:
    return "".join(msgspec.json.encode(plain(one)).decode() + "\n" for one in scores)


def _csv(scores: Sequence[Score]) -> str:
    """Reasons stand in one cell, as JSON."""
    names = [one.name for one in fields(Score)]
    text = StringIO()
    rows = csv.DictWriter(text, names, lineterminator="\n")
    rows.writeheader()
    for one in scores:
        row = plain(one)
        rows.writerow({**row, "reasons": msgspec.json.encode(row["reasons"]).decode()})
    return text.getvalue()
