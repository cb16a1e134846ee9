"""The order of things: the flows and the `winnow` command. Wiring only; the work is in the other rooms.

This room may import all the others.
"""

import os

_TOGETHER = "500"

# The one thing that happens at import, since Prefect reads it at its own, and the server that comes up for a run reads
# what its starter's environment says. What is there already stands.
_SETTINGS = {
    # Whoever imports a flow, by whatever way, has one that tells nobody.
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # Else the server writes each state of a task down at once, which is just when the task asks it for the limits of
    # its tags: it reads, then writes, in one transaction, SQLite refuses that where another has written in between, and
    # the task asks again only after 2 seconds, or 4, 8, 16 … Written together, once a second, they hardly ever meet.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": _TOGETHER,
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": _TOGETHER,
}
for _name, _value in _SETTINGS.items():
    os.environ.setdefault(_name, _value)
