"""Timing: pauses, their regularity, and whether they leave time to read and to type. Null where there are no times."""

from functools import partial
from math import nan

import numpy as np

from features.feature import TIMES, Shown, feature, strongest
from features.hashing import Floats, Ints
from features.measures import agreement, entropy, known, middle, ratio, share, variation
from features.seen import Seen

_LEAST = 4
_TYPED, _READ = 15.0, 60.0
"""Characters a second that hardly anybody exceeds, in typing and in reading."""


def _logs(seen: Seen) -> Floats:
    return np.log1p(seen.pace.pause)


def _even(seen: Seen) -> Ints:
    """Evidence: the prompts whose pause is nearest to the usual one."""
    pauses = _logs(seen)
    return (
        strongest(seen.pace.prompts, 1 / (0.01 + np.abs(pauses - middle(pauses)))) if len(pauses) else seen.pace.prompts
    )


def _by(strength: str) -> Shown:
    return lambda seen: strongest(seen.pace.prompts, getattr(seen.pace, strength))


def _shortest(seen: Seen) -> Ints:
    return strongest(seen.pace.prompts, 1 / (1 + seen.pace.pause))


def _typing(seen: Seen) -> Floats:
    """Characters typed for each second of the pause."""
    return np.asarray(seen.pace.typed / (0.5 + seen.pace.pause))


def _reading(seen: Seen) -> Floats:
    """Characters to be read for each second of the pause that typing leaves."""
    return np.asarray(seen.pace.read / np.maximum(0.5, seen.pace.pause - seen.pace.typed / _TYPED))


def _fast_typed(seen: Seen) -> Ints:
    return strongest(seen.pace.prompts, np.where(_typing(seen) > _TYPED, _typing(seen), 0))


def _fast_read(seen: Seen) -> Ints:
    return strongest(seen.pace.prompts, np.where(_reading(seen) > _READ, _reading(seen), 0))


def _unlike(what: str) -> Shown:
    """Evidence: the prompts whose pause is most out of step with what it should follow, by their ranks."""

    def ranks(values: Floats) -> Ints:
        return np.asarray(np.argsort(np.argsort(values, kind="stable"), kind="stable"))

    return lambda seen: strongest(
        seen.pace.prompts, 1 + np.abs(ranks(seen.pace.pause) - ranks(getattr(seen.pace, what)))
    )


def _steady(seen: Seen) -> Ints:
    """Evidence: of the turns that are no later prompts, those whose step is nearest to the usual one."""
    turns = np.setdiff1d(np.arange(1, seen.size), seen.prompts[1:])
    steps = seen.times[turns] - seen.times[turns - 1]
    turns, steps = turns[steps >= 0], steps[steps >= 0]
    return strongest(turns, 1 / (0.01 + np.abs(steps - middle(steps)))) if len(steps) else turns


def _burstiness(gaps: Floats) -> float:
    return ratio(float(gaps.std() - gaps.mean()), float(gaps.std() + gaps.mean())) if len(gaps) >= _LEAST else nan


def _clockwork(seen: Seen, period: float) -> float:
    """How far the prompts come at the same point of a period: 0 at any point, 1 always at the same."""
    times = known(seen.times[seen.prompts])
    if len(times) < _LEAST:
        return nan
    turned = np.exp(2j * np.pi * (times - times[0]) / period)
    count = len(times)
    return float(max(0.0, (count * abs(turned.mean()) ** 2 - 1) / (count - 1)))


high = partial(feature, "timing", TIMES, "high")
low = partial(feature, "timing", TIMES, "low")
context = partial(feature, "timing", TIMES, "context")


@context(shown_by=_by("pause"))
def hours(seen: Seen) -> float:
    """Hours from the first turn to the last.

    Honest: a session that is left open over night.
    """
    times = known(seen.times)
    return float(times.max() - times.min()) / 3600 if len(times) > 1 else nan


@low(shown_by=_shortest)
def usual_pause(seen: Seen) -> float:
    """Seconds that usually pass before the next prompt.

    Honest: "yes" needs no thought; dictation is quick.
    """
    return middle(seen.pace.pause)


@low(shown_by=_shortest)
def shortest_pauses(seen: Seen) -> float:
    """Seconds below which a tenth of the pauses before prompts lies.

    Honest: a prompt that was typed while the agent worked.
    """
    return float(np.quantile(seen.pace.pause, 0.1)) if len(seen.pace.pause) >= _LEAST else nan


@low(shown_by=_even)
def pause_spread(seen: Seen) -> float:
    """Spread of the pauses' logarithms: people's differ by powers of ten, a timer's hardly.

    Honest: short dialogues in one sitting.
    """
    return float(_logs(seen).std()) if len(seen.pace.pause) >= _LEAST else nan


@low(shown_by=_even)
def pause_burstiness(seen: Seen) -> float:
    """Burstiness of the pauses: -1 for a clock, 0 for chance, towards 1 for bursts and breaks as people have them.

    Honest: short dialogues in one sitting; scheduled agents.
    """
    return _burstiness(seen.pace.pause)


@low(shown_by=_even)
def cycle_burstiness(seen: Seen) -> float:
    """Burstiness of the times from prompt to prompt; -1 for a timer, whatever the answers take.

    Honest: scheduled agents.
    """
    return _burstiness(seen.pace.cycle)


@context(shown_by=_even)
def pause_skew(seen: Seen) -> float:
    """Skew of the pauses' logarithms; evenly drawn delays lean to the left, people's to the right.

    Honest: a single long break decides in short sessions.
    """
    logs = _logs(seen)
    spread = float(logs.std()) if len(logs) >= _LEAST else 0.0
    return ratio(float(((logs - logs.mean()) ** 3).mean()), spread**3) if spread > 1e-6 else nan


@low(shown_by=_even)
def pause_entropy(seen: Seen) -> float:
    """Bits in the pauses, sorted into bins of a factor of 1.5, against as many bits as there could be.

    Honest: short dialogues in one sitting.
    """
    if len(seen.pace.pause) < _LEAST:
        return nan
    bins = np.floor(_logs(seen) / np.log(1.5)).astype(np.int64)
    return ratio(entropy(np.bincount(bins)), float(np.log2(len(bins))))


@high(shown_by=_even)
def pauses_alike(seen: Seen) -> float:
    """Share of pauses that lie within a tenth of the usual one.

    Honest: few pauses; scheduled agents.
    """
    usual = middle(seen.pace.pause)
    return share(np.abs(seen.pace.pause - usual) <= 0.1 * usual) if len(seen.pace.pause) >= _LEAST else nan


@low(shown_by=_unlike("read"))
def pause_follows_reading(seen: Seen) -> float:
    """Whether pauses are longer where there was more to read: the correlation of their ranks.

    Honest: people skim, and are called away.
    """
    return agreement(seen.pace.pause, seen.pace.read)


@low(shown_by=_unlike("typed"))
def pause_follows_typing(seen: Seen) -> float:
    """Whether pauses are longer where more was typed: the correlation of their ranks.

    Honest: what is pasted takes no time to type.
    """
    return agreement(seen.pace.pause, seen.pace.typed)


@high(shown_by=_fast_typed)
def typed_too_fast(seen: Seen) -> float:
    """Share of prompts, from the second on, with more than 15 characters for each second of their pause.

    Honest: pasted text, dictation, and prompts typed while the agent worked.
    """
    return share(_typing(seen) > _TYPED)


@high(shown_by=_fast_read)
def read_too_fast(seen: Seen) -> float:
    """Share of prompts, from the second on, whose pause leaves a second for 60 characters of reading or more.

    Honest: people skim, and read while the answer is written.
    """
    return share(_reading(seen) > _READ)


@high(shown_by=_even)
def on_the_hour(seen: Seen) -> float:
    """How far prompts come at the same point of the quarter of an hour: 0 at any, 1 always at the same.

    Honest: scheduled agents; sessions of a few minutes.
    """
    return _clockwork(seen, 900.0)


@low(shown_by=_steady)
def step_spread(seen: Seen) -> float:
    """Spread of the times between all other turns against their mean.

    Honest: tools and models differ.
    """
    return variation(seen.pace.steps)
