"""Options that several commands have, and days as they are written on the command line."""

from datetime import date
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]
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
LedgerUrl = Annotated[
    str | None,
    typer.Option("--ledger", envvar="WINNOW_LEDGER", help="The ledger's database URL; data/audit.db by default."),
]


def day_of(text: str | None) -> date | None:
    """The day, or null where none is given."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ValueError(f"{text!r} is not a day; write it as 2026-01-31") from error
