"""Results that change from one look to the next, as those of a real process or an edited file do."""

import re

from numpy.random import Generator

_NUMBER = re.compile(r"(?<![\w.,:/+-])[1-9]\d{0,3}(?![\w.,:/+-])")
_DURATION = re.compile(r"(?<![\w.])(\d{1,4})(\.\d{1,6})?(?= ?(?:s|ms|sec|seconds)\b)")
_LEAST_LINES = 4


def grown(text: str, part: float) -> str:
    """The first part of a text, by lines: a log as far as it had come."""
    lines = text.splitlines()
    if len(lines) < _LEAST_LINES:
        return text[: max(1, round(len(text) * max(part, 0.2)))]
    return "\n".join(lines[: max(1, round(len(lines) * part))])


def timed_anew(text: str, rng: Generator) -> str:
    """The text with the durations in it drawn anew: the same tests, run again."""
    return _DURATION.sub(lambda match: _another(match[0], float(rng.lognormal(0.0, 0.12))), text)


def _another(number: str, factor: float) -> str:
    places = len(number.partition(".")[2])
    return f"{float(number) * factor:.{places}f}"


def counted_on(text: str, rng: Generator) -> str:
    """The text with its small numbers moved on: a counter, a time taken, a line number."""
    return _NUMBER.sub(lambda match: str(int(match[0]) + int(rng.random() * 12)), text)


def edited(text: str, rng: Generator, lines: tuple[str, ...] = ()) -> str:
    """The text with a few lines gone, moved or put in: a file after an edit."""
    old = text.splitlines()
    if len(old) < 2:
        return text + (f"\n{lines[0]}" if lines else "\n")
    place = int(rng.random() * len(old))
    gone = int(rng.random() * 3)
    new = [line for line in lines if line.strip()][: 1 + int(rng.random() * 4)]
    return "\n".join([*old[:place], *new, *old[place + gone :]]) if new or gone else "\n".join(old[:-1])
