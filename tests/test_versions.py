"""Versions in a real MLflow registry: who is champion, who may become it, and who was it before."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from small_models import place_in, sessions, small_detector

from models.detector import Detector
from models.gate import Decision, Row
from models.registry import (
    Cost,
    NoVersion,
    Place,
    Record,
    Refused,
    Version,
    challenger,
    champion,
    compare,
    find,
    folder_of,
    promote,
    record,
    register,
    rollback,
    versions,
)
from models.registry import promotion as promotion_steps

Make = Callable[..., Version]

ROW = Row("recall at 1.0% false positives", "all", 0.8, 0.85, 0.01, 200, True, "")
WORSE = replace(ROW, challenger=0.5, low=-0.4, passed=False, reason="recall fell from 0.800 to 0.500")
PASSED = Decision(True, (), (ROW,))
FAILED = Decision(False, (WORSE.reason,), (ROW, WORSE))


@pytest.fixture(autouse=True)
def no_other_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three models that differ."""
    made = [tmp_path_factory.mktemp(f"model-{seed}") for seed in range(3)]
    for seed, folder in enumerate(made):
        small_detector(seed).write(folder)
    return made


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, folders: list[Path]) -> tuple[Place, list[str]]:
    """A store with a run for each of the models, none registered."""
    place = place_in(tmp_path_factory.mktemp("trained"))
    runs = []
    for seed, folder in enumerate(folders):
        figures = {"recall": {"mean": 0.8 + seed / 10}} | ({} if seed else {"ece": 0.02})
        run = Record(f"run {seed}", "training", {}, {"all": seed}, {}, "c", "f", figures, Cost(1, 1), folder)
        runs.append(record(place, run))
    return place, runs


@pytest.fixture
def place(tmp_path: Path, trained: tuple[Place, list[str]]) -> Place:
    """A copy of that store; the artifacts are those of the one."""
    folder = tmp_path / "mlruns"
    folder.mkdir()
    shutil.copy(trained[0].folder / "mlflow.db", folder)
    return Place.at(tmp_path)


@pytest.fixture
def make(place: Place, trained: tuple[Place, list[str]]) -> Make:
    """Makes a version of one of the models."""

    def made(seed: int = 0) -> Version:
        return register(place, trained[1][seed])

    return made


def test_what_is_registered_is_the_challenger_and_nobody_is_champion(place: Place, make: Make) -> None:
    version = make()
    assert (version.number, version.name, version.aliases) == (1, "winnow/1", ("challenger",))
    assert challenger(place) == version
    with pytest.raises(NoVersion, match=r"there is no champion at sqlite:.*; there are 1: .*winnow models promote"):
        champion(place)


def test_where_nothing_was_trained_there_is_no_champion_and_nothing_is_made(tmp_path: Path) -> None:
    place = Place.at(tmp_path)
    with pytest.raises(NoVersion, match=r"there is no champion at .*; there is none at all yet: train a model"):
        champion(place)
    with pytest.raises(NoVersion, match="there is no champion"):
        folder_of(place)
    assert versions(place) == []
    assert list(tmp_path.iterdir()) == []


def test_a_run_is_one_version_however_often_it_is_registered(place: Place, make: Make) -> None:
    first, again, other = make(0), make(0), make(1)
    assert [first.number, again.number, other.number] == [1, 1, 2]
    assert make(0).aliases == ()  # the newer one stays challenger
    assert challenger(place).number == 2


def test_a_registration_that_was_killed_before_its_alias_is_finished(
    place: Place, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow.tracking import MlflowClient

    with monkeypatch.context() as patch:
        patch.setattr(MlflowClient, "set_registered_model_alias", interrupted)
        with pytest.raises(KeyboardInterrupt):
            make()
    assert make().aliases == ("challenger",)
    assert [version.number for version in versions(place)] == [1]


def test_a_run_without_a_model_cannot_be_registered(place: Place) -> None:
    run = record(place, Record("bare", "evaluation", {}, {}, {}, "c", "f", {}, Cost(1, 1)))
    with pytest.raises(NoVersion, match=f"run {run} has no model"):
        register(place, run)


def test_a_decision_that_passed_makes_a_champion_and_is_kept(place: Place, make: Make) -> None:
    make(0)
    promote(place, 1, PASSED)
    make(1)
    promoted = promote(place, "challenger", PASSED, against=1)
    assert (promoted.number, promoted.aliases) == (2, ("champion",))
    assert champion(place).number == 2
    with pytest.raises(NoVersion, match="there is no challenger"):
        challenger(place)
    tags = promoted.tags
    assert (tags["winnow.promotion.verdict"], tags["winnow.promotion.over"]) == ("passed", "winnow/1")
    kept = decision_of(place, promoted, "over-winnow-1")
    assert kept["decision"]["table"][0]["challenger"] == 0.85
    client = place.client()
    table = client.download_artifacts(promoted.run, "promotion/over-winnow-1/decision.md")
    assert "| recall at 1.0% false positives | all | 200 | 0.800 | 0.850 | +0.010 | passed |" in Path(table).read_text()
    assert client.get_run(promoted.run).data.tags["winnow.promotion.verdict"] == "passed"


def test_a_decision_that_failed_is_refused_and_kept_too(place: Place, make: Make) -> None:
    promote(place, make(0).number, PASSED)
    make(1)
    with pytest.raises(Refused, match=r"winnow/2 does not become champion: recall fell from 0\.800 to 0\.500: train"):
        promote(place, 2, FAILED, against=1)
    assert champion(place).number == 1
    assert challenger(place).tags["winnow.promotion.verdict"] == "refused"
    kept = decision_of(place, find(place, 2), "over-winnow-1")
    assert kept["decision"]["reasons"] == ["recall fell from 0.800 to 0.500"]


@pytest.mark.parametrize("reason", [None, "", "  \n"])
def test_without_a_decision_or_a_reason_nobody_becomes_champion(place: Place, make: Make, reason: str | None) -> None:
    make()
    with pytest.raises(Refused, match="nobody has compared it: train a better one, or force it and give a reason"):
        promote(place, 1, None, force_reason=reason)
    with pytest.raises(NoVersion):
        champion(place)


def test_who_forces_gives_a_reason_that_is_kept_beside_what_stood_against_it(place: Place, make: Make) -> None:
    make()
    forced = promote(place, 1, FAILED, force_reason="the old one flags the night shift")
    assert champion(place) == forced
    assert forced.tags["winnow.promotion.verdict"] == "forced"
    assert forced.tags["winnow.promotion.reason"] == "the old one flags the night shift"
    assert "recall fell" in forced.tags["winnow.promotion.objection"]
    assert decision_of(place, forced, "over-nothing")["decision"]["passed"] is False


def test_a_decision_against_a_champion_that_is_none_any_more_is_refused(place: Place, make: Make) -> None:
    for seed in range(3):
        make(seed)
    promote(place, 1, PASSED)
    promote(place, 2, PASSED, against=1)
    with pytest.raises(Refused, match="it was compared with winnow/1, but the champion is winnow/2: compare it again"):
        promote(place, 3, PASSED, against=1)
    with pytest.raises(Refused, match="compared with nothing, but the champion is winnow/2"):
        promote(place, 3, PASSED)


def test_the_champion_before_comes_back_one_after_the_other(place: Place, make: Make) -> None:
    for seed in range(3):
        make(seed)
        promote(place, seed + 1, PASSED, against=seed or None)
    assert rollback(place, "false alarms on Monday").number == 2
    assert find(place, 3).tags["winnow.rolled_back"].endswith(" false alarms on Monday")
    assert champion(place).number == 2
    assert rollback(place).number == 1
    with pytest.raises(NoVersion, match=r"winnow/1 is the first champion at .*: promote another version instead"):
        rollback(place)
    assert make(2).aliases == ()  # it was champion, and does not come back as challenger by itself
    promote(place, 3, PASSED, against=1)
    assert rollback(place).number == 1


def test_a_champion_that_was_deleted_since_is_passed_over(place: Place, make: Make) -> None:
    for seed in range(3):
        make(seed)
        promote(place, seed + 1, PASSED, against=seed or None)
    place.client().delete_model_version("winnow", "2")
    assert rollback(place).number == 1


def test_a_champion_that_was_named_by_hand_can_be_rolled_back_to(place: Place, make: Make) -> None:
    make(0)
    make(1)
    place.client().set_registered_model_alias("winnow", "champion", "1")
    promote(place, 2, PASSED, against=1)
    assert rollback(place).number == 1


def test_a_promotion_that_was_killed_may_be_repeated(place: Place, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    promote(place, make(0).number, PASSED)
    make(1)
    for step in ("_keep", "_settle", "_set_alias"):
        with monkeypatch.context() as patch:
            patch.setattr(promotion_steps, step, interrupted)
            with pytest.raises(KeyboardInterrupt):
                promote(place, 2, PASSED, against=1)
        assert champion(place).number == 1
    assert promote(place, 2, PASSED, against=1).number == 2
    assert promote(place, 2, PASSED, against=1).number == 2
    assert rollback(place).number == 1
    with pytest.raises(NoVersion, match="first champion"):
        rollback(place)


def test_a_rollback_that_was_killed_goes_back_only_once(
    place: Place, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(3):
        make(seed)
        promote(place, seed + 1, PASSED, against=seed or None)
    with monkeypatch.context() as patch:
        patch.setattr(promotion_steps, "_settle", interrupted)
        with pytest.raises(KeyboardInterrupt):
            rollback(place)
    assert rollback(place).number == 2
    assert rollback(place).number == 1


def test_versions_are_listed_the_newest_first_with_their_figures(place: Place, make: Make) -> None:
    make(0)
    make(1)
    assert [(one.number, one.aliases, one.figures["recall/mean"]) for one in versions(place)] == [
        (2, ("challenger",), 0.9),
        (1, (), 0.8),
    ]
    assert versions(place)[0].params["seed/all"] == "1"
    sides = {side.figure: (side.first, side.second) for side in compare(place, "v1", "winnow/2")}
    assert (sides["recall/mean"], sides["ece"]) == ((0.8, 0.9), (0.02, None))


def test_a_version_that_is_not_there_is_an_error_that_names_those_that_are(place: Place, make: Make) -> None:
    make(0)
    make(1)
    for wrong in (3, "v3", "best"):
        with pytest.raises(NoVersion, match=rf"there is no version {wrong} at .*; there are 1, 2: .*models list"):
            find(place, wrong)


def test_each_version_gives_its_own_scores(place: Place, make: Make, folders: list[Path]) -> None:
    make(0)
    promote(place, make(1).number, PASSED)
    table = sessions(9)
    got = [Detector.read(folder_of(place, which)).judge(table) for which in (1, "champion")]
    for found, folder in zip(got, folders, strict=False):
        pd.testing.assert_frame_equal(found, Detector.read(folder).judge(table))
    assert not got[0]["raw"].equals(got[1]["raw"])


def test_a_version_whose_files_are_gone_is_an_error_that_names_place_and_remedy(
    place: Place, make: Make, trained: tuple[Place, list[str]]
) -> None:
    make()
    with (
        missing(trained[0].folder / "artifacts"),
        pytest.raises(NoVersion, match=r"the files of the model at .*artifacts.* cannot be fetched: .*move it back"),
    ):
        folder_of(place, 1)
    assert list((place.folder / "fetched").iterdir()) == []


@contextmanager
def missing(folder: Path) -> Iterator[None]:
    """Without a folder for a while."""
    away = folder.rename(folder.with_name("away"))
    yield
    away.rename(folder)


def interrupted(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


def decision_of(place: Place, version: Version, folder: str) -> dict[str, Any]:
    path = place.client().download_artifacts(version.run, f"promotion/{folder}/decision.json")
    found: dict[str, Any] = json.loads(Path(path).read_text())
    return found
