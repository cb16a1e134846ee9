"""Verdicts teach: as many as they are, never those for evaluation, and the gate asks only what is fair to ask."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from desk import ALL, ANN, BOB
from desk import score as shown
from small_company import BUDGET, SMALL, company, data_set, loaded, trained, truth
from small_models import place_in
from typer.testing import CliRunner

from audit import review
from audit.drawing import Plan as Drawn
from audit.intake import enqueue
from audit.ledger import Ledger
from features import table
from flows import cli_versions, learning, promotion, train, verdicts
from flows.home import Home
from flows.ingest import ingest
from models.detector import Detector
from models.figures import auc
from models.registry import promote
from models.threshold import ENOUGH
from models.training import Plan, divided, weighed
from traces.format import About

PLAN = Plan(held=0.4)
TRUTH = {line["session_id"]: line for line in map(json.loads, truth())}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the small company's traces, and with a ledger in which every third session was judged rightly."""
    home = Home(tmp_path_factory.mktemp("home"))
    place_in(home.folder)
    ingest(home, [company() / "traces"], about=About(file="", source="us"), user_from_folder=True)
    ledger = Ledger.open(f"sqlite:///{home.data}/audit.db")
    told = headers(home)
    enqueue(ledger, (shown(name, content=content) for name, content in told.items()), ALL)
    for number, (name, content) in enumerate(told.items()):
        line = TRUTH[name]
        if number % 3 == 0 or line["label"] == "padded":
            review.decide(ledger, ANN, name, line["label"], content=content, turns=line["padded_turns"])
    ledger.close()
    return home


@pytest.fixture
def ledger(home: Home) -> Iterator[Ledger]:
    found = verdicts.open_ledger(home)
    assert found is not None
    yield found
    found.close()


@pytest.fixture(scope="module")
def taught(home: Home) -> verdicts.Verdicts:
    ledger = verdicts.open_ledger(home)
    assert ledger is not None
    found = verdicts.read(home, ledger, None)
    assert found is not None
    ledger.close()
    return found


@pytest.fixture(scope="module")
def data() -> learning.Data:
    return loaded()


def headers(home: Home) -> dict[str, str]:
    rows = home.store.table("sessions", columns=["session_id", "content", "turns"]).to_pylist()
    return {row["session_id"]: row["content"] for row in rows if row["turns"]}


def another(ledger: Ledger, tmp_path: Path, sessions: dict[str, str], plan: Drawn = ALL) -> Ledger:
    """A new ledger with these sessions in its queue."""
    opened = Ledger.open(f"sqlite:///{tmp_path}/other.db")
    enqueue(opened, (shown(name, content=content) for name, content in sessions.items()), plan)
    return opened


def test_a_label_is_a_row_of_features_and_of_what_is_known(home: Home, taught: verdicts.Verdicts) -> None:
    name = next(one for one in taught.meta["session_id"] if TRUTH[one]["label"] == "padded")
    [session] = [one for one in home.store.sessions() if one.session_id == name]
    place = taught.meta["session_id"].tolist().index(name)
    np.testing.assert_array_equal(taught.table.iloc[place].to_numpy(np.float32), table.row(session))
    row = taught.meta.iloc[place]
    assert (row["label"], row["kind"], row["family"], row["source"]) == ("padded", "verdict", "verdict", "us")
    assert (row["user"], row["made_from"]) == (session.user_id, [name])
    assert list(row["marks"]) == TRUTH[name]["padded_turns"]
    assert set(taught.meta["label"]) == {"padded", "genuine"}


def test_what_an_auditor_sees_of_automation_is_known_as_such(home: Home, taught: verdicts.Verdicts) -> None:
    categories = {one.session_id: learning.of_category(one.category) for one in home.store.sessions()}
    rows = taught.meta[taught.meta["label"] == "genuine"]
    assert rows["looks"].where(rows["looks"].notna(), None).tolist() == [categories[one] for one in rows["session_id"]]


def test_a_home_without_a_ledger_has_no_verdicts_and_gets_no_ledger(tmp_path: Path) -> None:
    assert verdicts.open_ledger(Home(tmp_path)) is None
    assert not (tmp_path / "data").exists()


def test_a_ledger_without_a_label_teaches_nothing(home: Home, ledger: Ledger, tmp_path: Path) -> None:
    empty = another(ledger, tmp_path, headers(home))
    assert verdicts.read(home, empty, None) is None


def test_a_verdict_on_a_session_that_went_on_since_is_left_out_and_counted(
    home: Home, ledger: Ledger, tmp_path: Path
) -> None:
    names = dict(list(headers(home).items())[:2])
    first, second = names
    other = another(ledger, tmp_path, names | {first: "what it was before"})
    for name in names:
        review.decide(other, ANN, name, "genuine")
    found = verdicts.read(home, other, None)
    assert found is not None
    assert (found.meta["session_id"].tolist(), found.missing) == ([second], 1)


def test_those_for_evaluation_never_teach(data: learning.Data, taught: verdicts.Verdicts) -> None:
    kept = set(taught.meta["session_id"][~taught.teaching])
    both = verdicts.beside(data, taught, PLAN)
    assert kept
    assert set(both.meta["session_id"][both.meta["kind"] == "verdict"]) == set(taught.meta["session_id"]) - kept
    assert {session.session_id for session, _ in taught.sessions()}.isdisjoint(kept)
    made_of = both.meta["made_from"].map(lambda made_from: made_from[0] in kept)
    assert made_of.any()
    assert not both.meta["sampling"][made_of].any()


def test_nothing_counts_that_was_made_of_a_session_found_padded(data: learning.Data, taught: verdicts.Verdicts) -> None:
    host = data.meta["made_from"].iloc[0][0]
    wrong = taught.meta.assign(session_id=[host, *taught.meta["session_id"][1:]])
    for label, counted in (("padded", False), ("genuine", True)):
        wrong["label"] = [label, *taught.meta["label"][1:]]
        wrong["evaluation"] = False
        both = verdicts.beside(data, replace(taught, meta=wrong), PLAN)
        made = data.meta["made_from"].map(lambda made_from: made_from[0] == host).to_numpy()
        assert both.meta["sampling"].to_numpy()[: len(made)][made].astype(bool).all() == counted


def test_verdicts_weigh_by_their_number_and_not_by_chance(data: learning.Data, taught: verdicts.Verdicts) -> None:
    both = verdicts.beside(data, taught, PLAN)
    weights, verdict = weighed(both.meta, PLAN), (both.meta["kind"] == "verdict").to_numpy()
    padded = (both.meta["label"] == "padded").to_numpy()
    for side in (padded, ~padded):
        number = int((side & verdict).sum())
        assert number
        share = weights[side & verdict].sum() / weights[side].sum()
        assert share == pytest.approx(number / (number + verdicts.HALF))


def test_what_is_seldom_drawn_counts_more_within_bounds_and_what_is_disputed_less(
    home: Home, ledger: Ledger, tmp_path: Path
) -> None:
    names = headers(home)
    drawn = Drawn(random=0.05, random_flagged=0.05, near=0, novel=0, double=1.0)
    other = Ledger.open(f"sqlite:///{tmp_path}/other.db")
    enqueue(other, (shown(name, 0.01, content=content) for name, content in names.items()), drawn)
    with other.reading() as view:
        queued = [record.session_id for record in view.records("entry")]
    assert len(queued) > 2
    for name in queued:
        review.decide(other, ANN, name, "genuine")
        review.decide(other, BOB, name, "padded" if name == queued[0] else "genuine")
    review.decide(other, review.Account("cat", "auditor"), queued[0], "genuine")
    found = verdicts.read(home, other, None)
    assert found is not None
    weights = dict(zip(found.meta["session_id"], found.meta["weight"], strict=True))
    assert weights == {name: 2.5 if name == queued[0] else 5.0 for name in queued}


def test_only_the_random_slice_is_asked_by_the_gate_and_all_of_it_by_equal_chance(
    taught: verdicts.Verdicts,
) -> None:
    rows = 3000
    meta = pd.DataFrame(
        {
            "session_id": [f"s{place}" for place in range(rows)],
            "evaluation": [place % 10 > 0 for place in range(rows)],
            "drawn": [(0.02, 0.2, np.nan)[place % 3] for place in range(rows)],
            "group": [None] * rows,
        }
    )
    fair = replace(taught, meta=meta).fair()
    found = meta.iloc[fair]
    assert found["evaluation"].all()
    assert (found["drawn"] == 0.02).sum() == 900  # all of those that were drawn as seldom as any
    assert (found["drawn"] == 0.2).sum() == pytest.approx(90, abs=35)
    assert not found["drawn"].isna().any()


def test_near_duplicates_of_what_teaches_are_not_asked_by_the_gate(taught: verdicts.Verdicts) -> None:
    teaching = np.flatnonzero(taught.teaching)
    fair = taught.fair()
    assert len(fair)
    group = taught.meta["group"].copy()
    group.iloc[[teaching[0], fair[0]]] = "the same"
    assert fair[0] not in replace(taught, meta=taught.meta.assign(group=group)).fair()


def test_verdicts_of_another_feature_set_are_refused(data: learning.Data, taught: verdicts.Verdicts) -> None:
    with pytest.raises(ValueError, match="features of context are not worked out for verdicts"):
        verdicts.beside(replace(data, fingerprint="another"), taught, PLAN)


def test_thresholds_are_by_sessions_that_no_model_chose(data: learning.Data, taught: verdicts.Verdicts) -> None:
    both, detector = train.learn(data, SMALL, PLAN, taught)
    _, _, held = divided(both.meta, PLAN)
    meta = both.meta.iloc[held]
    usual = (meta["kind"] == "null") & (meta["sampling"] > 0)
    raw = detector.raw(both.table.iloc[held[usual.to_numpy()]])
    np.testing.assert_array_equal(detector.genuine, np.sort(raw[~np.isnan(raw)]))


def test_thresholds_go_by_the_random_slice_where_it_has_enough_and_never_by_what_is_for_evaluation(
    data: learning.Data, taught: verdicts.Verdicts
) -> None:
    both, detector = train.learn(data, SMALL, PLAN, taught)
    meta = taught.meta[taught.teaching]
    genuine = meta[meta["label"] == "genuine"]
    rows = taught.table[taught.teaching][(meta["label"] == "genuine").to_numpy()]
    assert len(genuine) > ENOUGH
    assert detector.own.is_enough
    assert len(detector.own.raw) == int(detector.enough(rows).sum())
    assert set(detector.own.stands_for) == {1.0}  # everybody was drawn here
    assert not set(detector.own.raw) & set(detector.raw(rows))  # by other trees, which have not seen them
    assert detector.threshold(BUDGET) == detector.own.threshold(BUDGET) != detector.elsewhere(BUDGET)
    assert f"go by {len(detector.own.raw)} genuine" in detector.about["verdicts"]["thresholds"]
    aimed = replace(taught, meta=taught.meta.assign(drawn=np.nan))
    _, without = train.learn(data, SMALL, PLAN, aimed)
    assert without.threshold(BUDGET) == without.elsewhere(BUDGET) == detector.elsewhere(BUDGET)
    assert "0 genuine sessions of the random slice teach" in without.about["verdicts"]["thresholds"]
    assert (both.meta["kind"] == "verdict").sum() == len(meta)


def test_what_the_threshold_goes_by_is_kept_with_the_model(
    data: learning.Data, taught: verdicts.Verdicts, tmp_path: Path
) -> None:
    _, detector = train.learn(data, SMALL, PLAN, taught)
    detector.write(tmp_path / "model")
    assert Detector.read(tmp_path / "model").threshold(BUDGET) == detector.threshold(BUDGET)
    plain = trained().detector
    plain.write(tmp_path / "plain")
    assert not (tmp_path / "plain" / "own.parquet").exists()
    assert Detector.read(tmp_path / "plain").threshold(BUDGET) == plain.elsewhere(BUDGET)


def test_sessions_that_auditors_cleared_do_not_raise_the_threshold_of_sources_left_out(
    data: learning.Data, taught: verdicts.Verdicts
) -> None:
    both, detector = train.learn(data, SMALL, PLAN, taught)
    usual = ((data.meta["kind"] == "null") & (both.meta["sampling"].iloc[: len(data.meta)] > 0)).to_numpy()
    assert 0 < len(detector.foreign) <= int(usual.sum())
    _, folded = train.learn(data, SMALL, Plan(held=0), taught)
    assert 0 < len(folded.genuine) <= int(usual.sum())


def test_the_gate_judges_verdicts_by_the_threshold_of_the_house_and_the_laboratory_by_its_own(
    data: learning.Data, taught: verdicts.Verdicts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promotion, "BUDGET", BUDGET)
    _, detector = train.learn(data, SMALL, PLAN, taught)
    found = promotion.judged(detector, data.table[:2], np.array([True, False]))
    limits = [detector.threshold(BUDGET).value, detector.elsewhere(BUDGET).value]
    assert np.asarray(found.threshold).tolist() == limits
    assert found.flags.tolist() == (found.scores > np.array(limits)).tolist()


def test_marked_turns_teach_where_the_padding_is_and_the_model_says_what_it_learnt_from(
    taught: verdicts.Verdicts,
) -> None:
    marked = {session.session_id: marks for session, marks in taught.sessions()}
    padded = {name: marks for name, marks in marked.items() if marks}
    assert padded
    for name, marks in padded.items():
        assert list(marks) == TRUTH[name]["padded_turns"]
    made = train.train(data_set()[0], None, SMALL, PLAN, taught=taught)
    about = made.detector.about["verdicts"]
    teaching = taught.meta[taught.teaching]
    assert about["padded"] + about["genuine"] == len(teaching)
    assert about["for_evaluation"] == len(taught.meta) - len(teaching)
    assert f"learnt from {about['padded']} verdicts of padding" in taught.told
    assert made.figures["auc"].n < trained().figures["auc"].n + len(teaching)


def test_a_padded_session_with_few_turns_marked_does_not_teach_where_the_padding_is(taught: verdicts.Verdicts) -> None:
    few = replace(taught, meta=taught.meta.assign(padded_share=np.minimum(taught.meta["padded_share"], 0.19)))
    labels = dict(zip(taught.meta["session_id"], taught.meta["label"], strict=True))
    assert {labels[session.session_id] for session, _ in few.sessions()} == {"genuine"}


def test_the_gate_compares_on_what_neither_has_seen_and_on_fair_verdicts(
    home: Home, ledger: Ledger, data: learning.Data, taught: verdicts.Verdicts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promotion, "BUDGET", BUDGET)
    first = train.keep(home, trained())
    promote(train.Place.at(home.folder), first.name, None, force_reason="the first")
    made = train.train(data_set()[0], None, SMALL, PLAN, taught=taught)
    then = train.keep(home, made)
    assert then.number != first.number
    for one in (trained(), made):
        _, _, held = divided(one.data.meta, PLAN)
        assert np.flatnonzero(promotion.unseen(one.detector, data)).tolist() == held.tolist()
    neither = promotion.unseen(trained().detector, data)
    np.testing.assert_array_equal(neither, promotion.unseen(made.detector, data))  # verdicts move nothing
    found = promotion.compare(home, data, "challenger", ledger)
    fair = taught.fair()
    asked = verdicts.apart(data, taught)[fair]
    assert found.verdicts == int(asked.sum()) > 0
    assert found.sessions == int(neither.sum()) + found.verdicts
    assert promotion.compare(home, data, "challenger").sessions == int(neither.sum())


def test_what_auditors_said_reaches_the_trees(
    data: learning.Data, taught: verdicts.Verdicts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen on the very sessions that teach, counted high since three of padding move nothing by their number.

    It says nothing of other sessions: those are measured in `tests/benchmarks/verdicts.py`.
    """
    monkeypatch.setattr(verdicts, "HALF", 3)
    both, then = train.learn(data, SMALL, PLAN, taught)
    _, first = train.learn(data, SMALL, PLAN)
    rows = taught.table[taught.teaching]
    padded = (taught.meta["label"] == "padded").to_numpy()[taught.teaching]
    assert (both.meta["kind"] == "verdict").sum() == len(rows)
    assert float(auc(then.raw(rows), padded)) > float(auc(first.raw(rows), padded))


def by_command(home: Home, out: Path, *more: str) -> tuple[str, dict[str, object]]:
    """What `winnow train` says, and what the model that it wrote says of itself."""
    app = typer.Typer()
    app.command()(cli_versions.train)
    few = out.with_suffix(".json")
    few.write_text(json.dumps({"params": asdict(SMALL)}))
    words = ["--data", str(data_set()[0]), "--no-language", "--params", str(few), "--out", str(out), *more]
    done = CliRunner().invoke(app, words, obj=home)
    assert done.exit_code == 0, done.output
    return done.stderr, json.loads((out / "model.json").read_text())["about"]


def test_the_command_learns_from_the_verdicts_of_the_homes_ledger_and_says_from_how_many(
    home: Home, taught: verdicts.Verdicts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WINNOW_LEDGER", raising=False)
    told, about = by_command(home, tmp_path / "with")
    assert about["verdicts"] == {**taught.said(), "thresholds": about["verdicts"]["thresholds"]}  # type: ignore[index]
    assert taught.told in " ".join(told.split())
    assert f"Verdicts: learnt from {taught.said()['padded']} of padding" in (tmp_path / "with" / "card.md").read_text()
    told, about = by_command(home, tmp_path / "without", "--no-verdicts")
    assert "verdicts" not in about
    assert "learnt from" not in told
    assert "no auditor's verdict" in (tmp_path / "without" / "card.md").read_text()


def test_the_command_learns_from_the_ledger_that_it_is_told(home: Home, ledger: Ledger, tmp_path: Path) -> None:
    other = another(ledger, tmp_path, dict(list(headers(home).items())[:40]))
    for name in list(headers(home))[:40]:
        review.decide(other, ANN, name, "genuine")
    found = verdicts.read(home, other, None)
    other.close()
    assert found is not None
    _, about = by_command(home, tmp_path / "model", "--ledger", f"sqlite:///{tmp_path}/other.db")
    said = about["verdicts"]
    assert isinstance(said, dict)
    assert (said["padded"], said["genuine"]) == (0, found.said()["genuine"])
    assert said["ledger"] == found.head
