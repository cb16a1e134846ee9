"""Parameters, figures and tags of a run, as MLflow takes them."""

import json
import math
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

_BATCH = 100
_LONGEST_NAME = 250
_LONGEST_TEXT = 500
_UNFIT = re.compile(r"[^\w\-. /:]")


def log(
    client: "MlflowClient",
    run: str,
    params: Mapping[str, Any],
    figures: Mapping[str, Any],
    tags: Mapping[str, str] | None = None,
    model: str | None = None,
) -> None:
    """Parameters, figures and tags, in as many requests as it takes; figures of a model are noted with it too."""
    from mlflow.entities import Metric, Param, RunTag

    now = int(time.time() * 1000)
    values = [Param(name, _text(value)) for name, value in flat(params).items()]
    numbers = [Metric(name, value, now, 0, model) for name, value in metrics(figures).items()]
    marks = [RunTag(name, value) for name, value in (tags or {}).items()]
    for start in range(0, max(len(values), len(numbers), len(marks)), _BATCH):
        part = slice(start, start + _BATCH)
        client.log_batch(run, numbers[part], values[part], marks[part])


def metrics(figures: Mapping[str, Any]) -> dict[str, float]:
    """The finite numbers among figures, however deep, by their paths; true and false are 1 and 0.

    Texts and lists of numbers are none.
    """
    return {name: float(value) for name, value in flat(figures).items() if isinstance(value, (int, float))}


def flat(nested: Mapping[str, Any]) -> dict[str, Any]:
    """Leaves by their paths (`recall/loops`); what MLflow allows in no name becomes an underscore."""
    found: dict[str, Any] = {}
    for path, value in _leaves(plain(nested)):
        name = _UNFIT.sub("_", path)
        if name in found or len(name) > _LONGEST_NAME:
            problem = "stands for two values" if name in found else f"is longer than {_LONGEST_NAME} characters"
            raise ValueError(f"the name {name!r} {problem}: give the parameter or figure another")
        found[name] = value
    return found


def plain(value: Any) -> Any:
    """A value as JSON can hold it; what is not finite becomes null."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(inner) for inner in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, (str, int)):
        return value
    return plain(value.tolist()) if hasattr(value, "tolist") else str(value)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Values with their paths; a list of plain values is one."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}/{name}" if path else str(name))
    elif isinstance(value, list) and any(isinstance(one, (Mapping, list)) for one in value):
        for place, inner in enumerate(value):
            yield from _leaves(inner, f"{path}/{place}")
    else:
        yield path, value


def _text(value: Any) -> str:
    """A parameter as text, cut where it is long."""
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
