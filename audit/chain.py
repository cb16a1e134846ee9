"""The hash chain over the ledger: each record seals itself and everything before it.

What the chain cannot see by itself: records cut off at the end, and a chain that somebody with write access to the
database has computed anew from some record on. Both are seen as soon as a head that was noted elsewhere (printed,
mailed, in an exported file) is compared.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import msgspec

from audit.records import Record

GENESIS = "0" * 64
"""What the first record follows."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last record's number and hash: all that is needed to notice any later change of what came before."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> "Head":
        """The head that was noted as `number:hash`."""
        seq, _, digest = text.strip().partition(":")
        if not seq.isdecimal() or len(digest) != len(GENESIS):
            raise ValueError(f"{text!r} is no head of a ledger; one reads like 12:{GENESIS}")
        return cls(int(seq), digest)


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where the chain does not hold."""

    seq: int
    kind: Literal["changed", "missing", "unlinked", "truncated", "rewritten"]
    detail: str

    def __str__(self) -> str:
        return f"record {self.seq} ({self.kind}): {self.detail}"


def digest(record: Record) -> str:
    """The digest of all that a record says, its number included."""
    said = [record.seq, record.time, record.kind, record.session_id, record.author, record.body]
    return sha256(msgspec.json.encode(said)).hexdigest()


def link(previous: str, digest: str) -> str:
    """The hash of a record with this digest that follows the hash `previous`."""
    return sha256(f"{previous}{digest}".encode()).hexdigest()


def seal(seq: int, time: str, kind: str, session_id: str, author: str, body: str, previous: str) -> Record:
    """The record with its hash."""
    bare = Record(seq, time, kind, session_id, author, body, previous, "")
    return Record(seq, time, kind, session_id, author, body, previous, link(previous, digest(bare)))


def faults(records: Iterable[Record], noted: Sequence[Head] = ()) -> Iterator[Fault]:
    """Every place where records, given in the order of their numbers, are not what was once written."""
    waiting = {head.seq: head.hash for head in noted}
    seq, last = 0, GENESIS
    for record in records:
        if record.seq != seq + 1:
            gap = f"records {seq + 1} to {record.seq - 1}" if record.seq > seq + 2 else f"record {seq + 1}"
            yield Fault(seq + 1, "missing", f"{gap} should stand before record {record.seq} and is not there")
        elif record.previous != last:
            yield Fault(record.seq, "unlinked", _UNLINKED.format(before=seq))
        if record.hash != link(record.previous, digest(record)):
            yield Fault(record.seq, "changed", "its content does not have the hash it was written with")
        if waiting.pop(record.seq, record.hash) != record.hash:
            yield Fault(record.seq, "rewritten", "its hash is not the one that was noted elsewhere")
        seq, last = record.seq, record.hash
    for missing in sorted(waiting):
        yield Fault(missing, "truncated", f"it was noted elsewhere, and the ledger now ends with record {seq}")


_UNLINKED = "it does not follow record {before}: one of the two was changed, put in, or moved, and sealed anew"
