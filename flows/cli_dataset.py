"""The commands that make data: `winnow dataset …` and `winnow simulate`."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from flows.cli_options import AsJson

dataset = typer.Typer(
    name="dataset", no_args_is_help=True, help="Training data: public traces fetched, labelled sets built from them."
)


@dataset.command("build")
def build(
    genuine: Annotated[list[Path], typer.Option("--genuine", help="Traces of genuine sessions; may be given again.")],
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    seed: Annotated[int, typer.Option(help="The same seed and traces give the same bytes.")] = 0,
    ratio: Annotated[float, typer.Option(help="Padded sessions for each genuine one.")] = 1.0,
    leave_out: Annotated[
        Path | None, typer.Option(help="A list of sessions that are not genuine after all: id, tab, why.", exists=True)
    ] = None,
) -> None:
    """Makes padded sessions and honest look-alikes from genuine ones, in the same form, with labels and a manifest."""
    from flows import dataset as flow
    from flows import show

    with show.progress_over(genuine) as reading, show.progress_of("sessions made") as making:
        manifest = flow.build(genuine, out, seed, ratio, reading, making, leave_out)
    show.table(("kind", "sessions"), sorted(manifest.counts["kind"].items()))
    show.table(("family", "sessions"), sorted(manifest.counts["family"].items()))
    show.err.print(f"{manifest.sessions:,} sessions from {manifest.genuine:,} genuine ones, in {out}")


@dataset.command("check")
def check(
    context: typer.Context,
    genuine: Annotated[list[Path], typer.Option("--genuine", help="Traces of genuine sessions; may be given again.")],
    out: Annotated[Path | None, typer.Option(help="Writes the tables there: .md or .json.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed and traces give the same tables.")] = 0,
    language: Annotated[bool, typer.Option(help="With the features of what texts mean (slower).")] = True,
) -> None:
    """Looks for the laboratory's fingerprints: what tells made sessions from those they were made from.

    A classifier, and each feature alone, is asked to tell null-transformed sessions from untouched ones, and metadata
    to tell padded from genuine ones. An AUC from 0.45 to 0.55 is as good as chance; what exceeds it is a fault of the
    laboratory.
    """
    from flows import check as flow
    from flows import show
    from flows.featurize import vectors

    with show.progress_over(genuine) as reading, show.steps() as step:
        found = flow.check(genuine, seed, vectors(context.obj) if language else None, reading, step)
    for title, rows in (("null against untouched", found.by_source), ("the same, by feature", found.by_feature[:10]),
                        ("padded against genuine, by metadata", found.by_form)):  # fmt: skip
        show.table((title, "sessions", "AUC", "state"), [(r.by, r.auc.n, flow.figure(r.auc), r.state) for r in rows])
    if out is not None:
        out.write_text(flow.as_json(found) if out.suffix == ".json" else flow.as_markdown(found))
    show.err.print(f"{len(found.outside)} outside the band of 0.45 to 0.55")


@dataset.command("reference")
def reference(
    context: typer.Context,
    data: Annotated[Path, typer.Option(help="A data set that `winnow dataset build` wrote.", exists=True)],
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("genuine.parquet"),
) -> None:
    """Learns what genuine work means from a data set's genuine sessions, for `winnow features --reference FILE`.

    Sessions that it was learnt from look more genuine by it than others do: measure others.
    """
    from flows import genuine, show
    from flows.encoding import vectors

    with show.progress_of("sessions") as told:
        count = genuine.learn(data, vectors(context.obj), out, told)
    show.err.print(f"learnt from {count:,} genuine sessions: {out}")


@dataset.command("fetch")
def fetch(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="A collection's name; lists them when left out.")] = None,
    listed: Annotated[Path | None, typer.Option("--sources", help="Another list than data/sources.toml.")] = None,
    as_json: AsJson = False,
) -> None:
    """Clones a public collection of traces and ingests it, where the network allows."""
    import msgspec

    from flows import dataset as flow
    from flows import show

    listed = listed or flow.SOURCES
    if name is None and as_json:
        show.json_lines(map(msgspec.to_builtins, flow.sources(listed).values()))
        return
    if name is None:
        rows = ((one.name, one.format, one.licence, one.repository) for one in flow.sources(listed).values())
        show.table(("name", "format", "licence", "repository"), rows)
        return
    with show.progress_over([]) as told:
        account = flow.fetch(context.obj, name, listed, told)
    if as_json:
        show.json_lines([msgspec.to_builtins(account)])
    else:
        show.account(account)


def simulate(
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    people: Annotated[int, typer.Option(help="How many people work there.", min=1)] = 200,
    days: Annotated[int, typer.Option(help="How many days, weekends included.", min=1)] = 30,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 0,
    start: Annotated[str, typer.Option(help="The first day.")] = "2026-09-01",
) -> None:
    """Simulates a company whose people work with agents, some padding their use, and writes its traces.

    For those who have no traces yet. Simulated data proves plumbing, not detection quality.
    """
    from flows import show
    from padding.company.simulation import simulate as run

    with show.progress_of("person-days") as told:
        account = run(out, people, days, seed, told, date.fromisoformat(start))
    show.fields(account)
    show.err.print(f"next: winnow ingest {out}/traces --user-from-folder")
