"""Chance that is the same for the same seed: each part of the company draws from a generator named after it."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

_T = TypeVar("_T")


def dice(*name: object) -> Random:
    """A generator of its own for whatever the name says (seed, person, day)."""
    return Random("/".join(map(str, name)))  # noqa: S311 - nothing secret is drawn


def several(rng: Random, values: Sequence[_T], count: int) -> list[_T]:
    """So many different ones, or all where there are fewer, in a drawn order."""
    return rng.sample(values, min(count, len(values)))


def hexadecimal(rng: Random, digits: int) -> str:
    """A hexadecimal number of so many digits."""
    return f"{rng.getrandbits(4 * digits):0{digits}x}"


def uuid(rng: Random, version: int = 4, milliseconds: int = 0) -> str:
    """A random id; in version 7 it begins with the time."""
    raw = hexadecimal(rng, 32)
    if version == 7:
        raw = f"{milliseconds:012x}"[-12:] + raw[12:]
    return f"{raw[:8]}-{raw[8:12]}-{version}{raw[13:16]}-{'89ab'[int(raw[16], 16) % 4]}{raw[17:20]}-{raw[20:]}"


def letters(rng: Random, count: int) -> str:
    """A run of letters and digits, as ids of calls have them."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    return "".join(rng.choices(alphabet, k=count))
