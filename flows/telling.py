"""How a run tells its progress in Prefect: bars on the run's page, and lines in its log."""

import re
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import cast
from uuid import UUID

from prefect import get_run_logger
from prefect.artifacts import create_progress_artifact, update_progress_artifact

_EVERY = 5.0
_FILES = 500

Counted = Callable[[int, int], None]


def counted(what: str = "progress") -> Counted:
    """A bar that begins with the first thing that is counted, and moves every few seconds."""
    key, bar, told = re.sub("[^a-z0-9]+", "-", what.lower()), list[UUID](), [0.0]

    def tell(done: int, total: int) -> None:
        if not bar:
            bar.append(cast("UUID", create_progress_artifact(0.0, key=key, description=what)))
        if done >= total or monotonic() - told[0] >= _EVERY:
            told[0] = monotonic()
            update_progress_artifact(bar[0], 100 * done / max(1, total))

    return tell


def steps() -> Callable[[str], Counted]:
    """A bar for each step."""
    return counted


def files() -> Callable[[Path, int], None]:
    """A line in the log now and then, since it is not known how many files there are."""
    log, seen = get_run_logger(), set[Path]()

    def tell(path: Path, _size: int) -> None:
        seen.add(path)
        if len(seen) >= _FILES:
            seen.clear()
            log.info("%s more files dealt with, the last is %s", _FILES, path)

    return tell
