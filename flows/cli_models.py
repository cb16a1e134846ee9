"""The commands of models: `winnow evaluate`."""

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    context: typer.Context,
    data: Annotated[Path, typer.Option(help="A data set that `winnow dataset build` wrote.", exists=True)],
    out: Annotated[Path, typer.Option(help="Folder for the report and its pictures.")],
    judged: Annotated[
        Path | None, typer.Option(help="Hand-written sessions with labels.jsonl, never trained on.", exists=True)
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer trees, folds and draws: a rough figure.")] = False,
    seed: Annotated[int, typer.Option(help="The same seed and data give the same figures.")] = 0,
    language: Annotated[bool, typer.Option(help="With the features of what texts mean (slower).")] = True,
) -> None:
    """Measures how well padding is found that a model has not seen, and whom it would accuse wrongly.

    Families, sources, users and times are left out in turn. The report has every figure with its interval, peers on the
    same sessions, and each error on the hand-written ones. A flag is a review candidate, not proof.
    """
    from flows import show
    from flows.asked import asked
    from flows.operations.evaluate import evaluate as operation
    from models.report import shown

    home = context.obj
    with show.steps() as step:
        found = asked(home, operation)(data, out, home.folder, judged, quick, seed, language, step=step)
    goals = found.report.table("goals")
    show.table(goals.columns, ([shown(cell) for cell in row] for row in goals.rows))
    show.err.print(f"the report is {out / 'report.md'}")
