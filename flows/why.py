"""Why a score is as high as it is: what adds most to it, as sentences that name their turns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.feature import LANGUAGE, load
from features.saying import can_be_a_reason, honestly, say, subject
from features.seen import Seen
from features.table import Row, looked_at
from flows.model import Model
from models import reasons
from models.detector import Detector
from traces.schema import Session

_MOST_TURNS = 20


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a score is as high as it is, in words that a person can check."""

    code: str
    """The feature that says it."""
    text: str
    turns: tuple[int, ...]
    """The turns that show it, the clearest first."""
    weight: float
    """Its part in all that raises the score, from 0 to 1."""
    honest: str
    """How honest use can look the same."""


def reasons_of(
    model: Model,
    values: pd.DataFrame,
    judged: pd.DataFrame,
    held: Sequence[tuple[Session, Seen, Row]],
    prevalence: float,
) -> list[tuple[Reason, ...]]:
    """The reasons of each session; of none that is less likely padded than one of which nothing is known."""
    detector = model.detector
    told: list[tuple[Reason, ...]] = [()] * len(held)
    likely = np.flatnonzero(judged["probability"].to_numpy(np.float64) > prevalence)
    if not len(likely):
        return told
    added = detector.contributions(values.iloc[likely])
    about, own = columns_of(detector), values[list(added.columns)]
    looks = _with_meaning(model, [held[place] for place in likely.tolist()])
    for row, (place, seen) in enumerate(zip(likely.tolist(), looks, strict=True)):
        chosen = reasons.choose(added.iloc[row].tolist(), own.iloc[place].tolist(), list(own.columns), about)
        told[place] = tuple(_told(one, seen) for one in chosen.chosen)
    return told


def _with_meaning(model: Model, held: Sequence[tuple[Session, Seen, Row]]) -> Iterator[Seen]:
    """How sessions were looked at, with what their texts mean where reasons may need it."""
    if model.vectors is None or all(seen.meaning is not None for _, seen, _ in held):
        return (seen for _, seen, _ in held)
    one = next(feature for feature in load(language=True).values() if feature.kind == LANGUAGE)
    return (seen for _, seen, _ in looked_at([session for session, _, _ in held], [one], model.vectors))


def columns_of(detector: Detector) -> dict[str, reasons.Column]:
    """What reasons have to know of the detector's columns."""
    known = load(language=True, reference=True)
    return {
        column.name: reasons.Column(
            column.kind,
            known[column.name].speaks,
            subject(column.name) if can_be_a_reason(known[column.name]) else column.name,
            float("nan") if column.usual is None else column.usual,
        )
        for column in detector.columns
    }


def _told(chosen: reasons.Reason, seen: Seen) -> Reason:
    shown = load(language=True, reference=True)[chosen.code].shown_by(seen)[:_MOST_TURNS]
    text = say(seen, chosen.code)
    return Reason(chosen.code, text, tuple(shown.tolist()), round(chosen.weight, 4), honestly(chosen.code))
