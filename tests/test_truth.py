"""Flags beside the truth: of a company that is known, and of a small simulated one, from its traces on."""

import json
from pathlib import Path
from typing import Any

import pytest
from test_cli import winnow

from flows.home import Home
from flows.truth import CAVEAT, compared, scores_of
from padding.company.simulation import simulate
from padding.company.truth import Truth, read


def known(name: str, user: str, family: str | None = None, look_alike: str | None = None) -> Truth:
    label = "padded" if family else "genuine"
    return Truth(name, user, label, family, family, look_alike, None, (), 0.5 if family else 0.0)


COMPANY = [
    known("a1", "ada", "loops"), known("a2", "ada", "loops"), known("a3", "ada"),
    known("b1", "bob", "fillers"),
    known("c1", "cy", look_alike="polling"), known("c2", "cy", look_alike="polling"),
    known("d1", "dee"),
]  # fmt: skip


def score(name: str, flagged: bool = False, share: float | None = 0.75) -> dict[str, Any]:
    status = "unscored" if share is None else "scored"
    return {"session_id": name, "flagged": flagged, "status": status, "model_version": "m", "share_if_padded": share}


SCORES = [score("a1", True), score("a2", share=None), score("a3"), score("b1"), score("c1", True), score("c2"),
          score("elsewhere", True)]  # fmt: skip


def test_hits_misses_and_false_alarms_are_counted_of_sessions_and_of_people() -> None:
    found = compared(COMPANY, SCORES)
    one = found.sessions
    assert (one.total, one.padded, one.flagged, one.hits, one.missed, one.alarms, one.unjudged) == (6, 3, 2, 1, 2, 1, 1)
    one = found.people
    assert (one.total, one.padded, one.flagged, one.hits, one.missed, one.alarms) == (3, 2, 2, 1, 1, 1)
    assert (found.unscored, found.others, found.models) == (1, 1, ("m",))
    assert found.share_error == pytest.approx(0.25)


def test_errors_are_told_by_way_of_padding_by_look_alike_and_by_person() -> None:
    found = compared(COMPANY, SCORES)
    assert [(one.name, one.padded, one.hits) for one in found.families] == [("loops", 2, 1), ("fillers", 1, 0)]
    assert [(one.name, one.total, one.alarms) for one in found.look_alikes] == [
        ("polling", 2, 1),
        ("ordinary work", 1, 0),
    ]
    assert [(one.name, one.hits, one.alarms) for one in found.users] == [("ada", 1, 0), ("cy", 0, 1), ("bob", 0, 0)]


def test_scores_of_other_sessions_are_refused() -> None:
    with pytest.raises(ValueError, match=r"none of 1 scores is of the 7 simulated sessions"):
        compared(COMPANY, [score("elsewhere")])


@pytest.mark.parametrize(
    ("line", "message"),
    [("{}", r"scores\.jsonl, line 2: this is no score"), ("no", r"line 2: this is no score")],
)
def test_a_file_that_holds_no_scores_is_named_with_the_line(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "scores.jsonl").write_text(f"{json.dumps(score('a1'))}\n{line}\n")
    with pytest.raises(ValueError, match=message):
        scores_of(Home(tmp_path), tmp_path / "scores.jsonl")
    with pytest.raises(FileNotFoundError, match="there is no such file of scores"):
        scores_of(Home(tmp_path), tmp_path / "none.csv")
    with pytest.raises(ValueError, match="there are no scores yet"):
        scores_of(Home(tmp_path), None)


def test_what_a_simulation_writes_is_read_back_as_the_truth(tmp_path: Path) -> None:
    account = simulate(tmp_path / "company", people=12, days=3, seed=2)
    truth = read(tmp_path / "company")
    assert (len(truth), sum(one.padded for one in truth)) == (account.sessions, account.padded)
    assert sum(one.look_alike is not None for one in truth) == account.look_alikes
    (tmp_path / "broken.jsonl").write_text('{"session_id": "a"}\n')
    with pytest.raises(ValueError, match=r"broken\.jsonl, line 1: this is no truth"):
        read(tmp_path / "broken.jsonl")
    with pytest.raises(FileNotFoundError, match="`winnow simulate` writes it"):
        read(tmp_path)


def test_a_simulated_company_is_ingested_scored_and_held_against_its_truth(tmp_path: Path) -> None:
    """By a model of the tests: what is flagged is whatever is written into the scores here."""
    simulate(tmp_path / "company", people=8, days=2, seed=0)
    home = tmp_path / "home"
    assert winnow("ingest", tmp_path / "company" / "traces", "--user-from-folder", home=home).returncode == 0
    listed = [
        json.loads(line) for line in winnow("sessions", "list", "--limit", "0", "--json", home=home).stdout.splitlines()
    ]
    flagged = {row["session_id"] for row in listed[:5]}
    rows = [score(row["session_id"], row["session_id"] in flagged) for row in listed]
    (tmp_path / "scores.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = winnow("truth", tmp_path / "company", "--scores", tmp_path / "scores.jsonl", "--json", home=home)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["caveat"] == CAVEAT
    assert (said["sessions"]["flagged"], said["unscored"], said["others"]) == (5, 0, 0)
    assert said["sessions"]["total"] == len(listed)
    shown = winnow("truth", tmp_path / "company", "--scores", tmp_path / "scores.jsonl", home=home)
    assert "false alarms" in shown.stdout
    assert "proves plumbing, not detection quality" in " ".join(shown.stdout.split())
