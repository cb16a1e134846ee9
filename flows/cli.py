"""The `winnow` command: options in, flows called, results shown. Nothing is worked out here."""

import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from flows.cli_dataset import dataset, simulate
from flows.cli_flows import audit_sample, nightly, serve
from flows.cli_ingest import formats, ingest, quarantine
from flows.cli_models import evaluate
from flows.cli_monitor import monitor
from flows.cli_review import audit, review
from flows.cli_score import explain, score
from flows.cli_sessions import export, features, sessions
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
PANELS: dict[str, tuple[Callable[..., None] | typer.Typer, ...]] = {
    "Judge sessions": (score, explain),
    "Traces in, sessions out": (ingest, formats, quarantine, sessions, export, features),
    "The review": (audit_sample, review, audit),
    "Unattended": (nightly, serve, monitor),
    "Models": (train, tune, evaluate, models),
    "Data to learn from, and to try things on": (dataset, simulate, truth),
}
"""What `winnow --help` shows, in its order."""

for panel, commands in PANELS.items():
    for command in commands:
        if isinstance(command, typer.Typer):
            app.add_typer(command, rich_help_panel=panel)
        else:
            app.command(rich_help_panel=panel)(command)


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


if __name__ == "__main__":
    main()
