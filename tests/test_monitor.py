"""The monitor: what it says of made-up nights, and that the report, the pictures and MLflow have it."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import typer
from desk import ALL, ANN, BOB, CAT, TWICE, Clock, score
from small_company import BUDGET, company, model, model_folder
from small_models import place_in, sessions, small_detector
from typer.testing import CliRunner

from audit import queue, review
from audit.intake import enqueue
from audit.ledger import Ledger
from flows import monitor as flow
from flows import score as scoring
from flows import signs as read
from flows.cli_monitor import monitor as command
from flows.featurize import featurize
from flows.home import Home
from flows.ingest import ingest
from flows.judgements import SCHEMA
from flows.monitor import Monitored, keep, measure
from flows.scores import scores_of
from models.detector import Detector
from models.drift import Drift, Moved
from models.figures import Figure
from models.monitoring import Signs, agreement, false_positives, verdict
from models.periods import differs, numbered_periods, rate
from models.reference import Reference
from models.registry import Cost
from traces.format import About

NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)
NOTHING = Figure(None, None, None, 0)
PREVALENCE = 0.02


@pytest.fixture(scope="module")
def detector() -> Detector:
    """A small one, which has kept how its genuine sessions lay; with more of them than its own 400."""
    made = small_detector()
    table = sessions(7, 3000)[:-1]
    genuine = table[table["repeats"] <= 0.5]
    names = [*made.names, "news"]
    return replace(made.said(reference=Reference.of(genuine[names]).plain()), genuine=np.sort(made.raw(genuine)))


def scores(detector: Detector, table: pd.DataFrame, days: list[float]) -> pa.Table:
    """What the detector says of these sessions, which began so many days before now; 150 people have them."""
    judged = detector.judge(table)
    rows: list[dict[str, Any]] = [
        {
            "session_id": str(name), "user_id": f"u{place % 150}", "source": "codex", "content": "c",
            "started": NOW - timedelta(days=days[place]), "flagged": bool(one["flagged"]), "status": one["status"],
            "probability": None if np.isnan(one["probability"]) else round(one["probability"], 6),
            "model_version": "winnow/1", "looks_like": "ordinary work", "reasons": [], "novelty": 0.0,
        }
        for place, (name, one) in enumerate(judged.iterrows())
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def genuine(seed: int, rows: int, name: str = "s") -> pd.DataFrame:
    table = sessions(seed, 3 * rows)[:-1]
    table = table[table["repeats"] <= 0.5][:rows]
    return table.set_axis([f"{name}{place}" for place in range(rows)])


def looked(
    tmp_path: Path, detector: Detector, recent: pd.DataFrame, earlier: pd.DataFrame, ledger: Ledger | None = None
) -> Monitored:
    home = Home(tmp_path / "home")
    table = pd.concat([recent, earlier])
    path = home.data / "features" / f"features-{detector.fingerprint}.parquet"
    path.parent.mkdir(parents=True)
    table.rename_axis("session_id").reset_index().to_parquet(path)
    rng = np.random.default_rng(0)
    days = [*(7 * rng.random(len(recent)) * 0.99), *(7.1 + 50 * rng.random(len(earlier)))]
    days[0] = 0.0
    return measure(home, detector, "winnow/1", scores(detector, table, days), ledger)


def reasons(found: Monitored) -> list[str]:
    return [one.text for one in found.verdict.reasons]


@pytest.mark.parametrize("seed", range(3))
def test_where_nothing_has_changed_all_is_fine(tmp_path: Path, detector: Detector, seed: int) -> None:
    found = looked(tmp_path, detector, genuine(10 + seed, 400, "new"), genuine(20 + seed, 800, "old"))
    assert found.verdict.call == "fine", reasons(found)
    assert reasons(found) == ["nothing that could be measured has moved"]
    assert all(one is not None and one.told for one in (found.signs.scores, found.signs.features, found.signs.lately))


def test_a_shifted_feature_is_named_and_a_person_should_look(tmp_path: Path, detector: Detector) -> None:
    recent = genuine(30, 500, "new")
    recent["pace"] += 0.7
    kept = replace(detector, genuine=np.sort(detector.raw(recent)))  # scores lie as they should
    found = looked(tmp_path, kept, recent, genuine(31, 800, "old"))
    assert found.verdict.call == "investigate"
    assert len(reasons(found)) == 2
    for reason, side in zip(reasons(found), ("genuine sessions in training", "earlier periods"), strict=True):
        assert reason.startswith(f"one feature has moved against {side}: pace (stability index 0.")
    assert "repeats" not in " ".join(reasons(found))


def test_scores_that_left_their_place_call_for_training(tmp_path: Path, detector: Detector) -> None:
    recent = sessions(40, 1500)[:-1]
    recent = recent[recent["repeats"] > 0.2][:500].set_axis([f"new{place}" for place in range(500)])
    found = looked(tmp_path, detector, recent, genuine(41, 800, "old"))
    assert found.verdict.call == "retrain"
    assert reasons(found)[0].startswith("scores lie far from those of genuine sessions in training (probability")
    assert any("are flagged, before it were" in one for one in reasons(found))


def test_few_sessions_cannot_tell_and_it_says_of_what(tmp_path: Path, detector: Detector) -> None:
    found = looked(tmp_path, detector, genuine(50, 12, "new"), genuine(51, 20, "old"))
    assert found.verdict.call == "cannot tell"
    assert found.verdict.reasons == ()
    assert "whether scores have moved against genuine sessions in training: 12 sessions are too few" in (
        found.verdict.untold
    )
    assert "whether auditors agree: 0 sessions were judged by two, it takes 20" in found.verdict.untold
    assert str(found).startswith("cannot tell: ")


def test_without_features_or_a_reference_it_says_what_would_give_them(tmp_path: Path, detector: Detector) -> None:
    table = genuine(60, 300)
    found = measure(Home(tmp_path), detector, "winnow/1", scores(detector, table, [1.0] * 300))
    missing = f"there is no features-{detector.fingerprint}.parquet; `winnow features` makes it"
    assert any(missing in one for one in found.verdict.untold)
    assert found.signs.features is None
    forgetful = replace(detector, about={})
    other = looked(tmp_path / "other", forgetful, table, genuine(61, 400, "old"))
    assert any("the model has not kept how they lay" in one for one in other.verdict.untold)
    assert other.signs.lately is not None


def test_the_page_the_json_and_the_pictures_say_the_same(tmp_path: Path, detector: Detector) -> None:
    recent = genuine(70, 500, "new")
    recent["pace"] = np.where(np.arange(500) < 250, np.nan, recent["pace"])
    found = looked(tmp_path, detector, recent, genuine(71, 800, "old"))
    page = (found.folder / "report.md").read_text(encoding="utf-8")
    told = json.loads((found.folder / "report.json").read_text(encoding="utf-8"))
    assert page == found.markdown
    assert f"# Monitor: {found.verdict.call}" in page
    assert told["about"]["verdict"] == found.verdict.call
    assert told["about"]["sessions"] == {"newest": 500, "earlier": 800, "older or without a time": 0}
    [row] = [row for row in told["tables"]["features"]["rows"] if row["column"] == "pace"]
    assert row["verdict"] == "far"
    assert row["null now"] == pytest.approx(0.5, abs=0.01)
    assert set(told["pictures"].values()) == {"shares.png", "scores.png", "drift.png", "features.png"}
    for file in told["pictures"].values():
        assert f"({file})" in page
        assert np.std(matplotlib.image.imread(found.folder / file)[..., :3]) > 0.02


def test_a_report_is_kept_in_mlflow_once(tmp_path: Path, detector: Detector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    found = looked(tmp_path, detector, genuine(80, 300, "new"), genuine(81, 300, "old"))
    home = Home(tmp_path / "registry")
    client = place_in(home.folder).client()
    first = keep(home, found, detector.fingerprint, Cost(1.0, 100.0))
    assert keep(home, found, detector.fingerprint, Cost(2.0, 100.0)) == first
    run = client.get_run(first)
    assert run.data.tags["verdict"] == "fine"
    assert run.data.metrics["call/fine"] == 1
    assert run.data.metrics["flagged/now/value"] == pytest.approx(float(found.signs.rates[0].now.value or 0))
    assert run.data.metrics["features/moved"] == 0
    files = {file.path for file in client.list_artifacts(first, "files")}
    assert {"files/report.md", "files/report.json", "files/shares.png"} <= files


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{tmp_path}/ledger.db", Clock())
    yield opened
    opened.close()


def test_auditors_agreement_is_that_of_the_first_two(ledger: Ledger) -> None:
    enqueue(ledger, [score(f"s{place}") for place in range(4)], TWICE)
    for place, other in enumerate(("padded", "padded", "genuine", "padded")):
        for account, said in ((ANN, "padded"), (BOB, other)):
            queue.take(ledger, account, f"s{place}")
            review.decide(ledger, account, f"s{place}", said)  # type: ignore[arg-type]
    queue.take(ledger, CAT, "s2")
    review.decide(ledger, CAT, "s2", "padded")
    assert sorted(read.pairs(ledger)) == [("padded", "genuine"), *[("padded", "padded")] * 3]
    assert read.auditors_found(ledger, "1")[0].value == 0.75


def test_auditors_who_clear_what_is_flagged_call_for_training(
    tmp_path: Path, detector: Detector, ledger: Ledger
) -> None:
    enqueue(ledger, [score(f"f{place}", 0.9, model_version="winnow/1") for place in range(40)], ALL)
    enqueue(ledger, [score(f"g{place}", 0.1, model_version="winnow/1") for place in range(200)], ALL)
    for name, number in (("f", 40), ("g", 60)):
        for place in range(number):
            queue.take(ledger, ANN, f"{name}{place}")
            review.decide(ledger, ANN, f"{name}{place}", "genuine")
    found = looked(tmp_path, detector, genuine(90, 300, "new"), genuine(91, 600, "old"), ledger)
    assert found.signs.false_positives.value == pytest.approx(40 / 240)
    assert found.verdict.call == "retrain"
    assert "surely more than the 1.0% that were promised" in reasons(found)[0]


def test_false_positives_follow_from_precision_and_prevalence() -> None:
    found = false_positives(Figure(0.75, 0.5, 0.9, 40), Figure(0.02, 0.01, 0.05, 140), 100, 9_900)
    assert found.value == pytest.approx(25 / 9_800)
    assert found.low == pytest.approx(10 / 9_900)
    assert found.high == pytest.approx(50 / 9_500)
    assert false_positives(NOTHING, Figure(0.1, 0.0, 0.2, 9), 0, 500).value == 0.0
    assert false_positives(NOTHING, Figure(0.1, 0.0, 0.2, 9), 10, 500).value is None
    assert false_positives(NOTHING, NOTHING, 0, 0).value is None


def one_moved(how: str) -> Drift:
    moved = Moved("probability", 0.3, 0.2, 0.0, how, 0.0, 1.0, 0.0, 0.0)  # type: ignore[arg-type]
    return Drift("training", 500, (moved,))


def signs(**more: Any) -> Signs:
    plain: dict[str, Any] = {"scores": one_moved("same"), "features": None, "lately": None, "rates": (),
                             "agreement": NOTHING, "false_positives": NOTHING}  # fmt: skip
    return Signs(**(plain | more))


def judged(alike: int, otherwise: int) -> Figure:
    return agreement([("padded", "padded")] * alike + [("padded", "genuine")] * otherwise)


@pytest.mark.parametrize(
    ("more", "call", "reason"),
    [
        ({}, "fine", "nothing that could be measured"),
        ({"scores": one_moved("moved")}, "investigate", "scores have moved against training"),
        ({"scores": one_moved("far")}, "retrain", "scores lie far"),
        ({"features": one_moved("far")}, "retrain", "more than half of all features"),
        ({"lately": one_moved("far")}, "investigate", "one feature has moved against training"),
        ({"agreement": judged(20, 20)}, "investigate", "two auditors agree on 50.0%"),
        ({"agreement": judged(9, 9)}, "fine", "nothing"),
        ({"agreement": judged(36, 4)}, "fine", "nothing"),
        ({"false_positives": Figure(0.05, 0.02, 0.1, 90)}, "retrain", "of genuine sessions 5.0% (2.0% to 10.0%)"),
        ({"false_positives": Figure(0.05, 0.005, 0.1, 9)}, "fine", "nothing"),
        ({"scores": one_moved("untold")}, "cannot tell", None),
        ({"scores": None}, "cannot tell", None),
    ],
)  # fmt: skip
def test_each_sign_has_its_verdict(more: dict[str, Any], call: str, reason: str | None) -> None:
    found = verdict(signs(**more))
    assert found.call == call
    assert [one.text for one in found.reasons if reason and reason in one.text] or reason is None


def test_the_gravest_reason_decides_and_all_are_told() -> None:
    found = verdict(signs(scores=one_moved("far"), lately=one_moved("moved")))
    assert [one.call for one in found.reasons] == ["retrain", "investigate"]


def test_periods_count_back_and_leave_out_what_has_no_time() -> None:
    times = [
        NOW,
        NOW - timedelta(days=6.9),
        NOW - timedelta(days=7),
        NOW - timedelta(days=21),
        None,
        NOW + timedelta(1),
    ]
    assert numbered_periods(times, NOW, 7, 3).tolist() == [0, 0, 1, -1, -1, -1]
    with pytest.raises(ValueError, match="1 periods of 7 days"):
        numbered_periods(times, NOW, 7, 1)


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        ((0.05, 0.04, 0.06), (0.01, 0.005, 0.02), True),
        ((0.0, 0.0, 0.004), (0.02, 0.01, 0.03), True),
        ((0.05, 0.01, 0.1), (0.01, 0.005, 0.02), False),
        ((0.012, 0.011, 0.013), (0.01, 0.009, 0.0105), False),
        ((0.003, 0.0028, 0.0032), (0.001, 0.0009, 0.0011), False),
        ((None, None, None), (0.01, 0.005, 0.02), False),
    ],
)
def test_a_share_has_changed_only_surely_and_by_enough(now: Any, before: Any, expected: bool) -> None:
    sides = [Figure(value, low, high, 100) for value, low, high in (now, before)]
    assert differs(*sides) is expected


def test_one_users_flags_are_no_change_of_the_whole() -> None:
    rng = np.random.default_rng(1)
    period = np.repeat([0, 1], 500)
    flags = rng.random(1000) < 0.02
    flags[:60] = True
    many, one = [f"u{place}" for place in range(1000)], ["busy"] * 60 + [f"u{place}" for place in range(940)]
    assert rate("flagged", "sessions", flags, period, many, NOW, 7).changed
    assert not rate("flagged", "sessions", flags, period, one, NOW, 7).changed


def test_files_in_quarantine_are_counted_by_when_they_changed(tmp_path: Path) -> None:
    home, traces = Home(tmp_path / "home"), tmp_path / "traces"
    traces.mkdir()
    for place in range(6):
        good = next((company() / "traces").rglob("*.jsonl")).read_text(encoding="utf-8")
        path = traces / f"{place}.jsonl"
        path.write_text(good + ("{broken\n" if place < 2 else "") + "\n" * place, encoding="utf-8")
        begun = (NOW - timedelta(days=1 if place < 3 else 10)).timestamp()
        os.utime(path, (begun, begun))
    ingest(home, [traces], about=About(file=""))
    found = read.unreadable(home, read.Span(NOW, 7, 9))
    assert found.now.value == pytest.approx(2 / 3)
    assert found.before.value == 0.0
    assert (found.now.n, found.before.n) == (3, 3)


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a small company's sessions, their features and scores."""
    home = Home(tmp_path_factory.mktemp("home"))
    ingest(home, [company() / "traces"], about=About(file=""), user_from_folder=True)
    featurize(home, language=False)
    _, stored, contents = scoring.from_store(home)
    chosen = replace(model(home.folder), name=model_folder().name)
    told = scoring.score(chosen, stored, contents, PREVALENCE, BUDGET, explained=False)
    scores_of(home).write(list(told), "day=2026-01-15/00000001-1-of-1.parquet")
    return home


def test_the_command_looks_at_a_home_and_writes_where_it_is_told(
    lived_in: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    app = typer.Typer()
    app.command()(command)
    words = ["--model", str(model_folder()), "--out", str(tmp_path / "report"), "--no-keep", "--json"]
    done = CliRunner().invoke(app, words, obj=lived_in)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told == json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    assert told["about"]["verdict"] in ("fine", "investigate", "retrain", "cannot tell")
    assert told["tables"]["rates"]["rows"][0]["now"]["n"] > 50
    assert told["tables"]["lately"]["rows"]


def test_a_night_on_which_nothing_was_ever_scored_is_no_failure(lived_in: Home, tmp_path: Path) -> None:
    found = flow.monitor(Home(tmp_path), str(model_folder()))
    assert found.verdict.call == "cannot tell"
    assert "has given none yet; `winnow nightly PATH` gives some" in " ".join(found.verdict.untold)
    assert not (tmp_path / "mlruns").exists()
