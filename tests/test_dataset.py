"""Data sets are reproducible, balanced and truthfully labelled; public traces are fetched where there is a network."""

import gzip
import hashlib
import json
import subprocess
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import EXAMPLES
from feature_sessions import Hashing
from msgspec.structs import replace

from features.meanings import fit
from features.reference import opened
from features.vectors import Vectors
from flows import dataset as flow
from flows.genuine import learn
from flows.home import Home
from padding import dataset
from padding.dataset import Label
from padding.scheme import load_schemes
from traces.reading import read
from traces.schema import Session

FOLDERS = ("claude_code", "codex", "gemini", "openclaw", "specstory", "tau_bench", "copilot", "opencode")


@pytest.fixture(scope="module")
def genuine() -> list[Session]:
    sessions: dict[str, Session] = {}
    for folder in FOLDERS:
        for path in sorted(path for path in (EXAMPLES / folder).rglob("*") if path.is_file()):
            sessions |= {session.session_id: session for session in read(path)[0] if session.turns}
    return list(sessions.values())


@pytest.fixture(scope="module")
def built(genuine: list[Session], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dataset")
    dataset.build(genuine, out, seed=7, version="test", ratio=2.0)
    return out


@pytest.fixture(scope="module")
def rows(built: Path) -> list[tuple[Session, Label]]:
    return list(dataset.read(built))


def test_the_same_sessions_and_seed_give_the_same_bytes(genuine: list[Session], built: Path, tmp_path: Path) -> None:
    dataset.build(list(reversed(genuine)), tmp_path / "again", seed=7, version="test", ratio=2.0)
    dataset.build(genuine, tmp_path / "other", seed=8, version="test", ratio=2.0)
    for name in ("sessions.jsonl.gz", "labels.jsonl", "manifest.json"):
        assert (tmp_path / "again" / name).read_bytes() == (built / name).read_bytes()
        assert (tmp_path / "other" / name).read_bytes() != (built / name).read_bytes()


def test_what_genuine_work_means_is_learnt_from_the_genuine_sessions_alone(
    rows: list[tuple[Session, Label]], built: Path, tmp_path: Path
) -> None:
    vectors = Vectors(Hashing(), tmp_path / "vectors")
    known = [session for session, label in rows if label.kind == "null"]
    told = list[tuple[int, int]]()
    assert learn(built, vectors, tmp_path / "deep" / "genuine.parquet", lambda *at: told.append(at)) == len(known)
    assert told[-1] == (len(known), len(known))
    learnt = opened(tmp_path / "deep" / "genuine.parquet")
    assert learnt.digest == fit(known, vectors).digest
    assert learnt.digest != fit((session for session, _ in rows), vectors).digest
    (tmp_path / "none").mkdir()
    for name in ("sessions.jsonl.gz", "labels.jsonl"):
        (tmp_path / "none" / name).write_bytes(gzip.compress(b"") if name.endswith("gz") else b"")
    with pytest.raises(ValueError, match="holds no genuine session"):
        learn(tmp_path / "none", vectors, tmp_path / "other.parquet")


def test_every_session_has_its_label_and_an_id_of_its_own(rows: list[tuple[Session, Label]]) -> None:
    assert all(session.session_id == label.session_id for session, label in rows)
    assert len({label.session_id for _, label in rows}) == len(rows)


def test_padded_sessions_say_which_turns_and_genuine_ones_have_none(rows: list[tuple[Session, Label]]) -> None:
    for session, label in rows:
        assert (label.label == "padded") == bool(label.padded_turns)
        assert set(label.padded_turns) <= set(range(len(session.turns)))
        assert (label.padded_share > 0) == bool(label.padded_turns)


def test_every_genuine_session_goes_in_through_a_null_transform(
    rows: list[tuple[Session, Label]], genuine: list[Session]
) -> None:
    nulls = [label for _, label in rows if label.kind == "null"]
    assert {label.made_from[0] for label in nulls} == {session.session_id for session in genuine}
    assert not {session.session_id for session, _ in rows} & {session.session_id for session in genuine}


def weeks_moved(genuine: list[Session], folder: Path, kinds: tuple[str, ...]) -> list[tuple[str | None, timedelta]]:
    """Each user with how much later each of the sessions begins that were made of theirs, where both say when."""
    starts = {session.session_id: session.started for session in genuine}
    found = []
    for session, label in dataset.read(folder):
        before = starts[label.made_from[0]]
        if label.kind in kinds and label.scheme is None and session.started and before:
            found.append((session.user_id, session.started - before))
    return found


def test_all_that_is_made_of_one_user_is_moved_by_the_same_weeks_so_that_habits_stay(
    genuine: list[Session], tmp_path: Path
) -> None:
    named = [replace(session, user_id=f"user {place % 3}") for place, session in enumerate(genuine)]
    dataset.build(named, tmp_path / "set", seed=3, version="test")
    dataset.build(named, tmp_path / "other", seed=4, version="test")
    nulls, others = (weeks_moved(named, tmp_path / name, ("null",)) for name in ("set", "other"))
    assert len({user for user, _ in nulls}) == len(set(nulls)) == 3
    assert len(nulls) > 6
    assert all(by % timedelta(weeks=1) == timedelta() != by for _, by in nulls)
    assert set(nulls) != set(others)
    made = Counter(weeks_moved(named, tmp_path / "set", ("padded", "look-alike")))
    assert sum(made[user_weeks] for user_weeks in set(nulls)) > 0.9 * made.total()  # some share an id that tells a time


def test_sessions_whose_user_is_not_known_are_moved_each_by_weeks_of_its_own(
    genuine: list[Session], tmp_path: Path
) -> None:
    dataset.build([replace(session, user_id=None) for session in genuine], tmp_path, seed=3, version="test")
    nulls = weeks_moved(genuine, tmp_path, ("null",))
    assert len(set(nulls)) > len(nulls) / 2


def test_families_get_equal_shares_and_no_source_takes_all(rows: list[tuple[Session, Label]]) -> None:
    families = Counter(label.family for _, label in rows if label.kind == "padded" and len(label.made_from) > 0)
    assert len(families) >= 3
    formats = Counter(session.format for session, label in rows if label.label == "padded")
    assert len(formats) >= 4
    assert formats.most_common(1)[0][1] < 0.6 * sum(formats.values())


def test_sessions_of_one_carrying_out_of_a_scheme_name_it_and_all_others_name_none(
    rows: list[tuple[Session, Label]],
) -> None:
    together: dict[str, list[Label]] = {}
    for _, label in rows:
        assert (label.scheme is not None) == (label.strategy in load_schemes())
        if label.scheme is not None:
            together.setdefault(label.scheme, []).append(label)
    assert len(together) >= 2
    for labels in together.values():
        assert len({label.strategy for label in labels}) == 1
    assert max(map(len, together.values())) > 1


def test_labels_that_were_written_before_schemes_had_names_are_still_read(built: Path, tmp_path: Path) -> None:
    (tmp_path / "sessions.jsonl.gz").write_bytes((built / "sessions.jsonl.gz").read_bytes())
    with (built / "labels.jsonl").open() as new, (tmp_path / "labels.jsonl").open("w") as old:
        for line in new:
            label = json.loads(line)
            del label["scheme"]
            old.write(json.dumps(label) + "\n")
    assert {label.scheme for _, label in dataset.read(tmp_path)} == {None}


def test_the_manifest_counts_and_vouches_for_what_is_there(built: Path, rows: list[tuple[Session, Label]]) -> None:
    manifest = json.loads((built / "manifest.json").read_text())
    assert manifest["sessions"] == len(rows) == sum(manifest["counts"]["label"].values())
    assert manifest["counts"]["family"] == Counter(label.family for _, label in rows)
    for name, checksum in manifest["checksums"].items():
        assert hashlib.sha256((built / name).read_bytes()).hexdigest() == checksum


def test_nothing_half_written_stays_behind_an_interruption(genuine: list[Session], tmp_path: Path) -> None:
    def stop(done: int, _total: int) -> None:
        if done > 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dataset.build(genuine, tmp_path / "out", seed=1, version="test", progress=stop)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_public_collection_is_cloned_once_and_ingested(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    (repository / "traces").mkdir(parents=True)
    example = EXAMPLES / "claude_code" / "an_ordinary_session.jsonl"
    (repository / "traces" / "a.jsonl").write_bytes(example.read_bytes())
    (repository / "notes.txt").write_text("not a trace\n")
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(repository)]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "traces"]):
        subprocess.run([*git, *command], check=True)
    entry = f'repository = "{repository.as_uri()}"\npath = "traces/*.jsonl"\nformat = "claude-code"\nlicence = "MIT"\n'
    listed = tmp_path / "sources.toml"
    listed.write_text(f"[ours]\n{entry}")
    home = Home(tmp_path / "home")
    account = flow.fetch(home, "ours", listed)
    assert (account.sessions["new"], account.quarantined.total()) == (1, 0)
    [session] = home.store.sessions()
    assert session.source == "ours"
    assert flow.fetch(home, "ours", listed).files == {"unchanged": 1}


def test_a_collection_that_cannot_be_reached_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    listed = tmp_path / "sources.toml"
    missing = (tmp_path / "nowhere").as_uri()
    listed.write_text(f'[gone]\nrepository = "{missing}"\npath = "*"\nformat = "atif"\nlicence = "MIT"\n')
    with pytest.raises(ConnectionError, match="cannot be fetched from here"):
        flow.fetch(Home(tmp_path / "home"), "gone", listed)
    assert list((tmp_path / "home" / "data" / "fetched").iterdir()) == []
    with pytest.raises(ValueError, match="'other' is no known source; known are gone"):
        flow.fetch(Home(tmp_path / "home"), "other", listed)


def test_every_listed_source_names_a_format_that_is_read() -> None:
    from traces.readers import FORMATS

    assert {source.format for source in flow.sources().values()} <= {format.name for format in FORMATS}


def test_a_session_that_is_not_genuine_after_all_is_left_out_with_its_reason(tmp_path: Path) -> None:
    [name, *_] = [session.session_id for session in flow.genuine_sessions([EXAMPLES / "codex"])]
    listed = tmp_path / "left_out.tsv"
    listed.write_text(f"# read by somebody\n{name}\ta stuck loop\n")
    flow.build([EXAMPLES / "codex", EXAMPLES / "claude_code"], tmp_path / "set", 1, 1.0, leave_out=listed)
    assert all(name not in label.made_from for _, label in dataset.read(tmp_path / "set"))
    listed.write_text(f"{name}\n")
    with pytest.raises(ValueError, match=r"line 1: .* has no reason"):
        flow.listed(listed)
    listed.write_text("nobody\ta reason\n")
    with pytest.raises(ValueError, match="there is no session 'nobody' to leave out"):
        flow.build([EXAMPLES / "codex"], tmp_path / "set", 1, 1.0, leave_out=listed)
