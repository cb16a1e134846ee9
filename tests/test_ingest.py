"""Ingest takes in what is there once, updates what has grown, loses nothing, and keeps its account balanced."""

import gzip
import io
import json
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard

from flows import ingest as flow
from flows.home import Home
from traces import files
from traces.format import About, Record, Unreadable
from traces.ingest import Account, Busy, Ingest, only_writer
from traces.quarantine import quarantined
from traces.readers.claude_code import ClaudeCode
from traces.schema import Session
from traces.store import Store

ID = "0b54cf1e-7a41-4c3e-9a53-0d2f5c6f7a10"


def line(number: int, role: str = "user", text: object = None, session: str = ID, **more: Any) -> dict[str, Any]:
    """One line of a Claude Code file."""
    message: dict[str, Any] = {"role": role, "content": f"line {number}" if text is None else text}
    if role == "assistant":
        message |= {"id": f"msg_{number}", "model": "claude-x", "usage": {"input_tokens": 10, "output_tokens": 2}}
    fields = {
        "parentUuid": None,
        "isSidechain": False,
        "type": role,
        "uuid": f"{session}-{number}",
        "sessionId": session,
    }
    return {
        **fields,
        "version": "2.1.70",
        "timestamp": f"2026-01-15T12:{number // 60:02}:{number % 60:02}Z",
        "message": message,
        **more,
    }


def talk(length: int, session: str = ID, start: int = 0) -> list[dict[str, Any]]:
    """A conversation of so many lines, prompts and answers in turn."""
    return [line(n, "assistant" if n % 2 else "user", session=session) for n in range(start, start + length)]


def text(lines: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in lines)


def ingest(store: Path, *paths: Path, **options: Any) -> Account:
    again = options.pop("again", False)
    account = Ingest(Store(store), **options).run(list(paths), again=again)
    assert account.balanced, account
    return account


def stored(store: Path) -> dict[str, Session]:
    sessions = list(Store(store).sessions())
    assert len({session.session_id for session in sessions}) == len(sessions)
    return {session.session_id: session for session in sessions}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def test_the_same_file_again_changes_nothing(store: Path, inbox: Path) -> None:
    (inbox / "a.jsonl").write_bytes(text(talk(6)))
    assert ingest(store, inbox).sessions["new"] == 1
    before = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
    account = ingest(store, inbox)
    assert account.files == {"unchanged": 1}
    assert {path: path.read_bytes() for path in store.rglob("*") if path.is_file()} == before


def test_a_touched_file_with_the_same_bytes_is_unchanged(store: Path, inbox: Path) -> None:
    (inbox / "a.jsonl").write_bytes(text(talk(6)))
    ingest(store, inbox)
    os.utime(inbox / "a.jsonl", (1, 1))
    assert ingest(store, inbox).files == {"unchanged": 1}


def test_a_grown_file_updates_its_session_and_leaves_the_others(store: Path, inbox: Path) -> None:
    (inbox / "a.jsonl").write_bytes(text(talk(6)))
    (inbox / "b.jsonl").write_bytes(text(talk(4, session="other")))
    ingest(store, inbox)
    (inbox / "a.jsonl").write_bytes(text(talk(9)))
    account = ingest(store, inbox)
    assert (account.sessions["updated"], account.sessions["new"]) == (1, 0)
    assert {name: len(session.turns) for name, session in stored(store).items()} == {ID: 9, "other": 4}


def test_a_copy_of_a_file_is_not_read_and_a_shorter_backup_adds_nothing(store: Path, inbox: Path) -> None:
    (inbox / "a.jsonl").write_bytes(text(talk(6)))
    (inbox / "copy.jsonl").write_bytes(text(talk(6)))
    (inbox / "a.jsonl.bak").write_bytes(text(talk(4)))
    account = ingest(store, inbox)
    assert account.files == {"read": 2, "duplicate": 1}
    assert (account.sessions["new"], account.sessions["same"]) == (1, 1)
    assert len(stored(store)[ID].turns) == 6


def test_two_sessions_that_share_an_id_by_accident_are_both_kept(store: Path, inbox: Path) -> None:
    (inbox / "a.jsonl").write_bytes(text(talk(2)))
    (inbox / "b.jsonl").write_bytes(text([line(7, text="something else altogether")]))
    ingest(store, inbox)
    names = sorted(stored(store))
    assert len(names) == 2
    assert names[0] == ID
    assert names[1].startswith(f"{ID}~")
    ingest(store, inbox, again=True)
    assert sorted(stored(store)) == names


@pytest.mark.parametrize("together", [True, False], ids=["in one run", "in two runs"])
def test_a_resumed_session_counts_its_copied_history_once(store: Path, inbox: Path, together: bool) -> None:
    copied = [one | {"sessionId": "resumed"} for one in talk(4)]
    (inbox / "a.jsonl").write_bytes(text(talk(4)))
    if not together:
        ingest(store, inbox)
    (inbox / "b.jsonl").write_bytes(text(copied + talk(3, "resumed", start=50)))
    account = ingest(store, inbox)
    assert account.sessions["resumed"] == 1
    original, resumed = stored(store)[ID], stored(store)["resumed"]
    assert [turn.typed for turn in original.turns] == [True, False, True, False]
    assert [turn.typed for turn in resumed.turns] == [False] * 4 + [True, False, True]
    assert [turn.input_tokens for turn in resumed.turns] == [None] * 4 + [None, 10, None]
    assert sum(turn.input_tokens or 0 for turn in original.turns) == 20


def span(trace: str, second: int, prompt: str, answer: str) -> bytes:
    """One model call as a line of OTLP/JSON; all belong to one conversation."""

    def message(role: str, content: str) -> str:
        return json.dumps([{"role": role, "parts": [{"type": "text", "content": content}]}])

    texts = {
        "gen_ai.operation.name": "chat",
        "gen_ai.conversation.id": "conversation-1",
        "gen_ai.input.messages": message("user", prompt),
        "gen_ai.output.messages": message("assistant", answer),
    }
    attributes = [{"key": key, "value": {"stringValue": value}} for key, value in texts.items()]
    start = 1_768_478_400 + second
    times = {"startTimeUnixNano": f"{start}000000000", "endTimeUnixNano": f"{start + 2}000000000"}
    one = {"traceId": trace * 32, "spanId": trace * 16, "name": "chat x", **times, "attributes": attributes}
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [one]}]}]}).encode() + b"\n"


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 0, 1]], ids=["in order", "late ones first"])
@pytest.mark.parametrize("together", [True, False], ids=["in one run", "in three runs"])
def test_a_conversation_exported_into_several_files_is_one_session(
    store: Path, inbox: Path, order: list[int], together: bool
) -> None:
    spans = [span("a", 0, "first?", "one"), span("b", 60, "second?", "two"), span("c", 120, "third?", "three")]
    for number in order:
        (inbox / f"{number}.jsonl").write_bytes(spans[number])
        if not together:
            ingest(store, inbox)
    ingest(store, inbox)
    [session] = stored(store).values()
    assert [turn.text for turn in session.turns] == ["first?", "one", "second?", "two", "third?", "three"]
    assert [turn.index for turn in session.turns] == list(range(6))
    assert session.started == session.turns[0].time
    assert ingest(store, inbox, again=True).sessions == {"new": 0, "updated": 0, "same": 3, "resumed": 0}
    [row] = Store(store).table("sessions").to_pylist()
    assert row["turns"] == 6


def test_equal_prompts_at_the_same_second_are_not_taken_for_a_copy(store: Path, inbox: Path) -> None:
    for name in ("a", "b"):
        answer = line(1, "assistant", f"an answer of {name}'s own", session=name)
        (inbox / f"{name}.jsonl").write_bytes(text([line(0, text="ping", session=name), answer]))
    assert ingest(store, inbox).sessions["resumed"] == 0
    assert all(session.turns[0].typed for session in stored(store).values())


def test_a_broken_line_goes_to_the_quarantine_and_the_rest_is_read(store: Path, inbox: Path) -> None:
    good = text(talk(2))
    (inbox / "a.jsonl").write_bytes(good + b'{"type":"user","message":\n' + text(talk(1, start=2)))
    account = ingest(store, inbox)
    assert (account.records_seen, account.records_read, account.quarantined) == (4, 3, {"truncated": 1})
    [record] = quarantined(Store(store))
    assert (record.file, record.line, record.reason) == (str(inbox / "a.jsonl"), 3, "truncated")
    assert record.raw == b'{"type":"user","message":\n'
    assert len(stored(store)[ID].turns) == 3


def test_a_line_that_was_being_written_leaves_the_quarantine_once_it_is_whole(store: Path, inbox: Path) -> None:
    whole = text(talk(3))
    (inbox / "a.jsonl").write_bytes(whole[:-20])
    assert ingest(store, inbox).quarantined == {"truncated": 1}
    (inbox / "a.jsonl").write_bytes(whole)
    assert not ingest(store, inbox).quarantined
    assert list(quarantined(Store(store))) == []
    assert len(stored(store)[ID].turns) == 3


def test_what_is_unchanged_stays_in_the_quarantine(store: Path, inbox: Path) -> None:
    (inbox / "a.jsonl").write_bytes(text(talk(1)) + b"{")
    ingest(store, inbox)
    (inbox / "b.jsonl").write_bytes(text(talk(1, "b")) + b"{")
    ingest(store, inbox)
    assert sorted(Path(record.file).name for record in quarantined(Store(store))) == ["a.jsonl", "b.jsonl"]


def test_bytes_that_were_kept_are_read_again_when_their_file_is_gone(store: Path, inbox: Path) -> None:
    (inbox / "a.jsonl").write_bytes(text(talk(2)) + text(talk(1, start=2)).replace(b'"user"', b"5", 1))
    ingest(store, inbox)
    [record] = quarantined(Store(store))
    (inbox / "a.jsonl").unlink()
    run = Ingest(Store(store), About(file=""))
    run.read_kept(record.file, [record])
    assert run.account.quarantined == {"wrong-type": 1}
    assert len(list(quarantined(Store(store)))) == 1
    assert len(stored(store)[ID].turns) == 2


def test_a_kept_line_that_can_be_read_now_is_added_to_its_session(
    store: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "a.jsonl").write_bytes(text(talk(9)))
    real = ClaudeCode.add

    def older(self: ClaudeCode, record: Record) -> Any:
        if b"line 4" in record.raw:
            raise Unreadable("wrong-type", "an older reader did not know this")
        return real(self, record)

    with monkeypatch.context() as patch:
        patch.setattr(ClaudeCode, "add", older)
        ingest(store, inbox)
    assert len(stored(store)[ID].turns) == 8
    [record] = quarantined(Store(store))
    (inbox / "a.jsonl").unlink()
    Ingest(Store(store), About(file="")).read_kept(record.file, [record])
    assert [turn.text for turn in stored(store)[ID].turns] == [f"line {n}" for n in range(9)]
    assert list(quarantined(Store(store))) == []


def test_a_kept_row_without_its_header_stays_in_the_quarantine(store: Path, inbox: Path) -> None:
    (inbox / "t.csv").write_text("person,text,time\nann,one,2026-01-15T09:00:00Z\nann,two,not a time\n")
    ingest(store, inbox)
    [record] = quarantined(Store(store))
    (inbox / "t.csv").unlink()
    run = Ingest(Store(store), About(file=""))
    run.read_kept(record.file, [record])
    assert run.account.files == {"kept": 1}
    assert list(quarantined(Store(store))) == [record]


def test_a_file_that_lost_its_end_does_not_take_it_from_the_session(store: Path, inbox: Path) -> None:
    (inbox / "a.jsonl").write_bytes(text(talk(9)))
    ingest(store, inbox)
    (inbox / "a.jsonl").write_bytes(text(talk(3)))
    assert ingest(store, inbox).sessions["same"] == 1
    assert len(stored(store)[ID].turns) == 9


def test_a_name_that_is_not_utf_8_costs_nothing(store: Path, inbox: Path) -> None:
    name = os.fsencode(inbox) + b"/bad\xffname.jsonl"
    try:
        Path(os.fsdecode(name)).write_bytes(text(talk(2)))
    except OSError:
        pytest.skip("this file system takes no such names")
    (inbox / "good.jsonl").write_bytes(text(talk(2, "good")))
    assert ingest(store, inbox).sessions["new"] == 2
    assert stored(store)[ID].file.endswith("bad\\xffname.jsonl")
    assert ingest(store, inbox).files == {"unchanged": 2}


def test_members_of_one_name_are_two_and_an_archive_expands_so_far_in_all(
    store: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(inbox / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jsonl", text(talk(4, "one")))
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.jsonl", text(talk(4, "two")))
        archive.writestr("blank.jsonl", text(talk(2, "three")) + b"\n" * 3_000_000)
        archive.writestr("late.jsonl", text(talk(2, "four")))
    monkeypatch.setattr(files, "EXPANSION", 3_001_500)
    monkeypatch.setattr(files, "EXPANSION_RATIO", 1)
    account = ingest(store, inbox)
    assert {name: len(session.turns) for name, session in stored(store).items()} == {"one": 4, "two": 4}
    assert account.quarantined == {"expands-too-far": 2}


def test_neither_key_nor_lock_nor_names_get_out_by_the_back_door(tmp_path: Path) -> None:
    home = Home(tmp_path / "ada")
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "a.jsonl").write_bytes(text(talk(2)))
    about = About(file="", user="ada", pseudonymise=True)
    for _ in range(2):
        account = flow.ingest(home, [tmp_path / "ada"], about=about)
        assert account.quarantined.total() == 0
    key = home.pseudonym_key.read_bytes().strip()
    assert all(
        key not in path.read_bytes()
        for path in home.data.rglob("*")
        if path not in (home.pseudonym_key,) and path.is_file()
    )


def test_two_homes_with_one_store_take_turns(tmp_path: Path, inbox: Path) -> None:
    (inbox / "a.jsonl").write_bytes(text(talk(2)))
    place = str(tmp_path / "store")
    one, other = Home(tmp_path / "one", place), Home(tmp_path / "other", place)
    with only_writer(one.lock), pytest.raises(Busy):
        flow.ingest(other, [inbox], about=About(file=""))
    state = one.store.state()
    flow.ingest(other, [inbox], about=About(file=""))
    with pytest.raises(FileExistsError, match="another writer has committed"):
        one.store.commit(state, [], [], {})


def test_gzip_zstd_and_zip_are_unpacked(store: Path, inbox: Path) -> None:
    (inbox / "a.jsonl.gz").write_bytes(gzip.compress(text(talk(2, "in-gzip"))))
    (inbox / "b.jsonl.zst").write_bytes(zstandard.compress(text(talk(3, "in-zstd"))))
    with zipfile.ZipFile(inbox / "c.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/c.jsonl", text(talk(4, "in-zip")))
        archive.writestr("notes.bin", b"\x00\x01not a trace")
    account = ingest(store, inbox)
    assert {name: len(session.turns) for name, session in stored(store).items()} == {
        "in-gzip": 2,
        "in-zstd": 3,
        "in-zip": 4,
    }
    assert stored(store)["in-zip"].file == f"{inbox / 'c.zip'}!/folder/c.jsonl"
    assert account.quarantined == {"unknown-format": 1}
    assert [record.file for record in quarantined(Store(store))] == [f"{inbox / 'c.zip'}!/notes.bin"]
    assert ingest(store, inbox).files == {"unchanged": 3}


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gzip", "zstd"])
def test_an_archive_that_breaks_off_gives_what_it_has_and_says_so(store: Path, inbox: Path, pack: Any) -> None:
    noise = [line(n, text=os.urandom(400).hex()) for n in range(200)]
    packed = pack(text(noise))
    (inbox / "a.jsonl").write_bytes(packed[: len(packed) * 2 // 3])
    account = ingest(store, inbox)
    assert account.quarantined["broken-archive"] == 1
    [record] = quarantined(Store(store))
    assert not record.whole
    assert 50 < len(stored(store)[ID].turns) < 200


def test_a_zip_that_breaks_off_goes_to_the_quarantine_whole(store: Path, inbox: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.jsonl", text(talk(5)))
    (inbox / "a.zip").write_bytes(packed.getvalue()[:-30])
    assert ingest(store, inbox).quarantined == {"broken-archive": 1}


def test_a_bomb_stops_at_its_bound(store: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "EXPANSION", 5_000_000)
    (inbox / "bomb.gz").write_bytes(gzip.compress(text(talk(2)) + b" " * 50_000_000))
    with zipfile.ZipFile(inbox / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jsonl", text(talk(2, "zipped")) + b" " * 50_000_000)
    account = ingest(store, inbox)
    assert account.quarantined == {"expands-too-far": 2}
    assert all("5,000,000" in record.detail for record in quarantined(Store(store)))


def test_empty_files_are_counted_and_are_no_error(store: Path, inbox: Path) -> None:
    (inbox / "empty.jsonl").write_bytes(b"")
    (inbox / "blank.jsonl").write_bytes(b"\n \r\n\t\n")
    account = ingest(store, inbox)
    assert account.files == {"empty": 2}
    assert account.records_seen == 0


def test_an_unknown_format_is_said_with_the_formats_that_are_known(store: Path, inbox: Path) -> None:
    (inbox / "photo.bin").write_bytes(os.urandom(100_000))
    assert ingest(store, inbox).quarantined == {"unknown-format": 1}
    [record] = quarantined(Store(store))
    assert "claude-code" in record.detail
    assert "atif" in record.detail
    assert (len(record.raw), record.whole) == (64 * 1024, False)


def test_links_out_of_the_folder_are_not_followed(store: Path, inbox: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.jsonl").write_bytes(text(talk(2)))
    (inbox / "link.jsonl").symlink_to(outside / "secret.jsonl")
    (inbox / "folder").symlink_to(outside)
    assert ingest(store, inbox).files == {"link": 2}
    assert stored(store) == {}
    assert ingest(store, inbox / "link.jsonl").files == {"read": 1}


def test_the_store_itself_and_what_git_keeps_are_not_taken_for_traces(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(text(talk(2)))
    (tmp_path / ".git" / "objects").mkdir(parents=True)
    (tmp_path / ".git" / "objects" / "ab12").write_bytes(b"blob")
    assert ingest(tmp_path / "data", tmp_path).files == {"read": 1}
    assert ingest(tmp_path / "data", tmp_path).files == {"unchanged": 1, "our-own": 3}


def test_a_file_that_may_not_be_read_is_quarantined_and_tried_again(
    store: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "a.jsonl").write_bytes(text(talk(2)))
    real = Path.open

    def denied(self: Path, *arguments: Any, **options: Any) -> Any:
        if self.name == "a.jsonl":
            raise PermissionError(13, "Permission denied")
        return real(self, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", denied)
        assert ingest(store, inbox).quarantined == {"unreadable-file": 1}
    assert ingest(store, inbox).sessions["new"] == 1
    assert list(quarantined(Store(store))) == []


def test_strange_values_in_a_line_cost_at_most_that_line(store: Path, inbox: Path) -> None:
    strange = [
        json.dumps(line(1, timestamp="not a time")).encode(),
        json.dumps(line(2)).encode().replace(b"line 2", b"\xff\xfe"),
        b"\0" * 64 + json.dumps(line(3)).encode(),
        b"\xef\xbb\xbf" + json.dumps(line(4)).encode(),
        json.dumps(line(5, text="lone \ud800 surrogate")).encode(),
        b'{"sessionId":"x","type":"user","deep":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        json.dumps(line(7, "assistant")).replace('"input_tokens": 10', '"input_tokens": 1e300').encode(),
        json.dumps(line(8, timestamp="2199-01-01T00:00:00Z")).encode(),
        json.dumps(line(9, timestamp="2026-01-15T13:00:00")).encode(),
    ]
    (inbox / "a.jsonl").write_bytes(text(talk(1)) + b"\n".join(strange))
    account = ingest(store, inbox)
    assert account.quarantined == {"bad-time": 1, "invalid-utf8": 1, "nested-too-deep": 1, "wrong-type": 1}
    turns = stored(store)[ID].turns
    assert [turn.text for turn in turns] == ["line 0", "line 3", "line 4", "lone \ufffd surrogate", "line 8", "line 9"]
    assert turns[4].time == datetime(2199, 1, 1, tzinfo=UTC)


def test_a_line_of_a_hundred_megabytes_is_read(store: Path, inbox: Path) -> None:
    (inbox / "a.jsonl").write_bytes(text([line(0), line(1, text="word " * 20_000_000), line(2)]))
    ingest(store, inbox)
    assert [len(turn.text or "") for turn in stored(store)[ID].turns] == [6, 100_000_000, 6]


def test_a_session_of_a_hundred_thousand_turns_is_whole(store: Path, inbox: Path) -> None:
    (inbox / "a.jsonl").write_bytes(text([line(0) | {"uuid": str(n)} for n in range(100_000)]))
    account = ingest(store, inbox)
    assert account.turns == 100_000
    turns = stored(store)[ID].turns
    assert [turn.index for turn in turns] == list(range(100_000))


def test_ten_thousand_files_make_ten_thousand_sessions(store: Path, inbox: Path) -> None:
    for number in range(10_000):
        (inbox / f"{number}.jsonl").write_bytes(text([line(0, session=f"s{number}", text=f"file {number}")]))
    assert ingest(store, inbox).sessions["new"] == 10_000
    assert Store(store).table("sessions").num_rows == 10_000
    assert ingest(store, inbox).files == {"unchanged": 10_000}


def test_users_come_from_the_folder_when_that_is_asked_for(store: Path, inbox: Path) -> None:
    for user in ("ada", "ben"):
        (inbox / user / "deep").mkdir(parents=True)
        (inbox / user / "deep" / "a.jsonl").write_bytes(text(talk(2, session=user)))
    ingest(store, inbox, user_from_folder=True)
    assert {session.user_id for session in stored(store).values()} == {"ada", "ben"}


def test_pseudonyms_replace_users_and_their_home_folders(store: Path, inbox: Path) -> None:
    (inbox / "a.jsonl").write_bytes(text([one | {"cwd": "/home/ada/shop"} for one in talk(2)]))
    ingest(store, inbox, about=About(file="", user="ada"), pseudonym_key=b"k" * 32)
    [session] = stored(store).values()
    assert session.user_id is not None
    assert session.user_id.startswith("u-")
    assert session.project == f"/home/{session.user_id}/shop"
    assert "ada" not in (store / "sessions").rglob("*.parquet").__next__().read_bytes().decode("latin-1")


def test_secrets_are_masked_on_the_way_in_and_counted(store: Path, inbox: Path) -> None:
    key = "ghp_" + "a1B2" * 9
    (inbox / "a.jsonl").write_bytes(text([line(0, text=f"use {key} please"), line(1, text="no secret")]))
    account = ingest(store, inbox)
    assert sum(account.masked.values()) == 1
    prompt = stored(store)[ID].turns[0].text or ""
    assert prompt.startswith("use [masked:")
    assert key not in prompt


def test_a_second_writer_is_refused_while_the_first_one_writes(store: Path) -> None:
    with (
        only_writer(store / ".lock"),
        pytest.raises(Busy, match="another ingest is writing"),
        only_writer(store / ".lock"),
    ):
        raise AssertionError
    with only_writer(store / ".lock"):
        pass
