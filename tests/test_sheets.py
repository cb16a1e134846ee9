"""The model's page with a model that was really trained, promoted, scored with and watched."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from desk import ANN, score
from review_site import PASSWORD, token_in
from small_company import BUDGET, company, trained
from small_models import place_in
from starlette.testclient import TestClient

from audit import review
from audit.drawing import Plan
from audit.intake import enqueue
from audit.page import make_app
from audit.pages.desk import Desk, Door
from audit.people import People
from flows import card, train
from flows import monitor as flow
from flows import score as scoring
from flows.featurize import featurize
from flows.home import Home
from flows.ingest import ingest
from flows.model import model
from flows.review import desk_of, ledger_of
from flows.scores import scores_of
from flows.sheets import Sheets, sheet, watch
from models.rates import PREVALENCE
from models.registry import Place, promote
from traces.format import About

EVERYTHING = Plan(random=1.0, random_flagged=1.0, double=0.0)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home in which a trained model became champion, scored a company's sessions, and was watched."""
    home = Home(tmp_path_factory.mktemp("home"))
    place_in(home.folder)
    ingest(home, [company() / "traces"], about=About(file=""), user_from_folder=True)
    featurize(home, language=False)
    version = train.keep(home, trained())
    promote(Place.at(home.folder), version.name, None, force_reason="there was none before")
    chosen, (_, stored, contents) = model(home), scoring.from_store(home)
    told = list(scoring.score(chosen, stored, contents, PREVALENCE, BUDGET, explained=False))
    scores_of(home).write(told, "day=2026-01-15/00000001-1-of-1.parquet")
    flow.monitor(home, budget=BUDGET)
    return home


@pytest.fixture
def desk(home: Home, tmp_path: Path) -> Iterator[Desk]:
    ledger = ledger_of(home, f"sqlite:///{tmp_path}/audit.db")
    made = replace(
        desk_of(home, ledger, Door(hosts=("*",))),
        people=People(ledger, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
    )
    made.people.add(ANN, PASSWORD, "test")
    yield made
    ledger.close()


def page(desk: Desk) -> str:
    client = TestClient(make_app(desk))
    token = token_in(client.get("/sign-in").text)
    client.post("/sign-in", data={"form_token": token, "name": ANN.name, "password": PASSWORD})
    return client.get("/model").text


def test_a_promoted_model_is_shown_with_its_card_its_figures_and_what_the_monitor_found(home: Home, desk: Desk) -> None:
    shown = page(desk)
    [report] = [json.loads(path.read_text()) for path in (home.data / "reports").glob("monitor-*/report.json")]
    assert "winnow/1" in shown
    assert "made champion by force" in shown
    assert "there was none before" in shown
    assert f"Model {trained().detector.about['version']}" in shown
    assert "any decision about a person without that reading" in shown
    assert "recall at 1 % false positives" in shown
    assert f"{trained().figures['auc'].value:.3g}" in shown
    assert f"{report['about']['sessions']['newest']:,} sessions of" in shown
    assert report["about"]["verdict"].capitalize() in shown
    most = max((row for row in report["tables"]["lately"]["rows"]), key=lambda row: row["stability index"] or 0)
    assert f"{most['column']}, features against earlier periods" in shown


def test_what_auditors_found_about_the_champion_is_on_its_page(desk: Desk) -> None:
    enqueue(
        desk.ledger, [score(f"s{n}", 0.9 if n < 10 else 0.1, model_version="winnow/1") for n in range(20)], EVERYTHING
    )
    assert "not known" in page(desk)
    for n in range(20):
        review.decide(desk.ledger, ANN, f"s{n}", "padded" if n < 7 else "genuine")
    shown = page(desk)
    assert "Flags that are right: 70 % (" in shown
    assert "20 decided" in shown


def test_a_figure_is_one_line_with_its_interval(home: Home) -> None:
    found = {one.name: one for one in sheet(home).figures}
    auc = trained().figures["auc"]
    shown = found[card.named("auc")]
    assert (shown.value, shown.low, shown.high) == (auc.value, auc.low, auc.high)
    assert not [name for name in found if name.endswith(("/low", "/n"))]


def test_without_a_champion_the_shipped_model_is_shown(tmp_path: Path) -> None:
    found = Sheets(Home(tmp_path))()
    assert found.version.startswith("shipped-")
    assert "none was promoted here" in found.note
    assert "not for" in found.card
    assert found.watch is None
    assert list(tmp_path.iterdir()) == []


def test_a_report_about_another_model_or_half_written_says_nothing(home: Home, tmp_path: Path) -> None:
    [path] = (home.data / "reports").glob("monitor-*/report.json")
    other = Home(tmp_path)
    for name, text in (("a", path.read_text()[:500]), ("b", "[]"), ("c", path.read_text())):
        folder = other.data / "reports" / f"monitor-{name}"
        folder.mkdir(parents=True)
        (folder / "report.json").write_text(text)
    assert watch(other, "winnow/2") is None
    found = watch(other, "winnow/1")
    assert found is not None
    assert found.reasons


def test_the_newest_report_counts(home: Home, tmp_path: Path) -> None:
    [path] = (home.data / "reports").glob("monitor-*/report.json")
    said: dict[str, Any] = json.loads(path.read_text())
    for day, call in (("2026-03-01", "retrain"), ("2026-01-01", "fine")):
        about = said["about"] | {"verdict": call, "newest period": f"{day} 00:00 to {day} 00:00"}
        folder = tmp_path / "data" / "reports" / f"monitor-{day}"
        folder.mkdir(parents=True)
        (folder / "report.json").write_text(json.dumps(said | {"about": about}))
    found = watch(Home(tmp_path), "winnow/1")
    assert found is not None
    assert found.call == "retrain"
    assert "2026-03-01" in found.what
