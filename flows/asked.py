"""How a command does what is asked: itself, or as a run that a Prefect server knows of."""

import os
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from flows.home import Home

P = ParamSpec("P")
R = TypeVar("R")

TELLING = ("progress", "step")
"""What operations tell their progress to; a flow tells it on its page instead."""


def asked(home: Home, plain: Callable[P, R]) -> Callable[P, R]:
    """An operation, or where PREFECT_API_URL names a server the flow around it, so that the run is on its page."""
    if not os.environ.get("PREFECT_API_URL"):
        return plain
    from flows.runs import alone

    alone(home)
    from flows import deployed

    flow = getattr(deployed, plain.__name__)

    def run(*given: Any, **named: Any) -> Any:
        return flow(*given, **{name: value for name, value in named.items() if name not in TELLING})

    return cast("Callable[P, R]", run)
