"""A review desk for tests: scores, accounts, and a clock that stands still until it is moved."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from audit.drawing import Plan
from audit.records import Account, Reason, Score

ANN, BOB, CAT = (Account(name, "auditor") for name in ("ann", "bob", "cat"))
LEA = Account("lea", "lead")
PAT = Account("pat", "person", "u-pat")
MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
ALL = Plan(random=1.0, random_flagged=1.0, double=0.0)
"""Everything is in the random slice, and one auditor is enough."""
FLAGGED = Plan(random=0.0, random_flagged=0.0, near=0.0, novel=0.0, double=0.0)
"""Only what is flagged is queued."""
TWICE = Plan(random=1.0, random_flagged=1.0, double=1.0)
"""Two auditors look at everything."""


class Clock:
    """Tells the time it was set to."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def forward(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)


def score(session_id: str = "s1", probability: float | None = 0.9, **more: Any) -> Score:
    """A score of a session of pat's; flagged from 0.5 on."""
    fields: dict[str, Any] = {
        "content": f"content of {session_id}",
        "model_version": "1",
        "user_id": "u-pat",
        "source": "codex",
        "started": MONDAY,
        "probability": probability,
        "padded_share": probability,
        "padded_tokens": round(1000 * (probability or 0)),
        "tokens": 1000,
        "flagged": (probability or 0) >= 0.5,
        "threshold": 0.5,
        "status": "unscored" if probability is None else "scored",
        "novelty": 0.1,
        "looks_like": "polling",
        "reasons": (Reason("loop", "The same prompt came 40 times.", (2, 4, 6), 1.5),),
    }
    return Score(session_id, **(fields | more))


def company(number: int, seed: int = 1) -> Iterator[Score]:
    """Scores as a company has them: many people, some weeks, few sessions likely padded, all in random order."""
    luck = random.Random(seed)
    for n in range(number):
        probability = None if luck.random() < 0.01 else luck.random() ** 20
        yield score(
            f"session-{n:07}",
            probability,
            user_id=f"u-{luck.randrange(1 + number // 200)}",
            source=luck.choices(("claude-code", "codex", "gemini", "rare"), (60, 30, 9.9, 0.1))[0],
            started=MONDAY + timedelta(minutes=luck.randrange(26 * 7 * 24 * 60)),
            tokens=luck.randrange(1_000, 1_000_000),
            padded_tokens=luck.randrange(1, 1_000),
            novelty=luck.random(),
            looks_like=luck.choice((None, "polling", "retries", "review")),
        )
