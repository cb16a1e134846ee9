"""What there is to do in each trade, and which of it looks like padding to a hasty reader."""

from collections.abc import Callable
from dataclasses import dataclass

from padding.company import automation, changes, coding, data_work, office, operations, questions, texts
from padding.company.scene import Scene


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of work."""

    name: str
    play: Callable[[Scene], None]
    """Works it through at a desk."""
    look_alike: str = ""
    """The honest look-alike that it is; empty where it looks like nothing else."""
    least: int = 0
    """Turns from which it looks like that."""


_REPAIR, _EXPLAIN = Task("repair", coding.repair), Task("explain", questions.explain, "read-only-research", 20)
_FLAKY, _REVIEW = Task("flaky", coding.flaky, "flaky-retries", 24), Task("review", questions.review)
_FEATURE, _RENAME = Task("feature", changes.feature), Task("rename", changes.rename, "batch-refactor", 40)
_INCIDENT, _ANOMALY = Task("incident", operations.incident, "polling", 30), Task("anomaly", data_work.anomaly)
_LABELS = Task("labels", data_work.labelling, "bulk-labelling", 40)
_SUPPORT, _CONTRACT = Task("support", office.support), Task("contract", office.contract, "long-paste", 15)
_COPY, _CAMPAIGN = Task("copy", texts.copywriting, "revision", 22), Task("campaign", texts.campaign)
_QUICK = Task("quick", questions.quick)
_STRINGS = Task("strings", texts.strings, "bulk-translation", 36)

TRADES: dict[str, tuple[tuple[Task, int], ...]] = {
    "backend": (
        (_REPAIR, 5),
        (_FEATURE, 4),
        (_EXPLAIN, 3),
        (_REVIEW, 2),
        (_RENAME, 2),
        (_FLAKY, 1),
        (_INCIDENT, 1),
        (_QUICK, 4),
    ),
    "data": ((_ANOMALY, 5), (_REPAIR, 2), (_LABELS, 2), (_EXPLAIN, 2), (_FEATURE, 1), (_QUICK, 2)),
    "ops": ((_INCIDENT, 6), (_REPAIR, 2), (_FLAKY, 2), (_EXPLAIN, 2), (_REVIEW, 1), (_QUICK, 3)),
    "support": ((_SUPPORT, 8), (_LABELS, 1), (_COPY, 1)),
    "legal": ((_CONTRACT, 6), (_COPY, 1), (_STRINGS, 1)),
    "marketing": ((_COPY, 5), (_CAMPAIGN, 4), (_STRINGS, 1)),
    "translation": ((_STRINGS, 5), (_COPY, 3), (_SUPPORT, 1)),
}
"""The work of each trade, with how often it comes."""

SERVICES: dict[str, Task] = {
    "ci-review": Task("ci-review", automation.ci_review, "ci-review"),
    "oncall-agent": Task("oncall", automation.oncall, "cron-agent-that-acts"),
    "evaluation": Task("evaluation", automation.evaluation, "evaluation-harness"),
}
"""What runs by itself, under accounts of its own."""
