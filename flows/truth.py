"""Truth: who was flagged, beside what a simulated company knows of itself. Wires `padding/` to scores.

It shows that sessions were read, judged and reported from end to end. It does not measure how well padding is found:
`winnow evaluate` does, on real sessions, with families and sources left out.
"""

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from flows.home import Home
from flows.scores import scores as stored
from padding.company.truth import Truth

CAVEAT = (
    "Simulated data proves plumbing, not detection quality: what is padded here comes from the same laboratory as what "
    "the model has learnt from. Quote no figure of this page."
)
ORDINARY = "ordinary work"

_COLUMNS = ("session_id", "flagged", "status", "model_version", "share_if_padded")


@dataclass(frozen=True, slots=True)
class Judged:
    """A session of which both are known: the truth, and what a model said."""

    truth: Truth
    flagged: bool
    scored: bool
    """Whether there was enough in it to be judged."""
    share: float | None
    """The padded share that it was estimated to have if it is padded; null where it was not scored."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many there were of one sort, and what became of them."""

    name: str
    padded: int
    flagged: int
    hits: int
    """Padded and flagged."""
    unjudged: int
    """With too little in them to be judged; never flagged."""
    total: int

    @property
    def missed(self) -> int:
        """Padded and not flagged."""
        return self.padded - self.hits

    @property
    def alarms(self) -> int:
        """Flagged and not padded."""
        return self.flagged - self.hits


@dataclass(frozen=True, slots=True)
class Comparison:
    """Flags beside the truth."""

    sessions: Count
    people: Count
    """Someone counts as padded, or flagged, for one such session."""
    families: tuple[Count, ...]
    """Padded sessions, by how they are padded."""
    look_alikes: tuple[Count, ...]
    """Genuine sessions, by what they look like."""
    users: tuple[Count, ...]
    """Those who pad or were flagged, most flagged sessions first."""
    share_error: float | None
    """By how much the padded share of a padded session is misjudged, on average; null where none was scored."""
    models: tuple[str, ...]
    unscored: int
    """Sessions of the company that no score is there of."""
    others: int
    """Scores of sessions that the truth knows nothing of."""


def compared(truth: Sequence[Truth], scores: Iterable[Mapping[str, Any]]) -> Comparison:
    """The truth beside the scores, session by session."""
    given = {str(row["session_id"]): row for row in scores}
    judged = [_judged(one, given[one.session_id]) for one in truth if one.session_id in given]
    if not judged:
        raise ValueError(
            f"none of {len(given)} scores is of the {len(truth)} simulated sessions: score what the company's traces "
            "hold (`winnow ingest COMPANY/traces --user-from-folder`, then `winnow score`), or name another company"
        )
    padded, genuine = [one for one in judged if one.truth.padded], [one for one in judged if not one.truth.padded]
    users = _counts(judged, lambda one: one.truth.user_id)
    wrong = [abs(one.share - one.truth.padded_share) for one in padded if one.share is not None]
    return Comparison(
        sessions=_count("sessions", judged),
        people=_people(users),
        families=_counts(padded, lambda one: one.truth.family or "unknown"),
        look_alikes=_counts(genuine, lambda one: one.truth.look_alike or ORDINARY),
        users=tuple(one for one in users if one.padded or one.flagged),
        share_error=sum(wrong) / len(wrong) if wrong else None,
        models=tuple(sorted({str(given[one.truth.session_id]["model_version"]) for one in judged})),
        unscored=len(truth) - len(judged),
        others=len(given) - len(judged),
    )


def scores_of(home: Home, file: Path | None) -> list[dict[str, Any]]:
    """The scores in a file that `winnow score --out` wrote, or the newest of each session under the home."""
    if file is None:
        found: list[dict[str, Any]] = stored(home).select(list(_COLUMNS)).to_pylist()
        if not found:
            raise ValueError("there are no scores yet: `winnow nightly PATH` keeps them, or name a file by --scores")
        return found
    if not file.is_file():
        raise FileNotFoundError(f"{file}: there is no such file of scores; `winnow score --out {file}` writes one")
    if file.suffix == ".parquet":
        return list(pq.read_table(file, columns=list(_COLUMNS)).to_pylist())
    with file.open(encoding="utf-8", newline="") as lines:
        return [_from_text(row) for row in csv.DictReader(lines)] if file.suffix == ".csv" else _from_json(file, lines)


def _from_json(file: Path, lines: Iterable[str]) -> list[dict[str, Any]]:
    found = []
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            found.append({name: row[name] for name in _COLUMNS})
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{file}, line {number}: this is no score that `winnow score --out` wrote") from error
    return found


def _from_text(row: Mapping[str, str]) -> dict[str, Any]:
    """A row of CSV, of which all is text."""
    share = row["share_if_padded"]
    return {**row, "flagged": row["flagged"] == "True", "share_if_padded": float(share) if share else None}


def _judged(truth: Truth, score: Mapping[str, Any]) -> Judged:
    return Judged(truth, bool(score["flagged"]), score["status"] == "scored", score["share_if_padded"])


def _count(name: str, judged: Sequence[Judged]) -> Count:
    return Count(
        name,
        padded=sum(one.truth.padded for one in judged),
        flagged=sum(one.flagged for one in judged),
        hits=sum(one.flagged and one.truth.padded for one in judged),
        unjudged=sum(not one.scored for one in judged),
        total=len(judged),
    )


def _counts(judged: Sequence[Judged], by: Callable[[Judged], str]) -> tuple[Count, ...]:
    """A count for each sort, those with most flagged sessions first."""
    groups: dict[str, list[Judged]] = {}
    for one in judged:
        groups.setdefault(by(one), []).append(one)
    found = [_count(name, group) for name, group in groups.items()]
    return tuple(sorted(found, key=lambda one: (-one.flagged, -one.padded, -one.total, one.name)))


def _people(users: Sequence[Count]) -> Count:
    return Count(
        "people",
        padded=sum(one.padded > 0 for one in users),
        flagged=sum(one.flagged > 0 for one in users),
        hits=sum(one.padded > 0 and one.flagged > 0 for one in users),
        unjudged=sum(one.unjudged == one.total for one in users),
        total=len(users),
    )
