"""What the review page says of the model that scores: from the registry, its card, and the newest monitor's report."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from audit.views.model_sheet import Drift, Figure, ModelSheet, Watch
from flows import card
from flows.home import Home
from flows.model import SHIPPED, version_of
from models.registry import NoVersion, Place, Unreachable, Version, champion, folder_of

_FRESH = 60.0
_MOST = 12
_SEEN = 0.01
"""The stability index from which a column is worth a line; it has moved from ten times as much."""
_PROMOTION = "winnow.promotion."
_TABLES = {"scores": "scores against training", "features": "features against training",
           "lately": "features against earlier periods"}  # fmt: skip


@dataclass(slots=True)
class Sheets:
    """The sheet of the model that scores now; asked for at most once a minute."""

    home: Home
    kept: ModelSheet | None = None
    until: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> ModelSheet:
        """The champion's, or that of the shipped model where none was promoted."""
        with self.lock:
            if self.kept is None or time.monotonic() >= self.until:
                self.kept = sheet(self.home)
                self.until = time.monotonic() + _FRESH
            return self.kept


def sheet(home: Home) -> ModelSheet:
    """The sheet as it is now; where the registry cannot be reached the review goes on without it, which it says."""
    place = Place.at(home.folder)
    try:
        version = champion(place)
    except NoVersion:
        name = f"shipped-{version_of(SHIPPED)}"
        note = "The model that comes with Winnow; none was promoted here yet."
        return ModelSheet(name, card=_card(SHIPPED), watch=watch(home, name), note=note)
    except Unreachable as error:
        return ModelSheet("unknown", note=f"The registry of models cannot be reached: {error}")
    try:
        text = _card(folder_of(place, version.number))
    except NoVersion as error:  # its files are gone; what the registry knows is still there
        text = str(error)
    figures = tuple(_figures(version.figures))
    return ModelSheet(version.name, version.made, text, figures, watch(home, version.name), _promoted(version))


def watch(home: Home, version: str) -> Watch | None:
    """What the newest report of the monitor says of a version; null where there is none, or none that can be read."""
    found = [one for path in (home.data / "reports").glob("monitor-*/report.json") if (one := _report(path, version))]
    if not found:
        return None
    newest = max(found, key=lambda one: str(one["about"]["newest period"]))
    about, tables = newest["about"], newest["tables"]
    looked_at = f"{about['sessions']['newest']:,} sessions of {about['newest period']}"
    rows = [(title, row) for name, title in _TABLES.items() for row in tables.get(name, {}).get("rows", ())]
    ordered = sorted(rows, key=lambda one: -(one[1]["stability index"] or 0))
    seen = [one for one in ordered if (one[1]["stability index"] or 0) >= _SEEN]
    moved = sum(row["verdict"] in ("moved", "far") for _, row in rows)
    return Watch(
        about["verdict"],
        f"{looked_at}; {moved} of {len(rows)} columns have moved",
        tuple(f"{row['verdict']}: {row['why']}" for row in tables["verdict"]["rows"][:_MOST]),
        tuple(_drift(title, row) for title, row in seen[:_MOST]),
    )


def _report(path: Path, version: str) -> dict[str, Any] | None:
    """A report about this version; one that is being written, or that an older monitor wrote, counts as none."""
    try:
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        about = said["about"]
        fits = about["model"] == version and {"verdict", "newest period", "sessions"} <= set(about)
        return said if fits and "verdict" in said["tables"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _drift(title: str, row: Mapping[str, Any]) -> Drift:
    then, now = row["median before"], row["median now"]
    text = "" if then is None or now is None else f"median {then + 0.0:.3g} before, {now + 0.0:.3g} now"
    value = float(row["stability index"] or 0)
    return Drift(f"{row['column']}, {title}", value, row["verdict"] == "far", text)


def _figures(flat: Mapping[str, float]) -> Iterator[Figure]:
    """The registry keeps a figure as several, such as `auc/value`, `auc/low`, `auc/high`, `auc/n`."""
    for name in sorted(one.removesuffix("/value") for one in flat if one.endswith("/value")):
        yield Figure(card.named(name), flat[f"{name}/value"], flat.get(f"{name}/low"), flat.get(f"{name}/high"))


def _promoted(version: Version) -> str:
    said = {name.removeprefix(_PROMOTION): text for name, text in version.tags.items() if name.startswith(_PROMOTION)}
    if not said:
        return "Made champion by hand, and not through the gate."
    over = "" if said.get("over") in (None, "nothing") else f", in place of {said['over']}"
    how = {"passed": "It passed the gate", "forced": "It was made champion by force"}.get(said.get("verdict", ""))
    more = [f"{name}: {said[name]}" for name in ("reason", "objection") if said.get(name)]
    return f"{how or 'It is champion'}{over}, {said.get('at', '')[:10]}. {'; '.join(more)}".strip()


def _card(folder: Path) -> str:
    """What a person wrote about the model, else what was written when it was trained."""
    found = next((folder / name for name in ("README.md", card.NAME) if (folder / name).is_file()), None)
    return found.read_text(encoding="utf-8") if found else ""
