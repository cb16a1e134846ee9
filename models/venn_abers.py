"""Inductive Venn–Abers prediction: for any score, what isotonic regression would say if it were genuine or padded.

All answers are computed at once from the calibration scores, in linear time after sorting (Vovk, Petej and Fedorova,
"Large-scale probabilistic predictors with and without guarantees of validity", 2015, algorithms 1 to 4).
"""

import numpy as np

from models.figures import Bools, Floats

_Point = tuple[float, float]


def bounds(scores: Floats, labels: Bools, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """The distinct scores, and p0 and p1 for a session between and at them.

    `p0[i]` holds from the i-th score on (`p0[0]` below the first one), `p1[i]` up to the i-th and at it (the last
    above all). A session to come weighs as much as the average one here.
    """
    distinct, places = np.unique(scores, return_inverse=True)
    scale = len(weights) / weights.sum()
    mass = np.asarray(np.bincount(places, weights * scale), np.float64)
    padded = np.asarray(np.bincount(places, weights * scale * labels), np.float64)
    upper = np.append(_if_padded(mass, padded), 1.0)
    lower = np.append(_if_padded(mass[::-1], (mass - padded)[::-1]), 1.0)
    return distinct, 1.0 - lower[::-1], upper


def _if_padded(mass: Floats, padded: Floats) -> Floats:
    """The isotonic value of a padded session of weight 1 that ties with each score in turn."""
    sums = [(0.0, 0.0), *zip(np.cumsum(mass).tolist(), np.cumsum(padded).tolist(), strict=True)]
    corners = _corners([(-1.0, -1.0), *sums])[::-1]  # a stack, the leftmost corner on top
    found = np.empty(len(mass))
    last = (-1.0, -1.0)
    for place in range(1, len(sums)):
        found[place - 1] = _slope(corners[-1], corners[-2])
        # The session moves over this score: what was after it is now before it.
        last = (last[0] + sums[place][0] - sums[place - 1][0], last[1] + sums[place][1] - sums[place - 1][1])
        if _turns_left(corners[-1], last, corners[-2]):
            corners.pop()
            while len(corners) > 1 and not _turns_left(last, corners[-1], corners[-2]):
                corners.pop()
            corners.append(last)
    return found


def _corners(points: list[_Point]) -> list[_Point]:
    """The corners of the greatest convex minorant, from left to right."""
    stack: list[_Point] = []
    for point in points:
        while len(stack) > 1 and not _turns_left(stack[-2], stack[-1], point):
            stack.pop()
        stack.append(point)
    return stack


def _turns_left(first: _Point, second: _Point, third: _Point) -> bool:
    """Whether the second point lies below the line from the first to the third."""
    return (second[0] - first[0]) * (third[1] - first[1]) > (second[1] - first[1]) * (third[0] - first[0])


def _slope(first: _Point, second: _Point) -> float:
    return (second[1] - first[1]) / (second[0] - first[0])
