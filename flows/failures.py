"""Who is told when a run fails: a command of the operator's, or a notification block that Prefect keeps."""

import shlex
import subprocess
from typing import Any

from prefect import Flow
from prefect.blocks.core import Block
from prefect.client.schemas.objects import FlowRun, State

TOLD_BY = ("on_failure", "notify")
"""The parameters of a flow that name a command and a block; the flow leaves them alone, the hook reads them."""

_PATIENCE = 60


def tell_failure(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001 (so they are named)
    """Runs the command of the run's `on_failure` with the reason added, and notifies by the block of its `notify`."""
    said = dict(flow_run.parameters or {})
    text = f"winnow: {flow_run.name} is {state.name}: {state.message}"
    if said.get("on_failure"):
        subprocess.run([*shlex.split(said["on_failure"]), text], check=True, timeout=_PATIENCE)  # noqa: S603
    if said.get("notify"):
        block: Any = Block.load(said["notify"])  # such as slack-webhook/operators
        block.notify(text, subject=f"winnow: {flow_run.name} is {state.name}")
