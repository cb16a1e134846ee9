"""Nightly: ingest, measure and score what is new or has grown, queue it, watch, and train anew where that is asked for.

Prefect's part: order, retries, states, accounts.

The command, a deployment and an import all call `nightly`; each step can be called without Prefect as well.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import pyarrow.compute as pc
from prefect import flow, get_run_logger
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.client.schemas.objects import State
from prefect.futures import as_completed

from flows.failures import tell_failure
from flows.home import Home
from flows.measured import sweep
from flows.night import Night, reasons_of, shares
from flows.retrain import PAUSE, retrain, young
from flows.runners import Runner, one_server, runner_named
from flows.runs import only_run
from flows.scores import scores, scores_of
from flows.scoring import Tally
from flows.shards import PER_SHARD, Shard, Span, due
from flows.steps import Watched, choose, queue_scores, read_traces, score_one, watch
from models.rates import BUDGET, PREVALENCE
from traces.format import About
from traces.ingest import Account

ADVISED = (
    "advised: `winnow train --data DATA`, then `winnow models promote --data DATA`; "
    "`winnow nightly --retrain-on DATA` does both"
)

MONITOR = "flows.monitor:monitor"
"""What watches the scores, where it is there: called as `flows.steps.watch` calls it, and what it says is logged."""


class NotAllDone(RuntimeError):
    """A run did what could be done, and something could not."""


@flow(name="nightly", flow_run_name="nightly", on_failure=[tell_failure], on_crashed=[tell_failure])
def nightly(
    paths: Sequence[Path] = (),
    home: Path = Path(),
    store: str | None = None,
    source: str | None = None,
    user_from_folder: bool = False,
    time_zone: str = "UTC",
    pseudonymise: bool = False,
    which: str | None = None,
    since: date | None = None,
    day: date | None = None,
    rescore: bool = False,
    prevalence: float = PREVALENCE,
    budget: float = BUDGET,
    ledger: str | None = None,
    per_shard: int = PER_SHARD,
    wait: float = 0.0,
    runner: Runner = "threads",
    workers: int = 1,
    dask: str | None = None,
    monitor: str = MONITOR,
    retrain_on: Path | None = None,
    on_failure: str | None = None,  # noqa: ARG001 (the hook reads it)
    notify: str | None = None,  # noqa: ARG001
) -> Night:
    """Takes in the traces under the paths, scores what is new or has grown, and brings it before the auditors.

    Where the monitor then says *retrain*, a challenger is trained on the data set `retrain_on`, if there is one.
    Run again, it changes nothing; killed, the next run goes on from there. `since`, `day` and `rescore` are those of
    `flows.shards.Span`; another run's end is waited for so many seconds. What can be done is done and stays where
    something else cannot, and then the run fails with the reason.
    """
    log, place = get_run_logger(), Home(home.absolute(), store)
    about = About(file="", source=source, zone=ZoneInfo(time_zone), pseudonymise=pseudonymise)
    with only_run(place, wait, log.warning):
        scores_of(place).sweep()
        sweep(place)
        account = read_traces(place, [path.absolute() for path in paths], about, user_from_folder)
        version, pinned = choose(place, which)
        shards = due(place, version, Span(since, day, rescore), per_shard)
        log.info("to score by %s: %s sessions in %s shards", version, sum(len(one.ids) for one in shards), len(shards))
        given = {"home": place, "which": pinned, "number": scores_of(place).next_number()}
        given |= {"prevalence": prevalence, "budget": budget}
        done, failed = _all_shards(shards, given, runner, workers, dask)
        queued = queue_scores(place, ledger, return_state=True)
        states: dict[str, State[Any]] = {"queue": queued}
        if scores_of(place).files():
            states["monitor"] = watch(place, monitor, pinned, ledger, prevalence, budget, return_state=True)
        failed += [f"{name}: {one.message}" for name, one in states.items() if one.is_failed()]
        night = Night(
            model_version=version,
            files=dict(account.files),
            sessions_in=account.sessions["new"] + account.sessions["updated"],
            quarantined=account.quarantined.total(),
            tallies=tuple(done),
            failed=(*failed, *_unread(place, account)),
            queue=None if queued.is_failed() else queued.result(),
            shares=shares(scores(place)),
        )
        seen = states["monitor"].result() if "monitor" in states and states["monitor"].is_completed() else None
    if seen is not None:
        why, failure = anew(place, seen, retrain_on, ledger) if seen.call == "retrain" else (None, ())
        night = replace(night, monitor=seen.text, retraining=why, failed=(*night.failed, *failure))
    tell(night)
    if night.failed:
        raise NotAllDone(reasons_of(night.failed))
    return night


def anew(home: Home, seen: Watched, data: Path | None, ledger: str | None) -> tuple[str, tuple[str, ...]]:
    """What came of the monitor's asking for another model, and why it failed if it did.

    The lock is not held meanwhile: the next night need not wait for it.
    """
    if data is None:
        return ADVISED, ()
    if (old := young(home)) is not None:
        return f"not yet: {old} was trained less than {PAUSE.days} days ago", ()
    get_run_logger().info("training anew, since the monitor says %s", seen.text)
    state = retrain(data, home.folder, home.place, ledger=ledger, return_state=True)
    if not state.is_completed():
        return "failed", (f"retrain: {state.message}",)
    return f"{state.result()} was trained; `winnow models list` says whether it is the champion", ()


def tell(night: Night) -> None:
    """Leaves the account where the operator looks: on the run's page."""
    create_markdown_artifact(key="nightly", markdown=night.markdown(), description="The night's account")
    create_table_artifact(key="nightly-shards", table=night.shards(), description="Shards, the slowest first")


def _all_shards(
    shards: Sequence[Shard], given: dict[str, Any], runner: Runner, workers: int, dask: str | None
) -> tuple[list[Tally], list[str]]:
    """The accounts of the shards that were scored, and why the others were not."""
    done, failed = list[Tally](), list[str]()
    progress = cast("UUID", create_progress_artifact(0.0, key="nightly-progress", description="Shards scored"))
    for number, (shard, state) in enumerate(_ended(shards, given, runner, workers, dask), 1):
        if state.is_completed():
            done.append(state.result())
        else:
            failed.append(f"shard {shard}: {state.message}")
        update_progress_artifact(progress, 100 * number / len(shards))
    return sorted(done, key=lambda tally: tally.shard), sorted(failed)


def _ended(
    shards: Sequence[Shard], given: dict[str, Any], runner: Runner, workers: int, dask: str | None
) -> Iterator[tuple[Shard, State[Tally]]]:
    """Each shard as it ends. A time limit does not reach into threads beside the main one, so one worker gets none."""
    if runner == "threads" and workers == 1:
        yield from ((shard, score_one(shard=shard, **given, return_state=True)) for shard in shards)
        return
    one = score_one.with_options(timeout_seconds=None) if runner == "threads" else score_one
    with one_server(), runner_named(runner, workers, dask) as chosen:
        asked = {chosen.submit(one, {**given, "shard": shard}): shard for shard in shards}
        for future in as_completed(list(asked)):
            future.wait()
            yield asked[future], future.state


def _unread(home: Home, account: Account) -> Iterator[str]:
    """The files that the system did not let read, which the operator has to see to."""
    if not account.files["unreadable-file"]:
        return
    where = pc.field("reason") == "unreadable-file"
    for row in home.store.table("quarantine", columns=["file", "detail"], where=where).to_pylist():
        yield f"{row['file']}: {row['detail']}"
