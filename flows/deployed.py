"""The operations as Prefect's flows: the very functions that the commands call, with their account on the run's page.

A run tells its progress there too, and an operator that it failed where it is given a command or a notification block
for that. `flows.nightly` and `flows.retrain` are flows of their own.
"""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Any, ParamSpec, TypeVar, cast

from prefect import Flow, flow, get_run_logger
from prefect.artifacts import create_markdown_artifact

from flows import pages
from flows.failures import TOLD_BY, tell_failure
from flows.operations import audit_sample as sampling
from flows.operations import evaluate as evaluating
from flows.operations import featurize as measuring
from flows.operations import ingest as reading
from flows.operations import monitor as watching
from flows.operations import score as scoring
from flows.operations import train as training
from flows.telling import counted, files, steps

P = ParamSpec("P")
R = TypeVar("R")

HOURS = 12
_HOOKED = {"on_failure": [tell_failure], "on_crashed": [tell_failure]}
_TELLING: dict[str, Callable[[], object]] = {"progress": counted, "step": steps}


def flow_of(plain: Callable[P, R], page: Callable[[R], str], **telling: Callable[[], object]) -> Flow[P, R]:
    """A flow around a function; what the function tells its progress to is no parameter of the flow.

    Whom a failure is told is one, and the hook reads it.
    """
    own, name = signature(plain), plain.__name__
    told = {one: made for one, made in (_TELLING | telling).items() if one in own.parameters}
    hooks = [Parameter(one, Parameter.KEYWORD_ONLY, default=None, annotation=str | None) for one in TOLD_BY]

    @wraps(plain)
    def run(*given: P.args, **named: P.kwargs) -> R:
        for hook in hooks:
            named.pop(hook.name, None)
        shown = {one: made() for one, made in told.items()}
        found = cast("Callable[..., R]", plain)(*given, **{**named, **shown})
        get_run_logger().info("%s is done; its account is among the run's artifacts", name)
        create_markdown_artifact(key=name.replace("_", "-"), markdown=page(found), description="The run's account")
        return found

    left = [*(one for one in own.parameters.values() if one.name not in told), *hooks]
    del run.__wrapped__  # else Prefect would take the plain function for what is deployed
    run.__module__, run.__qualname__ = __name__, name
    run.__signature__ = own.replace(parameters=left)  # type: ignore[attr-defined]
    made: Callable[..., Any] = flow
    return cast("Flow[P, R]", made(run, name=name, flow_run_name=name, timeout_seconds=HOURS * 3600, **_HOOKED))


ingest = flow_of(reading.ingest, pages.ingested, progress=files)
featurize = flow_of(measuring.featurize, lambda found: f"# Features\n\n{found}")
score = flow_of(scoring.score, lambda found: pages.page("Scored", found.counts()))
audit_sample = flow_of(sampling.audit_sample, pages.queued)
monitor = flow_of(watching.monitor, lambda found: found.markdown)
train = flow_of(training.train, pages.trained)
evaluate = flow_of(evaluating.evaluate, lambda found: found.report.markdown())
