"""What models learn from: a data set's features are worked out once, and its context only counts what may count."""

import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from conftest import EXAMPLES
from msgspec.structs import replace

from features import context as around
from features import outline, table
from features.context_feature import load as contexts
from flows import learning
from flows.featurize import OUTLINES
from padding import dataset
from traces.reading import read
from traces.schema import Session


@pytest.fixture(scope="module")
def genuine() -> list[Session]:
    sessions: dict[str, Session] = {}
    for folder in ("claude_code", "opencode", "copilot", "codex"):
        for path in sorted(path for path in (EXAMPLES / folder).rglob("*") if path.is_file()):
            sessions |= {session.session_id: session for session in read(path)[0] if session.turns}
    return [replace(one, user_id=f"u-{place % 3}", source="team") for place, one in enumerate(sessions.values())]


@pytest.fixture(scope="module")
def folder(genuine: list[Session], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dataset")
    dataset.build(genuine, out, seed=3, version="test", ratio=1.0)
    return out


def refused(_done: int, _total: int) -> None:
    raise AssertionError("sessions were looked at again")


@pytest.fixture(scope="module")
def data(folder: Path) -> learning.Data:
    return learning.load(folder, None)


def test_rows_columns_and_descriptions_are_of_the_same_sessions(folder: Path, data: learning.Data) -> None:
    labels = [label for _, label in dataset.read(folder)]
    assert data.meta["session_id"].tolist() == [label.session_id for label in labels]
    assert data.meta["scheme"].fillna("none").tolist() == [label.scheme or "none" for label in labels]
    assert data.meta["scheme"].notna().any()
    assert list(data.table.columns) == [column.name for column in data.columns] == table.schema().names[1:]
    assert len(data.table) == len(labels)


def test_what_was_worked_out_once_is_not_worked_out_again(folder: Path, data: learning.Data) -> None:
    for asked_for in (False, ("own_likeness",)):
        again = learning.load(folder, None, refused, asked_for)
        pd.testing.assert_frame_equal(again.table[data.table.columns.tolist()], data.table)


def test_context_comes_as_further_columns_of_another_feature_set(folder: Path, data: learning.Data) -> None:
    names = ("own_copy_days", "peers_with_copy")
    found = learning.load(folder, None, context=names)
    assert [column.name for column in found.columns[len(data.columns) :]] == list(names)
    assert list(found.table.columns) == [*data.table.columns, *names]
    assert [column.speaks for column in found.columns[-2:]] == ["high", "high"]
    assert found.fingerprint.startswith(f"{data.fingerprint}-")
    assert found.fingerprint != learning.load(folder, None, context=names[:1]).fingerprint
    with pytest.raises(KeyError, match="'nonsense' is no feature of context"):
        learning.load(folder, None, context=("nonsense",))


def test_each_session_gets_the_context_that_its_own_outline_gives(folder: Path, data: learning.Data) -> None:
    names = tuple(contexts())
    found = learning.load(folder, None, context=names)
    outlines = [
        outline.outline(session, kin=(*label.made_from, session.session_id), scheme=label.scheme)
        for session, label in dataset.read(folder)
    ]
    wanted = around.context(outlines).to_pandas().set_index("session_id").loc[found.meta["session_id"]]
    pd.testing.assert_frame_equal(found.table[list(names)], wanted.reset_index(drop=True))
    assert found.table[list(names)].notna().any().any()


def test_lost_or_older_outlines_are_made_again_without_the_features(folder: Path, data: learning.Data) -> None:
    before = learning.load(folder, None, context=("own_likeness",)).table
    [made] = folder.glob("context-*.parquet")
    for spoil in (Path.unlink, spoiled):
        spoil(folder / OUTLINES)
        made.unlink()
        pd.testing.assert_frame_equal(learning.load(folder, None, context=("own_likeness",)).table, before)


def spoiled(path: Path) -> None:
    """Leaves outlines of another version."""
    if path.is_file():
        path.unlink()
    pa.parquet.write_table(pa.table({"session_id": ["a"]}), path)


def test_another_data_set_in_the_folder_is_worked_out_anew(genuine: list[Session], tmp_path: Path) -> None:
    dataset.build(genuine[:6], tmp_path, seed=1, version="test")
    first = learning.load(tmp_path, None, context=("own_likeness",))
    dataset.build(genuine[6:12], tmp_path, seed=2, version="test")
    second = learning.load(tmp_path, None, context=("own_likeness",))
    assert second.checksums == json.loads((tmp_path / "manifest.json").read_text())["checksums"] != first.checksums
    held = {one for made_from in second.meta["made_from"] for one in made_from}
    assert held <= {session.session_id for session in genuine[6:12]}
    assert outline.read(tmp_path / OUTLINES)["session_id"].to_pylist() == second.meta["session_id"].tolist()


def test_what_a_detector_learns_from_context_is_context_that_there_is(folder: Path, data: learning.Data) -> None:
    assert set(around.LEARNED) <= set(contexts())
    found = learning.load(folder, None, context=True)
    assert [column.name for column in found.columns[len(data.columns) :]] == list(around.LEARNED)
