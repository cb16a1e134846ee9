"""Verdicts become labels: a pure function of the ledger's records."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.drawing import chance
from audit.records import Body, Entry, Record, Slice
from audit.standing import Cast, Standing, content_of, standing

if TYPE_CHECKING:
    from audit.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Label:
    """What auditors found out about one content of one session."""

    session_id: str
    content: str
    padded: bool
    turns: tuple[int, ...]
    """The turns that show it, marked by at least half of the auditors whose view this is."""
    weight: float
    """So many sessions does it stand for: 1 / the probability of its being in the queue; 1 where there was no draw."""
    inclusion_probability: float | None
    slice: Slice
    model_version: str
    """Whose score brought it before an auditor."""
    auditors: int
    """How many decided in the round that counts."""
    agreed: bool
    """Whether they all said the same."""
    appealed: bool
    """Whether it was decided again after an appeal."""
    evaluation: bool
    """Never to be trained on: only for evaluation."""


def labels(records: Iterable[Record], evaluation_share: float = 0.3) -> tuple[Label, ...]:
    """The labels that follow from records in the order of their numbers: one for each decided content, by session.

    Open cases and those that auditors are unsure about have none; corrected and withdrawn verdicts do not count; after
    an appeal only its round does, and while it waits there is no label. What is for evaluation hangs on the session's
    id alone: more verdicts, another model or another queue do not move it, only another share does.
    """
    said: dict[tuple[str, str], list[tuple[int, str, Body]]] = {}
    for record in records:
        body = record.read()
        content = content_of(body)
        if content is not None:
            said.setdefault((record.session_id, content), []).append((record.seq, record.author, body))
    found = []
    for (session_id, content), bodies in sorted(said.items()):
        now = standing(bodies)
        entries = [body for _, _, body in bodies if isinstance(body, Entry)]
        if now.decision in ("padded", "genuine") and entries:
            found.append(_label(session_id, content, now, entries, evaluation_share))
    return tuple(found)


def read_labels(ledger: "Ledger", evaluation_share: float = 0.3) -> tuple[Label, ...]:
    """The labels that follow from all that is in a ledger now."""
    with ledger.reading() as view:
        return labels(view.records("entry", "verdict", "withdrawal", "appeal"), evaluation_share)


def is_for_evaluation(session_id: str, share: float) -> bool:
    """Whether a session's label is for evaluation only: a fixed part, the same in every ledger."""
    return chance("evaluation", session_id) < share


def _inclusion(entries: list[Entry]) -> float | None:
    """The chance of being in the queue, of all the draws for it the best; null for what came in by no draw.

    The draws of several model versions hang on the same luck, so that their chances do not add up.
    """
    if entries[0].inclusion_probability is None:
        return None
    return max(one.inclusion_probability or 0 for one in entries)


def _label(session_id: str, content: str, now: Standing, entries: list[Entry], evaluation_share: float) -> Label:
    deciding, inclusion = now.deciding, _inclusion(entries)
    return Label(
        session_id,
        content,
        padded=now.decision == "padded",
        turns=_marked([one for one in deciding if one.verdict.decision == now.decision]),
        weight=1 / inclusion if inclusion else 1.0,
        inclusion_probability=inclusion,
        slice=entries[0].slice,
        model_version=entries[0].score.model_version,
        auditors=len(deciding),
        agreed=len({one.verdict.decision for one in deciding}) == 1,
        appealed=now.round > 1,
        evaluation=is_for_evaluation(session_id, evaluation_share),
    )


def _marked(agreeing: list[Cast]) -> tuple[int, ...]:
    votes = Counter(turn for one in agreeing for turn in set(one.verdict.turns))
    return tuple(sorted(turn for turn, count in votes.items() if 2 * count >= len(agreeing)))
