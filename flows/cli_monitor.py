"""The command of the monitor: `winnow monitor`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from models.rates import BUDGET, PREVALENCE


def monitor(
    context: typer.Context,
    which: Annotated[
        str | None, typer.Option("--model", help="The version whose scores to look at; the champion by default.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the report; data/reports/… by default.")] = None,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Look back from the end of this day; from the newest session else."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="The newest days, which are compared with those before.")] = 7,
    periods: Annotated[int, typer.Option(min=2, help="So many times as many days are looked at in all.")] = 9,
    ledger: Annotated[
        str | None,
        typer.Option(envvar="WINNOW_LEDGER", help="The ledger's database URL; data/audit.db by default."),
    ] = None,
    prevalence: Annotated[
        float, typer.Option(min=0.0001, max=0.9999, help="The share of padded sessions that the scores assume.")
    ] = PREVALENCE,
    budget: Annotated[
        float, typer.Option("--false-positive-budget", min=0.0001, max=0.5, help="What was promised of genuine ones.")
    ] = BUDGET,
    keep: Annotated[bool, typer.Option(help="Keep the report in MLflow as well.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="The whole report as JSON, for programs.")] = False,
) -> None:
    """Says whether the model still fits what it judges: *fine*, *investigate* or *retrain*, and why.

    Compares scores and features with training and with the weeks before; shares flagged, unscored and unreadable; what
    auditors found. Where there is too little to go by, it says that it cannot tell. It changes nothing.
    """
    from flows import show
    from flows.asked import asked
    from flows.operations.monitor import monitor as operation

    day_end = until.replace(hour=23, minute=59, second=59, tzinfo=UTC) if until else None
    found = asked(context.obj, operation)(
        context.obj.folder, context.obj.place, which, out, day_end, days, periods, ledger, prevalence, budget, keep
    )
    if as_json:
        typer.echo(found.report.json(), nl=False)
    else:
        rows = [(reason.call, reason.text) for reason in found.verdict.reasons]
        show.table(("verdict", "why"), [*rows, *(("cannot tell", reason) for reason in found.verdict.untold)])
    show.err.print(f"{found.verdict.call}; the report is {found.folder / 'report.md'}")
