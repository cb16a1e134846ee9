"""Sessions as a model sees them, made up: families that repeat in ways of their own, and honest ones that nearly do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from models.detector import Column
from models.forest import Params
from models.protocols import Effort, Sessions

COLUMNS = (
    Column("turn_count", "volume", "context"),
    Column("repeats", "similarity", "high"),
    Column("idle", "progress", "high"),
    Column("pace", "timing", "context"),
    Column("meaning", "language", "high"),
)
FAMILIES = {
    "loops": ("polling", {"repeats": 6.0, "idle": 4.0}),
    "fillers": ("small_talk", {"repeats": 4.0, "meaning": 6.0}),
    "heartbeat": ("pinged", {"idle": 6.0, "repeats": 4.0}),
    "hidden": ("hidden_in_work", {}),
}
TINY = Effort(Params(trees=20, rate=0.2, leaves=4, least=5, patience=5), parts=(2,), users=2, groups=2, draws=40)
_START = datetime(2026, 1, 5, tzinfo=UTC)


def made_sessions(bases: int = 200, seed: int = 0, people: int = 100) -> Sessions:
    """Genuine sessions of many users and four sources; of most a padded one, of some an honest look-alike."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    values: list[dict[str, float]] = []

    def add(base: int, shift: dict[str, float], **columns: Any) -> None:
        number = len(rows)
        drawn = {column.name: float(rng.normal()) + shift.get(column.name, 0.0) for column in COLUMNS}
        values.append({**drawn, "turn_count": float(rng.integers(3, 300))})
        user = base * people // bases
        rows.append({
            "session_id": f"s{number}", "label": "genuine", "kind": "null", "family": "null", "strategy": "joined",
            "twin": None, "source": "abcd"[user % 4], "user": f"u{user}", "made_from": [f"g{base}"],
            "started": _START + timedelta(days=number), "looks": None, "padded_share": 0.0, "effort": "",
            "agent": "claude" if user % 2 else "codex", "turns": int(values[-1]["turn_count"]),
            "has_times": bool(user % 3), "has_tokens": True, "language": "English" if user % 5 else "German", **columns,
        })  # fmt: skip

    for base in range(bases):
        add(base, {})
        family, (strategy, shift) = list(FAMILIES.items())[base % len(FAMILIES)]
        if base % 8 != 7:
            add(base, shift, label="padded", kind="padded", family=family, strategy=strategy, twin=f"honest_{strategy}",
                padded_share=0.6, effort="even,made")  # fmt: skip
        if base % 4 == 0 or base % 7 == 0:
            softer = {name: value / 3 for name, value in shift.items()}
            add(base, softer, kind="look-alike", family="honest", strategy=f"honest_{strategy}", twin=strategy,
                looks="batch work" if base % 2 else "polling or retries")  # fmt: skip
    table = pd.DataFrame(values).astype(np.float32)
    return Sessions(table, pd.DataFrame(rows), COLUMNS)
