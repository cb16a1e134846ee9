"""Runs in a real MLflow: what is kept of one, and that its model gives the same scores in plain MLflow."""

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_models import migrated, place_in, sessions, small_detector

from models.detector import Detector
from models.figures import Figure
from models.registry import Cost, Place, Record, Unreachable, code_version, folder_of, record, register
from models.registry.entries import metrics
from models.registry.saved import OUTPUTS

FIGURES = {
    "recall at 1 %": {"loops": Figure(0.75, 0.5, None, 40), "filler": float("nan"), "mean": np.float32(0.5)},
    "flags": {"calibrated": True, "said": "well"},
    "curve": [0.1, 0.2],
    "missing": None,
}


@pytest.fixture(autouse=True)
def home_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No store but that of the test, and a folder to work in where nothing should appear."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    small_detector().write(folder)
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return place_in(tmp_path / "a home")


def told(key: str = "first", **more: Any) -> Record:
    base = Record(
        key=key,
        name="training",
        params={"trees": 10, "forest": {"rate": 0.05}, "families": ["loops", "filler"]},
        seeds={"forest": 3},
        manifest={"sources": {"company": 400}},
        checksum="c0ffee" * 9,
        fingerprint="f00d",
        figures=FIGURES,
        cost=Cost(12.5, 300.0),
        tags={"kind": "train"},
    )
    return replace(base, **more)


def test_a_run_keeps_what_was_made_of_what_by_which_code_and_at_what_cost(place: Place, tmp_path: Path) -> None:
    plots = tmp_path / "plots"
    plots.mkdir()
    (plots / "recall.svg").write_text("<svg/>")
    run_id = record(place, told(files=plots))
    client = place.client()
    run = client.get_run(run_id)
    assert run.info.status == "FINISHED"
    assert run.info.end_time - run.info.start_time >= 12_000
    assert run.data.params == {
        "trees": "10",
        "forest/rate": "0.05",
        "families": '["loops", "filler"]',
        "seed/forest": "3",
        "data": "c0ffee" * 9,
        "features": "f00d",
    }
    assert run.data.metrics == {
        "recall at 1 _/loops/value": 0.75,
        "recall at 1 _/loops/low": 0.5,
        "recall at 1 _/loops/n": 40,
        "recall at 1 _/mean": 0.5,
        "flags/calibrated": 1,
        "cost/seconds": 12.5,
        "cost/peak_megabytes": 300,
    }
    assert run.data.tags["winnow.code"] == code_version()
    assert (run.data.tags["kind"], run.data.tags["winnow.features"]) == ("train", "f00d")
    (used,) = run.inputs.dataset_inputs
    assert "c0ffee" * 9 in used.dataset.source
    files = {file.path for file in client.list_artifacts(run_id)}
    assert files == {"params.json", "seeds.json", "manifest.json", "figures.json", "files"}
    kept = json.loads(Path(client.download_artifacts(run_id, "figures.json")).read_text())
    assert kept["curve"] == [0.1, 0.2]
    assert kept["recall at 1 %"]["filler"] is None
    assert Path(client.download_artifacts(run_id, "files/recall.svg")).read_text() == "<svg/>"


def test_everything_lies_under_the_home_and_nothing_where_one_works(place: Place, model: Path, tmp_path: Path) -> None:
    register(place, record(place, told(model=model)))
    folder_of(place, "challenger")
    assert list((tmp_path / "work").iterdir()) == []
    assert {path.name for path in place.folder.iterdir()} == {"mlflow.db", "artifacts", "fetched"}


def test_a_run_of_the_same_key_is_kept_once(place: Place) -> None:
    first = record(place, told())
    assert record(place, told(params={"trees": 99})) == first
    assert record(place, told("second")) != first


def test_a_run_that_was_killed_half_way_is_made_anew(
    place: Place, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("models.registry.runs._log_files", killed)
        with pytest.raises(KeyboardInterrupt):
            record(place, told(model=model))
    again = record(place, told(model=model))
    client = place.client()
    (run,) = client.search_runs(["1"])
    assert (run.info.run_id, run.info.status) == (again, "FINISHED")
    assert register(place, again).number == 1


def test_more_figures_and_parameters_than_fit_one_request_are_all_kept(place: Place) -> None:
    many = {f"family {number}": number / 7 for number in range(1234)}
    run = record(place, told(figures=many, params={"long": "x" * 9000} | many)).strip()
    data = place.client().get_run(run).data
    assert {name: value for name, value in data.metrics.items() if name.startswith("family")} == pytest.approx(many)
    assert len(data.params) == 1234 + 4
    kept = json.loads(Path(place.client().download_artifacts(run, "params.json")).read_text())
    assert (len(data.params["long"]), len(kept["long"])) == (500, 9000)


def test_two_figures_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="'at 1 _' stands for two values: give the parameter or figure another"):
        metrics({"at 1 %": 0.1, "at 1 ‰": 0.2})


def test_a_key_with_a_quote_is_refused(place: Place) -> None:
    with pytest.raises(ValueError, match="has a quote in it"):
        record(place, told("it's"))


PLAIN = """
import sys, mlflow, pandas
table = pandas.read_parquet(sys.argv[1])
model = mlflow.pyfunc.load_model(sys.argv[2])
model.predict(table).to_parquet(sys.argv[3])
model.predict(table, params={"prevalence": 0.3, "budget": 0.02}).to_parquet(sys.argv[4])
print(sys.modules["models"].__file__, model.input_example.shape)
"""


def test_plain_mlflow_gives_the_same_scores_in_another_process_and_folder(
    place: Place, model: Path, tmp_path: Path
) -> None:
    version = register(place, record(place, told(model=model)))
    table, paths = sessions(seed=5), [tmp_path / f"{name}.parquet" for name in ("in", "out", "other")]
    table.assign(session_id="s").to_parquet(paths[0])
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "models").mkdir(parents=True)
    (elsewhere / "models" / "__init__.py").write_text("raise ImportError('some other package of this name')")
    arguments = [str(paths[0]), f"models:/winnow/{version.number}", *map(str, paths[1:])]
    environment = {
        **os.environ,
        "MLFLOW_TRACKING_URI": place.uri,
        "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
        "PYTHONPATH": str(elsewhere),
    }
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, *arguments], cwd=elsewhere, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert str(place.folder) in done.stdout  # the code that was logged with it, not that of this checkout
    assert "(1, 4)" in done.stdout
    detector = Detector.read(model)
    pd.testing.assert_frame_equal(pd.read_parquet(paths[1]), detector.judge(table))
    pd.testing.assert_frame_equal(pd.read_parquet(paths[2]), detector.judge(table, 0.3, 0.02))


def test_the_files_of_a_version_are_text_json_and_parquet_and_no_pickle(place: Place, model: Path) -> None:
    import mlflow.models

    register(place, record(place, told(model=model, example=sessions().head(3))))
    (logged,) = (place.folder / "artifacts" / "models").iterdir()
    files = [path for path in logged.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {"", ".txt", ".json", ".parquet", ".py", ".yaml"}
    assert {path.name for path in files if not path.suffix} == {"MLmodel"}
    for path in files:
        if path.suffix != ".parquet":
            path.read_text(encoding="utf-8")
    saved = mlflow.models.Model.load(str(logged / "artifacts"))
    assert saved.signature is not None
    assert saved.signature.inputs.input_names() == ["repeats", "pace", "news", "turns"]
    judged = small_detector().judge(sessions())
    kinds = {"float64": "double", "bool": "boolean", "object": "string", "str": "string"}
    assert {name: kinds[str(kind)] for name, kind in judged.dtypes.items()} == OUTPUTS
    assert [one.name for one in saved.signature.params.params] == ["prevalence", "budget"]
    assert len(json.loads((logged / "artifacts" / "input_example.json").read_text())["data"]) == 3


def test_a_version_comes_back_as_the_folder_that_was_written(place: Place, model: Path) -> None:
    version = register(place, record(place, told(model=model)))
    folder = folder_of(place, version.number)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        path.name: path.read_bytes() for path in model.iterdir()
    }
    assert folder_of(place, "challenger") == folder


def test_the_cost_is_that_of_this_process() -> None:
    cost = Cost.since(time.monotonic() - 2)
    assert 2 <= cost.seconds < 60
    assert 20 < cost.peak_megabytes < 200_000


def test_the_store_of_a_home_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(uri: str) -> None:
        Path(uri.removeprefix("sqlite:///")).write_bytes(b"half a database")
        raise KeyboardInterrupt

    place = Place.at(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("models.registry.place.connect", killed)
        with pytest.raises(KeyboardInterrupt):
            place.client()
    assert list(place.folder.iterdir()) == []
    assert not place.exists
    whole = Place.at(migrated())
    assert whole.exists
    assert [path.name for path in whole.folder.iterdir()] == ["mlflow.db"]


def test_the_environment_may_name_another_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://me:secret@mlflow.example")
    place = Place.at(tmp_path)
    assert (place.uri, place.artifacts) == ("https://me:secret@mlflow.example", None)
    assert place.shown == "https://me:***@mlflow.example"
    assert Place.at(tmp_path, "postgresql://db/mlflow", "s3://kept/here").artifacts == "s3://kept/here"
    assert Place.at(tmp_path, "postgresql://db/mlflow").artifacts == (tmp_path / "mlruns" / "artifacts").as_uri()


def test_a_server_that_does_not_answer_is_named_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(
        Unreachable, match=r"http://me:\*\*\*@127\.0\.0\.1:9 cannot be used: .*MLFLOW_TRACKING_URI"
    ) as error:
        Place.at(tmp_path, "http://me:secret@127.0.0.1:9").client()
    assert "secret" not in str(error.value)
