import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from msgspec.structs import replace

from padding.company import Account, simulate
from padding.company import simulation as simulation_module
from padding.company.calendar import HOLIDAYS, works
from padding.company.chance import dice
from padding.company.hiring import company
from padding.company.padders import Laboratory, Padded, samples
from padding.company.people import Person
from padding.company.reading_back import as_read
from padding.company.tasks import TRADES
from padding.company.work_day import Piece, worked
from padding.effort import Effort
from padding.material import Material
from padding.strategy import Unsuitable, load, pad
from traces.ingest import Ingest
from traces.schema import Session, Turn
from traces.store import Store

NINE = datetime(2026, 9, 1, 9, tzinfo=UTC)
NAMES, TEAMS = ("Ada", "Bruno", "Cleo"), ("billing", "search")


@dataclass
class Company:
    """A small company as it was simulated, ingested, and meant."""

    out: Path
    account: Account
    store: Store
    told: list[tuple[int, int]]
    meant: dict[str, Session] = field(default_factory=dict)
    hosts: dict[str, Piece] = field(default_factory=dict)
    read: dict[str, Session] = field(default_factory=dict)

    @property
    def truth(self) -> dict[str, dict[str, Any]]:
        rows = [json.loads(line) for line in (self.out / "truth.jsonl").read_text("utf-8").splitlines()]
        assert len({row["session_id"] for row in rows}) == len(rows)
        return {row["session_id"]: row for row in rows}

    @property
    def described(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.out / "company.json").read_text("utf-8"))
        return found

    def sessions(self) -> dict[str, Session]:
        if not self.read:
            self.read.update({session.session_id: session for session in self.store.sessions()})
        return self.read


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Company:
    out = tmp_path_factory.mktemp("company")
    told: list[tuple[int, int]] = []
    meant: dict[str, Session] = {}
    hosts: dict[str, Piece] = {}
    content_of, made = simulation_module.content_of, Laboratory._made

    def noted(session: Session, history: tuple[Turn, ...] = ()) -> bytes:
        meant[session.session_id] = session
        return content_of(session, history)

    def noted_host(self: Laboratory, piece: Piece, *rest: Any) -> Padded | None:
        hosts[piece.session.session_id] = piece
        return made(self, piece, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulation_module, "content_of", noted)
        patch.setattr(Laboratory, "_made", noted_host)
        account = simulate(out, 60, 9, 7, lambda done, every: told.append((done, every)), date(2026, 9, 22))
    store = Store(out / "lake")
    taken = Ingest(store, user_from_folder=True).run([out / "traces"])
    assert taken.balanced
    assert not taken.quarantined
    return Company(out, account, store, told, meant, hosts)


def test_every_session_has_one_line_of_truth_and_every_line_a_session(small: Company) -> None:
    sessions = small.sessions()
    assert sessions.keys() == small.truth.keys()
    assert len(sessions) == small.account.sessions > 300
    assert {name: row["user_id"] for name, row in small.truth.items()} == {
        name: session.user_id for name, session in sessions.items()
    }


def test_what_is_ingested_is_what_was_meant(small: Company) -> None:
    for name, session in small.sessions().items():
        assert replace(session, file="") == replace(small.meant[name], file=""), name


def test_three_formats_subagents_and_resumed_sessions_go_in_by_the_front_door(small: Company) -> None:
    sessions = small.sessions()
    assert {session.format for session in sessions.values()} == {"claude-code", "codex", "otel"}
    children = [session for session in sessions.values() if session.parent_id]
    assert len(children) == small.account.subagents > 0
    assert all(child.origin == "subagent" and child.parent_id in sessions for child in children)
    resumed = [session for session in sessions.values() if _is_resumed(session)]
    assert len(resumed) == small.account.resumed > 0
    assert all(session.turns[0].typed is False for session in resumed)


def _is_resumed(session: Session) -> bool:
    """Whether its file begins as those of resumed sessions do."""
    with Path(session.file).open("rb") as file:
        return session.parent_id is None and b'"type":"summary"' in file.readline()


def test_padded_turns_are_where_the_truth_says_and_the_rest_is_the_persons_own_work(small: Company) -> None:
    padded = {name: row for name, row in small.truth.items() if row["label"] == "padded"}
    assert len(padded) == small.account.padded > 10
    sessions = small.sessions()
    for name, row in padded.items():
        session, own = sessions[name], _contents(small.hosts[name].session.turns)
        marked = row["padded_turns"]
        assert marked == sorted(set(marked))
        assert 0 <= marked[0] <= marked[-1] < len(session.turns)
        rest = [turn for turn in session.turns if turn.index not in set(marked)]
        assert not _contents(rest) - own, (name, row["strategy"])
        assert row["strategy"] in load()
        assert not load()[row["strategy"]].honest


def _contents(turns: Any) -> Counter[tuple[str, str, str | None]]:
    # A call's arguments may be given in other words to fit; its place is told by the tool.
    return Counter((turn.role, turn.kind, turn.text or turn.tool_name) for turn in turns)


def test_the_padded_share_is_that_of_the_ingested_tokens(small: Company) -> None:
    sessions = small.sessions()
    for name, row in small.truth.items():
        tokens = [(turn.input_tokens or 0) + (turn.output_tokens or 0) for turn in sessions[name].turns]
        if row["label"] == "genuine":
            assert row["padded_share"] == 0.0
            assert row["padded_turns"] == []
            assert row["strategy"] is None
        elif any(tokens):
            share = sum(tokens[place] for place in row["padded_turns"]) / sum(tokens)
            assert row["padded_share"] == pytest.approx(share, abs=1e-4)


def test_few_people_pad_and_automation_never_does(small: Company) -> None:
    padders = {row["user_id"] for row in small.truth.values() if row["label"] == "padded"}
    people = {one["user_id"]: one for one in small.described["people"]}
    assert 1 <= len(padders) <= 0.06 * 60 + 1
    assert not any(people[user]["automated"] for user in padders)
    automated = [row for row in small.truth.values() if people[row["user_id"]]["automated"]]
    kinds = {row["look_alike"] for row in automated}
    assert kinds == {"ci-review", "cron-agent-that-acts", "evaluation-harness"}


def test_the_company_knows_its_leaderboard_and_not_who_pads(small: Company) -> None:
    board = small.described["leaderboard"]
    spent = Counter[str]()
    for session in small.sessions().values():
        for turn in session.turns:
            spent[str(session.user_id)] += (turn.input_tokens or 0) + (turn.output_tokens or 0)
    assert {row["user_id"]: row["tokens"] for row in board} == dict(spent)
    assert [row["tokens"] for row in board] == sorted(spent.values(), reverse=True)
    assert "script" not in json.dumps(small.described)
    assert "padd" not in json.dumps(small.described["people"])


def test_the_folder_says_that_it_proves_plumbing_only(small: Company) -> None:
    page = (small.out / "README.md").read_text("utf-8")
    assert "It proves plumbing, not detection quality." in page
    assert f"{small.account.sessions} sessions" in page


def test_progress_is_told_for_each_persons_day(small: Company) -> None:
    every = len(small.described["people"]) * 9
    assert small.told == [(done, every) for done in range(1, every + 1)]


def test_people_work_in_their_own_daytime_and_not_on_holidays(small: Company) -> None:
    truth, people = small.truth, {one["user_id"]: one for one in small.described["people"]}
    teams = {team["name"]: team for team in small.described["teams"]}
    for session in small.sessions().values():
        person = people[session.user_id]
        if person["automated"] or session.parent_id:
            continue
        assert session.started is not None
        team = teams[person["team"]]
        local = session.started.astimezone(ZoneInfo(team["zone"]))
        assert local.weekday() in person["weekdays"]
        assert (local.month, local.day) not in HOLIDAYS[team["country"]]
        late = 24 if truth[session.session_id]["label"] == "padded" else 23
        assert 7 <= local.hour < late


def test_nobody_is_in_two_sessions_at_once(small: Company) -> None:
    people = {one["user_id"] for one in small.described["people"] if not one["automated"]}
    days: dict[str, list[tuple[datetime, datetime]]] = {}
    for session in small.sessions().values():
        if session.user_id in people and session.parent_id is None and not _is_resumed(session):
            assert session.started is not None
            assert session.ended is not None
            days.setdefault(str(session.user_id), []).append((session.started, session.ended))
    for spans in days.values():
        assert all(before[1] <= after[0] for before, after in pairwise(sorted(spans)))


def test_no_two_genuine_sessions_are_alike(small: Company) -> None:
    truth = small.truth
    seen = Counter(
        "\n".join(turn.text or "" for turn in session.turns if turn.role in ("user", "assistant"))
        for name, session in small.sessions().items()
        if truth[name]["label"] == "genuine" and truth[name]["look_alike"] != "cron-agent-that-acts"
    )
    assert seen.most_common(1)[0][1] == 1


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    made = [_tree(tmp_path / name, seed) for name, seed in (("one", 3), ("two", 3), ("three", 4))]
    assert made[0] == made[1]
    assert made[0].keys() != made[2].keys()


def _tree(out: Path, seed: int) -> Mapping[str, bytes]:
    simulate(out, 25, 2, seed)
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def test_a_folder_with_traces_is_not_written_into(tmp_path: Path) -> None:
    simulate(tmp_path, 1, 1, 1)
    with pytest.raises(FileExistsError, match="name a folder without traces"):
        simulate(tmp_path, 1, 1, 1)


def test_a_quota_is_filled_in_the_last_days_of_the_month() -> None:
    everybody = company(200, 1)
    binging = [person for person in everybody if person.padder and person.padder.binges]
    assert binging
    assert all(person.padder is not None and person.padder.often <= 0.3 for person in binging)


def test_binges_stop_at_the_months_end(tmp_path: Path) -> None:
    simulate(tmp_path, 40, 8, _seed_with_binge(), start=date(2026, 9, 23))
    rows = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_text("utf-8").splitlines()]
    binging = {person.user_id for person in company(40, _seed_with_binge()) if person.padder and person.padder.binges}
    store = Store(tmp_path / "lake")
    Ingest(store, user_from_folder=True).run([tmp_path / "traces"])
    started = {session.session_id: session.started for session in store.sessions()}
    days = Counter(
        str(started[row["session_id"]])[:10] for row in rows if row["user_id"] in binging and row["label"] == "padded"
    )
    last = sum(count for day, count in days.items() if "2026-09-27" <= day <= "2026-09-30")
    assert last > 3 * (sum(days.values()) - last)


def _seed_with_binge() -> int:
    return next(seed for seed in range(1, 50) if any(p.padder and p.padder.binges for p in company(40, seed)))


def test_colleagues_with_one_script_pad_alike() -> None:
    everybody = company(120, 2)
    sharing = [person for person in everybody if person.padder and person.padder.script == "shared"]
    assert len(sharing) == 3
    assert len({person.team.name for person in sharing}) == 1
    laboratory = Laboratory(2, samples(everybody, 2, NAMES, TEAMS, NINE.date()))
    first = [laboratory.padded(person, _piece(person, 5), 1) for person in sharing]
    ways = {made.made.strategy for made in first if made}
    assert len(ways) == 1
    ids = [turn.call_id for made in first if made for turn in made.session.turns if turn.kind == "tool_call"]
    assert len(ids) == len(set(ids))


def _piece(person: Person, number: int) -> Piece:
    return worked(person, NINE, dice("test", person.user_id, number), NAMES, TEAMS)


def _genuine(seed: int, times: int = 1) -> list[tuple[Person, Piece]]:
    everybody = company(120, seed)
    return [(person, _piece(person, number)) for person in everybody for number in range(times)]


def test_every_trade_is_worked_and_every_session_reads_back_as_it_was_meant() -> None:
    pieces = _genuine(11, 4)
    for _, piece in pieces:
        for session in (piece.session, *piece.beside):
            assert as_read(session) == session
    tasks = {piece.task.name for _, piece in pieces}
    assert tasks >= {task.name for trade in TRADES.values() for task, _ in trade}
    lengths = sorted(len(piece.session.turns) for person, piece in pieces if not person.service)
    assert lengths[len(lengths) // 20] >= 4
    assert lengths[-len(lengths) // 20] <= 80


def test_several_languages_are_typed() -> None:
    typed = [(person.language, piece.session.turns) for person, piece in _genuine(12, 2) if not person.service]
    words = {"de": r"\b(bitte|nicht|Zeile|und|ist)\b", "fr": r"\b(le|la|est|pour|avec)\b", "es": r"\b(el|que|no|con)\b"}
    for language, word in words.items():
        texts = [turn.text or "" for of, turns in typed if of == language for turn in turns if turn.role == "user"]
        assert sum(bool(re.search(word, text)) for text in texts) > 5, language


def test_prompts_take_up_what_was_answered() -> None:
    taken = other = count = 0
    pieces = [piece for person, piece in _genuine(13, 2) if not person.service]
    strangers = [*pieces[len(pieces) // 2 :], *pieces]
    for piece, stranger in zip(pieces, strangers, strict=False):
        before: set[str] = set()
        elsewhere = {word for turn in stranger.session.turns for word in _specifics(turn.text or "")}
        for turn in piece.session.turns:
            own = _specifics(turn.text or "")
            if before and turn.role == "user" and turn.typed is not False:
                count += 1
                taken += bool(own & before)
                other += bool(own & elsewhere)
            before |= own
    assert taken / count > 0.4
    assert other < 0.4 * taken


def _specifics(text: str) -> set[str]:
    """Numbers, paths and identifiers of some length."""
    return {word.strip(".-/") for word in re.findall(r"[\w./-]*\d[\w./-]+|\w+[_/]\w[\w./]*", text)}


def test_repairs_go_from_red_to_green_by_an_edit() -> None:
    repairs = [piece for _, piece in _genuine(14, 2) if piece.task.name == "repair"]
    assert len(repairs) > 10
    for piece in repairs:
        turns = piece.session.turns
        red = next(t.index for t in turns if t.kind == "tool_result" and "1 failed" in (t.text or ""))
        later = [t for t in turns if t.index > red and t.kind == "tool_result" and "failed" not in (t.text or "")]
        green = next(t.index for t in later if re.search(r"\d+ passed", t.text or ""))
        between = [t.tool_name for t in turns[red:green] if t.kind == "tool_call"]
        assert {"Edit", "apply_patch", "edit_file"} & set(between)


def test_clocks_follow_what_is_read_and_typed() -> None:
    waits, sizes = [], []
    for person, piece in _genuine(15, 3):
        turns = piece.session.turns
        times = [turn.time for turn in turns if turn.time is not None]
        assert times == sorted(times)
        for before, turn in pairwise(turns):
            if not person.service and turn.role == "user" and before.kind == "message" and before.role == "assistant":
                assert turn.time is not None
                assert before.time is not None
                waits.append((turn.time - before.time).total_seconds() * person.pace.typing)
                sizes.append(len(turn.text or "") + len(before.text or "") * person.pace.typing / person.pace.reading)
    order = [np.argsort(np.argsort(values)) for values in (waits, sizes)]
    assert np.corrcoef(order[0], order[1])[0, 1] > 0.4
    assert len(set(waits)) > 0.9 * len(waits)


def test_tokens_follow_texts_and_caches() -> None:
    warm = cold = 0
    for _, piece in _genuine(16):
        calls = [turn for turn in piece.session.turns if turn.input_tokens is not None]
        for before, now in pairwise(calls):
            assert before.input_tokens is not None
            assert now.input_tokens is not None
            assert now.cached_tokens is not None
            assert now.input_tokens > before.input_tokens
            assert now.cached_tokens <= before.input_tokens
            if now.time and before.time and now.time - before.time > timedelta(minutes=30):
                cold += now.cached_tokens < before.input_tokens / 2 or now.cached_tokens <= calls[0].input_tokens
            else:
                warm += now.cached_tokens > 0.9 * before.input_tokens
    assert warm > 500


@pytest.mark.parametrize("format", ["claude-code", "codex", "otel"])
def test_files_hold_what_the_strategies_make(format: str) -> None:
    pieces = [piece for _, piece in _genuine(17, 2) if piece.session.format == format]
    material = Material(piece.session for piece in pieces)
    made = held = 0
    for number, strategy in enumerate(load().values()):
        rng = np.random.default_rng(number)
        for piece in pieces[number % 9 :: 9][:2]:
            try:
                session = pad(piece.session, strategy, material, Effort.draw(rng), rng).session
            except Unsuitable:
                continue
            made += 1
            held += as_read(session) is not None
    assert made > 30
    assert held >= 0.98 * made


def test_holidays_and_leave_are_kept() -> None:
    person = next(one for one in company(60, 3) if not one.service and 2 in one.weekdays)
    holiday = next(
        day
        for day in (date(2026, 1, 1) + timedelta(days=number) for number in range(730))
        if (day.month, day.day) in HOLIDAYS[person.team.country] and day.weekday() in person.weekdays
    )
    assert not works(person, holiday, 3)
    year = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    worked_days = sum(works(person, day, 3) for day in year)
    assert 0.8 * 52 * len(person.weekdays) < worked_days < 52 * len(person.weekdays)
