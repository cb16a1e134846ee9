"""Scores: every form of file says the same, reasons can defend themselves, what cannot be judged is not accused."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace
from small_company import BUDGET, company, model, model_folder, traces

from flows import judgements
from flows import score as flow
from flows.home import Home
from flows.ingest import ingest
from flows.model import read
from flows.score import Score
from traces.format import About
from traces.schema import Session


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the small company's traces in it."""
    home = Home(tmp_path_factory.mktemp("home"))
    ingest(home, [company() / "traces"], about=About(file=""), user_from_folder=True)
    return home


@pytest.fixture(scope="module")
def scores(home: Home) -> list[Score]:
    _, sessions, contents = flow.from_store(home)
    return list(flow.score(model(home.folder), sessions, contents, budget=BUDGET))


def test_every_session_with_turns_gets_one_score(home: Home, scores: list[Score]) -> None:
    ids = [one.session_id for one in scores]
    assert sorted(ids) == sorted(session.session_id for session in home.store.sessions() if session.turns)
    assert len(set(ids)) == len(ids)
    assert all(one.content and one.model_version == "small" for one in scores)


def test_a_score_agrees_with_itself(scores: list[Score]) -> None:
    for one in scores:
        if one.status == "unscored":
            assert (one.probability, one.padded_share, one.flagged, one.reasons) == (None, None, False, ())
            continue
        assert one.probability is not None
        assert one.threshold is not None
        assert one.padded_share is not None
        assert 0 <= one.padded_share <= one.probability + 1e-6
        assert one.flagged == (one.probability > one.threshold) or abs(one.probability - one.threshold) < 1e-5
        assert one.padded_tokens is None or 0 <= one.padded_tokens <= (one.tokens or 0)


def test_reasons_are_few_have_figures_and_name_turns_of_the_session(home: Home, scores: list[Score]) -> None:
    sizes = {session.session_id: len(session.turns) for session in home.store.sessions()}
    told = [(one, reason) for one in scores for reason in one.reasons]
    assert told
    for one, reason in told:
        assert len(one.reasons) <= 5
        assert re.search(r"\d", reason.text), reason.text
        assert "token" not in reason.text
        assert reason.honest.startswith("Honest use can look the same")
        assert all(0 <= turn < sizes[one.session_id] for turn in reason.turns)
    assert np.mean([bool(reason.turns) for _, reason in told]) > 0.8


def test_only_what_is_likelier_padded_than_anything_is_explained(scores: list[Score]) -> None:
    explained = [one for one in scores if one.reasons]
    assert explained
    assert all((one.probability or 0) > 0.02 for one in explained)


def test_a_session_of_three_turns_is_unscored_and_stays_visible(home: Home) -> None:
    whole = next(session for session in home.store.sessions() if len(session.turns) > 3)
    short = replace(whole, turns=whole.turns[:3])
    [one] = flow.score(model(home.folder), [short], {}, budget=BUDGET)
    assert (one.status, one.probability, one.flagged) == ("unscored", None, False)


def test_who_a_person_is_changes_nothing(home: Home) -> None:
    some = [session for session in home.store.sessions() if session.turns][:10]
    others = [replace(session, user_id="somebody", source="elsewhere", agent="another", model=None) for session in some]

    def said(sessions: list[Session]) -> list[tuple[object, ...]]:
        found = flow.score(model(home.folder), sessions, {}, budget=BUDGET)
        return [(one.probability, one.padded_share, one.novelty, one.looks_like, one.reasons) for one in found]

    assert said(some) == said(others)


def test_each_form_of_file_says_the_same(scores: list[Score], tmp_path: Path) -> None:
    for kind in judgements.KINDS:
        judgements.write(scores, tmp_path / f"scores{kind}")
    lines = [json.loads(line) for line in (tmp_path / "scores.jsonl").read_text().splitlines()]
    cells = list(csv.DictReader((tmp_path / "scores.csv").open()))
    rows = pq.read_table(tmp_path / "scores.parquet").to_pylist()
    assert [line["session_id"] for line in lines] == [row["session_id"] for row in rows]
    for line, cell, row in zip(lines, cells, rows, strict=True):
        assert json.loads(cell["reasons"]) == line["reasons"] == row["reasons"]
        assert line["probability"] == row["probability"]
        assert cell["probability"] == ("" if line["probability"] is None else str(line["probability"]))
    assert len(list(tmp_path.iterdir())) == len(judgements.KINDS)


def test_a_file_that_cannot_be_written_is_refused_before_anything_is_scored(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"written as \.jsonl, \.csv, \.parquet"):
        judgements.check(tmp_path / "scores.xlsx")
    with pytest.raises(FileNotFoundError, match="there is no such folder"):
        judgements.check(tmp_path / "nowhere" / "scores.csv")


def test_traces_scored_by_path_score_as_ingested_ones(home: Home, scores: list[Score]) -> None:
    known = {one.session_id: one.probability for one in scores}
    found = list(flow.score_paths(model(home.folder), [traces()[0]], budget=BUDGET))
    assert found
    assert [one.probability for one in found] == [known[one.session_id] for one in found]


def test_a_model_of_another_feature_set_is_refused(tmp_path: Path) -> None:
    for file in model_folder().rglob("*"):
        if file.is_file():
            copy = tmp_path / file.relative_to(model_folder())
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(file.read_bytes())
    said = json.loads((tmp_path / "model.json").read_text())
    (tmp_path / "model.json").write_text(json.dumps({**said, "fingerprint": "another"}))
    with pytest.raises(ValueError, match="the model learnt from another"):
        read(Home(tmp_path), tmp_path, "changed")
