"""The commands that judge: `winnow score` and `winnow explain`."""

from pathlib import Path
from typing import Annotated

import typer

from flows.cli_options import Budget, Prevalence, Which, day_of
from flows.home import Home
from models.rates import BUDGET, PREVALENCE


def score(
    context: typer.Context,
    paths: Annotated[list[Path] | None, typer.Argument(help="Traces to score; without any, what is ingested.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Writes there: .jsonl, .csv or .parquet; without it, a table is shown.")
    ] = None,
    which: Which = None,
    prevalence: Prevalence = PREVALENCE,
    budget: Budget = BUDGET,
    keep: Annotated[
        bool,
        typer.Option(
            "--keep", help="Scores what is ingested and new or grown, and keeps it for `winnow audit-sample`."
        ),
    ] = False,
    since: Annotated[str | None, typer.Option(help="With --keep: only sessions begun on this day or later.")] = None,
    day: Annotated[str | None, typer.Option(help="With --keep: only sessions begun on this day.")] = None,
    rescore: Annotated[
        bool, typer.Option("--rescore", help="With --keep: also what another model version has scored as it is.")
    ] = False,
    wait: Annotated[float, typer.Option(min=0, help="With --keep: seconds to wait for another run to end.")] = 0.0,
) -> None:
    """Judges sessions: how likely each is padded, how much of it, why, and what honest use it looks like.

    Reads any trace that `winnow ingest` reads. Works with nothing trained, by the model that is shipped. A flag is a
    reason to look, not proof.
    """
    if keep:
        if paths or out:
            raise ValueError("--keep is for what is ingested: name no traces and no --out with it")
        _keep(context.obj, which, since, day, rescore, prevalence, budget, wait)
        return
    if since or day or rescore:
        raise ValueError("--since, --day and --rescore go with --keep")
    from flows import judgements, show
    from flows import score as flow
    from flows.model import model
    from flows.scoring import judge_all

    judgements.check(out)
    chosen = model(context.obj, which)
    if paths:
        with show.progress_over(paths) as reading, show.progress_of("sessions scored") as told:
            scores = list(flow.score_paths(chosen, paths, prevalence, budget, reading, told))
    else:
        with show.progress_of("sessions scored") as told:
            scores = list(judge_all(context.obj, chosen, prevalence, budget, told))
        if not scores:
            raise ValueError("there are no sessions yet: name traces to score, or begin with `winnow ingest PATH`")
    if out is None:
        show.scores(scores)
    else:
        judgements.write(scores, out)
    flagged, unscored = sum(one.flagged for one in scores), sum(one.status == "unscored" for one in scores)
    show.err.print(
        f"{len(scores):,} sessions by model {chosen.name}: {flagged:,} flagged for review, {unscored:,} with too "
        f"little to judge{f'; written to {out}' if out else ''}. A flag is a reason to look, not proof."
    )


def _keep(
    home: Home, which: str | None, since: str | None, day: str | None, rescore: bool, prevalence: float, budget: float,
    wait: float,
) -> None:  # fmt: skip
    from flows import show
    from flows.asked import asked
    from flows.operations.score import score as operation

    with show.progress_of("sessions scored") as told:
        found = asked(home, operation)(
            home.folder, home.place, which, day_of(since), day_of(day), rescore, prevalence, budget, wait=wait,
            progress=told,
        )  # fmt: skip
    show.table(("", ""), found.counts().items())
    show.err.print("A flag is a reason to look, not proof. Next: winnow audit-sample")


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
