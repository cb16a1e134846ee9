"""Takes pictures of the review page, light and dark: `python docs/screenshots.py [--out docs/pictures] [NAME …]`.

The company in them is simulated. Scores, reasons and verdicts are made up from what the simulation knows to be true,
with errors on purpose: the pictures show the page, not how well anything is detected.
"""

import argparse
import json
import random
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import uvicorn
from playwright.sync_api import Browser, sync_playwright

from audit import queue, review
from audit.cases import Case
from audit.drawing import Plan
from audit.intake import enqueue
from audit.ledger import Ledger
from audit.listing import Filter, listing
from audit.page import make_app
from audit.pages.desk import Desk
from audit.pages.visit import key_of
from audit.people import People
from audit.records import Account, Decision, Reason, Score
from audit.views.archive import Archive
from audit.views.model_sheet import Drift, Figure, ModelSheet, Watch
from flows.home import Home
from flows.ingest import ingest
from padding.company.simulation import simulate
from traces.format import About

PASSWORD = "for these pictures only"  # noqa: S105
NOW = datetime(2026, 9, 22, 9, 30, tzinfo=UTC)
LEAD, AUDITOR = Account("morgan", "lead"), Account("robin", "auditor")
CARD = """Invented for this picture.

Learned from: 4,200 simulated sessions. Chosen for: at most 1 % of genuine sessions flagged.
Not for: sessions of fewer than three turns, or of agents that record no prompts."""
SHEET = ModelSheet(
    "winnow/7",
    datetime(2026, 9, 1, 6, tzinfo=UTC),
    CARD,
    (
        Figure("recall at 1 % false positives, families left out", 0.62, 0.51, 0.71),
        Figure("false positives, sources left out (worst)", 0.018, 0.009, 0.031),
        Figure("calibration error", 0.021, 0.014, 0.03),
    ),
    Watch(
        "investigate",
        "612 sessions of 2026-09-15 09:30 to 2026-09-22 09:30; 1 of 123 columns has moved",
        ("investigate: one feature has moved against training: tool calls a turn",),
        (
            Drift("tool calls a turn, features against training", 0.27, True, "median 1.2 before, 2.9 now"),
            Drift("length of prompts, features against training", 0.08, False, "median 212 before, 240 now"),
        ),
    ),
)
LOOKS = {"polling": "polling or retries", "batch": "batch work", "harness": "evaluation or load test"}


def main() -> None:
    """Makes the company, serves the page, takes the pictures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("names", nargs="*", help="only these pages")
    asked.add_argument("--out", type=Path, default=Path(__file__).parent / "pictures")
    asked.add_argument("--browser", default="/usr/bin/chromium")
    asked.add_argument("--width", type=int, default=1280, help="390 is a phone")
    given = asked.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, served(made_up(Path(folder))) as (desk, address), sync_playwright() as started:
        browser = started.chromium.launch(executable_path=given.browser, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            for picture in pictures(browser, desk, address, scheme, given):
                sys.stdout.write(f"{picture}\n")
        browser.close()


def made_up(folder: Path) -> Desk:
    """A company with three weeks of sessions, scored and partly reviewed."""
    simulate(folder / "company", people=30, days=21, seed=4)
    home = Home(folder)
    ingest(home, [folder / "company" / "traces"], about=About(file="", source="company"), user_from_folder=True)
    clock = [NOW]
    ledger = Ledger.open(f"sqlite:///{folder / 'audit.db'}", clock=lambda: clock[-1])
    people, luck = People.of(ledger), random.Random(3)  # noqa: S311
    truth = {
        row["session_id"]: row for row in map(json.loads, (folder / "company" / "truth.jsonl").read_text().splitlines())
    }
    rows = home.store.table("sessions").to_pylist()
    scores = [score(row, truth[row["session_id"]], luck) for row in rows if row["session_id"] in truth]
    plan = Plan(random=0.3, random_flagged=0.8, double=0.1)
    for day in sorted({one.started.date() for one in scores if one.started}):
        clock.append(datetime(day.year, day.month, day.day, 3, tzinfo=UTC) + timedelta(days=1))  # a night each
        enqueue(ledger, [one for one in scores if one.started and one.started.date() == day], plan)
    clock.append(NOW)
    padder = next(one.user_id for one in scores if one.flagged and one.user_id)
    for account in (LEAD, AUDITOR, Account("sam", "auditor"), Account("alex", "person", padder)):
        people.add(account, PASSWORD, "pictures")
    for _ in range(200):
        case = queue.next_for(ledger, AUDITOR, plan, luck=luck)
        if case is not None:
            right = truth[case.session_id]["label"]
            said: Decision = "unsure" if luck.random() < 0.05 else "padded" if right == "padded" else "genuine"
            review.decide(ledger, AUDITOR, case.session_id, said, seconds=luck.uniform(20, 300))
    return Desk(ledger, people, Archive(home.store), lambda: SHEET, plan)


def score(row: Mapping[str, Any], true: Mapping[str, Any], luck: random.Random) -> Score:
    """What a fairly good model might have said."""
    padded = true["label"] == "padded"
    probability = min(max(luck.betavariate(7, 2) if padded else luck.betavariate(1, 14), 0.001), 0.995)
    turns = true["padded_turns"][:: max(len(true["padded_turns"]) // 8, 1)] or list(range(0, row["turns"], 9))[:3]
    tokens = (row["input_tokens"] or 0) + (row["output_tokens"] or 0)
    share = min(max(true["padded_share"] + luck.gauss(0, 0.06), 0.02), 0.98) if padded else 0.3
    reasons = (
        Reason("repeats", "What is asked here was asked before, nearly word for word.", tuple(turns), 1.6),
        Reason("no-uptake", "Nothing that came of these turns is taken up later.", tuple(turns[1:5]), 0.8),
    )
    return Score(
        row["session_id"], row["content"], "winnow/7", user_id=row["user_id"], source=row["agent"],
        started=row["started"], probability=probability, padded_share=share, padded_tokens=round(share * tokens),
        tokens=tokens, flagged=probability >= 0.5, threshold=0.5, novelty=luck.random(), reasons=reasons,
        looks_like=next((name for key, name in LOOKS.items() if key in (true["look_alike"] or "")), "batch work"),
    )  # fmt: skip


@contextmanager
def served(desk: Desk) -> Iterator[tuple[Desk, str]]:
    """The page, on a free port."""
    server = uvicorn.Server(uvicorn.Config(make_app(desk), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    yield desk, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()
    desk.ledger.close()


def pictures(browser: Browser, desk: Desk, address: str, scheme: Any, given: argparse.Namespace) -> Iterator[Path]:
    """A picture of each page, as whoever it is for sees it."""
    wanted = Filter(open=True, at_least=0.6, at_most=0.95)
    open_now = listing(desk.ledger, AUDITOR, wanted, sort="padded_tokens", size=8).cases
    chosen = max(open_now, key=lambda one: prompts(desk, one))
    case = queue.take(desk.ledger, AUDITOR, chosen.session_id, minutes=60)
    mine = {"robin": ("queue", "session", "model"), "morgan": ("person", "board"), "alex": ("mine",), "": ("sign-in",)}
    paths = {
        "queue": "/queue", "session": f"/sessions/{key_of(case.session_id)}", "model": "/model",
        "person": f"/people/{key_of(case.user_id or '')}", "board": "/board?weeks=4&last=2026-09-21",
        "mine": "/mine", "sign-in": "/sign-in",
    }  # fmt: skip
    for who, theirs in mine.items():
        page = browser.new_context(
            base_url=address, color_scheme=scheme, viewport={"width": given.width, "height": 900}
        ).new_page()
        if who:
            page.goto("/sign-in")
            page.fill("#name", who)
            page.fill("#password", PASSWORD)
            page.click("button.primary")
            page.wait_for_url(lambda url: "sign-in" not in url)
        for name in theirs:
            if not given.names or name in given.names:
                page.goto(paths[name])
                picture = given.out / f"review-{name}-{scheme}.png"
                page.screenshot(path=picture)
                yield picture
        page.context.close()


def prompts(desk: Desk, case: Case) -> int:
    """How many prompts a session has."""
    found = desk.archive.find(case.session_id, case.started)
    return sum(turn.role == "user" for turn in found.session.turns) if found else 0


if __name__ == "__main__":
    main()
