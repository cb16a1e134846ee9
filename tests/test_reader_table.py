"""Submission tables: a person's shift is a session, and a bad row costs only itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from traces.files import Plain
from traces.format import About, Columns, Unreadable
from traces.readers.table import FORMAT
from traces.reading import Reading, Refused, read
from traces.schema import Session

HEADER = "user,time,prompt\n"


def written(folder: Path, content: str | bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def texts(sessions: list[Session]) -> list[tuple[str | None, list[str | None]]]:
    return [(session.user_id, [turn.text for turn in session.turns]) for session in sessions]


def refusals(refused: list[Refused]) -> list[tuple[str, int]]:
    return [(each.reason, each.record.line) for each in refused]


def forced(path: Path, about: About) -> Iterator[Session | Refused]:
    return Reading(Plain(path), FORMAT, about).sessions()


def test_a_shift_ends_with_a_long_pause_and_not_at_midnight(examples: Path) -> None:
    sessions, refused = read(examples / "table" / "shifts_of_two_people.csv")
    assert refused == []
    assert [(session.user_id, [str(turn.text).split()[-1] for turn in session.turns]) for session in sessions] == [
        ("w-17", ["gate.", "hedge.", "fence."]),
        ("w-17", ["wall."]),
        ("w-04", ["works."]),
    ]
    first = sessions[0]
    assert (first.started, first.ended) == (
        datetime(2025, 3, 1, 22, 10, tzinfo=UTC),
        datetime(2025, 3, 2, 1, 30, tzinfo=UTC),
    )
    assert (first.origin, first.agent, first.format) == ("human", None, "table")
    assert all((turn.role, turn.kind, turn.typed) == ("user", "message", True) for turn in first.turns)


def test_the_pause_that_ends_a_shift_can_be_chosen(examples: Path) -> None:
    path = examples / "table" / "shifts_of_two_people.csv"
    sessions, _ = read(path, About(file="x", columns=Columns(shift_gap_minutes=100)))
    assert [len(session.turns) for session in sessions] == [1, 2, 1, 1]


def test_a_shift_keeps_its_id_when_the_file_grows(examples: Path, tmp_path: Path) -> None:
    whole = (examples / "table" / "shifts_of_two_people.csv").read_text()
    before, _ = read(written(tmp_path, whole))
    after, _ = read(written(tmp_path, whole + "w-17,2025-03-02 03:00:00,t6,More.\n", "grown.csv"))
    assert [session.session_id for session in after] == [session.session_id for session in before]
    assert len({session.session_id for session in after}) == 3
    assert len(after[0].turns) == 4


def test_delimiters_marks_and_forms_of_time_may_vary(examples: Path) -> None:
    (session,), refused = read(examples / "table" / "semicolons_and_mixed_times.csv")
    assert [(turn.text, turn.time) for turn in session.turns] == [
        ("first", datetime(2025, 3, 1, 8, 0, tzinfo=UTC)),
        ('second; still "hers"', datetime(2025, 3, 1, 8, 5, tzinfo=UTC)),
        ("third", datetime(2025, 3, 1, 8, 10, tzinfo=UTC)),
        ("fourth", datetime(2025, 3, 1, 8, 15, tzinfo=UTC)),
    ]
    assert refusals(refused) == [("bad-time", 6)]


def test_a_time_without_a_zone_is_in_the_zone_that_is_given(tmp_path: Path) -> None:
    zone = timezone(timedelta(hours=2))
    (session,), _ = read(written(tmp_path, HEADER + "abe,2025-03-01 09:00,hello\n"), About(file="x", zone=zone))
    assert session.started == datetime(2025, 3, 1, 7, tzinfo=UTC)


def test_a_quoted_text_may_have_several_lines(examples: Path) -> None:
    sessions, refused = read(examples / "table" / "newlines_in_quotes.csv")
    assert refused == []
    assert texts(sessions) == [("abe", ['Write\r\ntwo lines,\nthen "stop".', "One line."])]


def test_a_broken_row_is_refused_alone_with_its_line(examples: Path) -> None:
    sessions, refused = read(examples / "table" / "one_row_is_broken.csv")
    assert texts(sessions) == [("abe", ["one, two", "seven\ngoes on", "nine"])]
    assert refusals(refused) == [
        ("missing-person", 3),
        ("wrong-columns", 4),
        ("bad-time", 5),
        ("broken-row", 6),
        ("missing-time", 9),
    ]
    assert refused[3].record.raw == b'abe,2025-03-01 09:03,"six never ends\n'


def test_a_quote_that_never_ends_does_not_swallow_the_file(tmp_path: Path) -> None:
    rows = "".join(f"abe,2025-03-01 09:{minute:02},text {minute}\n" for minute in range(60))
    sessions, refused = read(written(tmp_path, HEADER + 'abe,2025-03-01 08:59,"text\n' + rows))
    assert [len(session.turns) for session in sessions] == [60]
    assert refusals(refused) == [("broken-row", 2)]


def test_bytes_of_nul_are_no_hindrance(tmp_path: Path) -> None:
    sessions, refused = read(written(tmp_path, HEADER + "abe,2025-03-01 09:00,a\0b\nabe,2025-03-01 09:01,c\n"))
    assert refused == []
    assert texts(sessions) == [("abe", ["a\0b", "c"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_common_encodings_are_known(tmp_path: Path, encoding: str) -> None:
    content = HEADER + "jürgen,2025-03-01 09:00,Grüße\nada,2025-03-01 09:01,plain\n"
    sessions, refused = read(written(tmp_path, content.encode(encoding)))
    assert refused == []
    assert texts(sessions) == [("jürgen", ["Grüße"]), ("ada", ["plain"])]


def test_a_row_in_another_encoding_is_refused_alone(tmp_path: Path) -> None:
    good = HEADER + "abe,2025-03-01 09:00,Grüße\nabe,2025-03-01 09:01,ça\n"
    sessions, refused = read(written(tmp_path, good.encode() + b"abe,2025-03-01 09:02,gr\xfc\xdfe\n"))
    assert texts(sessions) == [("abe", ["Grüße", "ça"])]
    assert refusals(refused) == [("invalid-encoding", 4)]
    assert refused[0].record.raw == b"abe,2025-03-01 09:02,gr\xfc\xdfe\n"


def test_quotes_may_be_escaped_with_a_backslash(tmp_path: Path) -> None:
    row = 'abe,2025-03-01 09:00,"say \\"hi, you\\" now"\n'
    sessions, refused = read(written(tmp_path, HEADER + row))
    assert refused == []
    assert texts(sessions) == [("abe", ['say "hi, you" now'])]


def test_a_text_of_many_kilobytes_is_no_broken_row(tmp_path: Path) -> None:
    text = "long, " * 50_000
    sessions, refused = read(written(tmp_path, f'{HEADER}abe,2025-03-01 09:00,"{text}"\n'))
    assert refused == []
    assert texts(sessions) == [("abe", [text])]


def test_an_empty_submission_is_a_submission(tmp_path: Path) -> None:
    sessions, _ = read(written(tmp_path, HEADER + "abe,2025-03-01 09:00,\n\nabe,2025-03-01 09:01,  \n"))
    assert texts(sessions) == [("abe", ["", "  "])]


def test_a_line_of_json_inside_a_text_does_not_make_the_table_json(tmp_path: Path) -> None:
    text = 'Explain:\n{"user": "x", "messages": []}\nplease'
    quoted = text.replace('"', '""')
    sessions, refused = read(written(tmp_path, f'{HEADER}abe,2025-03-01 09:00,"{quoted}"\n'))
    assert refused == []
    assert texts(sessions) == [("abe", [text])]


def test_an_array_of_objects_is_read_too(tmp_path: Path) -> None:
    rows = '[{"user": "abe", "time": "2025-03-01", "text": "a"},\n {"user": "abe", "time": "soon", "text": "b"}]'
    sessions, refused = read(written(tmp_path, rows, "table.json"))
    assert texts(sessions) == [("abe", ["a"])]
    assert refusals(refused) == [("bad-time", 2)]


def test_json_lines_are_read_and_bad_ones_refused_alone(examples: Path) -> None:
    sessions, refused = read(examples / "table" / "submissions.jsonl")
    assert texts(sessions) == [("p9", ["Describe a harbour.", ""]), ("9", ["Describe a ship."])]
    assert refusals(refused) == [("wrong-type", 4), ("truncated", 5)]


def test_parquet_is_read_in_batches_and_bad_rows_refused_alone(examples: Path) -> None:
    sessions, refused = read(examples / "table" / "submissions.parquet")
    assert texts(sessions) == [("5", ["Good.", ""]), ("6", ["Better."])]
    assert refusals(refused) == [("missing-person", 3)]
    assert b"Whose?" in refused[0].record.raw


def test_a_parquet_file_that_is_cut_off_is_refused(examples: Path, tmp_path: Path) -> None:
    whole = (examples / "table" / "submissions.parquet").read_bytes()
    sessions, refused = read(written(tmp_path, whole[:-100], "cut.parquet"))
    assert sessions == []
    assert [each.reason for each in refused] == ["broken-parquet"]


def test_a_value_that_python_cannot_hold_costs_its_row_only(tmp_path: Path) -> None:
    text = pa.array([b"good", b"\xff\xfe"]).view(pa.string())
    columns = {"user": ["abe", "abe"], "text": text, "time": ["2025-03-01", "2025-03-01"]}
    pq.write_table(pa.table(columns), tmp_path / "table.parquet")
    sessions, refused = read(tmp_path / "table.parquet")
    assert texts(sessions) == [("abe", ["good"])]
    assert refusals(refused) == [("unreadable-value", 2)]


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = written(tmp_path, "Q1,Q2,Q3,prompt\nabe,2025-03-01 09:00,mine,not this\n")
    with pytest.raises(Unreadable, match="unknown-format"):
        read(path)
    about = About(file="x", columns=Columns(person="Q1", time="Q2", text="Q3"))
    (session,) = forced(path, about)
    assert isinstance(session, Session)
    assert texts([session]) == [("abe", ["mine"])]


def test_a_column_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "abe,2025-03-01 09:00,hello\n")
    (refused,) = forced(path, About(file="x", columns=Columns(text="Answer")))
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.detail) == (
        "missing-column",
        "there is no column 'Answer' among 'user', 'time', 'prompt'",
    )


def test_without_any_time_a_persons_rows_are_one_session_in_their_order(tmp_path: Path) -> None:
    sessions, refused = read(written(tmp_path, "user,text\nabe,b\nada,x\nabe,a\n"))
    assert refused == []
    assert texts(sessions) == [("abe", ["b", "a"]), ("ada", ["x"])]
    assert all(turn.time is None for session in sessions for turn in session.turns)


@pytest.mark.parametrize(
    "line",
    [
        '{"user": "a", "prompt": "b", "timestamp": 1740819600, "model": "m"}',
        '{"user": "a", "messages": [], "text": "b", "timestamp": 1740819600}',
        '{"user": "a", "text": ["b"], "timestamp": 1740819600}',
        '{"user": "a", "text": "b"}',
        "user wrote, text, at some time",
    ],
)
def test_what_may_be_something_else_is_not_taken_for_a_table(tmp_path: Path, line: str) -> None:
    with pytest.raises(Unreadable, match="unknown-format"):
        read(written(tmp_path, line + "\n"))


def test_a_utf_16_table_that_breaks_off_in_a_character_is_refused_and_breaks_nothing(tmp_path: Path) -> None:
    whole = "person,text,time\nada,hello,2026-01-15T10:00:00Z\n".encode("utf-16")
    (tmp_path / "odd.csv").write_bytes(whole[:-1] if len(whole) % 2 == 0 else whole)
    sessions, refused = read(tmp_path / "odd.csv")
    assert len(sessions) + len(refused) >= 1
