"""From a data set and hand-written sessions to a report in a folder."""

import json
import shutil
from pathlib import Path

import pytest
from conftest import EXAMPLES
from made_sessions import TINY

from flows.evaluate import evaluation
from padding import dataset
from traces.reading import read
from traces.schema import Session

FOLDERS = ("claude_code", "codex", "gemini", "openclaw", "specstory", "tau_bench", "copilot", "opencode")


def from_examples() -> list[Session]:
    sessions: dict[str, Session] = {}
    for folder in FOLDERS:
        for path in sorted(path for path in (EXAMPLES / folder).rglob("*") if path.is_file()):
            sessions |= {session.session_id: session for session in read(path)[0] if session.turns}
    return list(sessions.values())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("data")
    dataset.build(from_examples(), out, seed=7, version="test", ratio=1.0)
    return out


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    """Twelve hand-written sessions."""
    folder = tmp_path / "judged"
    folder.mkdir()
    lines = (EXAMPLES / "judged" / "labels.jsonl").read_text(encoding="utf-8").splitlines()[:12]
    (folder / "labels.jsonl").write_text("\n".join(lines), encoding="utf-8")
    for line in lines:
        shutil.copy(EXAMPLES / "judged" / json.loads(line)["file"], folder)
    return folder


def test_a_data_set_becomes_a_report_with_pictures(built: Path, judged: Path, tmp_path: Path) -> None:
    out, steps = tmp_path / "out", []

    def step(name: str) -> object:
        steps.append(name)
        return lambda _done, _total: None

    found = evaluation(built, judged, out, None, TINY, step)  # type: ignore[arg-type]
    read_back = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert read_back["about"]["checksums"] == json.loads((built / "manifest.json").read_text())["checksums"]
    assert read_back["about"]["feature set"]
    page = (out / "report.md").read_text(encoding="utf-8")
    for shows, file in found.report.pictures.items():
        assert (out / file).stat().st_size > 5000
        assert f"![{shows}]({file})" in page
    judges = {row["judge"] for row in read_back["tables"]["peers"]["rows"]}
    assert {"Winnow", "token volume", "exact repeats", "zstd ratio", "Gopher repetition"} <= judges
    groups = {row["group"].split(":")[0] for row in read_back["tables"]["groups"]["rows"]}
    assert {"length", "language", "times", "tokens", "agent"} <= groups
    shares = {row["sessions"]: row for row in read_back["tables"]["padded_share"]["rows"]}
    assert set(shares) == {"padded", "genuine", "all", "padded, if that is known"}
    assert 0 < shares["padded, if that is known"]["mean absolute error"]["value"] < 0.5
    assert found.report.pictures["Padded share, the user not seen"] == "padded_share.png"
    hard = [row["padded sessions"] for row in read_back["tables"]["hardness"]["rows"]]
    assert {"padded share 0.1 to 0.3", "padded share 0.8 to 1"} <= set(hard)
    assert {name.split(":")[0] for name in hard if ":" in name} == {"timing", "wording", "texts", "names"}
    errors = read_back["tables"]["judged_errors"]["rows"]
    whys = [json.loads(line)["why"] for line in (judged / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
    assert errors
    assert all(row["why it is so"] in whys for row in errors)
    assert "peers that read sessions" in steps


def test_hand_written_sessions_that_were_trained_on_are_refused(tmp_path: Path, judged: Path) -> None:
    written = [read(path)[0][0] for path in sorted(judged.glob("*.json"))]
    dataset.build(written, tmp_path / "data", seed=7, version="test", ratio=1.0)
    with pytest.raises(ValueError, match=r"12 of 12 sessions, .* are in the data set as well"):
        evaluation(tmp_path / "data", judged, tmp_path / "out", None, TINY)


def test_a_folder_without_labels_is_named(built: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there are no labels; --judged names a folder"):
        evaluation(built, tmp_path, tmp_path / "out", None, TINY)
