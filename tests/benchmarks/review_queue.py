"""Measures the review queue over many scored sessions: taking them in, paging through them, deciding.

    python tests/benchmarks/review_queue.py [--sessions 1000000] [--url sqlite:///path]

Times are of the calls that the page makes, each from a fresh transaction; the p95 of paging is to stay under 200 ms.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent.parent)]

from desk import ANN, LEA, MONDAY, company  # noqa: E402

from audit import queue, review  # noqa: E402
from audit.estimates import figures  # noqa: E402
from audit.intake import enqueue, week_of  # noqa: E402
from audit.ledger import Ledger  # noqa: E402
from audit.listing import SORTS, Filter, listing  # noqa: E402
from audit.weeks import adoption, leaderboard, weeks  # noqa: E402

FILTERS = {
    "all": Filter(),
    "waiting": Filter(open=True),
    "waiting, of a source": Filter(open=True, source="codex"),
    "waiting, of a rare source": Filter(open=True, source="rare"),
    "waiting, flagged": Filter(open=True, flagged=True),
    "waiting, likely": Filter(open=True, at_least=0.8),
    "ever queued": Filter(queued=True),
    "of a person": Filter(user_id="u-17"),
    "of a source": Filter(source="gemini"),
    "of a rare source": Filter(source="rare"),
    "flagged": Filter(flagged=True),
    "flagged, of a source": Filter(flagged=True, source="gemini"),
    "confirmed or cleared": Filter(states=("confirmed", "cleared")),
    "decided by an auditor": Filter(judged_by="ann"),
    "looks like polling": Filter(looks_like="polling"),
    "of a week": Filter(begun_from=MONDAY + timedelta(weeks=9), begun_before=MONDAY + timedelta(weeks=10)),
    "unscored": Filter(status="unscored"),
}
"""What auditors look for."""


def measure(sessions: int, url: str, verdicts: int = 300) -> dict[str, list[float]]:
    """Seconds of every call, by what was called."""
    ledger = Ledger.open(url)
    times: dict[str, list[float]] = {}
    with timed(times, "take in"):
        taken = enqueue(ledger, company(sessions))
    sys.stdout.write(
        f"{sessions:,} sessions taken in: {sessions / times['take in'][0]:,.0f} a second, {taken.queued:,} queued\n"
    )
    luck = random.Random(5)
    for _ in range(verdicts):
        with timed(times, "next case"):
            found = queue.next_for(ledger, ANN, luck=luck)
        assert found is not None
        with timed(times, "decide"):
            review.decide(ledger, ANN, found.session_id, luck.choice(("padded", "genuine")), turns=(2,))
    for _ in range(2):
        for name, wanted in FILTERS.items():
            for sort in SORTS:
                for descending in (True, False):
                    page_through(ledger, times, name, wanted, sort, descending)
    monday = week_of(MONDAY + timedelta(weeks=9))
    calls: dict[str, Callable[[], object]] = {
        "counts": lambda: queue.counts(ledger),
        "one case": lambda: queue.case(ledger, f"session-{luck.randrange(sessions):07}"),
        "figures": lambda: figures(ledger, "1"),
        "a person's weeks": lambda: weeks(ledger, "u-17"),
        "leaderboard of a week": lambda: leaderboard(ledger, monday, monday),
        "leaderboard of half a year": lambda: leaderboard(ledger, "2026-01-05", "2026-06-29"),
        "adoption over half a year": lambda: adoption(ledger, "2026-01-05", "2026-06-29"),
        "verify": ledger.verify,
    }
    for name, call in calls.items():
        for _ in range(5):
            with timed(times, name):
                call()
    ledger.close()
    return times


def page_through(
    ledger: Ledger, times: dict[str, list[float]], name: str, wanted: Filter, sort: str, descending: bool
) -> None:
    """Three pages."""
    after = None
    for _ in range(3):
        with timed(times, f"page: {name}"):
            page = listing(ledger, LEA, wanted, sort=sort, descending=descending, after=after)  # type: ignore[arg-type]
        if (after := page.next) is None:
            break


@contextmanager
def timed(times: dict[str, list[float]], name: str) -> Iterator[None]:
    """Notes the seconds that the block takes."""
    begun = time.perf_counter()
    yield
    times.setdefault(name, []).append(time.perf_counter() - begun)


def at(seconds: list[float], share: float) -> float:
    """The time within which this share of the calls came back."""
    return sorted(seconds)[min(len(seconds) - 1, int(share * len(seconds)))]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--url", help="an empty database; without it a SQLite file in a temporary folder")
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder:
        times = measure(chosen.sessions, chosen.url or f"sqlite:///{folder}/ledger.db")
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
    pages = [one for name, seconds in times.items() if name.startswith("page: ") for one in seconds]
    sys.stdout.write(f"database: {size / 2**20:,.0f} MiB\n" if size else "")
    sys.stdout.write(f"{'ms':>34} {'p50':>8} {'p95':>8} {'most':>8} {'calls':>6}\n")
    for name, seconds in [*times.items(), ("all pages", pages)]:
        figures_ = "".join(f" {1000 * one:8.1f}" for one in (at(seconds, 0.5), at(seconds, 0.95), max(seconds)))
        sys.stdout.write(f"{name:>34}{figures_} {len(seconds):6}\n")


if __name__ == "__main__":
    main()
