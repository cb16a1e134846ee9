"""The pace of a session: the pauses before its prompts, and what was there to be read and typed in them."""

from dataclasses import dataclass

import numpy as np

from features.hashing import Floats, Ints
from features.measures import known


@dataclass(frozen=True, slots=True)
class Pace:
    """Pauses, in seconds; null where the source gives no time."""

    prompts: Ints
    """The prompts after the first whose pause is known."""
    pause: Floats
    """Seconds from the last turn before each of these, to it."""
    cycle: Floats
    """Seconds from the prompt before to it."""
    read: Floats
    """Characters of replies since the prompt before: what there was to read."""
    typed: Floats
    """Characters of the prompt: what there was to type."""
    steps: Floats
    """Seconds between all other neighbouring turns."""


def pace_of(times: Floats, chars: Ints, prompts: Ints, replies: Ints) -> Pace:
    """Measures the pauses of one session. Times that run backwards count as none."""
    said = np.zeros(len(chars) + 1)
    said[replies + 1] = chars[replies]
    said = np.cumsum(said)
    later, before = prompts[1:], prompts[:-1]
    pause, cycle = times[later] - times[later - 1], times[later] - times[before]
    good = (pause >= 0) & (cycle > 0)
    gaps = np.diff(times)
    others = np.ones(len(gaps), bool)
    others[later - 1] = False
    steps = known(gaps[others])
    return Pace(
        prompts=later[good],
        pause=pause[good],
        cycle=cycle[good],
        read=(said[later] - said[before])[good],
        typed=chars[later[good]].astype(float),
        steps=steps[steps >= 0],
    )
