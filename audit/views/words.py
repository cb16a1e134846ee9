"""Numbers, times and judgements in words: what a reader sees in place of bare figures."""

from datetime import datetime

from audit.cases import Case
from audit.estimates import Estimate

FLAG = "A flag is a reason to look, not proof."

STATES = {
    "unflagged": "not flagged",
    "flagged": "flagged, not reviewed yet",
    "in review": "in review",
    "confirmed": "padding confirmed",
    "cleared": "cleared as genuine",
    "unsure": "auditors were unsure",
    "appealed": "appealed, waits for another look",
}

DECISIONS = {"padded": "padded", "genuine": "genuine", "unsure": "not sure"}

SLICES = {
    "random": "the random slice of all sessions",
    "risk": "the sessions most likely padded",
    "threshold": "the sessions near the threshold",
    "novel": "the sessions unlike all that the model knows",
    "picked": "somebody's own choice",
    "appeal": "an appeal",
    "kept": "an earlier content of the same session",
}

_NOVEL = 0.95
_WORTH_TELLING = 0.2
_LIKELIHOODS = ((0.97, "almost certainly padded"), (0.8, "probably padded"), (0.6, "more likely padded than not"),
                (0.4, "as likely padded as genuine"), (0.2, "more likely genuine than padded"),
                (0.03, "probably genuine"), (0.0, "almost certainly genuine"))  # fmt: skip


def percent(share: float | None) -> str:
    """A share as a percentage, with a decimal near the ends."""
    if share is None:
        return "unknown"
    if 0 < share < 0.01 or 0.99 < share < 1:
        return f"{min(max(100 * share, 0.1), 99.9):.1f} %"
    return f"{100 * share:.0f} %"


def judgement(case: Case) -> str:
    """What the model says of a session, in one sentence."""
    if case.probability is None:
        return "The model could not score this session, so there is no judgement to check: look for yourself."
    word = next(word for least, word in _LIKELIHOODS if case.probability >= least)
    share = (
        f"; if it is padded, then about {percent(case.padded_share)} of its {case.tokens:,} tokens are padding"
        if case.padded_share is not None and case.tokens and case.probability >= _WORTH_TELLING
        else ""
    )
    return f"The model takes this session as {word} ({percent(case.probability)}){share}."


def doubts(case: Case, precision: Estimate | None) -> list[str]:
    """How far the judgement can be trusted, a sentence each."""
    said = []
    if case.threshold is not None and case.probability is not None:
        side = "above" if case.flagged else "below"
        said.append(f"That is {side} the threshold of {percent(case.threshold)} from which sessions are flagged.")
    if case.flagged and precision is not None and precision.value is not None:
        said.append(
            f"Of the sessions flagged by this version, auditors found {percent(precision.value)} padded; with "
            f"{precision.reviewed:,} reviewed by chance, that can be {percent(precision.low)} to "
            f"{percent(precision.high)}."
        )
    elif case.flagged:
        said.append("How often this version's flags are right is not known yet: too few were reviewed by chance.")
    if case.novelty is not None and case.novelty >= _NOVEL:
        said.append("It is unlike nearly everything the model has learned from: trust the figure less.")
    return said


def interval(estimate: Estimate) -> str:
    """An estimate with its width."""
    if estimate.value is None:
        return estimate.reason or "not known yet"
    return f"{percent(estimate.value)} ({percent(estimate.low)} to {percent(estimate.high)})"


def counted(number: int, thing: str) -> str:
    """How many of something there are."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def moment(time: datetime | None) -> str:
    """A time in UTC, to the minute."""
    return f"{time:%Y-%m-%d %H:%M}" if time else "no time"


def ago(then: datetime | None, now: datetime) -> str:
    """How long ago something was."""
    return "unknown" if then is None else span((now - then).total_seconds())


def span(seconds: float) -> str:
    """A length of time, in its largest unit or two."""
    whole = max(0, round(seconds))
    for size, unit, smaller, part in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size} {unit}" + (f" {rest} {part}" if rest and whole < 10 * size else "")
    return f"{whole} s"


def tokens(number: float) -> str:
    """A count of tokens, short."""
    for size, unit in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number:.0f}"
