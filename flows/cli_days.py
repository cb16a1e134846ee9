"""Days as they are written on the command line."""

from datetime import date


def day_of(text: str | None) -> date | None:
    """The day, or null where none is given."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ValueError(f"{text!r} is not a day; write it as 2026-01-31") from error
