"""The review page in a real browser: by keyboard alone, against hostile text, with long sessions, for everybody."""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from conversation import asked, said, session
from desk import score
from review_site import PASSWORD, content, long, looping, make_desk, working
from test_page import ATTACKS, hostile_desk

from audit.intake import enqueue
from audit.page import make_app
from audit.pages.desk import Desk
from audit.records import Reason, Verdict

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

CHROMIUM = Path(os.environ.get("WINNOW_CHROMIUM", "/usr/bin/chromium"))
PATIENCE = 60_000
"""Milliseconds; the machine may be busy."""

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no browser at {CHROMIUM}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Site:
    """A served desk, and browser windows on it that note whatever should not happen."""

    def __init__(self, desk: Desk, browser: Any) -> None:
        self.desk, self.browser = desk, browser
        self.server = uvicorn.Server(uvicorn.Config(make_app(desk), host="127.0.0.1", port=0, log_level="error"))
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.trouble: list[str] = []
        self.asked: set[str] = set()
        self.contexts: list[Any] = []

    def __enter__(self) -> "Site":
        self.thread.start()
        while not self.server.started:
            self.thread.join(0.05)
            assert self.thread.is_alive()
        (socket,) = self.server.servers[0].sockets
        self.address = f"http://127.0.0.1:{socket.getsockname()[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        for context in self.contexts:
            context.close()
        self.server.should_exit = True
        self.thread.join(30)
        self.desk.ledger.close()

    def window(self, name: str | None = None, **more: Any) -> Any:
        """A fresh window, in which somebody has signed in with the keyboard."""
        context = self.browser.new_context(base_url=self.address, **more)
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        page = context.new_page()
        page.on("dialog", lambda dialog: (self.trouble.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        page.on("console", lambda line: self.trouble.append(line.text) if line.type == "error" else None)
        page.on("request", lambda request: self.asked.add(request.url))
        if name is not None:
            page.goto("/")
            # The form asks for the focus when it is first painted, which may be after it has loaded.
            wait_until(page, "document.activeElement.name === 'name'")
            page.keyboard.type(name)
            page.keyboard.press("Tab")
            page.keyboard.type(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: "sign-in" not in url)
        return page


def press(page: Any, key: str, until: str | None = None) -> None:
    """A key, and the page that it leads to."""
    if until is None:
        page.keyboard.press(key)
        return
    with page.expect_navigation(url=until):
        page.keyboard.press(key)


def wait_until(page: Any, true: str) -> None:
    """Waits until an expression holds; the page's own policy forbids Playwright to wait in it."""
    for _ in range(PATIENCE // 100):
        if page.evaluate(true):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"this never came true: {true}")


def verdicts(desk: Desk) -> list[tuple[str, Verdict]]:
    with desk.ledger.reading() as view:
        return [(record.session_id, record.read()) for record in view.records("verdict")]  # type: ignore[misc]


def test_the_queue_is_worked_by_keyboard_alone(tmp_path: Path, browser: Any) -> None:
    reasons = (Reason("loop", "The same again.", (0, 5, 10, 15)), Reason("no-uptake", "Nothing came of it.", (4, 9)))
    desk = make_desk(tmp_path, [looping()], [score("s1", 0.93, reasons=reasons)])
    with Site(desk, browser) as site:
        page = site.window("ann")
        press(page, "r", "**/sessions/s1")
        press(page, "]")
        assert page.evaluate("document.activeElement.id") == "t0"
        press(page, "m")
        press(page, "]")
        assert page.evaluate("document.activeElement.id") == "t4"
        press(page, "Shift+M")
        assert page.locator("#marks-said").inner_text() == "5 turns marked"
        press(page, "j")
        assert page.evaluate("document.activeElement.id") == "t5"
        press(page, "2")
        assert page.evaluate("document.activeElement.id") == "t9"
        press(page, "n")
        page.keyboard.type("the same prompt, p g u")
        press(page, "Escape")
        press(page, "p", "**/queue?after_verdict=*")
        assert "Recorded: padded" in page.locator(".receipt").inner_text()
        press(page, "z", "**/sessions/s1")
        press(page, "e")
        press(page, "g", "**/queue?after_verdict=*")
        assert [(id, one.decision, one.turns, one.note) for id, one in verdicts(desk)] == [
            ("s1", "padded", (0, 1, 2, 3, 4), "the same prompt, p g u"),
            ("s1", "genuine", (0, 4, 5, 9, 10, 15), ""),
        ]
        assert site.trouble == []


def test_keys_can_be_turned_off_and_help_tells_them(tmp_path: Path, browser: Any) -> None:
    with Site(make_desk(tmp_path), browser) as site:
        page = site.window("ann")
        press(page, "?")
        assert page.locator("#help").is_visible()
        page.get_by_label("Use these keys").uncheck()
        press(page, "Escape")
        press(page, "r")
        page.wait_for_timeout(300)
        assert page.url.endswith("/queue")
        press(page, "?")
        page.get_by_label("Use these keys").check()
        press(page, "Escape")
        press(page, "r", "**/sessions/*")
        assert site.trouble == []


def test_a_person_appeals_an_auditor_looks_again_and_a_lead_exports_the_file(tmp_path: Path, browser: Any) -> None:
    with Site(make_desk(tmp_path), browser) as site:
        ann = site.window("ann")
        ann.goto("/sessions/s1")
        press(ann, "t", "**/sessions/s1")
        press(ann, "p", "**after_verdict=*")
        pat = site.window("pat")
        pat.get_by_role("link", name="s1", exact=True).click()
        pat.get_by_label("What should somebody who looks again know?").fill("It was a load test.")
        pat.get_by_role("button", name="Appeal").click()
        pat.wait_for_selector("text=Your appeal is recorded")
        bob = site.window("bob")
        press(bob, "r", "**/sessions/s1")
        assert bob.get_by_text("It was a load test.").first.is_visible()
        press(bob, "g", "**after_verdict=*")
        lea = site.window("lea")
        lea.goto("/sessions/s1")
        assert "the random slice of all sessions" in lea.locator(".facts").inner_text()
        with lea.expect_download() as waiting:
            lea.get_by_role("link", name="Whole file from the ledger").click()
        file = json.loads(waiting.value.path().read_text())
        assert [one["kind"] for one in file["records"] if one["kind"] in ("verdict", "appeal")] == [
            "verdict", "appeal", "verdict",
        ]  # fmt: skip
        assert list(file["states"].values()) == ["cleared"]
        assert site.trouble == []


def test_hostile_text_runs_nothing_and_calls_nobody(tmp_path: Path, browser: Any) -> None:
    with Site(hostile_desk(tmp_path), browser) as site:
        page = site.window("lea")
        paths = page.evaluate("[...document.querySelectorAll('.rows a.id')].map(link => link.getAttribute('href'))")
        assert len(paths) == 4
        for path in (
            *dict.fromkeys(paths),
            "/board?last=2026-01-05",
            "/queue?source=" + "%3Cscript%3Ealert(1)%3C/script%3E",
        ):
            page.goto(path)
            page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
            for link in page.locator("a.all").all()[:3]:
                link.click()
            page.evaluate("document.querySelectorAll('.text').forEach(text => text.scrollIntoView())")
            page.wait_for_timeout(100)
            assert page.evaluate("document.querySelectorAll('iframe, img, object, base, style').length") == 0
            assert page.evaluate("getComputedStyle(document.body).display") != "none"
        assert ATTACKS[0] in page_text(page, "/sessions/bad")
        assert {url for url in site.asked if not url.startswith(site.address)} == set()
        assert site.trouble == []


def page_text(page: Any, path: str) -> str:
    page.goto(path)
    return str(page.evaluate("document.body.textContent"))


def test_the_policy_stops_a_script_that_would_get_in(tmp_path: Path, browser: Any) -> None:
    with Site(make_desk(tmp_path), browser) as site:
        page = site.window("ann")
        ran = page.evaluate(
            """() => {
                const script = document.createElement('script');
                script.textContent = 'window.ran = 1';
                document.body.append(script);
                const image = document.createElement('div');
                image.innerHTML = '<img src=x onerror="window.ran = 1">';
                document.body.append(image);
                return new Promise(done => setTimeout(() => done(window.ran), 500));
            }"""
        )
        assert ran is None
        assert any("Content Security Policy" in line for line in site.trouble)


def test_ten_thousand_turns_stay_light(tmp_path: Path, browser: Any) -> None:
    desk = make_desk(tmp_path, [long(10_000)], [])
    reasons = (Reason("x", "Many.", (5_000, 9_990)),)
    enqueue(desk.ledger, [score("long", content=content(desk.archive.store, "long"), reasons=reasons)], desk.plan)
    with Site(desk, browser) as site:
        page = site.window("ann")
        page.goto("/sessions/long")
        assert page.evaluate("document.querySelectorAll('*').length") < 8_000
        press(page, "]")
        page.wait_for_selector("#t5000")
        wait_until(page, "document.activeElement.id === 't5000'")
        press(page, ".")
        page.wait_for_selector("#t5100")
        page.get_by_label("Go to turn").fill("9999")
        press(page, "Enter")
        wait_until(page, "document.activeElement.id === 't9999'")
        assert page.evaluate("document.querySelectorAll('.turn').length") == 100
        assert site.trouble == []


def test_marks_outlive_a_change_of_window_and_a_reload(tmp_path: Path, browser: Any) -> None:
    desk = make_desk(tmp_path, [long(300)], [score("long")])
    with Site(desk, browser) as site:
        page = site.window("ann")
        press(page, "r", "**/sessions/long")
        page.get_by_label("Mark turn 7", exact=True).check()
        press(page, ".")
        page.wait_for_selector("#t150")
        page.get_by_label("Mark turn 150").check()
        press(page, ",")
        page.wait_for_selector("#t7")
        assert page.get_by_label("Mark turn 7", exact=True).is_checked()
        page.reload()
        assert page.locator("#marks-said").inner_text() == "2 turns marked"
        press(page, "p", "**after_verdict=*")
        assert [one.turns for _, one in verdicts(desk)] == [(7, 150)]
        assert site.trouble == []


def test_a_cut_text_is_shown_whole_when_asked_for(tmp_path: Path, browser: Any) -> None:
    text = "word " * 50_000 + "the end"
    with Site(
        make_desk(tmp_path, [session(asked("Tell me"), said(text), name="big")], [score("big")]), browser
    ) as site:
        page = site.window("ann")
        page.goto("/sessions/big")
        for _ in range(3):
            page.locator("#x1 a.all").click()
            page.wait_for_timeout(200)
        wait_until(page, "document.querySelector('#x1').textContent.trim().endsWith('the end')")
        assert page.evaluate("document.querySelector('#x1').textContent.replaceAll('\\n', '').trim()") == text
        assert site.trouble == []


def test_without_scripts_everything_still_works(tmp_path: Path, browser: Any) -> None:
    desk = make_desk(tmp_path, [long(300)], [score("long")])
    with Site(desk, browser) as site:
        page = site.window("ann", java_script_enabled=False)
        page.get_by_role("button", name="Review the next one").click()
        page.get_by_role("link", name="Later").first.click()
        page.get_by_label("Mark turn 150").check()
        page.get_by_role("button", name="Padded").click()
        page.wait_for_selector(".receipt")
        assert [one.turns for _, one in verdicts(desk)] == [(150,)]


# --- for everybody ---------------------------------------------------------------------------------------------------

PAGES = ("/queue", "/sessions/s1", "/people/u-pat", "/board?last=2026-01-05", "/model", "/mine", "/sessions/nothing")

NAMELESS = """[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
  .filter(one => !one.closest('dialog'))
  .filter(one => !(one.getAttribute('aria-label') || one.textContent.trim() || one.querySelector('title')
    || [...(one.labels || [])].some(label => label.textContent.trim())))
  .map(one => one.outerHTML.slice(0, 120))"""
STRUCTURE = """(() => {
  const levels = [...document.querySelectorAll('main h1, main h2, main h3')].map(one => Number(one.tagName[1]));
  const ids = [...document.querySelectorAll('[id]')].map(one => one.id);
  return {
    h1: levels.filter(level => level === 1).length,
    jumps: levels.filter((level, at) => level > (levels[at - 1] ?? 0) + 1).length,
    doubles: ids.filter((id, at) => ids.indexOf(id) !== at),
    main: document.querySelectorAll('main').length,
    lang: document.documentElement.lang,
    pointing: [...document.querySelectorAll('[for], [aria-labelledby], [aria-describedby]')]
      .flatMap(one => ['for', 'aria-labelledby', 'aria-describedby'].map(name => one.getAttribute(name)))
      .filter(Boolean).flatMap(names => names.split(' ')).filter(id => !document.getElementById(id)),
  };
})()"""
CONTRAST = """(() => {
  const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = text => {
    pen.clearRect(0, 0, 1, 1); pen.fillStyle = text; pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, at) => sum + v * [.2126, .7152, .0722][at], 0);
  const over = (top, under) => [0, 1, 2].map(at => top[at] * top[3] + under[at] * (1 - top[3]));
  const behind = node => {
    const all = [];
    for (let one = node; one; one = one.parentElement) all.push(rgb(getComputedStyle(one).backgroundColor));
    return all.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
  };
  const unseen = '.unshown, title, script, dialog, details:not([open]) > :not(summary)';
  const found = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || node.closest(unseen)) continue;
    const style = getComputedStyle(node), back = behind(node.closest('svg')?.parentElement ?? node);
    const ink = rgb(node.closest('svg') ? style.fill : style.color);
    ink[3] *= [node, node.parentElement].reduce((all, one) => all * Number(getComputedStyle(one).opacity), 1);
    const [a, b] = [light(over(ink, back)), light(back)];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) found.add(`${ratio.toFixed(2)} ${node.tagName}.${node.className.baseVal ?? node.className}`);
  }
  return [...found];
})()"""


def seen(site: Site, scheme: str) -> Iterator[tuple[Any, str]]:
    """Windows with every page in turn, each as those see it for whom it is; and which page it is."""
    lead, auditor, person = (site.window(name, color_scheme=scheme) for name in ("lea", "ann", "pat"))
    auditor.goto("/sessions/s1")
    press(auditor, "t", "**/sessions/s1")
    stranger = site.window(color_scheme=scheme)
    pages = [*((lead, path) for path in PAGES), (auditor, "/sessions/s1"), (person, "/mine"), (stranger, "/sign-in")]
    for window, path in pages:
        window.goto(path)
        assert window.evaluate(f"matchMedia('(prefers-color-scheme: {scheme})').matches")
        yield window, path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_and_reach_everything(tmp_path: Path, browser: Any, scheme: str) -> None:
    desk = make_desk(tmp_path)
    desk.people.change_role("lea", "lead", "test", "u-lea")
    with Site(desk, browser) as site:
        for window, path in seen(site, scheme):
            structure = window.evaluate(STRUCTURE)
            sound = {"h1": 1, "jumps": 0, "doubles": [], "main": 1, "lang": "en", "pointing": []}
            assert structure == sound, path
            assert window.evaluate(NAMELESS) == [], path
            assert window.evaluate(CONTRAST) == [], path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_complain_of(tmp_path: Path, browser: Any, scheme: str) -> None:
    """The checker that browsers' own tools use, by all its rules; a page that it finds nothing to check on is a fault.

    What it cannot decide, such as the contrast of text on a picture, it leaves to a person, and so does this.
    """
    axe = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python, which brings axe, is not there")
    checker = (Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    with Site(make_desk(tmp_path), browser) as site:
        for window, path in seen(site, scheme):
            window.evaluate(checker)
            found = window.evaluate("axe.run(document)")
            assert len(found["passes"]) > 10, path
            complaints = [(one["id"], [node["html"][:150] for node in one["nodes"]][:3]) for one in found["violations"]]
            assert complaints == [], path


def test_a_phone_needs_no_sideways_scrolling(tmp_path: Path, browser: Any) -> None:
    with Site(make_desk(tmp_path), browser) as site:
        page = site.window("lea", viewport={"width": 360, "height": 740}, has_touch=True)
        for path in PAGES:
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


def test_two_browsers_never_review_the_same_session(tmp_path: Path, browser: Any) -> None:
    desk = make_desk(tmp_path, [working("s2")], [score(f"q{n}") for n in range(6)])
    with Site(desk, browser) as site:
        windows = [site.window(name) for name in ("ann", "bob")]
        for _ in range(3):
            for window in windows:
                press(window, "r" if window.url.endswith("/queue") else "g", "**/sessions/q*")
            here = [window.url.rsplit("/", 1)[1].partition("?")[0] for window in windows]
            assert here[0] != here[1]
        assert len({id for id, _ in verdicts(desk)}) == len(verdicts(desk)) == 4
        assert site.trouble == []
