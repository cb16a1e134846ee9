"""The pictures of an evaluation, in colours that the colour-blind can tell apart."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models.evaluation import Evaluation
from models.figures import Figure, Floats
from models.outcomes import Once
from models.protocols import Sessions, quantile
from models.report import Table
from models.slices import Slice, slices
from models.splits import is_padded

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#7A7A7A"
"""Okabe and Ito's."""
_BINS = 15
_ALARMS = np.r_[0.0, np.geomspace(0.001, 1.0, 60)]
"""False-positive rates at which a curve has its points."""


def draw(found: Evaluation, sessions: Sessions, folder: Path) -> dict[str, str]:
    """Writes all pictures; their file names by what they show."""
    folder.mkdir(parents=True, exist_ok=True)
    report = found.report
    pictures = {
        "Precision and recall": ("precision_recall.png", _precision_recall(found, sessions)),
        "Calibration": ("calibration.png", _calibration(found, sessions)),
        "Scores": ("scores.png", _scores(found.unseen, sessions)),
        "Recall per family, the family not seen": ("families.png", _families(report.table("families"))),
        "False positives per look-alike": ("look_alikes.png", _look_alikes(report.table("look_alikes"))),
        "False positives per source, the source not seen": ("sources.png", _sources(report.table("sources"))),
    }
    if not np.isnan(found.shares).all():
        pictures["Padded share, the user not seen"] = ("padded_share.png", _shares(found, sessions))
    for name, canvas in pictures.values():
        canvas.savefig(folder / name, dpi=110)
    return {shows: name for shows, (name, _) in pictures.items()}


def _canvas(width: float, height: float) -> tuple["Canvas", Any]:
    """A canvas of its own: nothing of matplotlib's state is touched, and no screen is needed."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    canvas = Canvas(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(canvas)
    axes = canvas.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.3)
    axes.set_axisbelow(True)
    return canvas, axes


def _precision_recall(found: Evaluation, sessions: Sessions) -> "Canvas":
    canvas, axes = _canvas(7, 5.5)
    for trials, name, colour, style in ((found.unseen.trials, "family not seen", BLUE, "-"),
                                        (found.known.trials, "family seen, user not", ORANGE, "--")):  # fmt: skip
        recall = _recalls(slices(trials, sessions))
        for rate, width in ((0.5, 2.4), (0.02, 1.2)):
            hits, alarms = recall * rate, _ALARMS * (1 - rate)
            precision = np.divide(hits, hits + alarms, out=np.ones(len(hits)), where=hits + alarms > 0)
            axes.plot(recall, precision, style, color=colour, lw=width, label=f"{name}, {rate:.0%} padded")
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02), title="Precision and recall")
    canvas.legend(loc="outside lower center", ncols=2, fontsize=9)
    return canvas


def _recalls(parts: list[Slice]) -> Floats:
    """Recall at each false-positive rate, of all folds together: scores of two models are never mixed."""
    whole = sum(int(one.padded.sum()) for one in parts)
    found = [np.array([(one.scores[one.padded] > quantile(one.scores[~one.padded], rate)).sum() for rate in _ALARMS])
             for one in parts]  # fmt: skip
    return np.asarray(np.sum(found, axis=0) / max(whole, 1), np.float64)


def _calibration(found: Evaluation, sessions: Sessions) -> "Canvas":
    canvas, axes = _canvas(6, 5.5)
    padded = is_padded(sessions.meta)
    axes.plot([0, 1], [0, 1], color=GREY, lw=1, label="as it should be")
    for judged, name, colour, mark in ((found.unseen, "family not seen", BLUE, "o-"),
                                       (found.known, "family seen, user not", ORANGE, "s--")):  # fmt: skip
        chance = judged.probability(0.5)
        known = np.flatnonzero(~np.isnan(chance))
        weights = np.where(padded, 0.5 / max(padded[known].sum(), 1), 0.5 / max((~padded[known]).sum(), 1))
        parts = [part for part in np.array_split(known[np.argsort(chance[known], kind="stable")], _BINS) if len(part)]
        said = [np.average(chance[part], weights=weights[part]) for part in parts]
        true = [np.average(padded[part], weights=weights[part]) for part in parts]
        axes.plot(said, true, mark, color=colour, ms=5, label=name)
    axes.set(xlabel="probability that was said", ylabel="share that is padded", xlim=(0, 1), ylim=(0, 1),
             title="Calibration, half of all sessions padded")  # fmt: skip
    axes.legend(loc="upper left", fontsize=9)
    return canvas


def _scores(judged: Once, sessions: Sessions) -> "Canvas":
    canvas, axes = _canvas(7, 4.5)
    padded, null = is_padded(sessions.meta), sessions.null()
    chance = judged.probability(0.5)
    log_odds = np.log(chance / (1 - chance))
    edges = np.linspace(np.nanmin(log_odds), np.nanmax(log_odds), 41)
    for who, name, colour, style in ((null, "genuine", BLUE, "-"), (~padded & ~null, "look-alikes", GREEN, "--"),
                                     (padded, "padded, family not seen", ORANGE, "-")):  # fmt: skip
        values = log_odds[who & ~np.isnan(log_odds)]
        if len(values):
            axes.hist(values, edges, weights=np.full(len(values), 1 / len(values)), histtype="step", lw=2,
                      ls=style, color=colour, label=f"{name} ({len(values):,})")  # fmt: skip
    axes.set(xlabel="calibrated log-odds, half of all sessions padded", ylabel="share of sessions", title="Scores")
    axes.legend(fontsize=9)
    return canvas


def _shares(found: Evaluation, sessions: Sessions) -> "Canvas":
    canvas, axes = _canvas(6, 5.5)
    padded, known = is_padded(sessions.meta), ~np.isnan(found.shares)
    truth, mine = sessions.meta["padded_share"].to_numpy(np.float64), padded & known
    axes.plot([0, 1], [0, 1], color=GREY, lw=1, label="as it should be")
    axes.plot(truth[mine], found.shares[mine], "o", color=BLUE, ms=3, alpha=0.3, label=f"padded ({mine.sum():,})")
    order = np.flatnonzero(mine)[np.argsort(truth[mine], kind="stable")]
    parts = [part for part in np.array_split(order, _BINS) if len(part)]
    axes.plot([truth[part].mean() for part in parts], [found.shares[part].mean() for part in parts], "-",
              color=ORANGE, lw=2, label="mean of the padded")  # fmt: skip
    genuine = found.shares[~padded & known]
    if len(genuine):
        axes.axhline(genuine.mean(), color=GREEN, ls="--", lw=1.5, label=f"mean of the genuine ({len(genuine):,})")
    axes.set(xlabel="true padded share", ylabel="estimated", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02),
             title="Padded share")  # fmt: skip
    axes.legend(loc="upper left", fontsize=9)
    return canvas


def _families(table: Table) -> "Canvas":
    rows = [row for row in table.rows if not str(row[0]).startswith("worst family")]
    goal, title = (0.9, "goal of the mean"), "Recall per family, the family not seen"
    named, others = [(str(row[0]), row[2]) for row in rows], [row[3] for row in rows]
    return _bars(named, others, "recall at 1% false positives", "recall at 0.1%", title, goal, 1.0)


def _look_alikes(table: Table) -> "Canvas":
    return _bars([(str(row[0]), row[2]) for row in table.rows], [row[3] for row in table.rows], "kind not seen",
                 "kind seen, user not", "Flagged among honest look-alikes", (0.01, "budget"))  # fmt: skip


def _sources(table: Table) -> "Canvas":
    rows = [row for row in table.rows if not str(row[0]).startswith("worst")]
    named = [(f"{row[0]} ({row[1]})", row[2]) for row in rows]
    return _bars(named, [row[3] for row in rows], "genuine sessions", "made look-alikes",
                 "Flagged per source, the source not seen", (0.03, "goal"))  # fmt: skip


def _bars(named: list[tuple[str, Any]], others: list[Any], first: str, second: str, title: str,
          goal: tuple[float, str], most: float | None = None) -> "Canvas":  # fmt: skip
    canvas, axes = _canvas(8, max(2.5, 0.34 * len(named) + 1.4))
    for place, ((_, figure), other) in enumerate(zip(reversed(named), reversed(others), strict=True)):
        _point(axes, figure, place + 0.14, BLUE, "o", first if place == 0 else None)
        _point(axes, other, place - 0.14, ORANGE, "s", second if place == 0 else None)
    axes.axvline(goal[0], color=GREY, lw=1.2, ls=":", label=f"{goal[1]}: {goal[0]:g}")
    axes.set_yticks(range(len(named)), [name.replace("_", " ") for name, _ in reversed(named)], fontsize=9)
    axes.set(xlabel="share of sessions, with 95% interval", title=title, ylim=(-0.7, len(named) - 0.3))
    axes.set_xlim(-0.01, 1.01 if most is not None else None)
    canvas.legend(loc="outside lower center", ncols=3, fontsize=9)
    return canvas


def _point(axes: Any, figure: Any, height: float, colour: str, mark: str, label: str | None) -> None:
    if not isinstance(figure, Figure) or figure.value is None:
        return
    axes.plot([figure.value], [height], mark, color=colour, ms=5, label=label)
    if figure.low is not None and figure.high is not None:
        axes.plot([figure.low, figure.high], [height, height], color=colour, lw=1.4)
