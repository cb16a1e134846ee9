"""The real flows on Prefect's own test server, over the examples."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import EXAMPLES
from nights import BUDGET, products, small_model
from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.testing.utilities import prefect_test_harness
from test_nightly import room_for, talk

from flows.home import Home
from flows.ingest import ingest
from flows.nightly import NotAllDone, nightly
from flows.retrain import retrain
from flows.runs import RunBusy, only_run
from flows.scores import scores, scores_of
from traces.format import About

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module", autouse=True)
def prefect() -> Iterator[None]:
    with prefect_test_harness(server_startup_timeout=300):
        yield


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_model(tmp_path_factory.mktemp("made"))


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """Traces of two days and two people."""
    folder = tmp_path / "inbox"
    for number in range(3):
        talk(folder, f"a{number}", 6 + number, "2026-03-01")
        talk(folder, f"b{number}", 6 + number, "2026-03-02", user="bob")
    return folder


def night(home: Path, inbox: Path | None, model: Path, **more: Any) -> Any:
    given: dict[str, Any] = {
        "home": home,
        "which": str(model),
        "budget": BUDGET,
        "monitor": "",
        "user_from_folder": True,
    }
    return nightly([inbox] if inbox else [], **(given | more))


def last_run() -> FlowRun:
    from prefect.client.schemas.sorting import FlowRunSort

    with get_client(sync_client=True) as client:
        [found] = client.read_flow_runs(sort=FlowRunSort.START_TIME_DESC, limit=1)
    return found


def test_a_night_over_the_examples_scores_everything_once_and_again_nothing(tmp_path: Path, model: Path) -> None:
    home = tmp_path / "home"
    first = night(home, EXAMPLES, model, user_from_folder=False)
    with_turns = [row for row in Home(home).store.table("sessions").to_pylist() if row["turns"]]
    assert first.sessions_in == first.sessions + (Home(home).store.table("sessions").num_rows - len(with_turns))
    assert first.sessions == len(with_turns) == scores(Home(home)).num_rows
    assert first.scored + first.unscored == first.sessions
    assert first.scored
    assert first.quarantined
    assert first.queue is not None
    assert first.queue.queued + first.queue.left_out == first.sessions
    before = products(home)
    assert before["faults"] == ()
    second = night(home, EXAMPLES, model, user_from_folder=False)
    assert (second.sessions_in, second.sessions, second.tallies) == (0, 0, ())
    assert products(home) == before
    check_what_the_operator_sees(first)


def check_what_the_operator_sees(first: Any) -> None:
    """Runs named by shard, tagged; the account and the shards as artifacts."""
    with get_client(sync_client=True) as client:
        tasks = client.read_task_runs(limit=200)
        pages = client.read_artifacts(limit=50)
    named = {one.name for one in tasks if "shard" in one.tags}
    assert {f"score {tally.shard}" for tally in first.tallies} <= named
    accounts = [str(one.data) for one in pages if one.key == "nightly"]
    assert any(f"| sessions judged | {first.sessions} |" in page for page in accounts)
    assert {"nightly", "nightly-shards", "nightly-progress"} <= {one.key for one in pages}


def test_late_days_and_grown_sessions_are_picked_up(tmp_path: Path, inbox: Path, model: Path) -> None:
    home = tmp_path / "home"
    assert night(home, inbox, model).sessions == 6
    talk(inbox, "a0", 12, "2026-03-01")
    talk(inbox, "late", 6, "2026-01-15")
    again = night(home, inbox, model)
    assert sorted(tally.shard for tally in again.tallies) == ["2026-01-15 1 of 1", "2026-03-01 1 of 1"]
    assert again.sessions == 2
    assert scores(Home(home)).num_rows == 7
    assert scores_of(Home(home)).table().num_rows == 8
    whole = tmp_path / "whole"
    night(whole, inbox, model)
    assert products(whole)["newest"] == products(home)["newest"]


def test_a_new_champion_scores_what_is_new_and_all_of_it_where_asked(tmp_path: Path, inbox: Path, model: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    shutil.copytree(model, other)
    night(home, inbox, model)
    assert night(home, inbox, other).sessions == 0
    assert night(home, inbox, other, day="2026-03-02", rescore=True).sessions == 3
    assert night(home, inbox, other, rescore=True).sessions == 3
    assert night(home, inbox, other, rescore=True).sessions == 0
    assert set(scores(Home(home))["model_version"].to_pylist()) == {"other"}
    assert scores(Home(home), "small").num_rows == scores(Home(home), "other").num_rows == 6


def test_a_file_that_cannot_be_read_fails_the_run_and_the_rest_is_done(
    tmp_path: Path, inbox: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.open

    def denied(self: Path, *arguments: Any, **options: Any) -> Any:
        if self.name == "a1.jsonl":
            raise PermissionError(13, "Permission denied")
        return real(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(NotAllDone, match=r"a1.jsonl: .*Permission denied"):
        night(tmp_path / "home", inbox, model)
    monkeypatch.undo()
    state = last_run().state
    assert state is not None
    assert state.is_failed()
    assert "Permission denied" in (state.message or "")
    assert scores(Home(tmp_path / "home")).num_rows == 5
    assert night(tmp_path / "home", inbox, model).sessions == 1
    night(tmp_path / "whole", inbox, model)
    assert products(tmp_path / "home") == products(tmp_path / "whole")


def test_a_full_disk_fails_the_run_and_leaves_nothing_half_written(tmp_path: Path, inbox: Path, model: Path) -> None:
    home = tmp_path / "home"
    ingest(Home(home), [inbox], about=About(file=""), user_from_folder=True)
    with room_for(3_000), pytest.raises(NotAllDone, match=r"shard 2026-03-01 1 of 1: .*File too large"):
        night(home, None, model)
    state = last_run().state
    assert state is not None
    assert state.is_failed()
    assert "File too large" in (state.message or "")
    assert [path for path in (home / "data" / "scores").rglob("*") if path.is_file()] == []
    night(home, inbox, model)
    night(tmp_path / "whole", inbox, model)
    assert products(home) == products(tmp_path / "whole")


def test_a_second_run_at_once_is_refused_with_the_reason_in_its_state(tmp_path: Path, inbox: Path, model: Path) -> None:
    with only_run(Home(tmp_path / "home")), pytest.raises(RunBusy, match="another run is going on"):
        night(tmp_path / "home", inbox, model)
    state = last_run().state
    assert state is not None
    assert "another run is going on" in (state.message or "")
    assert not (tmp_path / "home" / "data" / "sessions").exists()


def test_the_operators_command_is_told_why_a_run_failed(tmp_path: Path, model: Path) -> None:
    told, script = tmp_path / "told", tmp_path / "tell.py"
    script.write_text("import sys; open(sys.argv[1], 'w').write(sys.argv[2])")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        night(tmp_path / "home", tmp_path / "nowhere", model, on_failure=f"{sys.executable} {script} {told}")
    assert "there is no such file or folder" in told.read_text()


def test_the_monitor_is_asked_and_a_failure_of_it_fails_the_run(tmp_path: Path, inbox: Path, model: Path) -> None:
    with pytest.raises(NotAllDone, match=r"monitor: .*has no attribute 'nobody'"):
        night(tmp_path / "home", inbox, model, monitor="flows.night:nobody")
    assert scores(Home(tmp_path / "home")).num_rows == 6


@pytest.mark.slow
@pytest.mark.parametrize("runner", ["threads", "processes"])
def test_other_runners_leave_the_same_products(tmp_path: Path, inbox: Path, model: Path, runner: str) -> None:
    night(tmp_path / "one", inbox, model)
    assert night(tmp_path / "two", inbox, model, runner=runner, workers=2).sessions == 6
    assert products(tmp_path / "one") == products(tmp_path / "two")


def test_prefect_yaml_names_flows_and_parameters_that_there_are() -> None:
    served = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    flows: dict[str, Flow[..., Any]] = {"nightly": nightly, "retrain": retrain}
    assert {one["name"] for one in served} == set(flows)
    for one in served:
        flow = flows[one["name"]]
        assert one["entrypoint"] == f"flows/{one['name']}.py:{one['name']}"
        assert set(one["parameters"]) <= set(flow.parameters.properties)
        assert set(flow.parameters.required) <= set(one["parameters"])
        flow.validate_parameters(one["parameters"])


@pytest.mark.slow
def test_the_command_prints_its_account_and_no_noise(tmp_path: Path, inbox: Path, model: Path) -> None:
    done = command(
        "nightly", inbox, "--model", model, "--false-positive-budget", BUDGET, "--json", home=tmp_path / "home"
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sessions judged"] == 6
    assert "CancelledError" not in done.stderr
    assert "Traceback" not in done.stderr


def command(*arguments: object, home: Path) -> subprocess.CompletedProcess[str]:
    import os

    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment |= {"WINNOW_HOME": str(home), "COLUMNS": "200", "NO_COLOR": "1"}
    whole = [sys.executable, "-m", "flows.cli", *map(str, arguments)]
    return subprocess.run(whole, env=environment, capture_output=True, text=True, check=False)
