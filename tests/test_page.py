"""The review page over HTTP: who gets where, what is recorded, what is told and what is not, hostile text."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
from conversation import asked, said, session
from desk import ANN, BOB, LEA, MONDAY, PAT, score
from review_site import (
    ACCOUNTS,
    OTHER,
    PASSWORD,
    content,
    keep,
    long,
    looping,
    make_desk,
    token_in,
    with_door,
    working,
)
from starlette.testclient import TestClient

from audit import queue
from audit.intake import enqueue
from audit.page import make_app
from audit.pages.desk import Desk, Door
from audit.pages.guard import HEADERS, form_token
from audit.pages.routes import ROUTES
from audit.pages.visit import Route
from audit.records import Account, Appeal, Reason, SignIn, Verdict, View
from traces.schema import Session

PLACES = {"session": "s1", "user": "u-pat", "verdict": "1"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = make_desk(tmp_path)
    yield made
    made.ledger.close()


def visitor(desk: Desk, account: Account | None = None, address: str = "10.0.0.7", **more: Any) -> TestClient:
    """A browser in which somebody has signed in."""
    client = TestClient(make_app(desk), client=(address, 4000), follow_redirects=True, **more)
    if account is not None:
        sign_in(client, account.name)
    return client


def sign_in(client: TestClient, name: str, password: str = PASSWORD) -> Any:
    token = token_in(client.get("/sign-in").text)
    return client.post("/sign-in", data={"form_token": token, "name": name, "password": password})


def send(client: TestClient, path: str, **fields: Any) -> Any:
    """A form as a page of ours sends it."""
    return client.post(path, data={"form_token": token_in(client.get("/model").text or ""), **fields})


def records(desk: Desk, kind: str) -> list[Any]:
    with desk.ledger.reading() as view:
        return [record.read() for record in view.records(kind)]


# --- who gets where --------------------------------------------------------------------------------------------------


def expected(route: Route, account: Account | None) -> set[int]:
    """The statuses that a visit may end with; what is allowed may still not fit the case (400, 404, 409)."""
    if not route.roles:
        return {200, 303, 401}
    if account is None:
        return {303} if route.method == "GET" else {401}
    if account.role not in route.roles:
        return {403}
    if account == OTHER and "{session}" in route.path:
        return {404}
    if account.role == "auditor" and route.path.endswith("/file"):
        return {404}
    return {200, 303, 400, 404, 409} if route.method == "POST" else {200}


@pytest.mark.parametrize("account", [None, *ACCOUNTS], ids=lambda one: one.name if one else "nobody")
def test_every_page_lets_in_the_roles_it_is_for_and_nobody_else(desk: Desk, account: Account | None) -> None:
    client = visitor(desk, account)
    client.follow_redirects = False
    token = token_in(client.get("/mine").text if account else client.get("/sign-in").text)
    for route in sorted(ROUTES, key=lambda one: one.path == "/sign-out"):
        before = desk.ledger.head()
        path = route.path.format(**PLACES)
        found = client.get(path) if route.method == "GET" else client.post(path, data={"form_token": token})
        allowed = expected(route, account)
        assert found.status_code in allowed, f"{route.method} {path}: {found.status_code}, not {allowed}"
        if allowed == {303}:
            assert found.headers["location"] == "/sign-in"
        if found.status_code in (401, 403, 404) and route.path not in ("/sign-in",):
            assert desk.ledger.head() == before, f"{route.method} {path} was refused and wrote something"
            assert "summarise the report" not in found.text


def test_there_is_no_page_that_is_not_in_the_list(desk: Desk) -> None:
    app: Any = make_app(desk)
    assert {(route.path, tuple(route.methods - {"HEAD"})) for route in app.app.routes if hasattr(route, "methods")} == {
        (route.path, (route.method,)) for route in ROUTES
    }
    assert visitor(desk, LEA).get("/static/../page.py").status_code == 404
    assert visitor(desk, LEA).get("/static/%2e%2e/page.py").status_code == 404


def test_every_form_needs_the_token_of_its_own_page(desk: Desk) -> None:
    lea, ann = visitor(desk, LEA), visitor(desk, ANN)
    lea.follow_redirects = False
    foreign = token_in(ann.get("/queue").text)
    own = token_in(lea.get("/queue").text)
    lists = {"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}
    before = desk.ledger.head()
    for route in (route for route in ROUTES if route.method == "POST"):
        path = route.path.format(**PLACES)
        fields = {"decision": "padded", "name": "lea", "password": PASSWORD}
        assert lea.post(path, data=fields).status_code == 403, path
        assert lea.post(path, data={**fields, "form_token": foreign}).status_code == 403, path
        for headers in lists:
            found = lea.post(path, data={**fields, "form_token": own}, headers=headers)
            assert found.status_code == 403, (path, headers)
    assert desk.ledger.head() == before
    assert lea.get("/queue").status_code == 200


def test_a_form_that_is_no_plain_form_says_nothing(desk: Desk) -> None:
    ann = visitor(desk, ANN)
    token = token_in(ann.get("/queue").text)
    assert ann.post("/next", files={"form_token": ("a", token)}).status_code == 403
    assert ann.post("/next", json={"form_token": token}).status_code == 403
    assert ann.post("/next", data={"form_token": token, "x": "y" * 1_100_000}).status_code == 400
    assert ann.post("/next", data={"form_token": token, **{f"f{n}": "1" for n in range(3000)}}).status_code == 400


def test_every_answer_carries_the_headers_that_bind_a_browser(desk: Desk) -> None:
    ann = visitor(desk, ANN)
    for path in ("/queue", "/sessions/s1", "/sessions/nothing", "/nowhere", "/static/style.css", "/health", "/board"):
        found = ann.get(path)
        assert {name: found.headers[name] for name in HEADERS} == dict(HEADERS), path
        assert found.headers["cache-control"] == ("no-cache" if path.startswith("/static") else "no-store")
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_a_fault_of_ours_is_not_told_to_the_reader(desk: Desk) -> None:
    def broken() -> None:
        raise RuntimeError("secret detail")

    client = visitor(replace(desk, sheet=broken), ANN, raise_server_exceptions=False)
    found = client.get("/model")
    assert found.status_code == 500
    assert "secret detail" not in found.text
    assert found.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


def test_another_hosts_name_is_turned_away(desk: Desk) -> None:
    client = visitor(with_door(desk, hosts=("127.0.0.1", "[::1]")))
    assert client.get("/sign-in", headers={"host": "evil.example"}).status_code == 400
    assert client.get("/sign-in", headers={"host": "127.0.0.1:8420"}).status_code == 200
    assert client.get("/sign-in", headers={"host": "[::1]:8420"}).status_code == 200


# --- signing in ------------------------------------------------------------------------------------------------------


def test_who_signs_in_comes_to_their_own_page(desk: Desk) -> None:
    assert visitor(desk, ANN).get("/").url.path == "/queue"
    assert visitor(desk, PAT).get("/").url.path == "/mine"
    assert visitor(desk).get("/queue").url.path == "/sign-in"


def test_a_wrong_name_and_a_wrong_password_look_the_same(desk: Desk) -> None:
    client = visitor(desk)
    wrong, nobody = sign_in(client, "ann", "not her password"), sign_in(client, "nobody", "not her password")
    assert wrong.status_code == nobody.status_code == 401
    assert "do not go together" in wrong.text
    assert wrong.text.replace("ann", "nobody") == nobody.text.replace("ann", "nobody")
    assert [one.accepted for one in records(desk, "sign-in")] == [False, False]


def test_signing_in_too_often_is_stopped_even_with_the_right_password(desk: Desk) -> None:
    client = visitor(desk)
    statuses = [sign_in(client, "ann", "not her password").status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    assert sign_in(client, "ann").status_code == 429
    assert sign_in(visitor(desk, address="10.0.0.8"), "ann").status_code == 200


def test_cookies_cannot_be_read_by_scripts_nor_sent_from_elsewhere(desk: Desk) -> None:
    for https, name in ((False, "winnow_session="), (True, "__Host-winnow_session=")):
        client = visitor(with_door(desk, https=https), base_url="https://testserver")
        client.follow_redirects = False
        cookies = sign_in(client, "ann").headers.get_list("set-cookie")
        (cookie,) = (one for one in cookies if "session" in one.partition("=")[0])
        assert cookie.startswith(name)
        parts = {part.strip().lower() for part in cookie.split(";")}
        assert {"httponly", "samesite=lax", "path=/"} <= parts
        assert ("secure" in parts) is https
        assert client.get("/queue").status_code == 200


def test_signing_out_ends_the_session_for_whoever_has_its_cookie(desk: Desk) -> None:
    client = visitor(desk, ANN)
    stolen = dict(client.cookies)
    send(client, "/sign-out")
    thief = visitor(desk)
    thief.cookies.update(stolen)
    assert thief.get("/queue").url.path == "/sign-in"


def test_a_role_that_is_taken_away_is_gone_at_the_next_page(desk: Desk) -> None:
    client = visitor(desk, LEA)
    desk.people.change_role("lea", "person", "test", "u-lea")
    assert client.get("/queue").status_code == 403


def test_a_proxys_header_is_believed_from_the_proxy_only(desk: Desk) -> None:
    behind = with_door(desk, identity_header="X-Remote-User", proxies=("10.0.0.1",))
    named = {"X-Remote-User": "lea"}
    assert visitor(behind, address="10.0.0.1").get("/queue", headers=named).status_code == 200
    assert visitor(behind, address="10.0.0.2").get("/queue", headers=named).url.path == "/sign-in"
    assert visitor(desk, address="10.0.0.1").get("/queue", headers=named).url.path == "/sign-in"
    stranger = visitor(behind, address="10.0.0.1")
    assert "Sign out" not in stranger.get("/queue", headers={"X-Remote-User": "nobody"}).text
    assert "Password" not in stranger.get("/sign-in").text
    token = form_token(stranger.cookies["winnow_form"], None)
    sent = {"form_token": token, "name": "lea", "password": PASSWORD}
    assert stranger.post("/sign-in", data=sent).status_code == 403


def test_a_newcomer_of_the_proxy_is_a_person_with_their_own_sessions(desk: Desk) -> None:
    behind = with_door(desk, identity_header="X-User", proxies=("10.0.0.1",), newcomers="person")
    client = visitor(behind, address="10.0.0.1")
    assert "u-new" in client.get("/", headers={"X-User": "u-new"}).text
    assert client.get("/queue", headers={"X-User": "u-new"}).status_code == 403


def test_attempts_are_counted_by_the_address_that_the_proxy_names_last(desk: Desk) -> None:
    behind = with_door(desk, proxies=("10.0.0.1",))
    client = visitor(behind, address="10.0.0.1", headers={"X-Forwarded-For": "1.2.3.4, 198.51.100.9"})
    sign_in(client, "ann", "not her password")
    assert records(desk, "sign-in")[-1] == SignIn("ann", "198.51.100.9", False)


# --- reviewing -------------------------------------------------------------------------------------------------------


def test_an_auditor_decides_marks_turns_and_goes_on_to_the_next(desk: Desk) -> None:
    ann = visitor(desk, ANN)
    first = send(ann, "/next")
    found = first.url.path.rsplit("/", 1)[1]
    with_marks = {"turn": ["5", "0"], "turns": "0,10", "note": "  the same again  "}
    after = send(ann, f"/sessions/{found}/verdict", decision="padded", **with_marks)
    assert after.status_code == 200
    assert after.url.path.startswith("/sessions/")
    assert found not in after.url.path
    assert "Recorded: <strong>padded</strong>" in after.text
    (verdict,) = records(desk, "verdict")
    assert (verdict.decision, verdict.turns, verdict.note) == ("padded", (0, 5, 10), "the same again")


def test_a_verdict_that_is_sent_twice_is_one(desk: Desk) -> None:
    ann = visitor(desk, ANN)
    send(ann, "/sessions/s1/take")
    for _ in range(2):
        assert send(ann, "/sessions/s1/verdict", decision="genuine").status_code == 200
    assert len(records(desk, "verdict")) == 1


def test_undo_takes_the_verdict_back_and_shows_the_session_again(desk: Desk) -> None:
    ann = visitor(desk, ANN)
    send(ann, "/sessions/s1/take")
    page = send(ann, "/sessions/s1/verdict", decision="padded")
    seq = page.url.params["after_verdict"]
    undone = send(ann, f"/verdicts/{seq}/withdraw", session="s1")
    assert undone.url.path == "/sessions/s1"
    assert 'value="padded"' in undone.text
    assert desk.ledger.verify() == ()
    assert send(visitor(desk, BOB), f"/verdicts/{seq}/withdraw").status_code == 403


def test_a_lead_takes_back_a_verdict_of_somebody_else(desk: Desk) -> None:
    ann, lea = visitor(desk, ANN), visitor(desk, LEA)
    send(ann, "/sessions/s1/take")
    seq = send(ann, "/sessions/s1/verdict", decision="padded").url.params["after_verdict"]
    assert f"/verdicts/{seq}/withdraw" in lea.get("/sessions/s1").text
    taken = send(lea, f"/verdicts/{seq}/withdraw", session="s1")
    assert "took back the verdict" in taken.text
    assert f"/verdicts/{seq}/withdraw" not in taken.text
    assert queue.case(desk.ledger, "s1").state == "flagged"


def test_many_auditors_at_once_lose_no_verdict_and_share_no_session(tmp_path: Path) -> None:
    desk = make_desk(tmp_path, [], [score(f"q{n:03}") for n in range(100)])
    names = [f"auditor-{n}" for n in range(8)]
    for name in names:
        desk.people.add(Account(name, "auditor"), PASSWORD, "test")

    def work(name: str) -> list[str]:
        client, done = visitor(desk, Account(name, "auditor")), list[str]()
        path = send(client, "/next").url.path
        while path.startswith("/sessions/"):
            done.append(path.rsplit("/", 1)[1])
            path = send(client, f"{path}/verdict", decision="genuine").url.path
        return done

    with ThreadPoolExecutor(len(names)) as pool:
        acknowledged = [one for done in pool.map(work, names) for one in done]
    with desk.ledger.reading() as view:
        recorded = [record.session_id for record in view.records("verdict")]
    assert sorted(acknowledged) == sorted(recorded) == [f"q{n:03}" for n in range(100)]
    assert desk.ledger.verify() == ()


def test_one_who_comes_later_is_told_who_has_the_session_and_cannot_decide(desk: Desk) -> None:
    ann, bob = visitor(desk, ANN), visitor(desk, BOB)
    send(ann, "/sessions/s1/take")
    assert "ann has this session open" in bob.get("/sessions/s1").text
    refused = send(bob, "/sessions/s1/take")
    assert (refused.status_code, "ann has session" in refused.text) == (409, True)
    assert send(bob, "/sessions/s1/verdict", decision="padded").status_code == 409
    assert records(desk, "verdict") == []


def test_a_skipped_session_comes_back_only_when_asked_for(desk: Desk) -> None:
    ann = visitor(desk, ANN)
    seen = [send(ann, "/next").url.path.rsplit("/", 1)[1]]
    for _ in range(2):
        seen.append(send(ann, f"/sessions/{seen[-1]}/skip").url.path.rsplit("/", 1)[1])
    assert sorted(seen) == ["s1", "s2", "s3"]
    last = send(ann, f"/sessions/{seen[-1]}/skip")
    assert last.url.path == "/queue"
    assert "Nothing more waits for you" in last.text


def test_the_slice_is_told_after_the_verdict_and_not_before(desk: Desk) -> None:
    ann = visitor(desk, ANN)
    for path in ("/queue", "/sessions/s1", "/people/u-pat"):
        assert "random slice of all" not in ann.get(path).text
    assert ann.get("/queue?slice=random").status_code == 403
    send(ann, "/sessions/s1/take")
    assert "random slice of all" not in ann.get("/sessions/s1").text
    receipt = send(ann, "/sessions/s1/verdict", decision="padded").text
    assert "It came from the random slice of all sessions, drawn with a chance of 100 %" in receipt
    lea = visitor(desk, LEA)
    assert lea.get("/queue?slice=random").status_code == 200
    free = next(one for one in ("s2", "s3") if "ann has this session open" not in lea.get(f"/sessions/{one}").text)
    assert "random slice of all" not in send(lea, f"/sessions/{free}/take").text


def test_a_receipt_is_for_its_auditor_alone(desk: Desk) -> None:
    ann = visitor(desk, ANN)
    send(ann, "/sessions/s1/take")
    seq = send(ann, "/sessions/s1/verdict", decision="padded").url.params["after_verdict"]
    assert "Recorded:" not in visitor(desk, BOB).get(f"/queue?after_verdict={seq}").text
    assert "Recorded:" in ann.get(f"/queue?after_verdict={seq}").text


def test_a_lead_assigns_a_session_to_an_auditor(desk: Desk) -> None:
    lea = visitor(desk, LEA)
    assert send(lea, "/sessions/s1/assign", auditor="bob").status_code == 200
    assert send(visitor(desk, BOB), "/next").url.path == "/sessions/s1"
    assert send(lea, "/sessions/s1/assign", auditor="nobody").status_code == 400
    assert send(lea, "/sessions/s1/assign", auditor="pat").status_code == 403


def test_nobody_judges_their_own_session(tmp_path: Path) -> None:
    desk = make_desk(tmp_path)
    desk.people.change_role("bob", "auditor", "test", "u-pat")
    bob = visitor(desk, BOB)
    assert 'action="/sessions/s1/take"' not in bob.get("/sessions/s1").text
    assert send(bob, "/sessions/s1/take").status_code == 403
    assert send(bob, "/sessions/s1/verdict", decision="genuine").status_code == 403


@pytest.mark.parametrize(
    ("path", "fields", "problem"),
    [
        ("/sessions/s1/verdict", {"decision": "guilty"}, "is no verdict"),
        ("/sessions/s1/verdict", {"decision": "padded", "turns": "1,x"}, "whole number"),
        ("/sessions/s1/verdict", {"decision": "padded", "turn": "-4"}, "whole number"),
        ("/sessions/s1/verdict", {"decision": "padded", "note": "n" * 10_001}, "at most 10,000"),
        ("/verdicts/x/withdraw", {}, "whole number"),
    ],
)
def test_what_makes_no_sense_is_refused_and_says_why(
    desk: Desk, path: str, fields: dict[str, str], problem: str
) -> None:
    ann = visitor(desk, ANN)
    send(ann, "/sessions/s1/take")
    found = send(ann, path, **fields)
    assert (found.status_code, problem in found.text) == (400, True), found.text
    assert records(desk, "verdict") == []


# --- the person concerned --------------------------------------------------------------------------------------------


def test_a_person_sees_their_own_sessions_and_no_others(desk: Desk) -> None:
    pat = visitor(desk, PAT)
    mine = pat.get("/mine").text
    assert "/sessions/s1" in mine
    assert "/sessions/s2" not in mine
    assert "Nearly the same prompt came 12 times" in pat.get("/sessions/s1").text
    stranger, nothing = pat.get("/sessions/s2"), pat.get("/sessions/s9")
    assert stranger.status_code == nothing.status_code == 404
    assert stranger.text.replace("s2", "s9") == nothing.text.replace("s2", "s9")
    assert 'name="decision"' not in pat.get("/sessions/s1").text


def test_an_appeal_is_recorded_with_its_statement_and_shown_to_the_next_auditor(desk: Desk) -> None:
    ann, pat = visitor(desk, ANN), visitor(desk, PAT)
    send(ann, "/sessions/s1/take")
    send(ann, "/sessions/s1/verdict", decision="padded", note="a loop")
    page = pat.get("/sessions/s1").text
    assert "a loop" in page
    assert "an auditor" in page
    assert "ann" not in page.replace("an auditor", "")
    token = token_in(page)
    sent = {"form_token": token, "statement": "It was a <b>load test</b>."}
    assert pat.post("/sessions/s1/appeal", data=sent).status_code == 200
    assert [one.statement for one in records(desk, "appeal")] == ["It was a <b>load test</b>."]
    bob = visitor(desk, BOB)
    shown = send(bob, "/next")
    assert shown.url.path == "/sessions/s1"
    assert "It was a &lt;b&gt;load test&lt;/b&gt;." in shown.text
    assert pat.post("/sessions/s1/appeal", data=sent).status_code == 409


def test_an_appeal_that_says_nothing_is_refused(desk: Desk) -> None:
    pat = visitor(desk, PAT)
    fields = {"form_token": token_in(pat.get("/mine").text), "statement": "  "}
    assert pat.post("/sessions/s1/appeal", data=fields).status_code == 400
    assert not any(isinstance(one, Appeal) for one in records(desk, "appeal"))


def test_the_whole_file_is_for_a_lead_and_the_person_concerned(desk: Desk) -> None:
    for account, status in ((LEA, 200), (PAT, 200), (ANN, 404), (OTHER, 404)):
        found = visitor(desk, account).get("/sessions/s1/file")
        assert found.status_code == status
        if status == 200:
            assert found.headers["content-disposition"] == 'attachment; filename="case-s1.json"'
            assert json.loads(found.content)["session_id"] == "s1"


# --- who looked ------------------------------------------------------------------------------------------------------


def test_every_look_at_a_transcript_is_in_the_ledger_before_it_is_shown(desk: Desk) -> None:
    ann = visitor(desk, ANN)
    ann.get("/queue")
    assert records(desk, "view") == []
    for number in (1, 2):
        ann.get("/sessions/s1")
        assert len(records(desk, "view")) == number
    ann.get("/sessions/s1/turns?at=0")
    assert len(records(desk, "view")) == 2
    ann.get("/sessions/s1/raw")
    assert records(desk, "view")[-1] == View("raw session", "u-pat")


@pytest.mark.parametrize("path", ["turns?at=0", "text?turn=0", "raw"])
def test_parts_of_a_transcript_are_looks_too(desk: Desk, path: str) -> None:
    assert visitor(desk, ANN).get(f"/sessions/s1/{path}").status_code == 200
    assert len(records(desk, "view")) == 1


def test_a_page_whose_look_cannot_be_recorded_shows_nothing(desk: Desk) -> None:
    client = visitor(desk, ANN, raise_server_exceptions=False)
    desk.ledger._engine.dispose()
    with desk.ledger.writing() as turn:
        turn.run("drop table records")
    found = client.get("/sessions/s1")
    assert found.status_code == 500
    assert "summarise" not in found.text


# --- what is shown ---------------------------------------------------------------------------------------------------


def test_the_session_page_says_what_the_model_thinks_and_how_sure_that_is(desk: Desk) -> None:
    page = visitor(desk, ANN).get("/sessions/s1").text
    assert "The model takes this session as probably padded (93 %)" in page
    assert "above the threshold of 50 %" in page
    assert "flags are right is not known yet" in page
    assert 'data-turn="15"' in page
    assert "polling" in page
    assert "12 prompts" in page
    assert "<del>0</del>" in page
    assert "<ins>1</ins>" in page


def test_every_page_says_that_a_flag_is_no_proof(desk: Desk) -> None:
    lea = visitor(desk, LEA)
    for path in ("/queue", "/sessions/s1", "/people/u-pat", "/board", "/model", "/mine", "/nowhere", "/sessions/x"):
        assert "A flag is a reason to look, not proof." in lea.get(path).text, path
    assert "A flag is a reason to look, not proof." in visitor(desk).get("/sign-in").text


def test_a_session_that_is_in_no_store_is_shown_without_its_transcript(desk: Desk) -> None:
    ann = visitor(desk, ANN)
    page = ann.get("/sessions/s3")
    assert page.status_code == 200
    assert "not in the store" in page.text
    assert ann.get("/sessions/s3/raw").status_code == 404


def test_a_session_that_has_gone_on_says_so(desk: Desk, tmp_path: Path) -> None:
    enqueue(desk.ledger, [score("s2", content="what it was before", user_id="u-oda", model_version="2")])
    assert "has gone on since it was scored" in visitor(desk, ANN).get("/sessions/s2").text
    assert "has gone on since it was scored" not in visitor(desk, ANN).get("/sessions/s1").text


def test_the_raw_session_is_the_one_in_the_store(desk: Desk) -> None:
    found = visitor(desk, ANN).get("/sessions/s1/raw")
    read = msgspec.json.decode(found.content, type=Session)
    assert [turn.text for turn in read.turns] == [turn.text for turn in looping().turns]
    assert found.headers["content-disposition"] == 'attachment; filename="session-s1.json"'


def test_a_long_session_comes_in_windows(tmp_path: Path) -> None:
    desk = make_desk(tmp_path, [long(1000)], [])
    enqueue(desk.ledger, [score("long", reasons=(Reason("x", "Many.", (777,)),))])
    ann = visitor(desk, ANN)
    first, later = (
        ann.get("/sessions/long").text,
        ann.get("/sessions/long/turns?at=777", headers={"HX-Request": "true"}),
    )
    assert 'id="t99"' in first
    assert 'id="t100"' not in first
    assert 'id="t777"' in later.text
    assert 'id="t699"' not in later.text
    assert "<html" not in later.text
    assert "evidence of reason 1" in later.text
    assert 'id="t999"' in ann.get("/sessions/long?at=999999").text


def test_a_text_of_many_characters_is_fetched_in_pieces_that_make_the_whole(tmp_path: Path) -> None:
    text = "".join(f"{n:07}" for n in range(40_000))
    desk = make_desk(tmp_path, [session(asked(text), name="big", user_id="u-pat")], [score("big")])
    ann = visitor(desk, ANN)
    page = ann.get("/sessions/big").text
    assert "show all 280,000 characters" in page
    assert len(page) < 40_000
    pieces = [
        ann.get(f"/sessions/big/text?turn=0&from={at}", headers={"HX-Request": "true"}).text
        for at in (0, 100_000, 200_000)
    ]
    assert "".join(piece.partition("<span")[0].strip() for piece in pieces) == text
    assert "show the next" not in pieces[-1]
    assert ann.get("/sessions/big/text?turn=1").status_code == 404


def test_the_queue_can_be_paged_through_and_each_session_comes_once(tmp_path: Path) -> None:
    desk = make_desk(tmp_path, [], [score(f"q{n:03}", 0.5 + n / 1000) for n in range(60)])
    ann = visitor(desk, ANN)
    seen, path = list[str](), "/queue?sort=risk&order=up&flagged=yes"
    while path:
        page = ann.get(path).text
        links = Links.of(page)
        seen += [href.rsplit("/", 1)[1] for href in links if href.startswith("/sessions/")]
        path = next((href for href in links if "after=" in href), "")
    assert seen == [f"q{n:03}" for n in range(60)]


def test_the_queue_filters_by_what_is_asked(desk: Desk) -> None:
    ann = visitor(desk, ANN)

    def found(query: str) -> list[str]:
        links = Links.of(ann.get(f"/queue?{query}").text)
        return sorted({href.rsplit("/", 1)[1] for href in links if href.startswith("/sessions/")})

    assert found("") == ["s1", "s2", "s3"]
    assert found("user=u-oda") == ["s2", "s3"]
    assert found("least=50&most=70") == ["s3"]
    assert found("state=unflagged") == ["s2"]
    assert found("from=2026-01-01") == ["s1", "s2"]
    assert found("before=2025-12-31") == ["s3"]
    assert found("looks=polling") == ["s1", "s3"]
    for bad in ("least=-1", "least=x", "from=yesterday", "state=guilty", "sort=name", "after=x", "slice=none"):
        assert ann.get(f"/queue?{bad}").status_code in (400, 403), bad


def test_the_figures_come_with_their_width(tmp_path: Path) -> None:
    desk = make_desk(tmp_path, [], [score(f"s{n}", 0.9 if n < 10 else 0.1) for n in range(20)])
    ann = visitor(desk, ANN)
    assert "not known" in ann.get("/model").text
    for n in range(20):
        send(ann, f"/sessions/s{n}/take")
        send(ann, f"/sessions/s{n}/verdict", decision="padded" if n < 8 else "genuine")
    page = ann.get("/model").text
    assert "Flags that are right: 80 % (" in page
    assert "20 decided" in page


def test_the_leaderboard_shows_tokens_as_counted_and_as_corrected(desk: Desk) -> None:
    ann = visitor(desk, ANN)
    send(ann, "/sessions/s1/take")
    send(ann, "/sessions/s1/verdict", decision="padded")
    page = ann.get("/board?weeks=4&last=2026-01-07").text
    assert "15.6 k" in page
    assert "<strong>1.6 k</strong>" in page
    assert ann.get("/board?weeks=5").status_code == 400
    assert ann.get("/board?last=soon").status_code == 400


def test_the_model_page_says_what_is_known(desk: Desk) -> None:
    page = visitor(desk, ANN).get("/model").text
    for told in (
        "Not for sessions of fewer than three turns",
        "recall at 1 % false positives",
        "0.71",
        "Investigate",
        "has moved far",
    ):
        assert told in page
    assert "no model here yet" in visitor(replace(desk, sheet=lambda: None), ANN).get("/model").text


# --- hostile text ----------------------------------------------------------------------------------------------------

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "' autofocus onfocus=alert(1) x='",
    "</title></textarea></style><script src=//evil.example/x.js></script>",
    "<a href=javascript:alert(1)>x</a><iframe srcdoc='<script>parent.alert(1)</script>'>",
    "<div hx-get=/sign-out hx-trigger=load hx-on::load=alert(1)>",
    "{{ 7 * 7 }}{% raw %}${7*7}<%= 7 * 7 %>",
    "<style>body{display:none}</style><base href=//evil.example><meta http-equiv=refresh content=0;url=//evil.example>",
    "\x1b[2J\x1b]0;owned\x07 \x9b31m \x00 \x7f",
    "user\u202etxt.exe\u202c \u2066x\u2069 \u200f\u061c",
    "in\u200bvis\u2060ible\ufeff \U000e0041\U000e0042",
    "<!--><script>alert(1)</script-->",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "Z\u0335\u0321\u0356" + "\u0335" * 500,
)  # fmt: skip


class Links(HTMLParser):
    """Every tag and attribute that a page really has."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    @classmethod
    def of(cls, page: str) -> list[str]:
        return [attrs["href"] or "" for tag, attrs in cls.read(page) if tag == "a" and "href" in attrs]

    @classmethod
    def read(cls, page: str) -> list[tuple[str, dict[str, str | None]]]:
        parser = cls()
        parser.feed(page)
        return parser.tags


def hostile_desk(folder: Path) -> Desk:
    """Everything that a trace or a model can say is an attack."""
    every = " ".join(ATTACKS)
    texts = [part for one in ATTACKS for part in (asked(one), said(one), asked(f"{one} again"))]
    bad = session(*texts, name="bad", user_id="u<script>", agent=every, model=every, source=every)
    made = make_desk(folder, [bad], [])
    hostile = {"user_id": "u<script>alert(1)</script>", "source": every.replace("\0", ""), "tokens": 10}
    reasons = tuple(Reason("x", one.replace("\0", ""), (0, 1)) for one in ATTACKS)
    for name in ("bad", "<script>alert(1)</script>/../x?y#z\u202e"):
        enqueue(made.ledger, [score(name, looks_like=ATTACKS[2], reasons=reasons, **hostile)], made.plan)
    return made


def test_hostile_text_is_shown_and_does_nothing(tmp_path: Path) -> None:
    desk = hostile_desk(tmp_path)
    lea = visitor(desk, LEA)
    links = Links.of(lea.get("/queue").text)
    paths = {href for href in links if href.startswith(("/sessions/", "/people/"))}
    assert len(paths) == 3
    for path in (
        "/queue",
        *sorted(paths),
        "/board?last=2026-01-05",
        "/sessions/bad/turns",
        "/sessions/bad/text?turn=0",
    ):
        found = lea.get(path)
        assert found.status_code == 200, path
        scripts = [attrs for tag, attrs in Links.read(found.text) if tag == "script"]
        assert [one.get("src") for one in scripts] == ["/static/htmx.min.js", "/static/keys.js"], path
        for tag, attrs in Links.read(found.text):
            assert tag not in ("iframe", "img", "style", "base", "object", "embed"), (path, tag)
            assert not [name for name in attrs if name.startswith(("on", "style", "hx-on"))], (path, tag, attrs)
            for name in ("href", "src", "action", "hx-get"):
                assert not (attrs.get(name) or "/").startswith(("javascript:", "data:", "//", "http")), (path, attrs)
        for unseen in "\x00\x07\x1b\x7f\x9b\u202e\u2066\u200b\ufeff\U000e0041":
            assert unseen not in found.text, (path, hex(ord(unseen)))
    page = lea.get("/sessions/bad").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert '<span class="unseen">U+202E</span>' in page
    assert "{{ 7 * 7 }}" in page


def test_what_people_type_into_the_page_is_as_hostile(desk: Desk) -> None:
    ann, pat = visitor(desk, ANN), visitor(desk, PAT)
    send(ann, "/sessions/s1/take")
    send(ann, "/sessions/s1/verdict", decision="padded", note=" ".join(ATTACKS))
    token = token_in(pat.get("/mine").text)
    pat.post("/sessions/s1/appeal", data={"form_token": token, "statement": " ".join(ATTACKS)})
    (verdict,) = (one for one in records(desk, "verdict") if isinstance(one, Verdict))
    assert "\0" not in verdict.note
    for client, path in ((visitor(desk, LEA), "/sessions/s1"), (pat, "/sessions/s1")):
        tags = Links.read(client.get(path).text)
        assert sum(tag == "script" for tag, _ in tags) == 2
        assert not [attrs for _, attrs in tags if any(name.startswith("on") for name in attrs)]
    wrong = sign_in(visitor(desk), ATTACKS[2]).text
    assert sum(tag == "svg" for tag, _ in Links.read(wrong)) == 1
    assert "&lt;script" in visitor(desk, LEA).get("/queue?source=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert visitor(desk, LEA).get("/queue?state=%3Cscript%3E").status_code == 400


def test_a_line_of_ten_million_characters_is_no_burden(tmp_path: Path) -> None:
    huge = "<b>" + "A" * 10_000_000
    desk = make_desk(tmp_path, [session(asked("a"), said(huge), asked(huge), name="huge")], [score("huge")])
    page = visitor(desk, ANN).get("/sessions/huge")
    assert page.status_code == 200
    assert len(page.text) < 60_000
    assert "show all 10,000,003 characters" in page.text


def test_it_is_this_store_that_is_read_as_soon_as_something_is_ingested(desk: Desk, tmp_path: Path) -> None:
    ann = visitor(desk, ANN)
    assert "not in the store" in ann.get("/sessions/s3").text
    (tmp_path / "more").mkdir()
    keep(desk.archive.store, tmp_path / "more", [working("s3")])
    assert content(desk.archive.store, "s3")
    assert "login test" in ann.get("/sessions/s3").text


def test_where_nobody_says_another_the_door_is_for_this_machine_alone() -> None:
    assert Door().hosts == ("127.0.0.1", "localhost", "[::1]")
    assert Door().identity_header is None
    assert MONDAY.tzinfo is not None
