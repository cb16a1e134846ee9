"""The command that searches parameters: `winnow tune`."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer


def tune(
    context: typer.Context,
    data: Annotated[Path, typer.Option(help="A data set that `winnow dataset build` wrote.", exists=True)],
    minutes: Annotated[
        float | None, typer.Option(min=0, help="So long at most; the trial that is under way is ended. Default 30.")
    ] = None,
    trials: Annotated[
        int | None, typer.Option(min=1, help="Until the study has so many, those of earlier runs among them.")
    ] = None,
    study: Annotated[
        str | None, typer.Option(help="A name to take the search up by; made from the data by default.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File for the best parameters; data/tuning/STUDY.json else.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed and data make the same trials.")] = 0,
    language: Annotated[bool, typer.Option(help="With the features of what texts mean (slower).")] = True,
) -> None:
    """Searches parameters of the trees: which find most padding of families that were left out.

    Stopped by Ctrl-C or killed, the same command goes on where it was. Trials stand in MLflow under one run. Next:
    `winnow train --params FILE`, and `winnow evaluate`, as what is found is chosen on what it is measured on.
    """
    from flows import show
    from flows import tune as flow
    from flows.featurize import vectors
    from models.tuning import Trial

    if minutes is None and trials is None:
        minutes = 30.0
    best = [float("-inf")]

    def told(trial: Trial) -> None:
        best[0] = max(best[0], trial.score if trial.score is not None else best[0])
        score = "" if trial.score is None else f" {trial.score:.3f}"
        known = f", best {best[0]:.3f}" if best[0] > float("-inf") else ""
        show.err.print(f"trial {trial.number}: {trial.state}{score} in {trial.seconds:.0f} s{known}")

    effort = replace(flow.EFFORT, seed=seed, params=replace(flow.EFFORT.params, seed=seed))
    try:
        with show.steps() as step:
            encoder = vectors(context.obj) if language else None
            found = flow.tune(
                context.obj, data, encoder, minutes=minutes, trials=trials, study=study, out=out, effort=effort,
                step=step, told=told,
            )  # fmt: skip
    except KeyboardInterrupt:
        show.err.print("stopped; trials that were ended stay, and the same command goes on from there")
        raise typer.Exit(130) from None
    begun, chosen = found.tuned.trials[0], found.tuned.best
    before = asdict(begun.params)
    rows = ((name, str(before[name]), f"{value:.4g}" if isinstance(value, float) else str(value))
            for name, value in asdict(chosen.params).items())  # fmt: skip
    show.table(("parameter", "at first", "best"), rows)
    count = len(found.tuned.trials)
    show.err.print(
        f"study {found.study}, {count:,} trials: recall on families left out {chosen.score:.3f} by trial "
        f"{chosen.number}, at first {'–' if begun.score is None else f'{begun.score:.3f}'}; written to {found.file}"
    )
    show.err.print(f"next: winnow train --data {data} --params {found.file}")
