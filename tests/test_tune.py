"""Tuning from a data set to parameters that training reads: small, but real, with MLflow and Optuna on SQLite."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from made_sessions import TINY, made_sessions
from small_models import place_in
from test_evaluate_flow import from_examples

from flows.home import Home
from flows.tune import params_of, tune
from models import sought
from models.forest import Params
from models.protocols import Sessions, without_families
from models.registry import Place
from models.sought import unseen_recall
from models.tuning import AnotherSearch, Trial
from padding import dataset

SMALL = replace(TINY, params=replace(TINY.params, trees=6))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("data")
    dataset.build(from_examples(), out, seed=7, version="test", ratio=2.0)
    return out


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The MLflow store of the home in `tmp_path`."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return place_in(tmp_path)


def test_what_is_sought_is_recall_on_families_that_were_left_out() -> None:
    sessions = made_sessions()
    good = list(unseen_recall(sessions, TINY)(Params(trees=20, rate=0.2, leaves=4, least=5)))
    assert len(good) == TINY.groups * TINY.parts[0]
    none = sessions.table.assign(repeats=0.0, idle=0.0, meaning=0.0)
    blind = unseen_recall(Sessions(none, sessions.meta, sessions.columns), TINY)
    assert sum(blind(Params(trees=2, least=5))) < 0.1 < sum(good)


def test_folds_are_asked_for_one_by_one_and_of_all_groups_first(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions, left_out = made_sessions(), list[tuple[str, ...]]()
    fitted = without_families

    def watched(*arguments: object) -> object:
        left_out.append(arguments[1][0].left_out)  # type: ignore[index]
        return fitted(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(sought, "without_families", watched)
    scores = iter(unseen_recall(sessions, TINY)(Params(trees=2, least=5)))
    next(scores)
    assert len(left_out) == 1
    next(scores)
    assert len(set(left_out)) == 2


def test_a_study_stands_in_mlflow_and_is_taken_up_and_its_parameters_are_read_by_training(
    data: Path, tmp_path: Path, place: Place
) -> None:
    heard: list[Trial] = []
    first = tune(Home(tmp_path), data, trials=2, effort=SMALL, told=heard.append)
    again = tune(Home(tmp_path), data, trials=3, effort=SMALL, told=heard.append)
    assert first.study == again.study
    assert [trial.number for trial in heard] == [0, 1, 0, 1, 2]
    assert again.tuned.trials[:2] == first.tuned.trials
    said = json.loads(again.file.read_text(encoding="utf-8"))
    assert said["score"] == again.tuned.best.score
    assert "chosen on them" in said["what the score is"]
    assert params_of(again.file, seed=9) == replace(again.tuned.best.params, seed=9)
    runs = place.client().search_runs(["1"])
    (parent,) = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    nested = [run.info.run_name for run in runs if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id]
    assert sorted(nested) == ["trial 0", "trial 1", "trial 2"]
    assert parent.info.status == "FINISHED"
    assert parent.data.metrics["best/score"] == again.tuned.best.score


def test_a_study_of_other_data_is_not_gone_on_with(data: Path, tmp_path: Path, place: Place) -> None:
    assert place.exists
    tune(Home(tmp_path), data, trials=1, study="mine", effort=SMALL)
    with pytest.raises(AnotherSearch, match="the study 'mine' was made on other data, or measured in another way"):
        tune(Home(tmp_path), data, trials=1, study="mine", effort=replace(SMALL, groups=3))


def test_ctrl_c_leaves_a_study_that_goes_on(
    data: Path, tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = sought.mean_recall
    asked = 0

    def interrupted(*arguments: object) -> float:
        nonlocal asked
        asked += 1
        if asked == 6:
            raise KeyboardInterrupt
        return found(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(sought, "mean_recall", interrupted)
    with pytest.raises(KeyboardInterrupt):
        tune(Home(tmp_path), data, trials=2, study="mine", effort=SMALL)
    (parent,) = [run for run in place.client().search_runs(["1"]) if "mlflow.parentRunId" not in run.data.tags]
    assert parent.info.status == "FAILED"
    search = tune(Home(tmp_path), data, trials=2, study="mine", effort=SMALL)
    assert [trial.state for trial in search.tuned.trials].count("failed") == 1
    assert len(search.tuned.trials) == 3
    assert place.client().get_run(parent.info.run_id).info.status == "FINISHED"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"params": {"leaf": 3}}'])
def test_a_file_without_parameters_is_named_with_those_that_there_are(tmp_path: Path, text: str) -> None:
    (tmp_path / "best.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"best\.json: these are no parameters of trees \(columns, .*smooth, trees\)"):
        params_of(tmp_path / "best.json")
    with pytest.raises(FileNotFoundError, match="`winnow tune` writes such a file"):
        params_of(tmp_path / "none.json")


def test_no_score_of_a_pruned_trial_is_taken_for_the_best(data: Path, tmp_path: Path, place: Place) -> None:
    search = tune(Home(tmp_path), data, trials=8, effort=SMALL)
    finished = [trial.score for trial in search.tuned.trials if trial.score is not None]
    assert search.tuned.best.score == max(finished)
    assert len(place.client().search_runs(["1"], max_results=50)) == 9
