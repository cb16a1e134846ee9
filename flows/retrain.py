"""Retrain: a challenger from a data set, compared with the champion, and promoted where it passes the gate."""

from pathlib import Path

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from flows import learning, promotion
from flows import train as training
from flows.failures import tell_failure
from flows.featurize import vectors
from flows.home import Home
from flows.retries import JITTER, PAUSES, TIMES, hopeful

HOUR = 3600


@task(name="train", task_run_name="train", tags=["train"], timeout_seconds=12 * HOUR, cache_policy=NO_CACHE)
def train_one(home: Home, data: Path, language: bool) -> str:
    """Trains a model and registers it as the challenger; its name is handed on."""
    made = training.train(data, vectors(home) if language else None)
    found = training.keep(home, made)
    get_run_logger().info("%s is the challenger", found.name)
    return found.name


@task(
    name="promote", task_run_name="promote {which}", tags=["registry"], retries=TIMES, retry_delay_seconds=PAUSES,
    retry_jitter_factor=JITTER, retry_condition_fn=hopeful, timeout_seconds=2 * HOUR, cache_policy=NO_CACHE,
)  # fmt: skip
def promote_one(home: Home, data: Path, which: str) -> bool:
    """Puts a version through the gate; whether it is the champion now."""
    loaded = learning.load(data, promotion.standing(home)[0].vectors)
    compared = promotion.compare(home, loaded, which)
    decision = compared.decision
    said = "passed" if decision.passed else "refused"
    page = f"# {which} against {compared.against.name}: {said}\n\n{decision.markdown()}"
    create_markdown_artifact(key="promotion", markdown=page, description="; ".join(decision.reasons) or said)
    if decision.passed:
        promotion.carry_out(home, compared)
    get_run_logger().info("%s was %s, against %s", which, said, compared.against.name)
    return decision.passed


@flow(name="retrain", flow_run_name="retrain", on_failure=[tell_failure], on_crashed=[tell_failure])
def retrain(
    data: Path,
    home: Path = Path(),
    store: str | None = None,
    language: bool = True,
    promoting: bool = True,
    on_failure: str | None = None,  # noqa: ARG001 (the hook reads it)
    notify: str | None = None,  # noqa: ARG001
) -> str:
    """Trains a challenger on a data set that `winnow dataset build` wrote; promotes it where the gate lets it through.

    A challenger that is refused stays the challenger, and that is no failure: the champion goes on scoring.
    """
    place = Home(home.absolute(), store)
    name = train_one(place, data.absolute(), language)
    if promoting:
        promote_one(place, data.absolute(), name)
    return name
