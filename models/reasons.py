"""The reasons for a score: at most five, from what each column adds to it, each of which can defend itself.

Numbers only: the words and the turns come from where the columns do. Contributions are TreeSHAP values of the log-odds
(`Forest.contributions`); they say what moved this model, not what is true.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from models.figures import Floats

Direction = Literal["high", "low", "context"]

MOST = 5
"""Reasons for one score, at most."""

_MOST_OF_KIND = 2
_LEAST_WEIGHT = 0.03
_NEVER = "volume"


@dataclass(frozen=True, slots=True)
class Column:
    """What is known of a column when it comes to reasons."""

    kind: str
    """The kind of evidence; `volume` is never a reason."""
    speaks: Direction
    """Which end of its values speaks for padding; `context` neither, and so it is never a reason."""
    about: str
    """What it is about: columns about one thing say the same, and make one reason."""
    usual: float = float("nan")
    """The usual value of genuine sessions; a value on its honest side is no reason. NaN where it is unknown."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, still without words."""

    code: str
    """The column that says it best."""
    kind: str
    """The kind of evidence."""
    about: str
    """What it is about."""
    value: float
    """The column's value in this session."""
    usual: float
    """The usual value of genuine sessions; NaN where it is unknown."""
    weight: float
    """Its part in all that raises the score, from 0 to 1."""
    rank: int
    """Its place among the reasons, from 1."""
    also: tuple[str, ...]
    """Other columns that raise the score and say the same; their part is in the weight."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a score is as high as it is."""

    chosen: tuple[Reason, ...]
    """The reasons, the weightiest first; empty where nothing that can defend itself raises the score."""
    background: float
    """The part of what raises the score that is no reason by itself: volume, context, what is missing."""
    others: float
    """The part that other reasons have, which are not told: too light, or too many of a kind."""


def choose(
    contributions: Floats | Sequence[float],
    values: Floats | Sequence[float],
    names: Sequence[str],
    columns: Mapping[str, Column],
    most: int = MOST,
) -> Reasons:
    """The reasons of one row: contributions and values by column, the constant last part of TreeSHAP left out or not.

    A column is a reason only if it raises the score, has a value, and that lies beyond the usual one on the side that
    speaks for padding. What columns about one thing take away is subtracted from what they add.
    """
    added = dict(zip(names, map(float, contributions), strict=False))
    held = dict(zip(names, map(float, values), strict=True))
    if missing := [name for name in names if name not in columns]:
        raise ValueError(f"nothing is known of {', '.join(missing[:5])}: describe all columns of the model")
    subjects = _subjects(names, columns)
    raised = {about: sum(added[name] for name in own) for about, own in subjects.items()}
    whole = sum(weight for weight in raised.values() if weight > 0) or 1.0
    found = [
        _reason(raised[about] / whole, own, added, held, columns)
        for about, own in subjects.items()
        if raised[about] > 0
    ]
    able = sorted((one for one in found if one is not None), key=lambda one: (-one.weight, one.code))
    told = _told(able, most)
    ranked = tuple(_placed(one, place) for place, one in enumerate(told, 1))
    defended = sum(one.weight for one in able)
    return Reasons(
        ranked,
        background=max(0.0, sum(weight for weight in raised.values() if weight > 0) / whole - defended),
        others=max(0.0, defended - sum(one.weight for one in ranked)),
    )


def _subjects(names: Sequence[str], columns: Mapping[str, Column]) -> dict[str, list[str]]:
    """The columns by what they are about; those that can be no reason are each about themselves."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(columns[name].about if _able(columns[name]) else f"({name})", []).append(name)
    return found


def _reason(
    weight: float,
    own: Sequence[str],
    added: Mapping[str, float],
    held: Mapping[str, float],
    columns: Mapping[str, Column],
) -> Reason | None:
    """The reason that these columns make together; none where no one of them can defend itself."""
    raising = sorted((name for name in own if added[name] > 0), key=lambda name: (-added[name], name))
    speaking = [name for name in raising if _able(columns[name]) and _beyond(held[name], columns[name])]
    if not speaking:
        return None
    code, column = speaking[0], columns[speaking[0]]
    also = tuple(name for name in speaking[1:])
    return Reason(code, column.kind, column.about, held[code], column.usual, weight, 0, also)


def _told(able: Sequence[Reason], most: int) -> list[Reason]:
    """The weightiest ones, of each kind two at most, without those that hardly weigh anything."""
    told: list[Reason] = []
    for one in able:
        same = sum(other.kind == one.kind for other in told)
        if len(told) < most and same < _MOST_OF_KIND and (one.weight >= _LEAST_WEIGHT or not told):
            told.append(one)
    return told


def _able(column: Column) -> bool:
    return column.kind != _NEVER and column.speaks != "context"


def _beyond(value: float, column: Column) -> bool:
    """Whether the value lies on the side that speaks for padding; a missing value lies nowhere."""
    if value != value:
        return False
    if column.usual != column.usual:
        return True
    return value > column.usual if column.speaks == "high" else value < column.usual


def _placed(one: Reason, rank: int) -> Reason:
    return Reason(one.code, one.kind, one.about, one.value, one.usual, one.weight, rank, one.also)
