"""The commands that judge: `winnow score` and `winnow explain`."""

from pathlib import Path
from typing import Annotated

import typer

from models.rates import BUDGET, PREVALENCE

Which = Annotated[
    str | None,
    typer.Option("--model", help="A version (winnow/3, champion), a folder, or `shipped`; the champion by default."),
]
Prevalence = Annotated[
    float, typer.Option(min=0.0001, max=0.9999, help="The share of padded sessions that is assumed here.")
]
Budget = Annotated[
    float,
    typer.Option("--false-positive-budget", min=0.0001, max=0.5, help="Of genuine sessions, at most so many flagged."),
]


def score(
    context: typer.Context,
    paths: Annotated[list[Path] | None, typer.Argument(help="Traces to score; without any, what is ingested.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Writes there: .jsonl, .csv or .parquet; without it, a table is shown.")
    ] = None,
    which: Which = None,
    prevalence: Prevalence = PREVALENCE,
    budget: Budget = BUDGET,
) -> None:
    """Judges sessions: how likely each is padded, how much of it, why, and what honest use it looks like.

    Reads any trace that `winnow ingest` reads. Works with nothing trained, by the model that is shipped. A flag is a
    reason to look, not proof.
    """
    from flows import judgements, show
    from flows import score as flow
    from flows.model import model

    judgements.check(out)
    chosen = model(context.obj, which)
    if paths:
        with show.progress_over(paths) as reading, show.progress_of("sessions scored") as told:
            scores = list(flow.score_paths(chosen, paths, prevalence, budget, reading, told))
    else:
        total, sessions, contents = flow.from_store(context.obj)
        if not total:
            raise ValueError("there are no sessions yet: name traces to score, or begin with `winnow ingest PATH`")
        with show.progress_of("sessions scored") as told:
            found = flow.score(chosen, sessions, contents, prevalence, budget)
            scores = list(flow.counted(found, total, told))
    if out is None:
        show.scores(scores)
    else:
        judgements.write(scores, out)
    flagged, unscored = sum(one.flagged for one in scores), sum(one.status == "unscored" for one in scores)
    show.err.print(
        f"{len(scores):,} sessions by model {chosen.name}: {flagged:,} flagged for review, {unscored:,} with too "
        f"little to judge{f'; written to {out}' if out else ''}. A flag is a reason to look, not proof."
    )


def explain(
    context: typer.Context,
    session: Annotated[str, typer.Argument(help="A session's id or its beginning, or a file with one session.")],
    which: Which = None,
    prevalence: Prevalence = PREVALENCE,
    budget: Budget = BUDGET,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Shows the judgement of one session in full.

    Its reasons, the turns that show each, and how honest use could look the same.
    """
    from flows import score as flow
    from flows import show
    from flows.listings import session as stored
    from flows.model import model

    chosen = model(context.obj, which)
    file = Path(session)
    found = flow.only_session(file) if file.is_file() else stored(context.obj, session)
    [scored] = flow.score(chosen, [found], {}, prevalence, budget)
    if as_json:
        show.json_lines([flow.plain(scored)])
    else:
        show.judgement(scored, found)
