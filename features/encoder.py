"""What turns texts into vectors: the shape of an encoder, whichever library is behind it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
"""One unit vector a row."""


class Encoder(Protocol):
    """A sentence model. Which texts are encoded together does not matter to their vectors."""

    @property
    def fingerprint(self) -> str:
        """Names the model, not the library that runs it: encoders with one fingerprint agree to 0.001 cosine."""

    @property
    def dimension(self) -> int:
        """The length of a vector."""

    def encode(self, texts: Sequence[str]) -> Matrix:
        """One unit vector a text, in order. What is longer than the model reads is cut at its end."""
