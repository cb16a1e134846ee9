"""Cuts archives and plain logs into samples, so that a damaged one costs only itself."""

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import msgspec

from traces.files import Plain, members, open_member
from traces.format import Content, Head, Record, Unreadable
from traces.json_text import decode
from traces.readers.inspect_eval.records import Eval, Log
from traces.readers.places import placed
from traces.records import LONGEST, values

_HEADERS = ("header.json", "_journal/start.json")
_SAMPLE_NAME = re.compile(r"samples/.+_epoch_\d+(/sample)?\.json")


class Piece(msgspec.Struct):
    """Where a record comes from, and why it cannot be had if it cannot."""

    name: str
    eval: Eval | None = None
    broken: Unreadable | None = None


_LOG = msgspec.json.Decoder(Log)


def samples(content: Content) -> Iterator[Record]:
    """A record for each sample, with what the log says of them all."""
    if isinstance(content, Plain) and content.is_zip:
        yield from _members(content.path)
        return
    for record in values(content):
        yield from _samples(record) if record.whole else (record,)


def _members(path: Path) -> Iterator[Record]:
    """The samples of an archive. Its header stands twice, and a log that was not finished has the second only."""
    with members(path) as archive:
        eval: Eval | None = None
        for name in _HEADERS:
            if eval is None and name in archive.NameToInfo:
                raw, broken = _bytes(archive, name)
                try:
                    eval = decode(raw, _LOG).eval if broken is None else None
                except Unreadable as error:
                    broken = error
                if broken is not None:
                    yield Record(raw, 0, context=Piece(name, broken=broken))
        for name in dict.fromkeys(archive.namelist()):
            if found := _SAMPLE_NAME.fullmatch(name):
                chunked = Unreadable("unknown-version", "a sample in chunks is not read") if found[1] else None
                raw, broken = (b"", chunked) if chunked else _bytes(archive, name)
                yield Record(raw, 0, whole=len(raw) < LONGEST, context=Piece(name, eval, broken))


def _bytes(archive: ZipFile, name: str) -> tuple[bytes, Unreadable | None]:
    try:
        with open_member(archive, archive.getinfo(name)) as stream:
            return stream.read(LONGEST), None
    except Unreadable as error:
        return b"", error
    except (struct.error, OSError) as error:
        return b"", Unreadable("broken-archive", f"the member is not where the archive says: {error}")


def _samples(document: Record) -> Iterator[Record]:
    try:
        log = decode(document.raw, _LOG)
    except Unreadable as error:
        yield Record(document.raw, document.line, context=Piece("log", broken=error))
        return
    for number, (raw, line) in enumerate(placed(document.raw, log.samples or (), document.line), 1):
        yield Record(raw, line, context=Piece(f"sample {number}", log.eval))


def is_log(head: Head) -> bool:
    """Whether a file begins as a log does."""
    if head.members:
        return any(name in head.members for name in _HEADERS) and any(map(_SAMPLE_NAME.fullmatch, head.members))
    eval = head.objects[0].get("eval") if head.objects else None
    return isinstance(eval, dict) and {"run_id", "created", "task"} <= eval.keys()
