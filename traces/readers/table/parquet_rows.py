"""Rows of a Parquet file, in batches."""

import shutil
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from traces.format import Content, Record, Unreadable
from traces.readers.table.row import Row

_BATCH = 4096


def parquet_rows(content: Content) -> Iterator[Record]:
    """Rows in batches; columns with structures inside are left out. The record's line is the row's number."""
    with content.open() as stream:
        try:
            file = pq.ParquetFile(stream if stream.seekable() else _copied(stream))
            names = tuple(field.name for field in file.schema_arrow if not pa.types.is_nested(field.type))
            number = 0
            for batch in file.iter_batches(_BATCH, columns=list(names)):
                for cells in zip(*map(_listed, batch.columns), strict=True):
                    number += 1
                    raw = msgspec.json.encode(dict(zip(names, cells, strict=True)), enc_hook=str)
                    yield Record(raw, number, context=Row(names, cells))
        except (pa.ArrowException, OSError, ValueError) as error:
            raise Unreadable("broken-parquet", str(error)[:500]) from error


def _copied(stream: BinaryIO) -> BinaryIO:
    """A copy that can be read from any place."""
    copy = tempfile.TemporaryFile()
    shutil.copyfileobj(stream, copy)
    return copy


def _listed(column: pa.Array) -> list[object]:
    """A column's values; one that Python cannot hold (text that is no UTF-8, the year 20000) says what is wrong."""
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", getattr(column.type, "tz", None)), safe=False)
    try:
        return list(column.to_pylist())
    except ValueError:
        return [_value(value) for value in column]


def _value(scalar: pa.Scalar) -> object:
    try:
        return scalar.as_py()
    except ValueError as error:
        return Unreadable("unreadable-value", str(error))
