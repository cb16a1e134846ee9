"""The shipped model: it scores in an empty directory with nothing trained, and does what its card says."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import EXAMPLES

from flows.model import SHIPPED
from models.detector import Detector
from models.figures import auc
from models.training import directed

JUDGED = EXAMPLES / "judged"


def winnow(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WINNOW_")}
    command = [sys.executable, "-m", "flows.cli", *map(str, arguments)]
    return subprocess.run(
        command, cwd=folder, env={**environment, "COLUMNS": "160"}, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    folder = tmp_path_factory.mktemp("empty")
    done = winnow("score", JUDGED, "--out", "scores.jsonl", folder=folder)
    assert done.returncode == 0, done.stderr
    assert "A flag is a reason to look, not proof" in " ".join(done.stderr.split())
    return [json.loads(line) for line in (folder / "scores.jsonl").read_text().splitlines()]


def labels() -> dict[str, bool]:
    rows = (json.loads(line) for line in (JUDGED / "labels.jsonl").read_text().splitlines())
    return {row["session_id"]: row["label"] == "padded" for row in rows}


def test_it_scores_traces_in_an_empty_directory(scores: list[dict[str, object]]) -> None:
    assert {row["session_id"] for row in scores} == set(labels())
    assert all(str(row["model_version"]).startswith("shipped-") for row in scores)


def test_it_ranks_hand_written_sessions_about_as_well_as_its_card_says(scores: list[dict[str, object]]) -> None:
    truth = labels()
    padded = np.array([truth[str(row["session_id"])] for row in scores])
    chances = np.array([row["probability"] for row in scores], np.float64)
    assert float(auc(chances, padded)) > 0.78


def test_it_accuses_hardly_any_honest_hand_written_session(scores: list[dict[str, object]]) -> None:
    truth = labels()
    assert sum(bool(row["flagged"]) for row in scores if not truth[str(row["session_id"])]) <= 1


def test_volume_and_context_never_move_its_score() -> None:
    detector = Detector.read(SHIPPED)
    judging = {column.name for column in directed(detector.columns)}
    assert set(detector.forest.columns) == judging
    assert not {column.name for column in detector.columns if column.kind == "volume"} & judging


def test_it_holds_no_session_and_no_code() -> None:
    kinds = {".txt", ".json", ".parquet", ".md", ".tsv"}
    assert all(file.suffix in kinds for file in SHIPPED.rglob("*") if file.is_file())
    assert "session_id" not in (SHIPPED / "model.json").read_text()


def test_one_session_is_explained_in_full(tmp_path: Path) -> None:
    done = winnow("explain", JUDGED / "01.json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Honest use can look the same" in done.stdout
    assert "A flag is a reason to look, not proof" in done.stdout
    assert "turn" in done.stdout
