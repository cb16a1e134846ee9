"""What the review ledger remembers: scores as they were shown, verdicts, appeals, views, people. Data only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal, get_args

import msgspec

from traces.json_text import clean

Decision = Literal["padded", "genuine", "unsure"]
Role = Literal["auditor", "lead", "person"]
Slice = Literal["random", "risk", "threshold", "novel", "picked", "appeal", "kept"]
State = Literal["unflagged", "flagged", "in review", "confirmed", "cleared", "unsure", "appealed"]

DECISIONS: tuple[Decision, ...] = get_args(Decision)
ROLES: tuple[Role, ...] = get_args(Role)
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a score is what it is, in plain words, and the turns that show it."""

    code: str
    text: str
    turns: tuple[int, ...] = ()
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Score:
    """What a model version said about one session; `content` is the digest of the session as it then was."""

    session_id: str
    content: str
    model_version: str
    user_id: str | None = None
    source: str | None = None
    started: datetime | None = None
    probability: float | None = None
    """Of padding; null where the session could not be scored."""
    padded_share: float | None = None
    padded_tokens: int | None = None
    tokens: int = 0
    flagged: bool = False
    threshold: float | None = None
    status: Literal["scored", "unscored"] = "scored"
    novelty: float | None = None
    """How unlike everything the model learned from: 0 to 1."""
    looks_like: str | None = None
    reasons: tuple[Reason, ...] = ()

    def __post_init__(self) -> None:
        for name in ("session_id", "content", "model_version"):
            if not getattr(self, name):
                raise ValueError(f"the score of session {self.session_id!r} has no {name}")
        for name in ("session_id", "content", "model_version", "user_id", "source", "looks_like"):
            if "\0" in (getattr(self, name) or ""):
                raise ValueError(f"{name} {getattr(self, name)!r} holds a NUL, which no database can keep: mask it")
        if (self.probability is None) == (self.status == "scored"):
            raise ValueError(f"session {self.session_id} is {self.status} with probability {self.probability}")
        if self.probability is not None and not 0 <= self.probability <= 1:
            raise ValueError(f"the probability of session {self.session_id} is {self.probability}, not within 0 to 1")
        if self.started is not None and self.started.tzinfo is None:
            raise ValueError(f"session {self.session_id} started at {self.started}, which has no time zone")


@dataclass(frozen=True, slots=True)
class Entry:
    """A score that was put in the queue, and by which chance."""

    score: Score
    slice: Slice
    sampling_probability: float | None
    """Of being drawn into the random slice; null for what came in by no draw."""
    inclusion_probability: float | None
    """Of being in the queue at all."""
    reviews: int = 1
    """How many auditors are to look, before any disagreement."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an auditor decided about a session, having been shown the entry of this number."""

    content: str
    model_version: str
    entry: int
    decision: Decision
    turns: tuple[int, ...] = ()
    note: str = ""
    seconds: float = 0.0
    """The time it took."""
    round: int = 1
    """1, and one more for each appeal."""
    replaces: int | None = None
    """The number of the auditor's earlier verdict that this one corrects."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A verdict that counts no more."""

    content: str
    verdict: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Appeal:
    """What the person concerned says against a flag or verdict."""

    content: str
    statement: str
    round: int
    """The round of review that it opens."""


@dataclass(frozen=True, slots=True)
class View:
    """Somebody looked at somebody's prompts."""

    what: str
    user_id: str | None = None
    """Whose they are."""


@dataclass(frozen=True, slots=True)
class AccountChange:
    """An account was made, changed or closed; the password itself is not recorded here."""

    change: Literal["made", "role", "password", "closed"]
    name: str
    role: Role | None = None
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody tried to sign in."""

    name: str
    address: str
    accepted: bool


Body = Entry | Verdict | Withdrawal | Appeal | View | AccountChange | SignIn

KINDS: Mapping[str, type[Body]] = MappingProxyType(
    {
        "entry": Entry,
        "verdict": Verdict,
        "withdrawal": Withdrawal,
        "appeal": Appeal,
        "view": View,
        "account": AccountChange,
        "sign-in": SignIn,
    }
)
_NAMES: Mapping[type[Body], str] = MappingProxyType({kind: name for name, kind in KINDS.items()})


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the ledger: a body as canonical JSON, and its place in the chain."""

    seq: int
    time: str
    kind: str
    session_id: str
    """Empty where the record is about no session."""
    author: str
    body: str
    previous: str
    hash: str

    def read(self) -> Body:
        """The body as what its kind says."""
        return msgspec.json.decode(self.body, type=KINDS[self.kind])

    @property
    def at(self) -> datetime:
        """When it was written, by the writer's clock."""
        return datetime.fromisoformat(self.time)

    def plain(self) -> dict[str, Any]:
        """As JSON has it, with the body's exact text."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in; a person (or an auditor) may be tied to the user id of their own traces."""

    name: str
    role: Role
    user_id: str | None = None


def kind_of(body: Body) -> str:
    """The name of a body's kind."""
    return _NAMES[type(body)]


def canonical(body: Body) -> str:
    """The one way a body is written: keys sorted, no spaces, no lone surrogates."""
    return msgspec.json.encode(clean(msgspec.to_builtins(body)), order="sorted").decode()


def stamp(moment: datetime) -> str:
    """A time as records have it: UTC, to the microsecond, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
