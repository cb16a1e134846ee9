"""The steps of a night as Prefect's tasks: what each is called, how often it is tried, how long it may take."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from prefect import get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from audit.intake import Intake
from flows import model as models
from flows.home import Home
from flows.ingest import ingest
from flows.intake import bring
from flows.retries import JITTER, PAUSES, TIMES, hopeful
from flows.scoring import Tally, score_shard
from flows.shards import Shard
from flows.telling import files
from traces.format import About
from traces.ingest import Account

HOUR = 3600


@task(
    name="ingest", task_run_name="ingest", tags=["ingest"], retries=TIMES, retry_delay_seconds=PAUSES,
    retry_jitter_factor=JITTER, retry_condition_fn=hopeful, timeout_seconds=12 * HOUR, cache_policy=NO_CACHE,
)  # fmt: skip
def read_traces(home: Home, paths: Sequence[Path], about: About, user_from_folder: bool) -> Account:
    """Takes in what is new under the paths."""
    account = ingest(home, paths, about=about, user_from_folder=user_from_folder, progress=files())
    get_run_logger().info(
        "files %s; sessions %s; quarantined %s", *map(dict, (account.files, account.sessions, account.quarantined))
    )
    return account


@task(
    name="choose", task_run_name="choose the model", tags=["registry"], retries=TIMES, retry_delay_seconds=PAUSES,
    retry_jitter_factor=JITTER, retry_condition_fn=hopeful, timeout_seconds=HOUR, cache_policy=NO_CACHE,
)  # fmt: skip
def choose(home: Home, which: str | None) -> tuple[str, str]:
    """The name of the version that scores, and how to ask for this very version again."""
    found = models.model(home, which)
    if found.folder == models.SHIPPED:
        return found.name, "shipped"
    is_folder = which is not None and (Path(which) / "model.json").is_file()
    return found.name, str(Path(str(which)).absolute()) if is_folder else found.name


@task(
    name="score", task_run_name="score {shard}", tags=["shard"], retries=TIMES, retry_delay_seconds=PAUSES,
    retry_jitter_factor=JITTER, retry_condition_fn=hopeful, timeout_seconds=2 * HOUR, cache_policy=NO_CACHE,
)  # fmt: skip
def score_one(home: Home, which: str, shard: Shard, number: int, prevalence: float, budget: float) -> Tally:
    """Measures and scores one shard; what is handed on is an account of it, features and scores are in their files."""
    tally = score_shard(home, _loaded(home, which, number), shard, number, prevalence, budget)
    counts = f"{tally.scored} scored, {tally.unscored} unscored, {tally.flagged} flagged"
    get_run_logger().info("%s: %s in %s s", shard, counts, tally.seconds)
    return tally


@task(
    name="queue", task_run_name="queue", tags=["ledger"], retries=TIMES, retry_delay_seconds=PAUSES,
    retry_jitter_factor=JITTER, retry_condition_fn=hopeful, timeout_seconds=4 * HOUR, cache_policy=NO_CACHE,
)  # fmt: skip
def queue_scores(home: Home, ledger: str | None) -> Intake:
    """Brings the scores before the auditors."""
    return bring(home, ledger)


@dataclass(frozen=True, slots=True)
class Watched:
    """What the monitor said."""

    call: str
    """Its verdict, in a word or two."""
    text: str


@task(name="monitor", task_run_name="monitor", tags=["monitor"], timeout_seconds=2 * HOUR, cache_policy=NO_CACHE)
def watch(home: Home, named: str, which: str, ledger: str | None, prevalence: float, budget: float) -> Watched | None:
    """What the monitor says of a model version, where there is a monitor: named as `package.module:function`."""
    module, _, function = named.partition(":")
    if not named or find_spec(module) is None:
        get_run_logger().info("nobody watches the scores: there is no monitor %r", named)
        return None
    call = getattr(import_module(module), function)
    found = call(home, which, ledger=ledger, prevalence=prevalence, budget=budget)
    get_run_logger().info("monitor: %s", found)
    create_markdown_artifact(key="monitor", markdown=found.markdown, description=str(found))
    return Watched(found.verdict.call, str(found))


@lru_cache(maxsize=1)
def _loaded(home: Home, which: str, _run: int) -> models.Model:
    """The model, once a process and run."""
    return models.model(home, which)
