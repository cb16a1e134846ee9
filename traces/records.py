"""Cuts a file into records: lines, or JSON values. Streams; never holds more than one record and one chunk.

A record longer than `LONGEST` is cut there and marked, so that it goes to the quarantine instead of into memory.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from traces.format import Content, Record

LONGEST = 256 * 1024 * 1024
"""The longest record, in bytes, that is held in memory."""

_WHOLE = 32 * 1024 * 1024
_CHUNK = 1024 * 1024
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+(")?|[{}]', re.DOTALL)
_BOM = b"\xef\xbb\xbf"
_BETWEEN = b"[], \t\r\n\0\xef\xbb\xbf"
_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])


def lines(content: Content) -> Iterator[Record]:
    """One record a line; blank lines are passed over."""
    with content.open() as stream:
        number = 0
        while raw := stream.readline(LONGEST):
            number += 1
            whole = raw.endswith(b"\n") or len(raw) < LONGEST
            if not whole:
                while (rest := stream.readline(_CHUNK)) and not rest.endswith(b"\n"):
                    pass
            if not raw.isspace():
                yield Record(raw, number, whole=whole)
            elif raw == b"\n" and hasattr(stream, "peek"):
                number += _blank_lines(stream)


def _blank_lines(stream: Any) -> int:
    """Passes over the blank lines that come next, many at a time; how many there were."""
    passed = 0
    while (ahead := stream.peek()) and not ahead.strip(b"\n"):
        passed += len(stream.read(len(ahead)))
    return passed


def values(content: Content) -> Iterator[Record]:
    """One record for each JSON object at the top: a document, concatenated documents, or the elements of an array.

    What stands between objects and is no separator becomes a record of its own, to be refused by its reader. Where
    each line begins an object, a line is a record, so that one that breaks off costs only itself.
    """
    if _one_a_line(content):
        yield from lines(content)
        return
    with content.open() as stream:
        start = stream.read(_WHOLE + 1)
        if len(start) <= _WHOLE:
            yield from _small(start)
            return
        splitter = _Splitter()
        yield from splitter.feed(start)
        while chunk := stream.read(max(_CHUNK, splitter.held)):
            yield from splitter.feed(chunk)
            if splitter.held > LONGEST:
                yield splitter.rest(whole=False)
                return
        yield from splitter.feed(b"", last=True)


def document(content: Content) -> Iterator[Record]:
    """The whole file as one record."""
    with content.open() as stream:
        raw = stream.read(LONGEST)
        if raw and not raw.isspace():
            yield Record(raw, 1, whole=not stream.read(1))


def _one_a_line(content: Content) -> bool:
    """Whether the first two lines begin an object each, and the first one no second object."""
    begins: list[bytes] = []
    with content.open() as stream:
        while len(begins) < 2 and (line := stream.readline(_WHOLE)):
            if len(line) == _WHOLE:
                return False
            if not line.isspace():
                begins.append(line.strip(_BOM + b"\r\n"))
    starts = [line[:1] for line in begins if line != b"{"]
    return starts == [b"{", b"{"] and len(list(_Splitter().feed(begins[0]))) < 2


def _small(raw: bytes) -> Iterator[Record]:
    trimmed = raw.lstrip(_BOM + b"\0 \t\r\n")
    try:
        parts = _ARRAY.decode(trimmed) if trimmed[:1] == b"[" else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        parts = None
    if parts is None:
        yield from _Splitter().feed(raw, last=True)
        return
    line, counted, done = 1, 0, 0
    for part in map(bytes, parts):
        found = raw.index(part, done)
        line += raw.count(b"\n", counted, found)
        counted, done = found, found + len(part)
        yield Record(part, line)


class _Splitter:
    """Finds where the outermost objects begin and end by walking over strings and braces only."""

    def __init__(self) -> None:
        self._bytes = b""
        self._line = 1
        self._depth = 0
        self._scanned = 0
        self._cut = 0

    @property
    def held(self) -> int:
        """How many bytes wait for the end of their record."""
        return len(self._bytes)

    def feed(self, chunk: bytes, last: bool = False) -> Iterator[Record]:
        """The records that end in this chunk; with `last`, what is left over as well."""
        self._bytes += chunk
        for token in _TOKEN.finditer(self._bytes, self._scanned):
            mark = token[0][:1]
            if mark == b'"' and token[1] is None and not last:
                break
            self._scanned = token.end()
            if mark == b"{":
                if self._depth == 0 and (between := self._pass(token.start())):
                    yield between
                self._depth += 1
            elif mark == b"}" and self._depth > 0:
                self._depth -= 1
                if self._depth == 0 and (value := self._pass(token.end())):
                    yield value
        if last:
            if self._bytes[self._cut :].strip(_BETWEEN):
                yield self.rest(whole=True)
        else:
            self._bytes, self._scanned, self._cut = self._bytes[self._cut :], self._scanned - self._cut, 0

    def rest(self, whole: bool) -> Record:
        """What has not been given yet, as one record."""
        return Record(self._bytes[self._cut :], self._line, whole=whole)

    def _pass(self, end: int) -> Record | None:
        piece = self._bytes[self._cut : end]
        self._cut = end
        trimmed = piece.strip(_BETWEEN) if not piece.startswith(b"{") else piece
        before = self._line + (piece.count(b"\n", 0, piece.index(trimmed)) if trimmed else 0)
        self._line += piece.count(b"\n")
        return Record(trimmed, before) if trimmed else None
