"""The home of sentence-transformers: a model as it comes, slow and sure. What is quicker is measured against it."""

import os
from collections.abc import Sequence

import numpy as np

from features.encoder import Matrix
from features.weights import PACKAGED, find


class SentenceEncoder:
    """Any model that sentence-transformers can run, without running code that comes with it.

    A vector's last digits (1e-7) depend on the texts that share its batch, since the library pads to the longest.
    """

    def __init__(self, model: str = PACKAGED) -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # which the library reads when it is imported
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        weights = find(model)
        self.fingerprint = weights.fingerprint
        self._model = SentenceTransformer(str(weights.folder), device="cpu", trust_remote_code=False)
        self.dimension = int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str], batch: int = 8) -> Matrix:
        """One unit vector a text. Small batches: twice as fast on a CPU as the library's own 32."""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        found = self._model.encode(
            list(texts), batch_size=batch, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return np.asarray(found, np.float32)
