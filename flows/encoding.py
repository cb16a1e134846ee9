"""The sentence model that this home's sessions are read with, and the cache of its vectors."""

from features.vectors import Vectors
from flows.home import Home


def vectors(home: Home) -> Vectors:
    """The default encoder, the quickest that this machine has, with its cache under the home."""
    from features.openvino_encoder import fast_encoder

    return Vectors(fast_encoder(), home.data / "vectors")
