"""A BERT sentence model as an OpenVINO graph, built straight from its weights: in a fifth of a second, without torch.

Converting a traced torch model gives a graph of the same speed, but needs torch (5 s and 500 MB), a place to keep the
conversion, and a converter that reports its use to its maker unless it is told not to.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from features.weights import Weights

if TYPE_CHECKING:
    import openvino

_BERT = {"model_type": "bert", "hidden_act": "gelu"}
_ABSOLUTE = (None, "absolute")
_MODULES = (["Transformer", "Pooling", "Normalize"], ["Transformer", "Pooling"])


class Unsuitable(Exception):
    """The model is not of the kind that is built here."""


def check(weights: Weights) -> None:
    """Refuses a model that is not a BERT encoder whose vectors are the mean over its tokens."""
    settings, pooling = weights.settings("config.json"), weights.settings("1_Pooling/config.json")
    modules = [str(module["type"]).rsplit(".", 1)[-1] for module in weights.settings("modules.json")]
    modes = [name for name, chosen in pooling.items() if name.startswith("pooling_mode_") and chosen is True]
    is_bert = _BERT.items() <= settings.items() and settings.get("position_embedding_type") in _ABSOLUTE
    if not is_bert or modules not in _MODULES or modes != ["pooling_mode_mean_tokens"]:
        raise Unsuitable(f"{weights.folder} is no BERT encoder with gelu, absolute positions and mean pooling")


def build(weights: Weights) -> "openvino.Model":
    """A graph from token ids and their mask (batch × tokens) to unit vectors."""
    import openvino
    from openvino import opset13 as op

    check(weights)
    ids, mask = op.parameter([-1, -1], np.int32), op.parameter([-1, -1], np.float32)
    layers = _Layers(weights)
    hidden = layers.embedded(ids)
    # Where the mask is 0 nothing is attended to: its weight there is exactly nought.
    hiding = op.unsqueeze(op.multiply(op.subtract(mask, np.float32(1)), np.float32(1e9)), _numbers(1, 2))
    for number in range(layers.depth):
        hidden = layers.encoded(hidden, hiding, f"encoder.layer.{number}.")
    shown = op.unsqueeze(mask, _numbers(2))
    mean = op.divide(op.reduce_sum(op.multiply(hidden, shown), _numbers(1)), op.reduce_sum(shown, _numbers(1)))
    return openvino.Model([op.normalize_l2(mean, _numbers(1), 1e-12, "max")], [ids, mask], "sentence")


class _Layers:
    """The model's layers as graph nodes; `Any`, as the graph library's nodes are not typed."""

    def __init__(self, weights: Weights) -> None:
        from openvino import opset13
        from safetensors.numpy import load_file

        settings = weights.settings("config.json")
        self.op: Any = opset13
        self.depth: int = settings["num_hidden_layers"]
        self._heads: int = settings["num_attention_heads"]
        self._epsilon: float = settings["layer_norm_eps"]
        self._tensors = load_file(weights.folder / "model.safetensors")

    def embedded(self, ids: Any) -> Any:
        """What each token is and where it stands."""
        op = self.op
        length = op.gather(op.shape_of(ids, "i32"), np.int32(1), np.int32(0))
        # All tokens are of the first type: there is one text in a row.
        places = self._tensor("embeddings.position_embeddings") + self._tensor("embeddings.token_type_embeddings")[0]
        where = op.gather(op.constant(places), op.range(np.int32(0), length, np.int32(1), "i32"), np.int32(0))
        what = op.gather(op.constant(self._tensor("embeddings.word_embeddings")), ids, np.int32(0))
        return self._normal(op.add(what, where), "embeddings.LayerNorm")

    def encoded(self, hidden: Any, hiding: Any, layer: str) -> Any:
        """One layer: attention, then two dense ones, each added to what came in."""
        op = self.op
        query, key, value = (
            self._split(self._dense(hidden, f"{layer}attention.self.{n}")) for n in ("query", "key", "value")
        )
        attended = op.transpose(op.scaled_dot_product_attention(query, key, value, hiding), _numbers(0, 2, 1, 3))
        joined = op.reshape(attended, _numbers(0, 0, -1), True)
        hidden = self._added(joined, hidden, f"{layer}attention.output.")
        between = op.gelu(self._dense(hidden, f"{layer}intermediate.dense"), "erf")
        return self._added(between, hidden, f"{layer}output.")

    def _added(self, nodes: Any, hidden: Any, layer: str) -> Any:
        return self._normal(self.op.add(self._dense(nodes, f"{layer}dense"), hidden), f"{layer}LayerNorm")

    def _split(self, nodes: Any) -> Any:
        split = self.op.reshape(nodes, _numbers(0, 0, self._heads, -1), True)
        return self.op.transpose(split, _numbers(0, 2, 1, 3))

    def _dense(self, nodes: Any, name: str) -> Any:
        op = self.op
        product = op.matmul(nodes, op.constant(self._tensor(name)), False, True)
        return op.add(product, op.constant(self._tensor(name, "bias")))

    def _normal(self, nodes: Any, name: str) -> Any:
        op = self.op
        normal = op.mvn(nodes, [-1], True, self._epsilon, "inside_sqrt")
        scaled = op.multiply(normal, op.constant(self._tensor(name)))
        return op.add(scaled, op.constant(self._tensor(name, "bias")))

    def _tensor(self, name: str, part: str = "weight") -> Any:
        return self._tensors[f"{name}.{part}"]


def _numbers(*numbers: int) -> NDArray[np.int64]:
    return np.array(numbers, np.int64)
