"""A report says the same as a page and as JSON, and its pictures are there and show something."""

import json
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from made_sessions import TINY, made_sessions

from models.evaluation import evaluate
from models.figures import Figure
from models.plots import draw
from models.report import Report, Table, shown

TABLE = Table("recall", "Recall", ("family", "sessions", "found", "of two"),
              (("a|b", 1200, Figure(0.5, 0.25, 0.75, 9), 0.1), ("none", 0, Figure(None, None, None, 0), None)),
              ("Read with care.",))  # fmt: skip


def test_a_page_has_its_notes_and_every_cell() -> None:
    page = Report("Evaluation", {"seed": 3, "sessions": {"padded": 1200}}, (TABLE,), {"Scores": "s.png"}).markdown()
    assert page.startswith("# Evaluation\n\n- seed: 3\n- sessions: padded 1,200\n")
    assert "## Recall\n\nRead with care.\n\n| family | sessions | found | of two |\n|---|---:|---:|---:|\n" in page
    assert "| a\\|b | 1,200 | 0.500 (0.250 to 0.750) | 0.100 |\n| none | 0 | – | – |" in page
    assert page.endswith("![Scores](s.png)\n")


def test_json_keeps_intervals_and_has_null_for_what_is_undefined(tmp_path: Path) -> None:
    Report("Evaluation", {}, (TABLE, Table("x", "X", ("a", "b"), (("nan", float("nan")),)))).write(tmp_path)
    read = json.loads((tmp_path / "report.json").read_text())
    first, second = read["tables"]["recall"]["rows"]
    assert first["found"] == {"value": 0.5, "low": 0.25, "high": 0.75, "n": 9}
    assert second["found"]["value"] is None
    assert read["tables"]["x"]["rows"] == [{"a": "nan", "b": None}]
    assert (tmp_path / "report.md").read_text().count("## ") == 2


def test_figures_have_flat_names_and_only_defined_ones_are_there() -> None:
    assert Report("E", {}, (TABLE,)).figures() == {"recall/a|b/found": 0.5, "recall/a|b/of two": 0.1}


def test_a_row_that_does_not_fit_its_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="recall: a row of 1 cells under 2 columns"):
        Table("recall", "Recall", ("a", "b"), (("one",),))


def test_a_row_or_table_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(KeyError, match=r"recall has no row 'loops'; it has a\|b, none"):
        TABLE.row("loops")
    with pytest.raises(KeyError, match="the report has no table 'x'; it has recall"):
        Report("E", {}, (TABLE,)).table("x")


@pytest.mark.parametrize(
    ("cell", "text"),
    [(None, "–"), (True, "yes"), (False, "no"), (1234, "1,234"), (0.12345, "0.123"), (float("nan"), "–"),
     (Figure(0.5, None, None, 1), "0.500"), ("two\nlines", "two lines")],
)  # fmt: skip
def test_cells_are_shown_as_people_read_them(cell: object, text: str) -> None:
    assert shown(cell) == text  # type: ignore[arg-type]


def test_every_picture_is_drawn_and_none_is_blank(tmp_path: Path) -> None:
    sessions = made_sessions(96, people=96)
    found = evaluate(sessions, {}, None, TINY)
    pictures = draw(found, sessions, tmp_path)
    assert sorted(pictures.values()) == ["calibration.png", "families.png", "look_alikes.png", "precision_recall.png",
                                         "scores.png", "sources.png"]  # fmt: skip
    for name in pictures.values():
        pixels = matplotlib.image.imread(tmp_path / name)
        assert min(pixels.shape[:2]) > 250, name
        colours = {tuple(row) for row in (pixels[::3, ::3, :3].reshape(-1, 3) * 255).astype(int).tolist()}
        for colour in ((0, 114, 178), (213, 94, 0)):
            assert any(np.abs(np.array(one) - colour).max() <= 2 for one in colours), (name, colour)
