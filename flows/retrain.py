"""Retrain: a challenger from a data set and verdicts, set against the champion, promoted where it passes the gate."""

from contextlib import closing, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from flows import learning, promotion
from flows.failures import tell_failure
from flows.home import Home
from flows.operations.train import train
from flows.pages import trained
from flows.retries import JITTER, PAUSES, TIMES, hopeful
from flows.telling import counted
from flows.verdicts import open_ledger
from models.registry import Place, versions

HOUR = 3600
PAUSE = timedelta(days=7)
"""A night trains no model while the last one is younger: what the monitor saw has hardly changed."""


@task(name="train", task_run_name="train", tags=["train"], timeout_seconds=12 * HOUR, cache_policy=NO_CACHE)
def train_one(home: Home, data: Path, language: bool, verdicts: bool, ledger: str | None) -> str:
    """Trains a model and registers it as the challenger; its name is handed on."""
    found = train(data, home.folder, home.place, language=language, verdicts=verdicts, ledger=ledger, step=counted)
    create_markdown_artifact(key="train", markdown=trained(found), description=f"{found.version} was trained")
    get_run_logger().info(
        "%s is the challenger; %s", found.version, found.told or "there were no verdicts to learn from"
    )
    return str(found.version)


@task(
    name="promote", task_run_name="promote {which}", tags=["registry"], retries=TIMES, retry_delay_seconds=PAUSES,
    retry_jitter_factor=JITTER, retry_condition_fn=hopeful, timeout_seconds=2 * HOUR, cache_policy=NO_CACHE,
)  # fmt: skip
def promote_one(home: Home, data: Path, which: str, ledger: str | None) -> bool:
    """Puts a version through the gate; whether it is the champion now."""
    loaded = learning.load(data, promotion.standing(home)[0].vectors)
    book = open_ledger(home, ledger)
    with closing(book) if book is not None else nullcontext():
        compared = promotion.compare(home, loaded, which, book, counted("verdicts"))
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
    verdicts: bool = True,
    ledger: str | None = None,
    on_failure: str | None = None,  # noqa: ARG001 (the hook reads it)
    notify: str | None = None,  # noqa: ARG001
) -> str:
    """Trains a challenger on a data set that `winnow dataset build` wrote and on auditors' verdicts.

    It is promoted where the gate lets it through. One that is refused stays the challenger, and that is no failure: the
    champion goes on scoring.
    """
    place = Home(home.absolute(), store)
    name = train_one(place, data.absolute(), language, verdicts, ledger)
    if promoting:
        promote_one(place, data.absolute(), name, ledger)
    return name


def young(home: Home) -> str | None:
    """The newest version, where it is younger than the pause."""
    newest = max(versions(Place.at(home.folder)), key=lambda one: one.made, default=None)
    return newest.name if newest is not None and datetime.now(UTC) - newest.made < PAUSE else None
