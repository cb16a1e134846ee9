"""Featurize writes a row a session in each of its files, and says what it wrote."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import EXAMPLES
from conversation import asked, said, session
from test_nightly import talk

from features import context, outline, table
from features.context import AnotherContext
from features.feature import load
from flows import measured
from flows.featurize import OUTLINES, Written, featurize, write
from flows.home import Home
from flows.ingest import ingest
from traces.format import About
from traces.schema import Session

FIX = "please find out why the nightly build of the payment service has been failing since Tuesday"


def days(count: int, user: str | None = "u") -> list[Session]:
    """The same ask by one person, a session a day."""
    return [
        session(asked(FIX, at=86_400.0 * day), said("done", at=86_400.0 * day + 60), name=f"day {day}", user_id=user)
        for day in range(count)
    ]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    place = Home(tmp_path_factory.mktemp("home"))
    ingest(place, [EXAMPLES / "claude_code", EXAMPLES / "atif"], about=About(file=""))
    return place


@pytest.fixture(scope="module")
def written(home: Home) -> Written:
    return featurize(home, language=False)


def test_each_file_has_a_row_for_each_session_with_turns(home: Home, written: Written) -> None:
    ids = sorted(one.session_id for one in home.store.sessions() if one.turns)
    assert written.sessions == len(ids) > 5
    for found in (table.read(written.features), outline.read(written.outlines), context.read(written.context)):
        assert sorted(found["session_id"].to_pylist()) == ids
    assert {path.parent for path in (written.features, written.outlines, written.context)} == {home.data / "features"}


def test_looking_once_gives_the_same_rows_and_outlines_as_looking_for_each(home: Home, written: Written) -> None:
    sessions = [one for one in home.store.sessions() if one.turns]
    assert by_session(table.read(written.features)) == by_session(table.table(sessions))
    assert by_session(outline.read(written.outlines)) == by_session(outline.table(map(outline.outline, sessions)))
    assert by_session(context.read(written.context)) == by_session(context.context(map(outline.outline, sessions)))


def by_session(rows: pa.Table) -> str:
    """The rows in a fixed order, as text: in a list two NaN would differ."""
    return str(rows.sort_by("session_id").to_pylist())


def test_what_was_measured_is_not_measured_again_and_what_has_grown_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, place = tmp_path / "inbox", Home(tmp_path / "home")
    talk(inbox, "old", 4)
    talk(inbox, "grows", 4)
    ingest(place, [inbox], about=About(file=""))
    first = by_session(table.read(featurize(place, language=False).features))
    looked = list[str]()

    def noted(sessions: Iterable[Session], *rest: Any) -> Iterator[Any]:
        for found in table.looked_at(sessions, *rest):
            looked.append(found[0].session_id)
            yield found

    monkeypatch.setattr(measured, "looked_at", noted)
    assert by_session(table.read(featurize(place, language=False).features)) == first
    assert looked == []
    talk(inbox, "grows", 8)
    talk(inbox, "new", 4, "2026-02-01")
    ingest(place, [inbox], about=About(file=""))
    again = featurize(place, language=False)
    assert sorted(looked) == ["grows", "new"]
    sessions = [one for one in place.store.sessions() if one.turns]
    assert by_session(table.read(again.features)) == by_session(table.table(sessions))


def test_another_feature_set_is_measured_beside_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Home(tmp_path / "home")
    talk(tmp_path / "inbox", "one", 4)
    ingest(place, [tmp_path / "inbox"], about=About(file=""))
    featurize(place, language=False)
    some = tuple(load().values())[:-1]
    monkeypatch.setattr(table, "load", lambda *_: {one.name: one for one in some})
    featurize(place, language=False)
    assert len([path for path in (place.data / "features").glob("features-*") if path.is_dir()]) == 2
    assert len(list((place.data / "features").glob("features-*/day=2026-03-01/*.parquet"))) == 2


def test_the_account_says_what_lies_where_and_what_is_lacking(tmp_path: Path) -> None:
    dated, nobodys = days(2), [session(asked("hello"), name="timeless")]
    account = write(iter([*dated, *nobodys]), tmp_path)
    assert (account.sessions, account.undated, account.unowned) == (3, 1, 1)
    assert str(account).startswith(str(account.features))
    assert f"beside it {OUTLINES} and {account.context.name}" in str(account)
    assert "sessions 3, without a start 1, without a user 1" in str(account)


def test_the_context_of_the_fifth_day_knows_the_four_before(tmp_path: Path) -> None:
    account = write(iter(days(5)), tmp_path)
    rows = {row["session_id"]: row for row in context.read(account.context).to_pylist()}
    assert rows["day 4"]["own_copy_days"] == 1
    assert rows["day 4"]["own_prompts_again"] == 1
    assert rows["day 0"]["own_prompts_again"] is None


def test_a_run_that_is_stopped_leaves_no_table_behind(tmp_path: Path) -> None:
    def stopped() -> Iterator[Session]:
        yield from days(3)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(stopped(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_second_run_replaces_the_first(tmp_path: Path) -> None:
    write(iter(days(2)), tmp_path)
    account = write(iter(days(4)), tmp_path)
    assert len(list(tmp_path.iterdir())) == 3
    assert pq.read_metadata(account.context).num_rows == account.sessions == 4


def test_a_context_of_another_window_is_refused_by_name(tmp_path: Path) -> None:
    path = context.write(map(outline.outline, days(2)), tmp_path, window_days=7)
    with pytest.raises(AnotherContext, match=r"over 7 days, not .* over 28; different are the window"):
        context.read(path)
    assert context.read(path, window_days=7).num_rows == 2
