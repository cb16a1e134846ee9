"""Where the parts of a document stand in it, so that each can be a record with its own line."""

from collections.abc import Iterable, Iterator

from msgspec import Raw


def placed(document: bytes, parts: Iterable[Raw], line: int) -> Iterator[tuple[bytes, int]]:
    """Each part's bytes and the line it begins on, in a document that begins on `line`; the parts come in its order."""
    counted = done = 0
    for part in map(bytes, parts):
        found = max(document.find(part, done), done)
        line += document.count(b"\n", counted, found)
        counted, done = found, found + len(part)
        yield part, line
