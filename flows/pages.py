"""The accounts of runs as Markdown, for the pages of Prefect."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from audit.intake import Intake
from traces.ingest import Account

if TYPE_CHECKING:
    from flows.operations.train import Learnt

FLAG = "A flag is a reason to look, not proof."


def page(title: str, counts: Mapping[str, object], *more: str) -> str:
    """Names and values as a table, with more below it."""
    rows = [f"| {inline(name)} | {shown(value)} |" for name, value in counts.items()]
    return "\n".join([f"# {title}", "", "| | |", "|---|---|", *rows, "", *more])


def ingested(account: Account) -> str:
    """What came in."""
    counts = {
        **{f"files {what}": number for what, number in sorted(account.files.items())},
        "records read": account.records_read,
        "records quarantined": account.quarantined.total(),
        **{f"quarantined: {reason}": number for reason, number in account.quarantined.most_common()},
        **{f"sessions {what}": number for what, number in account.sessions.items() if number},
        "turns written": account.turns,
    }
    return page("Ingested", counts)


def queued(found: Intake) -> str:
    """What was put before the auditors."""
    counts = {"put in the queue": found.queued, "left out of it": found.left_out, "known before": found.known}
    return page("The queue", counts, FLAG)


def trained(found: "Learnt") -> str:
    """A model's figures."""
    figures = {name.replace("_", " "): one.value for name, one in found.model.figures.items()}
    counts = {name: None if one is None else f"{one:.3f}" for name, one in figures.items()}
    return page(f"{found.version or 'A model'} was trained", counts, found.told or "")


def shown(value: object) -> str:
    """A value in a cell."""
    return "" if value is None else f"{value:,}" if isinstance(value, int) else inline(str(value))


def inline(text: str) -> str:
    """Text of any origin as part of a Markdown line: nothing in it is markup."""
    return " ".join("".join(f"\\{one}" if one in "\\`*_{}[]<>|#" else one for one in text).split())
