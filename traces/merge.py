"""What a batch adds to the store: duplicates dropped, grown sessions replaced, resumed history told from new turns."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from traces.batch import Batch, Staged
from traces.columns import turns_of
from traces.readers import SPREAD
from traces.schema import Turn
from traces.store import State, Store, turns_part

_ALIKE = ("role", "kind", "text", "time", "tool_arguments")
_COMPARED = 3
_Place = tuple[datetime, str, str, str | None, str | None]
_EARLY = datetime.min.replace(tzinfo=UTC)
_LATE = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Merge:
    """What became of a batch's sessions."""

    new: list[Staged] = field(default_factory=list)
    """Sessions that were not in the store."""
    updated: list[Staged] = field(default_factory=list)
    """Sessions that have grown or changed since."""
    same: int = 0
    """Sessions that are in the store as they are, or longer; copies among them."""
    resumed: int = 0
    """Sessions that begin with the copied history of another one."""
    replaced: dict[str, list[str]] = field(default_factory=dict)
    """Ids of sessions that must leave their old part, by part."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A session that is in the store, or settled earlier in this batch."""

    session_id: str
    user_id: str | None
    opening: str
    file: str
    turns: int
    content: str
    started: datetime | None
    part: str | None
    staged: Staged | None = None


class _Register:
    """Sessions by id and by opening."""

    def __init__(self, known: Iterable[_Known]) -> None:
        self._by_id: dict[str, _Known] = {}
        self._by_opening: dict[tuple[str | None, str], list[_Known]] = {}
        for one in known:
            self.put(one)

    def put(self, known: _Known) -> None:
        self._by_id[known.session_id] = known
        self._by_opening.setdefault((known.user_id, known.opening), []).append(known)

    def same_id(self, session_id: str) -> _Known | None:
        return self._by_id.get(session_id)

    def same_opening(self, staged: Staged) -> list[_Known]:
        """Of many, the latest few: a session that was resumed again and again holds its history in each of them."""
        return self._by_opening.get((staged.header.user_id, staged.opening), [])[-_COMPARED:]


def settle(batch: Batch, store: Store, state: State) -> Merge:
    """Decides for each session of the batch whether it is new, grown, a copy, or resumes another."""
    batch.pack()
    merge = Merge()
    register = _Register(_stored(batch, store, state))
    for staged in sorted(batch.sessions.values(), key=lambda staged: staged.ended or staged.header.started or _LATE):
        _settle_one(batch, store, staged, register, merge)
    return merge


def _settle_one(batch: Batch, store: Store, staged: Staged, register: _Register, merge: Merge) -> None:
    header = staged.header
    known = register.same_id(header.session_id)
    if known is not None and (header.format in SPREAD or batch.fragments):
        if not _put_together(batch, store, known, staged):
            merge.same += 1
            return
        header = staged.header
    else:
        if known is not None and known.opening != staged.opening and known.file != header.file:
            header = staged.header = msgspec.structs.replace(header, session_id=f"{header.session_id}~{staged.opening}")
            known = register.same_id(header.session_id)
        if known is not None and (_is_copy(known, staged) or _is_less(batch, store, known, staged)):
            merge.same += 1
            return
    if header.started is not None:
        for other in register.same_opening(staged):
            if other.session_id != header.session_id:
                copied = _copied(_turns(batch, store, other), batch.turns(staged))
                staged.history = max(staged.history, copied)
    merge.resumed += staged.history > 0
    part = None
    if known is not None:
        part = known.part
        if known.staged is not None:
            (merge.updated if part else merge.new).remove(known.staged)
            merge.same += 1
        if part is not None:
            merge.replaced.setdefault(part, []).append(header.session_id)
    (merge.updated if part else merge.new).append(staged)
    content = staged.digest.hexdigest()
    name, user = header.session_id, header.user_id
    register.put(_Known(name, user, staged.opening, header.file, staged.turns, content, header.started, part, staged))


def _put_together(batch: Batch, store: Store, known: _Known, staged: Staged) -> bool:
    """Joins what several files have of one session; whether that is more than is known."""
    before = turns_of(_turns(batch, store, known))
    every = united(before, turns_of(batch.turns(staged)))
    if len(every) <= len(before):
        return False
    started = min(filter(None, (staged.header.started, known.started)), default=None)
    staged.header = msgspec.structs.replace(staged.header, file=known.file, started=started)
    batch.replace(staged, every)
    return True


def united(before: list[Turn], now: list[Turn]) -> list[Turn]:
    """The turns of both, each once, by their time; those without a time stay behind the one before."""
    places: dict[_Place, list[Turn]] = {}
    for turns in (before, now):
        own: dict[_Place, list[Turn]] = {}
        latest = _EARLY
        for turn in turns:
            latest = max(latest, turn.time or _EARLY)
            place: _Place = (latest, turn.role, turn.kind, turn.tool_name, None if turn.time else turn.text)
            own.setdefault(place, []).append(turn)
        for place, alike in own.items():
            if len(alike) >= len(places.get(place, ())):
                places[place] = alike
    ordered = sorted(((place[0], turn.index, turn) for place in places for turn in places[place]), key=itemgetter(0, 1))
    return [msgspec.structs.replace(turn, index=index) for index, (_, _, turn) in enumerate(ordered)]


def _is_copy(known: _Known, staged: Staged) -> bool:
    """Whether the store has this already: the same again, or (from another file) no longer than what it has."""
    if known.file == staged.header.file:
        return known.content == staged.digest.hexdigest()
    return staged.turns <= known.turns


def _is_less(batch: Batch, store: Store, known: _Known, staged: Staged) -> bool:
    """Whether the file has lost the end of what was read of it before, as when it is truncated while it is copied."""
    if known.opening != staged.opening or staged.turns >= known.turns:
        return False
    return _alike(_turns(batch, store, known), batch.turns(staged)) == staged.turns


def _copied(before: pa.Table, now: pa.Table) -> int:
    """How many first turns are the same in both, times and all; 0 unless an answer is among them.

    Equal prompts at the same second happen (a script may send them); equal answers at the same time are a copy.
    """
    prefix = _alike(before, now)
    answers = pc.and_(pc.equal(now["role"], "assistant"), pc.is_valid(now["time"])).slice(0, prefix)
    return prefix if pc.any(answers).as_py() else 0


def _alike(before: pa.Table, now: pa.Table) -> int:
    """How many first turns are the same in both."""
    length = min(len(before), len(now))
    alike = pa.array([True] * length)
    for name in _ALIKE:
        left, right = before[name].slice(0, length), now[name].slice(0, length)
        same = pc.or_kleene(pc.equal(left, right), pc.and_(pc.is_null(left), pc.is_null(right)))
        alike = pc.and_(alike, pc.fill_null(same, False).combine_chunks())
    first_other = pc.index(alike, False).as_py()
    return length if first_other < 0 else int(first_other)


def _stored(batch: Batch, store: Store, state: State) -> list[_Known]:
    ids = pa.array([staged.header.session_id for staged in batch.sessions.values()], pa.string())
    ids = pa.concat_arrays(
        [ids, pa.array([f"{s.header.session_id}~{s.opening}" for s in batch.sessions.values()], pa.string())]
    )
    openings = pa.array([staged.opening for staged in batch.sessions.values()], pa.string())
    where = pc.field("session_id").isin(ids) | pc.field("opening").isin(openings)
    columns = ["session_id", "user_id", "opening", "file", "turns", "content", "started", "part"]
    return [_Known(**row) for row in store.table("sessions", state, columns, where).to_pylist()]


def _turns(batch: Batch, store: Store, known: _Known) -> pa.Table:
    if known.staged is not None:
        return batch.turns(known.staged)
    return store.whole_part(turns_part(str(known.part)), pc.field("session_id") == known.session_id)
