"""The command that compares scores with what a simulation knows: `winnow truth`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flows.truth import Count

_MOST = 12


def truth(
    context: typer.Context,
    company: Annotated[Path, typer.Argument(help="The folder that `winnow simulate` wrote, or its truth.jsonl.")],
    scores: Annotated[
        Path | None, typer.Option(help="A file that `winnow score --out` wrote; without it, the newest scores here.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Shows who was flagged in a simulated company, beside who pads there.

    Hits, misses and false alarms by way of padding and by honest look-alike. Simulated data proves plumbing, not
    detection quality.
    """
    import msgspec

    from flows import show
    from flows import truth as flow
    from padding.company.truth import read

    found = flow.compared(read(company), flow.scores_of(context.obj, scores))
    if as_json:
        show.json_lines([{**msgspec.to_builtins(found), "caveat": flow.CAVEAT}])
        return
    _overall(found.sessions, found.people)
    _sorts("way of padding", found.families)
    _alarms(found.look_alikes)
    _users(found.users)
    if found.share_error is not None:
        show.err.print(f"the padded share of a padded session is off by {found.share_error:.2f} on average")
    show.err.print(
        f"scored by {', '.join(found.models)}; without a score: {found.unscored:,} sessions of the company; left out: "
        f"{found.others:,} scores of sessions that it does not know"
    )
    show.out.print(flow.CAVEAT, style="bold")


def _overall(*counts: "Count") -> None:
    from flows import show

    columns = ("", "all", "padded", "flagged", "hits", "missed", "false alarms", "not judged")
    rows = ((c.name, c.total, c.padded, c.flagged, c.hits, c.missed, c.alarms, c.unjudged) for c in counts)
    show.table(columns, rows)
    show.out.print()


def _first(rows: "Iterable[tuple[object, ...]]") -> "Iterator[tuple[object, ...]]":
    """The first rows; of the others, how many there are and their sums."""
    every = list(rows)
    yield from every[:_MOST]
    if rest := every[_MOST:]:
        yield (f"{len(rest)} more", *map(_summed, list(zip(*rest, strict=True))[1:]))


def _summed(cells: "tuple[object, ...]") -> object:
    return sum(cell for cell in cells if isinstance(cell, int)) if all(isinstance(c, int) for c in cells) else ""


def _sorts(what: str, counts: "tuple[Count, ...]") -> None:
    from flows import show

    rows = ((one.name, one.padded, one.hits, one.missed, one.unjudged) for one in counts)
    show.table((what, "padded", "hits", "missed", "not judged"), _first(rows))
    show.out.print()


def _alarms(counts: "tuple[Count, ...]") -> None:
    from flows import show

    rows = ((one.name, one.total, one.alarms, f"{one.alarms / one.total:.1%}", one.unjudged) for one in counts)
    show.table(("honest, and looks like", "genuine", "false alarms", "share", "not judged"), _first(rows))
    show.out.print()


def _users(counts: "tuple[Count, ...]") -> None:
    from flows import show

    rows = ((c.name, c.flagged, c.hits, c.alarms, c.padded, c.total) for c in counts)
    show.table(("who was flagged, or pads", "flagged", "hits", "false alarms", "padded", "sessions"), _first(rows))
    show.out.print()
