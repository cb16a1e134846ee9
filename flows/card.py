"""A model's card: what it learnt from, how it measured, what it is for and what not. Goes with its files."""

from collections.abc import Mapping
from typing import Any

from models.detector import Detector
from models.figures import Figure
from models.rates import BUDGET, PREVALENCE

NAME = "card.md"

_SAID = {
    "auc": "AUC, padded against genuine",
    "recall_at_1_percent": "recall at 1 % false positives",
    "recall": "recall at its own threshold",
    "false_positives": "false positives at its own threshold",
    "look_alikes_flagged": "honest look-alikes flagged at its own threshold",
    "calibration_error": "calibration error (cross-validated)",
    "unscored": "sessions with too little in them to be judged",
}
_KINDS = {
    "null": "genuine",
    "padded": "made padded",
    "look-alike": "honest look-alikes",
    "verdict": "auditors' verdicts",
}
_SOURCES = 20


def named(figure: str) -> str:
    """What people call a figure; one that is not known keeps its name."""
    return _SAID.get(figure, figure)


def card(detector: Detector, figures: Mapping[str, Figure]) -> str:
    """The card as a page of Markdown, in which also somebody who reads it as it is finds their way."""
    about = detector.about
    held = about["sessions"]["held"]
    unseen = f"{held:,} sessions that its trees have not seen" if held else "folds: no session was kept from the trees"
    return "\n".join(
        [
            f"# Model {about['version']}",
            "",
            f"- Learnt from: {_kinds(about['kinds'])}.",
            f"- Sources: {_sources(about['sources'])}.",
            *_verdicts(about.get("verdicts")),
            f"- Reads {len(detector.names)} features of set {detector.fingerprint}; {detector.forest.trees} trees.",
            f"- Assumes that {PREVALENCE:.0%} of the sessions are padded, and flags for at most {BUDGET:.0%} of the "
            "genuine ones, unless told otherwise.",
            "- Meant for: choosing sessions that a person then reads.",
            "- Not for: any decision about a person without that reading; rankings of people; people whose work is "
            "unlike that of its sources.",
            "",
            f"Figures on {unseen}; its sources and families of padding were seen. Elsewhere it does worse: "
            "`winnow evaluate` leaves whole sources and families out.",
            "",
            *(f"- {named(name)}: {_figure(one)}" for name, one in figures.items()),
            "",
        ]
    )


def _kinds(kinds: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {_KINDS.get(kind, kind)}" for kind, count in sorted(kinds.items()))


def _sources(sources: Mapping[str, int]) -> str:
    """The largest ones by name; a set may have hundreds."""
    ordered = sorted(sources.items(), key=lambda one: (-one[1], one[0]))
    more = f" and {len(ordered) - _SOURCES} more" if len(ordered) > _SOURCES else ""
    return ", ".join(f"{name} ({count:,})" for name, count in ordered[:_SOURCES]) + more or "none has a name"


def _verdicts(said: Mapping[str, Any] | None) -> list[str]:
    if not said:
        return ["- Learnt from no auditor's verdict."]
    return [
        f"- Verdicts: learnt from {said['padded']} of padding and {said['genuine']} of genuine use; "
        f"{said['for_evaluation']} are kept for evaluation.",
        f"- Thresholds: {said['thresholds']}.",
    ]


def _figure(figure: Figure) -> str:
    if figure.value is None:
        return "not known"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"
