"""The `winnow` command: options in, flows called, results shown. Nothing is worked out here."""

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli_dataset import dataset, simulate
from flows.cli_flows import Wait, audit_sample, nightly, serve
from flows.cli_models import evaluate
from flows.cli_monitor import monitor
from flows.cli_options import day_of
from flows.cli_review import audit, review
from flows.cli_score import explain, score
from flows.cli_truth import truth
from flows.cli_tuning import tune
from flows.cli_versions import models, train
from flows.home import Home

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Separates padded AI usage from genuine use. A flag is a reason to look, not proof.",
    epilog="Start with `winnow ingest PATH`, then `winnow sessions list`. State lies in data/ and mlruns/ here.",
)
sessions = typer.Typer(no_args_is_help=True, help="What has been ingested.")
quarantine = typer.Typer(no_args_is_help=True, help="What could not be read, kept with its reason and its bytes.")
app.add_typer(sessions, name="sessions")
app.add_typer(dataset, name="dataset")
app.command()(simulate)
app.command()(truth)
app.add_typer(quarantine, name="quarantine")
app.command()(score)
app.command()(explain)
app.command()(train)
app.command()(tune)
app.command()(evaluate)
app.add_typer(models, name="models")
app.command()(audit_sample)
app.command()(nightly)
app.command()(serve)
app.command()(monitor)
app.command()(review)
app.add_typer(audit, name="audit")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]
Paths = Annotated[list[Path] | None, typer.Argument(help="Trace files, archives, or folders of them.")]


def main() -> None:
    """Runs the command; an error is one clear line and a non-zero exit, a traceback only with `--debug`."""
    try:
        app()
    except KeyboardInterrupt:
        typer.secho("winnow: stopped", fg="red", err=True)
        sys.exit(130)
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        from traces.format import Unreadable

        expected = isinstance(error, (OSError, Unreadable, ValueError))
        known = str(error) if expected else f"this should not happen: {type(error).__name__}: {error}"
        hint = "" if expected else " (run it again with `winnow --debug …` for the traceback, and report it)"
        typer.secho(f"winnow: {' '.join(known.split())}{hint}", fg="red", err=True)
        sys.exit(1)


@app.callback(invoke_without_command=True)
def options(
    context: typer.Context,
    home: Annotated[
        Path | None, typer.Option(envvar="WINNOW_HOME", help="Folder with the state; the current one by default.")
    ] = None,
    store: Annotated[
        str | None, typer.Option(envvar="WINNOW_STORE", help="Where sessions are stored, if not in the home: s3://…")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,  # noqa: ARG001
    show_version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Options that every command has."""
    if show_version:
        typer.echo(f"winnow {version('winnow')}")
        raise typer.Exit
    context.obj = Home((home or Path.cwd()).expanduser().absolute(), store)


@app.command()
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


@app.command()
def export(
    context: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(help="Session ids; all sessions by default.")] = None,
    out: Annotated[Path | None, typer.Option(help="File to write (.gz is compressed); standard output else.")] = None,
) -> None:
    """Writes sessions as ATIF, the Agent Trajectory Interchange Format, one a line."""
    from flows import export as flow
    from flows import show

    with show.progress_of("sessions written") as told:
        written = flow.export(context.obj, ids or None, out, told)
    show.err.print(f"sessions written{f' to {out}' if out else ''}: {written:,}")


@app.command()
def features(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option(help="Folder to write to; data/features by default.")] = None,
    language: Annotated[bool, typer.Option(help="With the features of what texts mean, which take longest.")] = True,
    reference: Annotated[
        Path | None, typer.Option(help="A file that knows genuine work, for the features that compare with it.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Only list the features and what each says.")] = False,
    wait: Wait = 0.0,
    as_json: AsJson = False,
) -> None:
    """Writes a table of features, one row a session; its name tells by which features it was made.

    What was measured before is not measured again, and a night takes it up from there.
    """
    from flows import show
    from flows.asked import asked
    from flows.operations.featurize import featurize as operation

    home: Home = context.obj
    if explain:
        from flows.featurize import explained

        rows = explained()
        if as_json:
            show.json_lines(rows)
        else:
            show.table(rows[0], (row.values() for row in rows))
        return
    with show.progress_of("sessions") as told:
        written = asked(home, operation)(home.folder, home.place, out, language, reference, wait, progress=told)
    show.err.print(f"features written to {written}")


@app.command()
def formats(as_json: AsJson = False) -> None:
    """Lists the trace formats that can be read."""
    from flows import show
    from traces.readers import FORMATS

    if as_json:
        show.json_lines({"name": format.name, "title": format.title} for format in FORMATS)
    else:
        show.table(("name", "what it is"), ((format.name, format.title) for format in FORMATS))


@sessions.command("list")
def list_sessions(
    context: typer.Context,
    user: Annotated[str | None, typer.Option(help="Only this user's.")] = None,
    source: Annotated[str | None, typer.Option(help="Only of this source.")] = None,
    format: Annotated[str | None, typer.Option(help="Only of this format.")] = None,
    since: Annotated[str | None, typer.Option(help="Only those started on this day or later (2026-01-31).")] = None,
    limit: Annotated[int, typer.Option(help="At most so many, the newest first; 0 for all.", min=0)] = 50,
    as_json: AsJson = False,
) -> None:
    """Lists sessions, the newest first."""
    from flows import listings, show

    rows, total = listings.sessions(context.obj, user, source, format, day_of(since), limit)
    if as_json:
        show.json_lines(rows)
        return
    show.sessions(rows)
    show.err.print(f"{len(rows):,} of {total:,} sessions" + (" (--limit 0 for all)" if len(rows) < total else ""))


@sessions.command("show")
def show_session(
    context: typer.Context,
    id: Annotated[str, typer.Argument(help="A session's id, or its beginning.")],
    as_json: AsJson = False,
) -> None:
    """Shows one session in full."""
    import msgspec

    from flows import listings, show

    session = listings.session(context.obj, id)
    if as_json:
        show.json_lines([msgspec.to_builtins(session)])
    else:
        show.session(session)


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


if __name__ == "__main__":
    main()
