"""A made-up laboratory for the tests of models: sessions as rows of a few features, with what is known of each."""

import numpy as np
import pandas as pd

from models.detector import Column

COLUMNS = (
    Column("turn_count", "volume", "context"),
    Column("repeats", "similarity", "high"),
    Column("answers", "progress", "low"),
    Column("noise", "timing", "context"),
)
SOURCES = ("alpha", "beta", "gamma")
FAMILIES = ("loop", "filler", "mixed")
HONEST = ("polling", "ordinary work")


def laboratory(sessions: int = 600, seed: int = 0, strength: float = 1.5) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Features and descriptions; padded ones repeat more and answer less, look-alikes repeat more and answer."""
    rng = np.random.default_rng(seed)
    kind = rng.choice(["null", "padded", "look-alike"], sessions, p=[0.4, 0.4, 0.2])
    padded = kind == "padded"
    table = pd.DataFrame(
        {
            "turn_count": rng.integers(2, 200, sessions).astype(np.float32),
            "repeats": (rng.normal(0, 1, sessions) + strength * (kind != "null")).astype(np.float32),
            "answers": (rng.normal(0, 1, sessions) - strength * padded).astype(np.float32),
            "noise": np.where(rng.random(sessions) < 0.2, np.nan, rng.normal(0, 1, sessions)).astype(np.float32),
        }
    )
    meta = pd.DataFrame(
        {
            "session_id": [f"s{number}" for number in range(sessions)],
            "label": np.where(padded, "padded", "genuine"),
            "kind": kind,
            "family": np.where(padded, rng.choice(FAMILIES, sessions), kind),
            "strategy": kind,
            "twin": None,
            "source": rng.choice(SOURCES, sessions),
            "user": [f"u{number}" for number in rng.integers(0, 150, sessions)],
            "started": None,
            "made_from": [[f"base{number}"] for number in range(sessions)],
            "looks": np.where(padded, None, np.where(kind == "look-alike", HONEST[0], HONEST[1])),
        }
    )
    return table, meta
