"""Where a session's review stands, computed from its records alone."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from audit.records import Appeal, Body, Decision, Entry, Record, State, Verdict, Withdrawal

_ENOUGH = 3
"""So many verdicts without a majority are an answer: nobody knows."""


@dataclass(frozen=True, slots=True)
class Cast:
    """A verdict that counts, its number in the ledger, and whose it is."""

    seq: int
    auditor: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of a review, and what it rests on."""

    state: State
    open: bool
    """Whether it waits for (another) auditor."""
    round: int
    decision: Decision | None
    """What the auditors of the last round decided together; null while it is open."""
    cast: tuple[Cast, ...] = ()
    """The verdicts that count, of all rounds."""
    withdrawn: frozenset[int] = field(default_factory=frozenset)
    """The numbers of those that were withdrawn or corrected."""

    @property
    def deciding(self) -> tuple[Cast, ...]:
        """The verdicts of the last round."""
        return tuple(one for one in self.cast if one.verdict.round == self.round)


def standing(records: Iterable[tuple[int, str, Body]], flagged: bool = False) -> Standing:
    """Where the review of one content of one session stands: records as number, author and body, oldest first.

    Two auditors who disagree need a third; three who all say different things are unsure together. In an appeal,
    who cannot be shown to have padded is cleared, though no label follows from an unsure verdict.
    """
    cast: dict[int, Cast] = {}
    dropped: set[int] = set()
    round_, reviews = 1, 1
    for seq, by, body in records:
        if isinstance(body, Entry):
            flagged, reviews = body.score.flagged, max(reviews, body.reviews)
        elif isinstance(body, Verdict):
            cast[seq] = Cast(seq, by, body)
            dropped |= {body.replaces} if body.replaces is not None else set()
        elif isinstance(body, Withdrawal):
            dropped.add(body.verdict)
        elif isinstance(body, Appeal):
            round_ = body.round
    counted = tuple(one for seq, one in cast.items() if seq not in dropped)
    decisions = [one.verdict.decision for one in counted if one.verdict.round == round_]
    decision = decided(decisions, reviews if round_ == 1 else 1)
    state = _state(decision, round_, bool(decisions), flagged)
    return Standing(state, decision is None, round_, decision, counted, frozenset(dropped))


def decided(decisions: Sequence[Decision], reviews: int) -> Decision | None:
    """What these verdicts say together; null while another auditor is needed."""
    if len(decisions) < reviews:
        return None
    (first, votes), *_ = Counter(decisions).most_common()
    if 2 * votes > len(decisions):
        return first
    return "unsure" if len(decisions) >= _ENOUGH else None


_OUTCOMES: Mapping[Decision, State] = {"padded": "confirmed", "genuine": "cleared", "unsure": "unsure"}


def _state(decision: Decision | None, round_: int, begun: bool, flagged: bool) -> State:
    if round_ > 1:
        return "appealed" if decision is None else "confirmed" if decision == "padded" else "cleared"
    if decision is not None:
        return _OUTCOMES[decision]
    return "in review" if begun else "flagged" if flagged else "unflagged"


def bodies(records: Iterable[Record], content: str) -> list[tuple[int, str, Body]]:
    """What the records of a session say about one content of it."""
    return [(record.seq, record.author, body) for record in records if content_of(body := record.read()) == content]


def content_of(body: Body) -> str | None:
    """The content that a record is about; null where it is about the session or none."""
    if isinstance(body, Entry):
        return body.score.content
    return body.content if isinstance(body, Verdict | Withdrawal | Appeal) else None
