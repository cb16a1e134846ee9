"""The operation `ingest`: traces in, canonical sessions out."""

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flows import ingest as reading
from flows.home import Home
from traces.format import About, Columns
from traces.ingest import Account, Progress, silent


def ingest(
    paths: Sequence[Path] = (),
    home: Path = Path(),
    store: str | None = None,
    user: str | None = None,
    user_from_folder: bool = False,
    source: str | None = None,
    time_zone: str = "UTC",
    format: str | None = None,
    person_column: str | None = None,
    text_column: str | None = None,
    time_column: str | None = None,
    shift_gap: float = 240.0,
    mlflow: str | None = None,
    experiments: Sequence[str] = (),
    pseudonymise: bool = False,
    again: bool = False,
    progress: Progress = silent,
) -> Account:
    """Takes in the traces under the paths, and of an MLflow where one is named; what is unchanged is passed over."""
    place = Home(home.absolute(), store)
    every = [path.absolute() for path in paths]
    if mlflow is not None:
        every.append(reading.fetch_mlflow(place, mlflow, experiments))
    columns = Columns(person_column, text_column, time_column, shift_gap)
    about = About(file="", user=user, source=source, zone=zone(time_zone), columns=columns, pseudonymise=pseudonymise)
    if format is None and (person_column or text_column or time_column):
        format = "table"
    return reading.ingest(
        place, every, about=about, format=format, user_from_folder=user_from_folder, again=again, progress=progress
    )


def zone(name: str) -> ZoneInfo:
    """A time zone by its name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is no time zone; write it as Europe/Berlin or UTC") from error
