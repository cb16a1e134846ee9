"""Measures the review page over HTTP, with many scored sessions: the queue by filters and sorts, a session, a verdict.

    python tests/benchmarks/review_page.py [--sessions 1000000] [--database FILE]

A database that is there is used as it is. The p95 of the queue's pages is to stay under 200 ms.
"""

import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent.parent)]

from argon2 import PasswordHasher  # noqa: E402
from desk import ANN, company  # noqa: E402
from review_site import PASSWORD, SHEET, token_in  # noqa: E402
from starlette.testclient import TestClient  # noqa: E402

from audit.intake import enqueue  # noqa: E402
from audit.ledger import Ledger  # noqa: E402
from audit.page import make_app  # noqa: E402
from audit.pages.desk import Desk, Door  # noqa: E402
from audit.people import People  # noqa: E402
from audit.views.archive import Archive  # noqa: E402
from traces.store import Store  # noqa: E402

QUERIES = (
    "", "sort=since", "sort=started&order=up", "sort=padded_tokens", "show=all", "show=queued", "source=codex",
    "source=rare&show=all", "flagged=yes", "flagged=yes&show=all", "least=80", "user=u-17&show=all", "looks=polling",
    "state=flagged&show=all", "from=2026-03-09&before=2026-03-15&show=all",
)  # fmt: skip
"""What an auditor asks of the queue."""


def measure(sessions: int, database: Path, rounds: int = 25) -> dict[str, list[float]]:
    """Seconds of every page, by what it is."""
    fresh = not database.exists()
    ledger = Ledger.open(f"sqlite:///{database}")
    people = People(ledger, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    if fresh:
        people.add(ANN, PASSWORD, "benchmark")
        enqueue(ledger, company(sessions))
    desk = Desk(ledger, people, Archive(Store(database.parent / "store")), lambda: SHEET, door=Door(hosts=("*",)))
    client = TestClient(make_app(desk))
    token = token_in(client.get("/sign-in").text)
    client.post("/sign-in", data={"form_token": token, "name": "ann", "password": PASSWORD})
    times: dict[str, list[float]] = {}

    def timed(name: str, method: str, path: str, **fields: str) -> str:
        began = time.perf_counter()
        found = client.request(method, path, data={"form_token": token, **fields} if method == "POST" else None)
        times.setdefault(name, []).append(time.perf_counter() - began)
        assert found.status_code == 200, (path, found.status_code, found.text)
        return found.url.path

    token = token_in(client.get("/queue").text)
    for _ in range(rounds):
        for query in QUERIES:
            timed(f"queue?{query}", "GET", f"/queue?{query}")
        path = timed("next", "POST", "/next")
        timed("session", "GET", path)
        timed("verdict and next", "POST", f"{path}/verdict", decision="unsure")
        timed("person", "GET", "/people/u-17")
    for path in ("/board?weeks=4&last=2026-03-09", "/board?weeks=26&last=2026-06-29", "/model"):
        timed(path, "GET", path)
    ledger.close()
    return times


def report(times: dict[str, list[float]]) -> str:
    """A line a page, and one for all pages of the queue."""
    rows = [
        *times.items(),
        ("all of the queue", [one for name, found in times.items() if "queue" in name for one in found]),
    ]
    lines = [f"{'ms':>50} {'p50':>8} {'p95':>8} {'most':>8} {'calls':>6}"]
    for name, found in rows:
        ordered = sorted(1000 * one for one in found)
        p50, p95 = (ordered[min(int(len(ordered) * share), len(ordered) - 1)] for share in (0.5, 0.95))
        lines.append(f"{name:>50} {p50:8.1f} {p95:8.1f} {ordered[-1]:8.1f} {len(ordered):6}")
    return "\n".join(lines)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sessions", type=int, default=1_000_000)
    asked.add_argument("--database", type=Path)
    given = asked.parse_args()
    with TemporaryDirectory() as folder:
        found = measure(given.sessions, given.database or Path(folder) / "audit.db")
    sys.stdout.write(report(found) + "\n")
