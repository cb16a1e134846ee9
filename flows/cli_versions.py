"""The commands of model versions: `winnow train` and `winnow models …`."""

from pathlib import Path
from typing import Annotated

import typer

from flows.cli_options import AsJson, LedgerUrl

models = typer.Typer(
    name="models", no_args_is_help=True, help="Model versions: which there are, which one scores, and why."
)
REFUSED = 3
"""The status of a promotion that the gate refused."""
Data = Annotated[Path, typer.Option(help="A data set that `winnow dataset build` wrote.", exists=True)]


def train(
    context: typer.Context,
    data: Data,
    out: Annotated[
        Path | None, typer.Option(help="Writes the model's files there, and registers nothing in MLflow.")
    ] = None,
    held: Annotated[
        float,
        typer.Option(min=0, max=0.8, help="Share of the sessions kept for calibration and thresholds; 0 with too few."),
    ] = 0.4,
    seed: Annotated[int, typer.Option(help="The same seed and data give the same model.")] = 0,
    language: Annotated[bool, typer.Option(help="With the features of what texts mean (slower).")] = True,
    verdicts: Annotated[bool, typer.Option(help="Learns from auditors' verdicts too, where there are any.")] = True,
    ledger: LedgerUrl = None,
    params: Annotated[Path | None, typer.Option(help="Parameters that `winnow tune` wrote.", exists=True)] = None,
) -> None:
    """Trains a model and registers it in MLflow as the challenger, with its figures.

    Next: `winnow models promote` puts it through the gate.
    """
    from flows import show
    from flows.asked import asked
    from flows.operations.train import train as operation

    home = context.obj
    with show.steps() as step:
        found = asked(home, operation)(
            data, home.folder, home.place, out, held, seed, language, verdicts, ledger, params, step=step
        )
    show.figures(found.model.figures)
    if found.told is not None:
        show.err.print(found.told)
    if found.version is None:
        show.err.print(f"the model is in {out}")
    else:
        show.err.print(f"{found.version} is the challenger; next: winnow models promote --data {data}")


@models.command("list")
def list_versions(
    context: typer.Context,
    as_json: AsJson = False,
) -> None:
    """Lists the registered versions, the newest first."""
    import msgspec

    from flows import show
    from models.registry import Place, versions

    found = versions(Place.at(context.obj.folder))
    if as_json:
        show.json_lines(msgspec.to_builtins(one) for one in found)
        return
    rows = (
        (one.name, f"{one.made:%Y-%m-%d %H:%M}", ", ".join(one.aliases), _shown(one.figures.get("auc/value")),
         _shown(one.figures.get("recall/value")), _shown(one.figures.get("false_positives/value")))
        for one in found
    )  # fmt: skip
    show.table(("version", "made", "alias", "AUC", "recall at threshold", "false positives"), rows)
    if not found:
        show.err.print("no version is registered: the shipped model scores; `winnow train` makes one")


@models.command("compare")
def compare(
    context: typer.Context,
    data: Data,
    version: Annotated[str, typer.Argument(help="The version that would become champion.")] = "challenger",
    ledger: LedgerUrl = None,
) -> None:
    """Shows whether a version would pass the gate, beside the champion (or the shipped model), on held-out sessions."""
    from flows import learning, promotion, show
    from flows.verdicts import open_ledger

    with show.steps() as step:
        loaded = learning.load(data, promotion.standing(context.obj)[0].vectors, step("sessions measured"))
        found = promotion.compare(context.obj, loaded, version, open_ledger(context.obj, ledger), step("verdicts"))
    show.decision(found.decision, found.challenger.name, found.against.name, found.sessions)


@models.command("promote")
def promote(
    context: typer.Context,
    data: Data,
    version: Annotated[str, typer.Argument(help="The version that is to become champion.")] = "challenger",
    force: Annotated[str | None, typer.Option(help="Promotes it whatever the gate says; the reason is kept.")] = None,
    ledger: LedgerUrl = None,
) -> None:
    """Makes a version champion where it passes the gate: no recall lost, nobody accused more, still calibrated.

    Where the gate refuses it, the command ends with status 3, and the champion stays.
    """
    from flows import learning, promotion, show
    from flows.verdicts import open_ledger
    from models.registry import Refused

    with show.steps() as step:
        loaded = learning.load(data, promotion.standing(context.obj)[0].vectors, step("sessions measured"))
        found = promotion.compare(context.obj, loaded, version, open_ledger(context.obj, ledger), step("verdicts"))
    show.decision(found.decision, found.challenger.name, found.against.name, found.sessions)
    try:
        champion = promotion.carry_out(context.obj, found, force)
    except Refused as refused:
        show.err.print(f"winnow: {refused}", style="red", markup=False)
        raise typer.Exit(REFUSED) from None
    show.err.print(f"{champion.name} is the champion")


@models.command("doubts")
def doubts(
    context: typer.Context,
    data: Data,
    limit: Annotated[int, typer.Option(help="At most so many labels.")] = 20,
    language: Annotated[bool, typer.Option(help="With the features of what texts mean (slower).")] = True,
) -> None:
    """Lists genuine sessions whose label may be wrong, for a person to read, and what it would gain to trust them less.

    Nothing is relabelled. The list names the session that each was made from.
    """
    from flows import learning, show
    from flows.featurize import vectors
    from models.crossfit import suspected

    with show.steps() as step:
        loaded = learning.load(data, vectors(context.obj) if language else None, step("sessions measured"))
        found = suspected(loaded.table, loaded.meta, loaded.columns, progress=step("folds"))
    origin = dict(zip(loaded.meta["session_id"], (made[0] for made in loaded.meta["made_from"]), strict=True))
    rows = ((origin[one.session_id], f"{one.probability:.3f}") for one in found.doubts[:limit])
    show.table(("genuine by its label", "probability of padding at even odds"), rows)
    show.figures({"recall at 1 %, labels trusted": found.plain, "with the correction": found.corrected,
                  "gained": found.gained})  # fmt: skip
    show.err.print(f"at most {found.padded_share:.1%} of the genuine sessions are padding, as far as scores can tell")


@models.command("rollback")
def rollback(context: typer.Context, reason: Annotated[str, typer.Option(help="Why; it is kept.")] = "") -> None:
    """Makes the champion before this one champion again."""
    from flows import show
    from models.registry import Place
    from models.registry import rollback as undo

    show.err.print(f"{undo(Place.at(context.obj.folder), reason).name} is the champion again")


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
