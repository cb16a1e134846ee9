"""The pictures of a night's monitoring, in colours that the colour-blind can tell apart."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models.drift import FAR, MOVED, Drift, Sides
from models.monitoring import Signs
from models.periods import Rate
from models.plots import BLUE, GREEN, GREY, ORANGE
from models.reference import Spread

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

_BARS = 20
_SHOWN = 6
_WIDE = 30
"""Values that differ by such a factor are shown on a logarithmic scale."""
_MARKS = {"far": ("D", ORANGE), "moved": ("s", GREEN), "same": ("o", BLUE), "untold": ("o", GREY)}


def draw(signs: Signs, scores: Sides | None, features: Sides | None, folder: Path) -> dict[str, str]:
    """Writes what can be drawn; file names by what they show."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures: dict[str, tuple[str, Canvas]] = {}
    if any(rate.told for rate in signs.rates):
        pictures["Shares over time"] = ("shares.png", _shares(signs.rates))
    if scores:
        pictures["Scores"] = ("scores.png", _columns(scores))
    if features:
        pictures[f"Features that are farthest from {features.drift.against}"] = ("drift.png", _drift(features.drift))
        pictures["How the farthest features lay and lie"] = ("features.png", _columns(features))
    for name, canvas in pictures.values():
        canvas.savefig(folder / name, dpi=110)
    return {shows: name for shows, (name, _) in pictures.items()}


def _canvas(width: float, height: float, rows: int = 1, columns: int = 1) -> tuple["Canvas", list[Any]]:
    """A canvas of its own: nothing of matplotlib's state is touched, and no screen is needed."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    canvas = Canvas(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(canvas)
    panels = list(canvas.subplots(rows, columns, squeeze=False).flat)
    for axes in panels:
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.3)
        axes.set_axisbelow(True)
    return canvas, panels


def _drift(drift: Drift) -> "Canvas":
    shown = [one for one in drift.columns if one.how != "untold"][:_BARS] or list(drift.columns[:_BARS])
    canvas, [axes] = _canvas(8, 0.3 * len(shown) + 1.6)
    for how, (mark, colour) in _MARKS.items():
        rows = [(one.psi, len(shown) - 1 - place) for place, one in enumerate(shown) if one.how == how]
        if rows:
            axes.plot(*zip(*rows, strict=True), mark, color=colour, ms=6, label=how)
    for limit, name, style in ((MOVED, "moved", ":"), (FAR, "far", "--")):
        axes.axvline(limit, color=GREY, lw=1.2, ls=style, label=f"{name} from {limit:g}")
    axes.set_yticks(range(len(shown)), [one.column for one in reversed(shown)], fontsize=9)
    axes.set(xlabel="population stability index", xlim=(-0.01, None), ylim=(-0.7, len(shown) - 0.3),
             title=f"{drift.sessions:,} sessions against {drift.against}")  # fmt: skip
    canvas.legend(loc="outside lower center", ncols=5, fontsize=9)
    return canvas


def _shares(rates: tuple[Rate, ...]) -> "Canvas":
    told = [rate for rate in rates if rate.periods]
    canvas, panels = _canvas(8, 2.2 * len(told) + 0.6, len(told))
    for axes, rate in zip(panels, told, strict=True):
        for place, period in enumerate(rate.periods):
            newest = place == len(rate.periods) - 1 and rate.now.n > 0
            low, high, value = period.share.low, period.share.high, period.share.value
            if value is None or low is None or high is None:
                continue
            colour, mark = (ORANGE, "D") if newest else (BLUE, "o")
            axes.plot([period.first, period.first], [low, high], color=colour, lw=1.5)
            axes.plot([period.first], [value], mark, color=colour, ms=6)
        days = [period.first for period in rate.periods]
        axes.set_xticks(days, [f"{day:%b} {day.day}\n{period.share.n:,}" for day, period in
                               zip(days, rate.periods, strict=True)], fontsize=8)  # fmt: skip
        axes.set_title(f"{rate.what}: share {rate.name}", loc="left", fontsize=10)
        axes.set_ylim(0, _top(rate))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.1%}")
    panels[-1].set_xlabel("first day, and how many (the newest in orange); lines are 95% intervals", fontsize=9)
    return canvas


def _columns(sides: Sides) -> "Canvas":
    shown = sides.drift.columns[:_SHOWN]
    wide = min(3, len(shown))
    rows = -(-len(shown) // wide)
    canvas, panels = _canvas(*((7, 4.2) if len(shown) == 1 else (10, 2.9 * rows + 0.5)), rows, wide)
    for axes, one in zip(panels, shown, strict=False):
        then = sides.reference.columns[one.column]
        _steps(axes, then, BLUE, "--", sides.drift.against)
        _steps(axes, Spread.of(sides.table[one.column].to_numpy(np.float64)), ORANGE, "-", "now")
        axes.set(title=f"{one.column}: {one.psi:.2f}", ylim=(0, 1.02))
        axes.title.set_fontsize(10)
        if len(then.values) > 2 and min(then.values) > 0 and then.values[-1] > _WIDE * then.values[0]:
            axes.set_xscale("log")
        axes.tick_params(labelsize=8)
    for axes in panels[len(shown) :]:
        axes.set_visible(False)
    panels[0].set_ylabel("share up to a value (nulls at the left)", fontsize=9)
    canvas.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=9)
    return canvas


def _steps(axes: Any, spread: Spread, colour: str, style: str, name: str) -> None:
    """A cumulative share; it begins at that of nulls."""
    if spread.values:
        axes.step([spread.values[0], *spread.values], [spread.nulls, *spread.upto], style, where="post", color=colour,
                  lw=1.8, label=name)  # fmt: skip


def _top(rate: Rate) -> float:
    """Where the picture ends: above every share; the intervals of all but empty periods may go on."""
    shares = [period.share.value or 0.0 for period in rate.periods]
    return min(1.02, 1.25 * max([*shares, rate.now.high or 0.0, rate.before.high or 0.0, 0.01]))
