"""The commands that run unattended: `winnow nightly` and `winnow serve`, and `winnow audit-sample`, a night's step."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli_options import Budget, LedgerUrl, Prevalence, Which, day_of
from models.rates import BUDGET, PREVALENCE

Paths = Annotated[list[Path] | None, typer.Argument(help="Trace files, archives, or folders of them.")]
Source = Annotated[str | None, typer.Option(help="Name of the system or collection the traces come from.")]
FromFolder = Annotated[bool, typer.Option("--user-from-folder", help="The first folder under PATH is the user's id.")]
Zone = Annotated[str, typer.Option(help="Zone of times that name none, such as Europe/Berlin.")]
Pseudonymise = Annotated[
    bool, typer.Option("--pseudonymise", help="Replace user ids by a keyed hash; the key stays in data/.")
]
Workers = Annotated[int, typer.Option(min=1, help="Shards that are scored at once.")]
Dask = Annotated[str | None, typer.Option(help="With --runner dask: the scheduler of a cluster, tcp://host:port.")]
OnFailure = Annotated[
    str | None, typer.Option(help="A command that is run when a run fails; the reason is its last argument.")
]
Notify = Annotated[str | None, typer.Option(help="A notification block of Prefect's, such as slack-webhook/ops.")]


Wait = Annotated[float, typer.Option(min=0, help="Seconds to wait for another run to end.")]
RetrainOn = Annotated[
    Path | None,
    typer.Option(
        help="A data set to train on when the monitor says so; `winnow dataset build` writes one.", exists=True
    ),
]


class RunnerName(StrEnum):
    """Where shards are scored."""

    threads = "threads"
    processes = "processes"
    dask = "dask"


OnRunner = Annotated[RunnerName, typer.Option(help="Where shards are scored.")]


def nightly(
    context: typer.Context,
    paths: Paths = None,
    source: Source = None,
    user_from_folder: FromFolder = False,
    time_zone: Zone = "UTC",
    pseudonymise: Pseudonymise = False,
    which: Which = None,
    since: Annotated[str | None, typer.Option(help="Only sessions begun on this day or later (2026-01-31).")] = None,
    day: Annotated[str | None, typer.Option(help="Only sessions begun on this day.")] = None,
    rescore: Annotated[
        bool, typer.Option("--rescore", help="Also what another model version has scored as it is.")
    ] = False,
    prevalence: Prevalence = PREVALENCE,
    budget: Budget = BUDGET,
    ledger: LedgerUrl = None,
    wait: Wait = 0.0,
    runner: OnRunner = RunnerName.threads,
    workers: Workers = 1,
    dask: Dask = None,
    retrain_on: RetrainOn = None,
    on_failure: OnFailure = None,
    notify: Notify = None,
    as_json: Annotated[bool, typer.Option("--json", help="The account as JSON, for programs.")] = False,
) -> None:
    """Takes in new traces, scores what is new or has grown, queues it for the auditors, and watches for drift.

    Running it again changes nothing; after a kill or a crash, the same command goes on from there.
    """
    from flows import show
    from flows.runs import alone

    given = _given(context, paths, source, user_from_folder, time_zone, pseudonymise, ledger)
    given |= {"which": which, "since": day_of(since), "day": day_of(day), "rescore": rescore, "prevalence": prevalence}
    given |= {"budget": budget, "wait": wait, "runner": runner.value, "workers": workers, "dask": dask}
    given |= {"retrain_on": _absolute(retrain_on)}
    alone(context.obj)
    from flows.nightly import nightly as flow

    night = flow(**given, on_failure=on_failure, notify=notify)
    if as_json:
        show.json_lines([night.counts()])
    else:
        show.table(("", ""), ((name, "" if value is None else value) for name, value in night.counts().items()))
        show.err.print("A flag is a reason to look, not proof. Next: winnow review")


def audit_sample(
    context: typer.Context,
    ledger: LedgerUrl = None,
    wait: Wait = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="The account as JSON, for programs.")] = False,
) -> None:
    """Puts what has been scored before the auditors: the likely, the doubtful, the unusual, and a random sample.

    It takes the scores that a night or `winnow score --keep` has kept. Running it again changes nothing.
    """
    from flows import show
    from flows.asked import asked
    from flows.operations.audit_sample import audit_sample as operation

    found = asked(context.obj, operation)(context.obj.folder, context.obj.place, ledger, wait)
    counts = {"put in the queue": found.queued, "left out of it": found.left_out, "known before": found.known}
    if as_json:
        show.json_lines([counts])
    else:
        show.table(("scores", "number"), counts.items())
        show.err.print("Next: winnow review")


def serve(
    context: typer.Context,
    paths: Paths = None,
    score_at: Annotated[str, typer.Option(help="When to run nightly, as cron has it.")] = "0 2 * * *",
    retrain_at: Annotated[str | None, typer.Option(help="When to train, as cron has it; with --data.")] = None,
    data: Annotated[
        Path | None, typer.Option(help="A data set that `winnow dataset build` wrote, to train on.", exists=True)
    ] = None,
    source: Source = None,
    user_from_folder: FromFolder = False,
    time_zone: Zone = "UTC",
    pseudonymise: Pseudonymise = False,
    which: Which = None,
    prevalence: Prevalence = PREVALENCE,
    budget: Budget = BUDGET,
    ledger: LedgerUrl = None,
    workers: Workers = 1,
    retrain_on: RetrainOn = None,
    port: Annotated[int, typer.Option(help="Port of Prefect's page, on this machine only.", min=1, max=65535)] = 4200,
    on_failure: OnFailure = None,
    notify: Notify = None,
) -> None:
    """Runs `nightly` (and training) at their times on this machine, with Prefect's page beside it, until Ctrl-C.

    Other commands are on that page too where PREFECT_API_URL names it: http://127.0.0.1:4200/api. They say more slowly
    then what they do, and have no bars on the terminal. prefect.yaml holds all flows for a work pool.
    """
    from flows import show
    from flows.runs import alone

    if (retrain_at is None) != (data is None):
        raise ValueError("--retrain-at and --data go together: when to train, and on what")
    alone(context.obj)
    from flows import serve as flow

    given = _given(context, paths, source, user_from_folder, time_zone, pseudonymise, ledger)
    runner = "processes" if workers > 1 else "threads"
    given |= {"which": which, "prevalence": prevalence, "budget": budget, "runner": runner, "workers": workers}
    given |= {"retrain_on": _absolute(retrain_on)}
    told = {"on_failure": on_failure, "notify": notify}
    home = {"home": given["home"], "store": given["store"]}
    retraining = {**home, **told, "data": _absolute(data), "ledger": ledger}
    served = flow.deployments(score_at, retrain_at, {**given, **told}, retraining)
    with flow.server(context.obj, port) as address:
        times = f"nightly at {score_at!r}" + (f", retrain at {retrain_at!r}" if retrain_at else "")
        show.err.print(f"{times} (Ctrl-C stops it); runs, accounts and logs: {address}", soft_wrap=True)
        flow.serve_all(address, served)


def _given(
    context: typer.Context,
    paths: list[Path] | None,
    source: str | None,
    user_from_folder: bool,
    time_zone: str,
    pseudonymise: bool,
    ledger: str | None,
) -> dict[str, Any]:
    """The flow's parameters as plain values, since a deployment keeps them as JSON."""
    if missing := [str(path) for path in paths or () if not path.exists()]:
        raise FileNotFoundError(f"{missing[0]}: there is no such file or folder")
    return {
        "paths": [str(path.absolute()) for path in paths or ()],
        "home": str(context.obj.folder),
        "store": context.obj.place,
        "source": source,
        "user_from_folder": user_from_folder,
        "time_zone": time_zone,
        "pseudonymise": pseudonymise,
        "ledger": ledger,
    }


def _absolute(path: Path | None) -> str | None:
    return None if path is None else str(path.absolute())
