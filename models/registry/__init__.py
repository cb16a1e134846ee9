"""The one home of MLflow, which is imported where it is used, since that takes seconds.

`Place` says where runs and versions are kept; `record` keeps a run with its model, `sweep` one of tuning; `register`,
`promote` and `rollback` move the aliases `champion` and `challenger` of the registered model `winnow`.

Autologging is not used: it would see LightGBM's own training alone, and log a forest without its calibration.
"""

from models.registry.place import NoVersion, Place, Unreachable
from models.registry.promotion import Refused, promote, rollback
from models.registry.runs import Cost, Record, code_version, record
from models.registry.sweeps import log_best, log_trial, sweep
from models.registry.traces import trace_documents
from models.registry.versions import (
    Side,
    Version,
    challenger,
    champion,
    compare,
    find,
    folder_of,
    register,
    versions,
)

__all__ = [
    "Cost",
    "NoVersion",
    "Place",
    "Record",
    "Refused",
    "Side",
    "Unreachable",
    "Version",
    "challenger",
    "champion",
    "code_version",
    "compare",
    "find",
    "folder_of",
    "log_best",
    "log_trial",
    "promote",
    "record",
    "register",
    "rollback",
    "sweep",
    "trace_documents",
    "versions",
]
