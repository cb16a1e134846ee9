"""Data sets: genuine sessions through a null transform, padded ones and honest look-alikes, with their labels.

    sessions.jsonl.gz   ATIF, one session a line
    labels.jsonl        one line a session, in the same order: what it is and how it was made
    manifest.json       inputs, seed, counts and checksums

The same inputs and seed give the same bytes: each session has a random generator of its own, made from the seed and its
number. The genuine sessions are held in memory, as material to borrow from; what is made is not.
"""

import gzip
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from padding.assembly import Made
from padding.drawing import Draw, made
from traces.export import atif_lines
from traces.format import About, Record
from traces.readers.atif import Atif
from traces.schema import Session


@dataclass(frozen=True, slots=True)
class Label:
    """What a session of a data set is, and how it was made."""

    session_id: str
    label: str
    """`padded` or `genuine`."""
    kind: str
    """`null` for a genuine session as it was, `padded`, or `look-alike` for an honest one that was made."""
    strategy: str
    """The strategy, scheme or null transform that made it."""
    family: str
    """The family it belongs to; `null` for null transforms."""
    twin: str
    """The honest look-alike of a padded one, and the other way round."""
    effort: str
    """How hard the person tried not to be seen."""
    padded_turns: tuple[int, ...]
    """The indices of the turns that are padding."""
    padded_share: float
    """The share of its characters that is padding."""
    source: str | None
    user_id: str | None
    made_from: tuple[str, ...]
    """The genuine sessions it was made from."""
    scheme: str | None = None
    """Names the one carrying out of a scheme that made it together with others; null where it was made by itself."""


_LABELS = msgspec.json.Decoder(Label)


@dataclass(slots=True)
class Manifest:
    """What a data set holds, and what it was made of."""

    seed: int
    version: str
    genuine: int
    """Genuine sessions that went in."""
    genuine_digest: str
    """Of those sessions, as ATIF."""
    sessions: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    """Sessions by label, kind, family, strategy, source, and by label within each source."""
    unsuitable: Counter[str] = field(default_factory=Counter)
    """Draws that a strategy could not use, by strategy."""
    checksums: dict[str, str] = field(default_factory=dict)
    """SHA-256 of the other files."""


def build(
    genuine: Sequence[Session],
    out: Path,
    seed: int,
    version: str,
    ratio: float = 1.0,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Manifest:
    """Writes a data set made from genuine sessions; `ratio` padded ones for each, and half as many look-alikes."""
    if not genuine:
        raise ValueError("there is no genuine session to start from")
    ordered = sorted(genuine, key=lambda session: session.session_id)
    digest = hashlib.sha256(b"".join(atif_lines(ordered))).hexdigest()
    manifest = Manifest(seed, version, len(ordered), digest)
    out.mkdir(parents=True, exist_ok=True)
    sessions, labels = out / ".sessions.jsonl.gz.writing", out / ".labels.jsonl.writing"
    try:
        with sessions.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed, labels.open("wb") as lines:
            for one, kind, scheme in made(Draw(ordered, seed), ratio, manifest.unsuitable, progress):
                label = _label(one, kind, scheme)
                packed.write(next(atif_lines([one.session])))
                lines.write(msgspec.json.encode(label) + b"\n")
                _count(manifest, label)
        for partial, name in ((sessions, "sessions.jsonl.gz"), (labels, "labels.jsonl")):
            manifest.checksums[name] = _checksum(partial)
            partial.replace(out / name)
    finally:
        sessions.unlink(missing_ok=True)
        labels.unlink(missing_ok=True)
    listed = msgspec.json.encode(manifest, order="sorted")
    (out / "manifest.json").write_bytes(msgspec.json.format(listed, indent=2) + b"\n")
    return manifest


def read(folder: Path) -> Iterator[tuple[Session, Label]]:
    """The sessions of a data set with their labels, one after the other."""
    reader = Atif(About(file=str(folder / "sessions.jsonl.gz")))
    with gzip.open(folder / "sessions.jsonl.gz") as sessions, (folder / "labels.jsonl").open("rb") as labels:
        for number, (session, label) in enumerate(zip(sessions, labels, strict=True), 1):
            yield next(iter(reader.add(Record(session, number)))), _LABELS.decode(label)


def _label(one: Made, kind: str, scheme: str | None) -> Label:
    session = one.session
    return Label(
        session_id=session.session_id,
        label="padded" if one.padding and not one.honest else "genuine",
        kind=kind,
        strategy=one.strategy,
        family=one.family,
        twin=one.twin,
        effort=one.effort,
        padded_turns=one.padding,
        padded_share=round(one.share, 4),
        source=session.source,
        user_id=session.user_id,
        made_from=one.sources,
        scheme=scheme,
    )


def _count(manifest: Manifest, label: Label) -> None:
    manifest.sessions += 1
    source = label.source or "unknown"
    of = {
        "label": label.label,
        "kind": label.kind,
        "family": label.family,
        "strategy": label.strategy,
        "source": source,
    }
    of["source and label"] = f"{source}: {label.label}"
    for what, value in of.items():
        manifest.counts.setdefault(what, Counter())[value] += 1


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
