"""Featurize: sessions of the store to one table of features. Wires `features/` to the home."""

from collections.abc import Callable, Iterator
from pathlib import Path

from features import table
from features.feature import load
from features.reference import opened
from features.vectors import Vectors
from flows.home import Home
from traces.schema import Session


def featurize(
    home: Home,
    out: Path | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    language: bool = True,
    reference: Path | None = None,
) -> Path:
    """Writes the features of all sessions that have turns, and returns the file: named by its feature set.

    Those of what texts mean are left out without `language`, those of genuine work without a `reference`.
    """
    total = home.store.table("sessions", columns=["session_id"]).num_rows
    if total == 0:
        raise ValueError("there are no sessions yet; begin with `winnow ingest PATH`")
    sessions = _counted(home.store.sessions(), total, progress)
    known = opened(reference) if reference else None
    return table.write(
        sessions, out or home.data / "features", vectors=vectors(home) if language else None, reference=known
    )


def vectors(home: Home) -> Vectors:
    """The default encoder, the quickest that this machine has, with its cache under the home."""
    from features.openvino_encoder import fast_encoder

    return Vectors(fast_encoder(), home.data / "vectors")


def explained() -> list[dict[str, str]]:
    """Each feature's name and kind, what it says, and when it is honest all the same."""
    return [
        {"name": one.name, "kind": one.kind, "what it says": one.meaning, "honest when": one.honest}
        for one in load(language=True).values()
    ]


def _counted(sessions: Iterator[Session], total: int, progress: Callable[[int, int], None]) -> Iterator[Session]:
    for done, session in enumerate(sessions, 1):
        progress(done, total)
        if session.turns:
            yield session
