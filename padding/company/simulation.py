"""A simulated company's month, written as its people's tools would leave it, with the truth beside it.

Streams: one person's day is made, written and forgotten. The same seed gives the same bytes.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from padding.company.account import README, Account
from padding.company.calendar import last_days, starts, works
from padding.company.chance import dice
from padding.company.hiring import company
from padding.company.padders import Laboratory, Padded, samples
from padding.company.people import Person
from padding.company.reading_back import content_of, file_of
from padding.company.truth import FILE, described_person, described_team, tokens_of, truth_of
from padding.company.work_day import Piece, resumed, worked
from traces.schema import Session

START = date(2026, 9, 1)
"""The first day, unless another is given."""

_BINGE_DAYS = 4
_MOST_IN_A_BINGE = 7
_LOOK_ALIKES = 0.03
_RESUMED = 0.05


def simulate(
    out: Path, people: int, days: int, seed: int, progress: Callable[[int, int], None] = lambda _done, _all: None,
    start: date = START,
) -> Account:  # fmt: skip
    """Writes the company's traces, truth and description; `progress` hears of person-days done, of how many."""
    if (out / "traces").exists():
        raise FileExistsError(f"{out / 'traces'} exists already; name a folder without traces")
    out.mkdir(parents=True, exist_ok=True)
    run = _Run(out, company(people, seed), seed, start)
    with (out / FILE).open("wb") as truth:
        for number in range(days):
            for place, person in enumerate(run.everybody):
                run.day(person, start + timedelta(days=number), truth)
                progress(number * len(run.everybody) + place + 1, days * len(run.everybody))
    services = sum(bool(person.service) for person in run.everybody)
    facts = {"people": people, "services": services, "days": days, "start": start, "seed": seed}
    (out / "company.json").write_bytes(msgspec.json.format(msgspec.json.encode(run.described(facts)), indent=1) + b"\n")
    (out / "README.md").write_text(README.format(sessions=run.account.sessions, **facts), "utf-8")
    return run.account


class _Run:
    def __init__(self, out: Path, everybody: tuple[Person, ...], seed: int, start: date) -> None:
        self.everybody = everybody
        people = [person for person in everybody if not person.service]
        self.account = Account(len(people), sum(person.padder is not None for person in people))
        self._out, self._seed = out, seed
        self._names = tuple(sorted({person.name for person in people}))
        self._teams = tuple(dict.fromkeys(person.team.name.rsplit("-", 1)[0] for person in people))
        self._laboratory = Laboratory(seed, samples(everybody, seed, self._names, self._teams, start))
        self._numbers: Counter[str] = Counter()
        self._month: Counter[tuple[str, int]] = Counter()
        self._spent: Counter[str] = Counter()
        self._sessions: Counter[str] = Counter()

    def day(self, person: Person, day: date, truth: BinaryIO) -> None:
        """One person's day."""
        if not works(person, day, self._seed):
            return
        rng = dice(self._seed, person.user_id, day)
        free: datetime | None = None
        before: Piece | None = None
        for start in starts(person, day, rng):
            if free is not None and start < free and not person.service:
                start = free + timedelta(minutes=rng.uniform(1, 20))
            piece = worked(person, start, rng, self._names, self._teams)
            if before is not None and rng.random() < _RESUMED:
                piece = resumed(before, piece)
            padded = self._perhaps_padded(person, piece)
            free = self._put(person, day, piece, padded, truth)
            before = None if padded else piece
        if person.padder is not None and person.padder.binges and last_days(day, _BINGE_DAYS) and free is not None:
            self._binge(person, day, free, truth)

    def _binge(self, person: Person, day: date, free: datetime, truth: BinaryIO) -> None:
        """One padded session after the other, until the month's quota is reached or it is too late."""
        for number in range(_MOST_IN_A_BINGE):
            if self._month[person.user_id, day.month] >= person.team.quota:
                return
            rng = dice(self._seed, "binge", person.user_id, day, number)
            piece = worked(person, free + timedelta(seconds=rng.uniform(20, 400)), rng, self._names, self._teams)
            padded = self._padded(person, piece)
            if padded is not None:
                free = self._put(person, day, piece, padded, truth)

    def _perhaps_padded(self, person: Person, piece: Piece) -> Padded | None:
        rng = dice(self._seed, "padded", piece.session.session_id)
        if person.service or piece.history:
            return None
        if person.padder is not None:
            return self._padded(person, piece) if rng.random() < person.padder.often else None
        if rng.random() < _LOOK_ALIKES:
            return self._laboratory.look_alike(piece, piece.session.session_id)
        return None

    def _padded(self, person: Person, piece: Piece) -> Padded | None:
        self._numbers[person.user_id] += 1
        return self._laboratory.padded(person, piece, self._numbers[person.user_id])

    def _put(self, person: Person, day: date, piece: Piece, padded: Padded | None, truth: BinaryIO) -> datetime:
        session = padded.session if padded else piece.session
        written = self._write(session, content_of(session, piece.history))
        written += sum(self._write(one, content_of(one)) for one in piece.beside)
        rows = [truth_of(session, piece, padded), *(truth_of(one, None, None) for one in piece.beside)]
        for row in rows:
            truth.write(msgspec.json.encode(row) + b"\n")
        spent = sum(tokens_of(one) for one in (session, *piece.beside))
        self._spent[person.user_id] += spent
        self._month[person.user_id, day.month] += spent
        self._sessions[person.user_id] += len(rows)
        self._counted(rows, [session, *piece.beside], bool(piece.history), written)
        assert session.ended is not None
        return session.ended

    def _write(self, session: Session, content: bytes) -> int:
        path = self._out / "traces" / str(session.user_id) / file_of(session)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            return file.write(content)

    def _counted(self, rows: list[dict[str, Any]], sessions: list[Session], resumed: bool, written: int) -> None:
        before = self.account
        name = sessions[0].format
        self.account = replace(
            before,
            sessions=before.sessions + len(rows),
            padded=before.padded + sum(row["label"] == "padded" for row in rows),
            look_alikes=before.look_alikes + sum(row["look_alike"] is not None for row in rows),
            subagents=before.subagents + len(rows) - 1,
            resumed=before.resumed + resumed,
            turns=before.turns + sum(len(session.turns) for session in sessions),
            bytes=before.bytes + written,
            formats=before.formats | {name: before.formats.get(name, 0) + len(rows)},
        )

    def described(self, facts: dict[str, Any]) -> dict[str, Any]:
        """The company as it sees itself."""
        teams = {person.team.name: person.team for person in self.everybody}
        ranks = sorted(self._spent, key=lambda user: (-self._spent[user], user))
        return {
            "about": "Simulated: it proves plumbing, not detection quality.",
            **facts,
            "teams": [described_team(team) for team in teams.values()],
            "people": [described_person(person) for person in self.everybody],
            "leaderboard": [
                {"rank": rank, "user_id": user, "tokens": self._spent[user], "sessions": self._sessions[user]}
                for rank, user in enumerate(ranks, 1)
            ],
        }
