"""The real flows on Prefect's own test server, over the examples."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
import yaml
from conftest import EXAMPLES
from nights import BUDGET, products, small_model
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import ParameterTypeError
from prefect.flows import load_flow_from_entrypoint
from prefect.settings import PREFECT_API_URL
from prefect.testing.utilities import prefect_test_harness
from test_nightly import room_for, talk
from typer.testing import CliRunner, Result

from audit.intake import Intake
from flows import deployed
from flows.asked import asked
from flows.cli import app
from flows.home import Home
from flows.ingest import ingest
from flows.nightly import NotAllDone, nightly
from flows.operations.ingest import ingest as plain_ingest
from flows.runs import RunBusy, only_run
from flows.scores import scores, scores_of
from traces.format import About

ROOT = Path(__file__).parent.parent
SINGLE = ("ingest", "featurize", "score", "audit_sample", "monitor", "train", "evaluate")


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
    for product in ("scores", "features"):
        assert [path for path in (home / "data" / product).rglob("*") if path.is_file()] == []
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
    command, told = teller(tmp_path)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        night(tmp_path / "home", tmp_path / "nowhere", model, on_failure=command)
    assert "there is no such file or folder" in told.read_text()


def teller(folder: Path) -> tuple[str, Path]:
    """A command that writes down what it is told, and where."""
    told, script = folder / "told", folder / "tell.py"
    script.write_text("import sys; open(sys.argv[1], 'w').write(sys.argv[2])")
    return f"{sys.executable} {script} {told}", told


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
    assert {one["name"].replace("-", "_") for one in served} == {"nightly", "retrain", *SINGLE}
    for one in served:
        flow = load_flow_from_entrypoint(f"{ROOT}/{one['entrypoint']}")
        assert flow.name == one["name"].replace("-", "_")
        assert set(one["parameters"]) <= set(flow.parameters.properties)
        assert set(flow.parameters.required) <= set(one["parameters"])
        flow.validate_parameters(one["parameters"])


def test_step_by_step_is_the_same_as_a_night(tmp_path: Path, inbox: Path, model: Path) -> None:
    """Each step is a flow of its own, with typed parameters and its account on its page."""
    home = tmp_path / "home"
    talk(inbox, "c", 20, "2026-03-02", user="cat")
    account = deployed.ingest([str(inbox)], home=str(home), user_from_folder=True)  # type: ignore[arg-type, list-item]
    assert account.sessions["new"] == 7
    assert deployed.featurize(home=home, language=False).sessions == 7
    measured = files_of(home / "data" / "features", "features-*/day=*/*.parquet")
    kept = deployed.score(home=home, which=str(model), budget=BUDGET)
    assert (kept.model_version, kept.counts()["sessions judged"]) == ("small", 7)
    assert files_of(home / "data" / "features", "features-*/day=*/*.parquet") == measured
    queue = deployed.audit_sample(home=home)
    assert queue.queued + queue.left_out == 7
    night(tmp_path / "whole", inbox, model)
    assert products(home) == products(tmp_path / "whole")
    assert deployed.score(home=home, which=str(model), budget=BUDGET).tallies == ()
    assert deployed.audit_sample(home=home) == Intake()
    seen = deployed.monitor(home=home, which=str(model), keep=False)
    assert seen.version == "small"
    with get_client(sync_client=True) as client:
        pages = [(str(one.key), str(one.data)) for one in client.read_artifacts(limit=200)]
    for key, said in {"score": "| sessions judged | 0 |", "audit-sample": "| put in the queue | 0 |"}.items():
        assert any(said in page for name, page in pages if name == key)
    assert ("monitor", seen.markdown) in pages
    assert any(page.startswith("# Ingested") for name, page in pages if name == "ingest")
    with pytest.raises(ParameterTypeError):
        deployed.score(home=home, prevalence="much")  # type: ignore[arg-type]


def test_a_step_that_fails_tells_the_operator(tmp_path: Path) -> None:
    command, told = teller(tmp_path)
    told_by: dict[str, Any] = {"on_failure": command}
    with pytest.raises(FileNotFoundError):
        deployed.ingest([tmp_path / "nowhere"], home=tmp_path / "home", **told_by)
    assert "winnow: ingest is Failed" in told.read_text()
    assert "nowhere" in told.read_text()


def files_of(folder: Path, pattern: str) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.glob(pattern)}


def test_commands_leave_what_a_night_leaves(tmp_path: Path, inbox: Path, model: Path) -> None:
    home = tmp_path / "home"

    def winnow(*words: object) -> Result:
        return CliRunner().invoke(app, ["--home", str(home), *map(str, words)])

    judged = ("--model", model, "--false-positive-budget", BUDGET)
    assert winnow("ingest", inbox, "--user-from-folder").exit_code == 0
    assert winnow("features", "--no-language").exit_code == 0
    seen = home / "seen.jsonl"
    assert winnow("score", *judged, "--out", seen).exit_code == 0
    assert not scores_of(Home(home)).files()
    assert "6" in winnow("score", "--keep", *judged).stdout
    kept = {row["session_id"]: row["probability"] for row in scores(Home(home)).to_pylist()}
    assert {row["session_id"]: row["probability"] for row in map(json.loads, seen.read_text().splitlines())} == kept
    assert len(kept) == 6
    queue = json.loads(winnow("audit-sample", "--json").stdout)
    assert queue["put in the queue"] + queue["left out of it"] == 6
    night(tmp_path / "whole", inbox, model)
    assert products(home) == products(tmp_path / "whole")
    assert "--keep is for what is ingested" in str(winnow("score", inbox, "--keep").exception)
    assert "go with --keep" in str(winnow("score", "--rescore").exception)


def test_where_a_server_is_named_a_command_is_a_run_on_its_page(
    tmp_path: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    assert asked(home, plain_ingest) is plain_ingest
    monkeypatch.setenv("PREFECT_API_URL", str(PREFECT_API_URL.value()))
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    told = list[Path]()
    account = asked(home, plain_ingest)([inbox], home.folder, progress=lambda path, _size: told.append(path))
    assert account.sessions["new"] == 6
    assert told == []
    assert (last_run().name, last_run().state_name) == ("ingest", "Completed")


def test_who_imports_a_flow_has_one_that_tells_nobody() -> None:
    code = "import flows.nightly, os, prefect.settings as s\n"
    code += "print(s.get_current_settings().server.analytics_enabled, os.environ['DO_NOT_TRACK'])"
    bare = {name: value for name, value in os.environ.items() if "PREFECT" not in name and name != "DO_NOT_TRACK"}
    done = subprocess.run([sys.executable, "-c", code], env=bare, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "1"]


def test_the_server_of_a_run_writes_the_states_of_tasks_down_together() -> None:
    """Else SQLite refuses every other task that asks for the limits of its tags, and the task waits for seconds."""
    with get_client(sync_client=True) as client:
        services = client._client.get("/admin/settings").json()["server"]["services"]
    assert services["task_run_recorder"]["batch_size"] == services["event_persister"]["batch_size"] == 500
    assert services["task_run_recorder"]["flush_interval"] == 1


def test_a_new_champion_scores_by_features_that_are_there(tmp_path: Path, inbox: Path, model: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    shutil.copytree(model, other)
    night(home, inbox, model)
    before = files_of(home / "data" / "features", "features-*/day=*/*.parquet")
    assert len(before) == 2
    assert night(home, inbox, other, rescore=True).sessions == 6
    assert files_of(home / "data" / "features", "features-*/day=*/*.parquet") == before
    for path in before:
        path.unlink()
    shutil.copytree(model, tmp_path / "third")
    night(home, inbox, tmp_path / "third", rescore=True)
    assert files_of(home / "data" / "features", "features-*/day=*/*.parquet").keys() == before.keys()
    rows = {version: unversioned(scores(Home(home), version)) for version in ("small", "other", "third")}
    assert rows["small"] == rows["other"] == rows["third"]


def unversioned(rows: pa.Table) -> list[dict[str, Any]]:
    return rows.drop_columns("model_version").to_pylist()


@pytest.fixture
def worried(monkeypatch: pytest.MonkeyPatch) -> str:
    """A monitor that says *retrain*, whatever it sees."""
    said = SimpleNamespace(verdict=SimpleNamespace(call="retrain"), markdown="# Worried")
    monkeypatch.setattr("flows.night.worry", lambda *_, **__: said, raising=False)
    return "flows.night:worry"


def test_where_the_monitor_asks_for_it_and_there_is_no_data_set_the_account_says_how(
    tmp_path: Path, inbox: Path, model: Path, worried: str
) -> None:
    found = night(tmp_path / "home", inbox, model, monitor=worried)
    assert "`winnow train --data DATA`" in found.retraining
    assert "advised" in found.markdown()


def test_where_the_monitor_asks_for_it_a_challenger_is_trained_once(
    tmp_path: Path, inbox: Path, model: Path, worried: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[Any]()

    def learnt(*given: Any, **named: Any) -> Any:
        asked.append((given, named))
        raise ValueError("too few sessions to learn from")

    monkeypatch.setattr("flows.retrain.train", learnt)
    ledger = f"sqlite:///{tmp_path / 'ledger.db'}"
    given: dict[str, Any] = {"monitor": worried, "retrain_on": tmp_path / "data", "ledger": ledger}
    with pytest.raises(NotAllDone, match=r"retrain: .*too few sessions to learn from"):
        night(tmp_path / "home", inbox, model, **given)
    [(where, how)] = asked
    assert where == (tmp_path / "data", tmp_path / "home", None)
    assert (how["verdicts"], how["ledger"]) == (True, ledger)
    monkeypatch.setattr("flows.nightly.young", lambda _home: "winnow/4")
    assert night(tmp_path / "home", inbox, model, **given).retraining.startswith("not yet: winnow/4 was trained less")
    assert len(asked) == 1


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
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment |= {"WINNOW_HOME": str(home), "COLUMNS": "200", "NO_COLOR": "1"}
    whole = [sys.executable, "-m", "flows.cli", *map(str, arguments)]
    return subprocess.run(whole, env=environment, capture_output=True, text=True, check=False)
