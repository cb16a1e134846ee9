"""What is tried again, how often and after which pauses."""

import errno
from typing import Any

from prefect.client.schemas.objects import State
from prefect.tasks import exponential_backoff

TIMES = 3
PAUSES = exponential_backoff(backoff_factor=5)
"""5, 10 and 20 seconds, a little more or less, so that many do not come again at the same moment."""
JITTER = 0.3

_FOR_GOOD = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EISDIR}

_DATABASE_IS_FULL = ("disk is full", "disk I/O error")
"""What SQLite says then, in an error that has no number."""


def hopeful(_task: Any, _run: Any, state: State[Any]) -> bool:
    """Whether what failed may go better soon: another writer, a network, a registry; no full disk, no wrong input.

    A part of the store that has gone counts as hopeful: another ingest has replaced it, and the new one is there.
    """
    error = state.data if isinstance(state.data, BaseException) else None
    if error is None:
        error = state.result(raise_on_failure=False)
    return may_pass(error)


def may_pass(error: object) -> bool:
    """Whether an error is of the kind that goes away by itself."""
    if isinstance(error, FileNotFoundError) and error.errno is None:
        return False  # Winnow's own word for a path that was given and is not there
    if isinstance(error, OSError):
        return error.errno not in _FOR_GOOD
    if any(text in str(error) for text in _DATABASE_IS_FULL):
        return False
    return not isinstance(error, (ValueError, TypeError, LookupError))
