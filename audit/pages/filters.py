"""What is asked of the queue's list: the fields of its address, as a filter, and back."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import cast
from urllib.parse import urlencode

from audit.listing import Filter
from audit.pages.visit import number
from audit.records import STATES, Slice
from audit.views.words import SLICES

FIELDS = (
    "show", "state", "source", "user", "looks", "version", "least", "most", "from", "before", "slice", "flagged",
    "sort", "order",
)  # fmt: skip
"""What the address of a list may say."""


def filter_of(asked: Mapping[str, str]) -> Filter:
    """The filter that the fields ask for; who may ask for what is checked where the list is made."""
    show, state = asked.get("show", "waiting"), asked.get("state")
    if state and state not in STATES:
        raise ValueError(f"{state[:40]!r} is no state; there are {', '.join(STATES)}")
    slice_ = asked.get("slice")
    if slice_ and slice_ not in SLICES:
        raise ValueError(f"{slice_[:40]!r} is no slice; there are {', '.join(SLICES)}")
    before = _day(asked.get("before"), "before")
    return Filter(
        states=(state,) if state else (),
        source=asked.get("source"),
        user_id=asked.get("user"),
        looks_like=asked.get("looks"),
        model_version=asked.get("version"),
        queued=True if show == "queued" else None,
        open=True if show == "waiting" else None,
        flagged={"yes": True, "no": False}.get(asked.get("flagged", "")),
        at_least=number(asked.get("least", ""), "the least probability"),
        at_most=number(asked.get("most", ""), "the highest probability"),
        begun_from=_day(asked.get("from"), "from"),
        begun_before=before + timedelta(days=1) if before else None,
        slice=cast(Slice, slice_) if slice_ else None,
    )


def _day(text: str | None, name: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) if text else None
    except ValueError:
        raise ValueError(f"{name} is {text!r:.60}, which is no day; write it as 2026-01-31") from None


def address_of(asked: Mapping[str, str], **changed: str) -> str:
    """The list with other values; places in it do not outlive a change."""
    values = {name: value for name, value in {**asked, **changed}.items() if value}
    return f"/queue?{urlencode(values)}" if values else "/queue"
