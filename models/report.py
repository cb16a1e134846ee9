"""What an evaluation found: tables of figures with their intervals, as Markdown for people and JSON for programs."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from models.figures import Figure

Cell = str | int | float | bool | Figure | None


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a report."""

    name: str
    """What programs call it."""
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    """What a reader has to know to read it rightly."""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"{self.name}: a row of {len(row)} cells under {len(self.columns)} columns: {row}")

    def row(self, first: str) -> dict[str, Cell]:
        """The row that begins so, by column."""
        for row in self.rows:
            if row[0] == first:
                return dict(zip(self.columns, row, strict=True))
        raise KeyError(f"{self.name} has no row {first!r}; it has {', '.join(str(row[0]) for row in self.rows)}")


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was measured."""

    title: str
    about: dict[str, Any]
    """Data, seeds, parameters: what it takes to measure the same again."""
    tables: tuple[Table, ...]
    pictures: dict[str, str] = field(default_factory=dict)
    """File names by what they show."""

    def table(self, name: str) -> Table:
        """The table of that name."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(f"the report has no table {name!r}; it has {', '.join(table.name for table in self.tables)}")

    def figures(self) -> dict[str, float]:
        """Every figure by a flat name, for whatever keeps figures by name; undefined ones are left out."""
        found: dict[str, float] = {}
        for table in self.tables:
            for row in table.rows:
                for column, cell in zip(table.columns[1:], row[1:], strict=True):
                    value = cell.value if isinstance(cell, Figure) else cell
                    if isinstance(value, float) and math.isfinite(value):
                        found[f"{table.name}/{row[0]}/{column}"] = value
        return found

    def markdown(self) -> str:
        """The report as a page."""
        lines = [f"# {self.title}", ""]
        lines += [f"- {name}: {_said(value)}" for name, value in self.about.items()]
        for table in self.tables:
            lines += ["", f"## {table.title}", "", *_table(table)]
        for shows, file in self.pictures.items():
            lines += ["", f"![{shows}]({file})"]
        return "\n".join(lines) + "\n"

    def json(self) -> str:
        """The same for programs: each row an object, a figure with its interval and the sessions it was measured on."""
        tables = {
            table.name: {
                "title": table.title,
                "notes": list(table.notes),
                "rows": [dict(zip(table.columns, map(_plain, row), strict=True)) for row in table.rows],
            }
            for table in self.tables
        }
        said = {"title": self.title, "about": self.about, "tables": tables, "pictures": self.pictures}
        return json.dumps(said, indent=1, allow_nan=False) + "\n"

    def write(self, folder: Path) -> None:
        """Writes `report.md` and `report.json`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.md").write_text(self.markdown(), encoding="utf-8")
        (folder / "report.json").write_text(self.json(), encoding="utf-8")


def shown(cell: Cell) -> str:
    """A cell as people read it; what is undefined is a dash."""
    match cell:
        case None:
            return "–"
        case bool():
            return "yes" if cell else "no"
        case float():
            return f"{cell:.3f}" if math.isfinite(cell) else "–"
        case Figure(value=None):
            return "–"
        case Figure(value=float(value), low=float(low), high=float(high)):
            return f"{value:.3f} ({low:.3f} to {high:.3f})"
        case Figure(value=float(value)):
            return f"{value:.3f}"
        case int():
            return f"{cell:,}"
    return " ".join(str(cell).replace("|", "\\|").split())


def _table(table: Table) -> list[str]:
    notes = [line for note in table.notes for line in (note, "")]
    if not table.rows:
        return notes[:-1] if notes else ["There is nothing to show."]
    align = ["---:" if all(_number(row[place]) for row in table.rows) else "---" for place in range(len(table.columns))]
    rows = [f"| {' | '.join(map(shown, row))} |" for row in table.rows]
    return [*notes, f"| {' | '.join(table.columns)} |", f"|{'|'.join(align)}|", *rows]


def _number(cell: Cell) -> bool:
    return cell is None or isinstance(cell, int | float | Figure)


def _said(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_said(one)}" for name, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value))
    return shown(value) if isinstance(value, int | float) else str(value)


def _plain(cell: Cell) -> object:
    if isinstance(cell, Figure):
        return {name: _plain(value) for name, value in asdict(cell).items()}
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
