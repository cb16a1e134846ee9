"""The fast encoder: the tokenizer and OpenVINO called directly, with a batch's size set by its tokens.

In bfloat16 where the processor computes in it, else in full. A text is padded to a width that follows from its own
length alone, and shares a batch with texts of that width only: so its vector is the same, to the bit, alone or among
others. Not to be carried over a fork: OpenVINO's threads stay behind.
"""

import os
import warnings
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.bert_graph import Unsuitable, build
from features.encoder import Encoder, Matrix
from features.weights import PACKAGED, find

BATCH_TOKENS = 1024
"""Tokens in a batch: 512 to 2,048 do equally well."""

_STEP = 8
_AT_ONCE = 4096


def fast_encoder(model: str = PACKAGED) -> Encoder:
    """The fast encoder; where it cannot be had, sentence-transformers, and a notice that says why."""
    try:
        return OpenVinoEncoder(model)
    except (ImportError, Unsuitable) as why:
        from features.sentence_encoder import SentenceEncoder

        notice = f"sentence-transformers encodes, several times slower than OpenVINO would: {why}"
        warnings.warn(notice, RuntimeWarning, stacklevel=2)
        return SentenceEncoder(model)


class OpenVinoEncoder:
    """A BERT sentence model, several times faster than `SentenceEncoder` and within 0.001 cosine of it."""

    def __init__(self, model: str = PACKAGED, precision: str | None = None) -> None:
        import openvino
        from tokenizers import Tokenizer

        weights = find(model)
        core, self._streams = openvino.Core(), _cores()
        exact = precision or ("bf16" if "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "f32")
        # Unpinned: pinned threads of several workers would all queue for the same cores.
        hints = {"INFERENCE_PRECISION_HINT": exact, "NUM_STREAMS": self._streams, "ENABLE_CPU_PINNING": False}
        self._compiled = core.compile_model(build(weights), "CPU", hints)
        self._tokenizer = Tokenizer.from_file(str(weights.folder / "tokenizer.json"))
        self._limit: int = weights.settings("sentence_bert_config.json").get("max_seq_length", 512)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self._limit)
        self.fingerprint = weights.fingerprint
        self.dimension: int = weights.settings("config.json")["hidden_size"]

    def encode(self, texts: Sequence[str]) -> Matrix:
        """One unit vector a text, in order."""
        found = np.empty((len(texts), self.dimension), np.float32)
        for first in range(0, len(texts), _AT_ONCE):
            self._encode(texts[first : first + _AT_ONCE], found[first : first + _AT_ONCE])
        return found

    def _encode(self, texts: Sequence[str], found: Matrix) -> None:
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]
        # Taking turns, not called back: a callback from OpenVINO's threads can wait for ever for the interpreter.
        turns = deque((self._compiled.create_infer_request(), list[int]()) for _ in range(self._streams))
        for rows, width in batches([len(one) for one in tokens], self._limit):
            request = _settled(*turns.popleft(), found)
            request.start_async(_padded([tokens[row] for row in rows], width))
            turns.append((request, rows))
        for request, rows in turns:
            _settled(request, rows, found)


def _settled(request: Any, rows: list[int], found: Matrix) -> Any:
    """Waits for a request, and keeps what came of it."""
    if rows:
        request.wait()
        found[rows] = request.get_output_tensor(0).data
    return request


def batches(lengths: Sequence[int], limit: int) -> Iterator[tuple[list[int], int]]:
    """Which texts go together, and their width: the longest first, so that none is left to one core at the end."""
    by_width: dict[int, list[int]] = defaultdict(list)
    for row, length in enumerate(lengths):
        by_width[min(-(-length // _STEP) * _STEP, limit)].append(row)
    for width, rows in sorted(by_width.items(), reverse=True):
        size = max(1, BATCH_TOKENS // width)
        yield from ((rows[first : first + size], width) for first in range(0, len(rows), size))


def _padded(tokens: list[list[int]], width: int) -> list[NDArray[Any]]:
    ids, mask = np.zeros((len(tokens), width), np.int32), np.zeros((len(tokens), width), np.float32)
    for row, one in enumerate(tokens):
        ids[row, : len(one)], mask[row, : len(one)] = one, 1
    return [ids, mask]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
