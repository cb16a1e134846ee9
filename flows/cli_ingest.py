"""The commands that read traces: `ingest`, `formats`, `quarantine`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli_options import AsJson
from flows.home import Home

quarantine = typer.Typer(
    name="quarantine", no_args_is_help=True, help="What could not be read, kept with its reason and its bytes."
)
Paths = Annotated[list[Path] | None, typer.Argument(help="Trace files, archives, or folders of them.")]


def ingest(
    context: typer.Context,
    paths: Paths = None,
    user: Annotated[str | None, typer.Option(help="Whose sessions these are, where the trace does not say.")] = None,
    user_from_folder: Annotated[
        bool, typer.Option("--user-from-folder", help="The first folder under PATH is the user's id.")
    ] = False,
    source: Annotated[str | None, typer.Option(help="Name of the system or collection the traces come from.")] = None,
    time_zone: Annotated[str, typer.Option(help="Zone of times that name none, such as Europe/Berlin.")] = "UTC",
    format: Annotated[str | None, typer.Option(help="Read as this format instead of recognising it.")] = None,
    person_column: Annotated[str | None, typer.Option(help="Tables: the column with the person.")] = None,
    text_column: Annotated[str | None, typer.Option(help="Tables: the column with the text.")] = None,
    time_column: Annotated[str | None, typer.Option(help="Tables: the column with the time.")] = None,
    shift_gap: Annotated[
        float, typer.Option(help="Tables: a pause of so many minutes ends a shift.", min=0.001)
    ] = 240.0,
    mlflow: Annotated[str | None, typer.Option(help="Tracking URI of an MLflow whose traces to read as well.")] = None,
    experiment: Annotated[list[str] | None, typer.Option(help="With --mlflow: only these experiments.")] = None,
    pseudonymise: Annotated[
        bool, typer.Option("--pseudonymise", help="Replace user ids by a keyed hash; the key stays in data/.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Read unchanged files as well.")] = False,
    as_json: AsJson = False,
) -> None:
    """Reads agent traces into the store: finds each file's format, walks folders, unpacks .gz, .zst and .zip.

    Running it again takes in only what is new or has grown. What cannot be read goes to the quarantine.
    """
    from flows import show
    from flows.asked import asked
    from flows.operations.ingest import ingest as operation
    from traces.pseudonyms import is_exposed

    home: Home = context.obj
    if experiment and mlflow is None:
        raise typer.BadParameter("it goes with --mlflow URI", param_hint="--experiment")
    if not paths and mlflow is None:
        raise typer.BadParameter("give at least one PATH, or --mlflow URI", param_hint="PATHS")
    try:
        with show.progress_over(paths or ()) as told:
            account = asked(home, operation)(
                paths or (), home.folder, home.place, user, user_from_folder, source, time_zone, format, person_column,
                text_column, time_column, shift_gap, mlflow, experiment or (), pseudonymise, again, progress=told,
            )  # fmt: skip
    except KeyboardInterrupt:
        show.err.print("stopped; what was committed stays, and the same command goes on from there")
        raise typer.Exit(130) from None
    _account(account, as_json)
    if pseudonymise and is_exposed(home.pseudonym_key):
        show.err.print(f"others can read {home.pseudonym_key}, and with it tell whose pseudonym is whose: chmod 600 it")
    if account.quarantined and not account.records_read:
        raise ValueError("nothing could be read; `winnow quarantine list` says why, `winnow formats` what can be")


def formats(as_json: AsJson = False) -> None:
    """Lists the trace formats that can be read."""
    from flows import show
    from traces.readers import FORMATS

    if as_json:
        show.json_lines({"name": format.name, "title": format.title} for format in FORMATS)
    else:
        show.table(("name", "what it is"), ((format.name, format.title) for format in FORMATS))


@quarantine.command("list")
def list_quarantine(
    context: typer.Context,
    reason: Annotated[str | None, typer.Option(help="Only with this reason.")] = None,
    as_json: AsJson = False,
) -> None:
    """Lists what could not be read: file, line, reason; with --json the raw bytes as well (base64)."""
    from flows import listings, show

    rows = listings.quarantined(context.obj, reason)
    if as_json:
        show.json_lines(rows)
        return
    show.quarantined(rows)
    if rows:
        show.err.print("`winnow quarantine retry` reads them again, after a repair or an upgrade")


@quarantine.command("retry")
def retry_quarantine(context: typer.Context, as_json: AsJson = False) -> None:
    """Reads everything in the quarantine again."""
    from flows import ingest as flow
    from flows import show

    with show.progress_over([]) as told:
        account = flow.retry(context.obj, told)
    _account(account, as_json)


def _account(account: Any, as_json: bool) -> None:
    import msgspec

    from flows import show

    if as_json:
        show.json_lines([msgspec.to_builtins(account)])
    else:
        show.account(account)
