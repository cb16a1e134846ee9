"""Promotion is a gate: a challenger replaces the champion only where, on the same held-out sessions, nothing got worse.

Pure: scores go in, a decision with its table comes out; the registry acts on it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from models.bootstrap import Clusters, Statistic, difference, numbered
from models.figures import Bools, Floats, at_rate, ece, flagged_share, recall_at


@dataclass(frozen=True, slots=True)
class Judged:
    """What one model says of the held-out sessions; NaN where it does not score one, which is never flagged."""

    scores: Floats
    threshold: float | Floats
    """Its own, chosen elsewhere, for all or for each session; above it a session is flagged."""
    probabilities: Floats

    @property
    def flags(self) -> Bools:
        """Which sessions it flags."""
        return np.asarray(self.scores > self.threshold, np.bool_)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The sessions that both models are judged on, which neither has seen."""

    labels: Bools
    """True where a session is padded."""
    users: Clusters
    sources: Sequence[str | None]
    look_alikes: Sequence[str | None]
    """The kind of honest look-alike, null where a session is none."""
    verdicts: Bools
    """True where a person has given the label."""


@dataclass(frozen=True, slots=True)
class Tolerances:
    """How much worse is not yet worse."""

    budget: float = 0.01
    """The false-positive rate at which recall is compared."""
    recall: float = 0.01
    """By how much recall may be lower."""
    recall_sure: float = 0.05
    """By how much it may be lower at the worse end of its interval: a loss that large must be ruled out."""
    false_positives: float = 0.02
    """By how much a false-positive rate may be higher, of all, of a source, of a look-alike."""
    alarms: int = 2
    """From how many more false alarms on a rate counts as higher; one session proves nothing."""
    ece: float = 0.03
    """The calibration error up to which calibration holds in any case."""
    prevalence: float | None = None
    """The base rate that probabilities are for; null where it is that of the held-out sessions."""
    few_verdicts: int = 20
    """Below so many padded verdicts their recall is shown but not judged."""


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison."""

    check: str
    group: str
    champion: float
    challenger: float
    low: float | None
    """The lower end of the difference's interval, where one is made."""
    n: int
    """The sessions that it was measured on."""
    passed: bool
    reason: str
    """Why it did not pass; empty where it did."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the challenger may replace the champion, and why not."""

    passed: bool
    reasons: tuple[str, ...]
    table: tuple[Row, ...]

    def markdown(self) -> str:
        """The table, as it is logged."""
        lines = ["| check | group | n | champion | challenger | lower bound | |", "|---|---|---|---|---|---|---|"]
        for row in self.table:
            low = "" if row.low is None else f"{row.low:+.3f}"
            verdict = "passed" if row.passed else "failed"
            figures = f"{row.n} | {row.champion:.3f} | {row.challenger:.3f} | {low}"
            lines.append(f"| {row.check} | {row.group} | {figures} | {verdict} |")
        return "\n".join(lines)


def decide(
    champion: Judged,
    challenger: Judged,
    held: HeldOut,
    allow: Tolerances | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> Decision:
    """Passes where nothing that is compared got worse; the reasons say what did.

    Recall at the budget must pass twice: its difference by itself, and the lower end of its interval (paired bootstrap
    by user, one-sided 95 %), so that neither a clear small loss nor a large possible one goes through. On verdicts it
    is the recall at each model's own threshold. No false-positive rate, of all, of a source or of a look-alike, may
    rise beyond its tolerance, and calibration must hold, or at least not be worse than the champion's.
    """
    tolerances = allow or Tolerances()
    _check(champion, challenger, held)
    table = (
        *_recalls(champion, challenger, held, tolerances, draws, seed),
        *_false_positives(champion, challenger, held, tolerances),
        _calibration(champion, challenger, held, tolerances),
    )
    reasons = tuple(row.reason for row in table if not row.passed)
    return Decision(not reasons, reasons, table)


def _recalls(
    champion: Judged, challenger: Judged, held: HeldOut, allow: Tolerances, draws: int, seed: int
) -> Iterator[Row]:
    def compared(check: str, group: str, old: Statistic, new: Statistic, n: int) -> Row:
        low = difference(new, old, held.users, draws=draws, seed=seed, confidence=0.9).low
        every = np.ones(len(held.labels))
        return _recall(check, group, float(old(every)), float(new(every)), low, n, allow)

    old, new = (partial(recall_at, one.scores, held.labels, budget=allow.budget) for one in (champion, challenger))
    yield compared(f"recall at {allow.budget:.1%} false positives", "all", old, new, int(held.labels.sum()))
    among = held.labels & held.verdicts
    if among.any():
        old, new = (
            partial(flagged_share, one.flags.astype(np.float64), among, threshold=0.5) for one in (champion, challenger)
        )
        yield compared("recall at the threshold", "verdicts", old, new, int(among.sum()))


def _recall(check: str, group: str, old: float, new: float, low: float | None, n: int, allow: Tolerances) -> Row:
    reason = ""
    if group == "verdicts" and n < allow.few_verdicts:
        return Row(check, f"{group} (too few to judge)", old, new, low, n, True, reason)
    if new < old - allow.recall:
        reason = f"{check} ({group}) fell from {old:.3f} to {new:.3f}, by more than {allow.recall:.3f}"
    elif low is None or low < -allow.recall_sure:
        shown = "unknown" if low is None else f"{low:+.3f}"
        reason = (
            f"{check} ({group}), {old:.3f} and {new:.3f}, may have fallen by more than {allow.recall_sure:.3f}: "
            f"the lower bound of the difference is {shown}"
        )
    return Row(check, group, old, new, low, n, not reason, reason)


def _false_positives(champion: Judged, challenger: Judged, held: HeldOut, allow: Tolerances) -> Iterator[Row]:
    genuine = ~held.labels
    yield _false_positive("all", genuine, champion, challenger, allow)
    for kind, values in (("source", held.sources), ("look-alike", held.look_alikes)):
        column = np.array([str(value) if value is not None else "" for value in values])
        for value in sorted(set(column[genuine]) - {""}):
            yield _false_positive(f"{kind} {value}", genuine & (column == value), champion, challenger, allow)


def _false_positive(group: str, among: Bools, champion: Judged, challenger: Judged, allow: Tolerances) -> Row:
    old, new = (int(one.flags[among].sum()) for one in (champion, challenger))
    n = int(among.sum())
    worse = (new - old) / n > allow.false_positives and new - old >= allow.alarms
    reason = f"false positives of {group} rose from {old} to {new} of {n}, by more than {allow.false_positives:.1%}"
    return Row("false positives", group, old / n, new / n, None, n, not worse, reason if worse else "")


def _calibration(champion: Judged, challenger: Judged, held: HeldOut, allow: Tolerances) -> Row:
    weights = at_rate(held.labels, allow.prevalence) if allow.prevalence else None
    old, new = (float(ece(one.probabilities, held.labels, weights)) for one in (champion, challenger))
    holds = new <= max(allow.ece, old)
    reason = f"the calibration error is {new:.3f}, above {allow.ece:.3f} and above the champion's {old:.3f}"
    return Row("calibration error", "all", old, new, None, len(held.labels), holds, "" if holds else reason)


def _check(champion: Judged, challenger: Judged, held: HeldOut) -> None:
    sessions = len(held.labels)
    for name, model in (("champion", champion), ("challenger", challenger)):
        for what, values in (("scores", model.scores), ("probabilities", model.probabilities)):
            if len(values) != sessions:
                raise ValueError(f"the {name} has {len(values)} {what} for {sessions} held-out sessions")
        if np.isnan(model.probabilities).all():
            raise ValueError(f"the {name} scores none of the {sessions} held-out sessions")
    if held.labels.all() or not held.labels.any():
        raise ValueError(f"{int(held.labels.sum())} of {sessions} held-out sessions are padded; both kinds are needed")
    if numbered(held.users).max() == 0:
        raise ValueError(f"all {sessions} held-out sessions are of one user; a comparison needs several")
