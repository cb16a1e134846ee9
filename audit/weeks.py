"""Tokens as counted beside tokens after padding, by person and week; and how many people have genuine use.

What auditors confirmed is taken off; what they cleared stays; of everything else the expected padding is taken off:
its probability times what would be padded. The interval is that of independent, calibrated probabilities (normal, cut
at what is possible). It does not cover a model that is wrong as a whole, nor the error of a padded share. Unscored
sessions keep all their tokens, which are shown apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from audit.ledger import Ledger

_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Usage:
    """What one person used in a week, or several."""

    user_id: str
    week: str
    """The Monday, or `unknown`; empty where several weeks are summed."""
    sessions: int
    confirmed: int
    """Sessions that auditors found padded."""
    cleared: int
    waiting: int
    """Sessions that wait for an auditor."""
    tokens: int
    """As counted."""
    adjusted: float
    """Without what is confirmed or estimated to be padded."""
    low: float
    high: float
    unscored_tokens: int
    """Those in `tokens` about which nothing is known."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """How many people used agents for something in a week: a cleared session, or one that was never doubted."""

    week: str
    genuine: int
    active: int
    """People with any session."""
    people: int
    """People that could have: the head count, or all that were ever seen."""

    @property
    def share(self) -> float | None:
        """Of the people, those with genuine use; null where there is nobody."""
        return self.genuine / self.people if self.people else None


# What a confirmed session loses; one whose share nobody estimated loses all.
_LOST = "case when padded_tokens > 0 then padded_tokens else tokens end"
_OPEN = "state not in ('confirmed', 'cleared') and probability is not null"
_SUMS = (
    "count(*) as sessions, sum(tokens) as tokens, "
    "sum(case when state = 'confirmed' then 1 else 0 end) as confirmed, "
    "sum(case when state = 'cleared' then 1 else 0 end) as cleared, "
    "sum(open) as waiting, "
    "sum(case when probability is null and state <> 'confirmed' then tokens else 0 end) as unscored_tokens, "
    f"sum(case when state = 'confirmed' then {_LOST} else 0 end) as sure, "
    f"sum(case when {_OPEN} then padded_tokens else 0 end) as possible, "
    f"sum(case when {_OPEN} then probability * padded_tokens else 0.0 end) as expected, "
    f"sum(case when {_OPEN} then probability * (1 - probability) * padded_tokens * padded_tokens else 0.0 end) "
    "as variance"
)


# The same sums in two parts. A null probability makes a term null, which sums leave out.
_TERMS = {
    "possible": "case when probability is null then 0 else padded_tokens end",
    "expected": "probability * padded_tokens",
    "variance": "probability * (1 - probability) * padded_tokens * padded_tokens",
}
_DOUBT = ", ".join(f"coalesce(sum({term}), 0) as {name}" for name, term in _TERMS.items())
_WHOLE = (
    "count(*) as sessions, sum(tokens) as tokens, sum(open) as waiting, "
    f"sum(case when probability is null then tokens else 0 end) as unscored_tokens, {_DOUBT}"
)
_PASSED_ON = ", ".join(
    f"sum({name}) as {name}" for name in ("sessions", "tokens", "waiting", "unscored_tokens", *_TERMS)
)
_DECIDED = (
    "sum(case when state = 'confirmed' then 1 else 0 end) as confirmed, "
    "sum(case when state = 'cleared' then 1 else 0 end) as cleared, "
    f"sum(case when state = 'confirmed' then {_LOST} else 0 end) as sure, "
    "sum(case when probability is null and state = 'confirmed' then tokens else 0 end) as unscored_tokens, "
    f"{_DOUBT}"
)


def weeks(ledger: Ledger, user_id: str) -> tuple[Usage, ...]:
    """One person's weeks, the newest first."""
    with ledger.reading() as view:
        rows = view.rows(
            f"select week, {_SUMS} from cases where user_id = :user_id and current = 1 "  # noqa: S608
            "group by week order by week desc",
            user_id=user_id,
        )
    return tuple(_usage(user_id, row["week"], row) for row in rows)


def leaderboard(ledger: Ledger, first: str, last: str, limit: int = 100) -> tuple[Usage, ...]:
    """People by adjusted tokens, most first, over the weeks from the Monday `first` to the Monday `last`.

    Hundreds of thousands of sessions are summed as if nobody had reviewed any, week by week as their index has them;
    the few that somebody has decided are then set right. To ask each row for its state takes twice as long.
    """
    meant = "week between :first and :last and current = 1 and user_id is not null"
    with ledger.reading() as view:
        whole = view.rows(
            f"select user_id, {_PASSED_ON} from (select week, user_id, {_WHOLE} from cases where {meant} "  # noqa: S608
            "group by week, user_id) as weekly group by user_id",
            first=first,
            last=last,
        )
        decided = view.rows(
            f"select user_id, {_DECIDED} from cases where state in ('confirmed', 'cleared') and {meant} "  # noqa: S608
            "group by user_id",
            first=first,
            last=last,
        )
    known = {row["user_id"]: row for row in decided}
    week = first if first == last else ""
    usages = (_usage(row["user_id"], week, _set_right(row, known.get(row["user_id"], {}))) for row in whole)
    return tuple(sorted(usages, key=lambda one: (-one.adjusted, one.user_id))[:limit])


def adoption(ledger: Ledger, first: str, last: str, people: int | None = None) -> tuple[Adoption, ...]:
    """The weeks from the Monday `first` to the Monday `last`, oldest first; `people` is the head count, if known."""
    genuine = "state = 'cleared' or (state = 'unflagged' and probability is not null)"
    with ledger.reading() as view:
        known = people or view.number("select count(distinct user_id) from cases")
        rows = view.rows(
            "select week, count(*) as active, sum(genuine) as genuine from ("  # noqa: S608
            f"select week, user_id, max(case when tokens > 0 and ({genuine}) then 1 else 0 end) as genuine "
            "from cases where week between :first and :last and current = 1 and user_id is not null "
            "group by week, user_id) as used group by week order by week",
            first=first,
            last=last,
        )
    return tuple(Adoption(row["week"], row["genuine"], row["active"], known) for row in rows)


def _set_right(whole: Mapping[str, Any], decided: Mapping[str, Any]) -> dict[str, Any]:
    """The sums over all, without doubt about what is decided; differences of large sums may miss 0 by a little."""
    less = {
        name: max(0.0, float(whole[name]) - float(decided.get(name, 0)))
        for name in ("unscored_tokens", "possible", "expected", "variance")
    }
    more = {name: decided.get(name, 0) for name in ("confirmed", "cleared", "sure")}
    return {**whole, **less, **more}


def _usage(user_id: str, week: str, row: Mapping[str, Any]) -> Usage:
    tokens, sure, possible = int(row["tokens"]), int(row["sure"]), int(row["possible"])
    adjusted = tokens - sure - float(row["expected"])
    margin = _Z * sqrt(float(row["variance"]))
    return Usage(
        user_id,
        week,
        sessions=int(row["sessions"]),
        confirmed=int(row["confirmed"]),
        cleared=int(row["cleared"]),
        waiting=int(row["waiting"]),
        tokens=tokens,
        adjusted=adjusted,
        low=max(adjusted - margin, tokens - sure - possible),
        high=min(adjusted + margin, tokens - sure),
        unscored_tokens=int(row["unscored_tokens"]),
    )
