"""Data sets: public traces fetched, training sets built from genuine sessions. Wires `padding/` to traces and home."""

import shutil
import subprocess
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.home import Home
from flows.ingest import ingest
from padding import dataset
from traces.format import About
from traces.ingest import Account, Progress, silent
from traces.schema import Session

SOURCES = Path(__file__).parent.parent / "data" / "sources.toml"
"""The public collections that are known, in a checkout of Winnow."""


@dataclass(frozen=True, slots=True)
class Source:
    """One public collection of traces."""

    name: str
    repository: str
    path: str
    """The files in it, as a glob."""
    format: str
    licence: str
    branch: str | None = None
    """The branch that holds them, where that is not the main one."""


def sources(listed: Path = SOURCES) -> dict[str, Source]:
    """The public collections that can be fetched, by name."""
    if not listed.is_file():
        raise FileNotFoundError(
            f"{listed}: there is no list of sources; run this from a checkout, or name one by --sources"
        )
    return {name: Source(name=name, **entry) for name, entry in tomllib.loads(listed.read_text()).items()}


def fetch(home: Home, name: str, listed: Path = SOURCES, progress: Progress = silent) -> Account:
    """Clones one collection under the home, if it is not there yet, and takes in its traces."""
    known = sources(listed)
    if name not in known:
        raise ValueError(f"{name!r} is no known source; known are {', '.join(known)}")
    source = known[name]
    folder = home.fetched / name
    if not folder.exists():
        _clone(source, folder)
    files = sorted(file for file in folder.glob(source.path) if file.is_file())
    if not files:
        raise FileNotFoundError(f"{folder}: no file matches {source.path!r}; the collection may have moved its traces")
    return ingest(home, files, about=About(file="", source=name), progress=progress)


def build(
    genuine: Sequence[Path],
    out: Path,
    seed: int,
    ratio: float,
    reading: Progress = silent,
    making: Callable[[int, int], None] = lambda _done, _total: None,
    leave_out: Path | None = None,
) -> dataset.Manifest:
    """Builds a data set from all sessions under the paths; secrets are masked on the way, as in any ingest."""
    sessions, left_out = genuine_sessions(genuine, reading), listed(leave_out) if leave_out else {}
    unknown = left_out.keys() - {session.session_id for session in sessions}
    if unknown:
        raise ValueError(f"{leave_out}: there is no session {sorted(unknown)[0]!r} to leave out")
    return make([one for one in sessions if one.session_id not in left_out], out, seed, ratio, making)


def listed(path: Path) -> dict[str, str]:
    """The sessions that a list leaves out, each with its reason: an id, a tab, why; a line each."""
    found = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, why = line.partition("\t")
        if not why.strip():
            raise ValueError(f"{path}, line {number}: {name!r} has no reason; write one after a tab")
        found[name.strip()] = why.strip()
    return found


def genuine_sessions(paths: Sequence[Path], reading: Progress = silent) -> list[Session]:
    """All sessions with turns under the paths, taken in as any ingest does."""
    with TemporaryDirectory(prefix="winnow-genuine-") as folder:
        home = Home(Path(folder))
        ingest(home, paths, about=About(file=""), progress=reading)
        return [session for session in home.store.sessions() if session.turns]


def make(
    sessions: Sequence[Session],
    out: Path,
    seed: int,
    ratio: float = 1.0,
    making: Callable[[int, int], None] = lambda _done, _total: None,
) -> dataset.Manifest:
    """Builds a data set from genuine sessions."""
    return dataset.build(sessions, out, seed, version("winnow"), ratio, making)


def _clone(source: Source, folder: Path) -> None:
    git = shutil.which("git")
    if git is None:
        raise FileNotFoundError("git is not installed; it is what fetches public traces")
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = folder.with_name(f".{folder.name}.fetching")
    shutil.rmtree(partial, ignore_errors=True)
    branch = ["--branch", source.branch] if source.branch else []
    command = [git, "clone", "--quiet", "--depth", "1", *branch, source.repository, str(partial)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)  # noqa: S603
        if done.returncode:
            said = " ".join(done.stderr.split()) or "git gave no reason"
            raise ConnectionError(f"{source.repository} cannot be fetched from here: {said}")
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
