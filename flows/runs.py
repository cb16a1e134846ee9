"""What a run needs around it: nobody else writing, and a Prefect that stays on this machine and says what matters."""

import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from flows.home import Home

_LOOK_AGAIN = 1.0


class RunBusy(OSError):
    """Another run is scoring for the same home."""


@contextmanager
def only_run(home: Home, wait: float = 0.0, told: Callable[[str], None] = lambda _text: None) -> Iterator[None]:
    """Holds the home's lock of runs, after waiting at most so many seconds for another run to end.

    The system lets go of it when the process dies, however it dies. `winnow ingest` by hand does not need it.
    """
    lock = home.data / ".nightly.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        until, waited = monotonic() + wait, False
        while not _locked(file.fileno()):
            if monotonic() >= until:
                raise RunBusy(
                    f"another run is going on (it holds {lock}){f' and did not end in {wait:g} s' if wait else ''}; "
                    "run this again when it has ended, or let it wait with --wait SECONDS"
                )
            if not waited:
                told(f"another run is going on (it holds {lock}); waiting for it to end, {wait:g} s at most")
            waited = True
            sleep(min(_LOOK_AGAIN, max(0.0, until - monotonic())))
        yield


def alone(home: Home) -> None:
    """Keeps Prefect on this machine: its state under the home, nothing of its own on its page.

    That it tells nobody is settled where this room is imported (`flows/__init__.py`).
    To be called before Prefect is imported. What the environment says already stands: a server's address, for one.
    """
    settings = {
        "PREFECT_HOME": str(prefect_home(home)),
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "300",  # its 20 s are too few where the machine is busy
    }
    for name, value in settings.items():
        os.environ.setdefault(name, value)
    Path(os.environ["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)
    quiet()


def prefect_home(home: Home) -> Path:
    """Where Prefect keeps its database and its logs."""
    return home.data / "prefect"


def quiet() -> None:
    """Drops what Prefect's own server says when it is stopped: tasks of its event loop that were cancelled."""
    for name in ("uvicorn.error", "uvicorn", "asyncio", "prefect.server", "prefect._internal.concurrency", ""):
        logging.getLogger(name).addFilter(_says_something)


def _says_something(record: logging.LogRecord) -> bool:
    failed = record.exc_info[1] if record.exc_info else None
    return "CancelledError" not in record.getMessage() and type(failed).__name__ != "CancelledError"


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
