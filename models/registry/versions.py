"""Versions of the registered model `winnow`, of which one is the champion and one may be the challenger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from models.registry.place import NoVersion, Place
from models.registry.runs import MODEL
from models.registry.saved import fetched

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion, RegisteredModel
    from mlflow.tracking import MlflowClient

NAME = "winnow"
CHAMPION = "champion"
CHALLENGER = "challenger"
HISTORY = "winnow.champions"
"""The tag of the registered model that lists who was champion, in order, the present one last."""

VERDICT = "winnow.promotion.verdict"
"""The tag of a version that says whether it was made champion: `passed`, `forced` or `refused`."""


@dataclass(frozen=True, slots=True)
class Version:
    """A registered model."""

    number: int
    run: str
    made: datetime
    aliases: tuple[str, ...]
    """`champion`, `challenger`, or those that somebody else gave."""
    figures: Mapping[str, float]
    params: Mapping[str, str]
    tags: Mapping[str, str]
    """Those of the version; how it was promoted is among them."""
    source: str
    """Where its files are."""

    @property
    def name(self) -> str:
        """What scores say they come from."""
        return f"{NAME}/{self.number}"


@dataclass(frozen=True, slots=True)
class Side:
    """A figure of two versions, null where one has none."""

    figure: str
    first: float | None
    second: float | None


def register(place: Place, run: str) -> Version:
    """The model of a run becomes a version, and the challenger; a run that is registered already stays one version.

    A version that is or was the champion does not become the challenger again.
    """
    client = place.client()
    tags = client.get_run(run).data.tags
    if MODEL not in tags:
        raise NoVersion(f"run {run} has no model: record one with it, then register it")
    _registered(client, make=True)
    found = _of_run(client, run)
    if found is None:
        model = client.get_logged_model(tags[MODEL])
        found = client.create_model_version(NAME, model.artifact_location, run, model_id=model.model_id)
    number = int(found.version)
    newest = number == max(int(one.version) for one in _all(client))
    if newest and found.tags.get(VERDICT) not in {"passed", "forced"}:
        client.set_registered_model_alias(NAME, CHALLENGER, str(number))
    return find(place, number)


def champion(place: Place) -> Version:
    """The version that scores; `NoVersion` where there is none, and nothing is made to look for it."""
    return find(place, CHAMPION)


def challenger(place: Place) -> Version:
    """The version that may become champion; `NoVersion` where there is none."""
    return find(place, CHALLENGER)


def find(place: Place, which: int | str) -> Version:
    """A version by its number (`3`, `v3`, `winnow/3`) or alias."""
    asked = str(which).removeprefix(f"{NAME}/")
    client = place.client() if place.exists else None
    known = _registered(client) if client else None
    digits = asked.removeprefix("v")
    number = int(digits) if digits.isdecimal() else _holder(known, asked)
    every = {int(one.version): one for one in _all(client)} if client and known else {}
    if client is None or known is None or number not in every:
        raise NoVersion(_missing(place, asked, sorted(every)))
    return _version(client, known, every[number])


def versions(place: Place) -> list[Version]:
    """All versions, the newest first."""
    if not place.exists:
        return []
    client = place.client()
    known = _registered(client)
    found = [_version(client, known, one) for one in _all(client)] if known else []
    return sorted(found, key=lambda version: -version.number)


def compare(place: Place, first: int | str, second: int | str) -> list[Side]:
    """The figures of two versions side by side, as they were measured when each was made.

    Whether these were the same sessions is not known here: the gate judges both anew.
    """
    old, new = find(place, first).figures, find(place, second).figures
    return [Side(name, old.get(name), new.get(name)) for name in sorted({*old, *new})]


def folder_of(place: Place, which: int | str = CHAMPION) -> Path:
    """A folder with the files of a version, for `Detector.read`; it is fetched once, and not to be changed."""
    version = find(place, which)
    return fetched(place, version.source, f"{NAME}-{version.run}")


def _registered(client: "MlflowClient", make: bool = False) -> "RegisteredModel | None":
    from mlflow.exceptions import MlflowException

    try:
        return client.get_registered_model(NAME)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
    if not make:
        return None
    try:
        return client.create_registered_model(NAME)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
        return client.get_registered_model(NAME)


def _all(client: "MlflowClient") -> "list[ModelVersion]":
    found, token = [], None
    while True:
        page = client.search_model_versions(f"name = '{NAME}'", max_results=1000, page_token=token)
        found += list(page)
        if not (token := page.token):
            return found


def _of_run(client: "MlflowClient", run: str) -> "ModelVersion | None":
    return next((one for one in _all(client) if one.run_id == run), None)


def _holder(known: "RegisteredModel | None", alias: str) -> int | None:
    """The version that has an alias."""
    held = known.aliases.get(alias) if known else None
    return None if held is None else int(held)


def _version(client: "MlflowClient", known: "RegisteredModel", one: "ModelVersion") -> Version:
    run = client.get_run(one.run_id or "").data
    number = int(one.version)
    return Version(
        number=number,
        run=one.run_id or "",
        made=datetime.fromtimestamp(one.creation_timestamp / 1000, UTC),
        aliases=tuple(sorted(alias for alias, held in known.aliases.items() if int(held) == number)),
        figures=run.metrics,
        params=run.params,
        tags=dict(one.tags),
        source=client.get_model_version_download_uri(NAME, str(number)),
    )


def _missing(place: Place, asked: str, there: list[int]) -> str:
    shown = f"; there are {', '.join(map(str, there))}" if there else "; there is none at all yet"
    remedy = {
        CHAMPION: "train a model and promote it (`winnow train`, `winnow models promote`)",
        CHALLENGER: "train a model (`winnow train`)",
    }.get(asked, "`winnow models list` shows which there are")
    what = f"no {asked}" if asked in {CHAMPION, CHALLENGER} else f"no version {asked}"
    return f"there is {what} at {place.shown}{shown}: {remedy}"
