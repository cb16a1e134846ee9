"""Logs of the Inspect evaluation framework: `.eval` archives and plain `.json` logs, one session a sample.

A sample's `messages` are its turns; its events say when each came, what it cost and which model answered. Model calls
that are not in `messages` (graders, sub-agents, history that was compacted away) are left out. A member of an archive
that is damaged is refused alone. Not read: samples in chunks (`samples/<id>_epoch_<n>/sample.json`), which Inspect only
writes on demand.
"""

from traces.readers.inspect_eval.reader import FORMAT

__all__ = ["FORMAT"]
