"""The commands about what is ingested: `sessions`, `export`, `features`."""

from pathlib import Path
from typing import Annotated

import typer

from flows.cli_flows import Wait
from flows.cli_options import AsJson, day_of
from flows.home import Home

sessions = typer.Typer(name="sessions", no_args_is_help=True, help="What has been ingested.")


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


def features(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option(help="Folder to write to; data/features by default.")] = None,
    language: Annotated[bool, typer.Option(help="With the features of what texts mean, which take longest.")] = True,
    reference: Annotated[
        Path | None,
        typer.Option(
            help="With features of the distance to genuine work; `winnow dataset reference` writes this file.",
            exists=True,
        ),
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
