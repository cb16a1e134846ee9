"""The whole file of one session, for the person concerned or a court: what was shown, decided, said and looked at.

With it comes the proof that it is the ledger's: the digests of all records from the session's first to the head, which
say nothing of what is in the others. Who holds such a file can show later that the ledger was not rewritten since.
The transcript itself is not in it: that is the store's.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from audit.cases import NoSuchCase
from audit.chain import GENESIS, Fault, Head, digest, link
from audit.ledger import Ledger, Reading
from audit.records import Entry, Record
from audit.standing import bodies, standing

_FORM = "winnow-case-1"


def export(ledger: Ledger, session_id: str) -> dict[str, Any]:
    """Everything in the ledger about a session, as JSON has it; `NoSuchCase` where there is nothing."""
    with ledger.reading() as view:
        records = tuple(view.records(session_id=session_id))
        if not records:
            raise NoSuchCase(f"the ledger has no record about session {session_id!r}: it was never in the queue")
        proof = _proof(view, records[0].seq)
    return {
        "form": _FORM,
        "session_id": session_id,
        "states": {content: _state(records, content) for content in _contents(records)},
        "records": [{**record.plain(), "says": msgspec.json.decode(record.body)} for record in records],
        "chain": proof,
    }


def check(file: Mapping[str, Any], noted: Head | None = None) -> tuple[Fault, ...]:
    """What does not hold in an exported file: a record that was changed, or that the chain in it does not contain.

    `noted` is a head of the ledger from elsewhere, at least as new as the session's first record.
    """
    return tuple(_faults(file, noted))


def _faults(file: Mapping[str, Any], noted: Head | None) -> Iterator[Fault]:
    chain = file["chain"]
    records = {
        one["seq"]: Record(**{name: one[name] for name in Record.__dataclass_fields__}) for one in file["records"]
    }
    seen, last = set[int](), chain["previous"]
    for seq, digested in enumerate(chain["digests"], chain["first"]):
        record, last_but_one, last = records.get(seq), last, link(last, digested)
        if record is not None:
            seen.add(seq)
            if (digest(record), record.previous, record.hash) != (digested, last_but_one, last):
                yield Fault(seq, "changed", "the record in the file is not the one in its chain")
        if noted is not None and noted.seq == seq and noted.hash != last:
            yield Fault(seq, "rewritten", "the chain in the file is not the one whose head was noted")
    for seq in sorted(records.keys() - seen):
        yield Fault(seq, "unlinked", "the chain in the file does not contain this record")
    if str(Head(chain["first"] + len(chain["digests"]) - 1, last)) != chain["head"]:
        yield Fault(chain["first"], "unlinked", f"the chain in the file does not end in the head {chain['head']}")
    for one in file["records"]:
        if one["says"] != msgspec.json.decode(one["body"]):
            yield Fault(one["seq"], "changed", "what the record says is not what was sealed")


def _proof(view: Reading, first: int) -> dict[str, Any]:
    head, previous, digests = view.head(), GENESIS, list[str]()
    for record in view.records(after=first - 1):
        previous = record.previous if record.seq == first else previous
        digests.append(digest(record))
    return {"first": first, "previous": previous, "digests": digests, "head": str(head)}


def _contents(records: tuple[Record, ...]) -> list[str]:
    found = (record.read() for record in records if record.kind == "entry")
    return list(dict.fromkeys(body.score.content for body in found if isinstance(body, Entry)))


def _state(records: tuple[Record, ...], content: str) -> str:
    return standing(bodies(records, content)).state
