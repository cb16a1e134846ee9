"""Peers judge what they can, and say where they cannot; the detector is compared with each on the same sessions."""

import importlib.util
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from conversation import asked, called, said, session, shell
from made_sessions import TINY, made_sessions

from flows import duplicates, peers
from flows.repetition import REPEATED, TOP, gopher, ratios
from flows.spoken import language
from models.figures import Figure
from models.peers import Peer, compared
from models.protocols import family_folds, silent, without_families
from models.sampling import Owners, Sampler
from models.splits import is_padded

EXAMPLES = Path(__file__).parent.parent / "data" / "examples" / "judged"


def value(cell: object) -> float:
    assert isinstance(cell, Figure)
    assert cell.value is not None
    return cell.value


def test_each_peer_is_shown_at_its_own_best_threshold_and_one_that_cannot_judge_flags_nothing() -> None:
    sessions = made_sessions()
    trials = without_families(sessions, family_folds(sessions, TINY), TINY, lambda _done, _total: None)
    padded = is_padded(sessions.meta)
    oracle = Peer("oracle", padded * 1e6, "it knows")
    blind = Peer("blind", np.full(len(padded), np.nan), "it sees nothing")
    constant = Peer("constant", np.ones(len(padded)), "it says the same of all")
    sampler = Sampler.of(Owners.of(sessions.meta).numbers, 20, 0)
    table = compared(trials, sessions, [oracle, blind, constant], {"absent": "It is not installed."}, sampler, silent)
    assert value(table.row("oracle")["mean recall at 0.1%"]) == 1.0
    assert value(table.row("oracle")["look-alikes flagged at 1%"]) == 0.0
    assert value(table.row("blind")["mean recall at 1%"]) == 0.0
    assert table.row("blind")["sessions it can judge"] == 0.0
    assert value(table.row("constant")["mean recall at 1%"]) == 0.0
    assert value(table.row("constant")["AUC"]) == 0.5
    assert {str(row[0]) for row in table.rows} >= {"Winnow", "logistic regression", "isolation forest"}
    assert value(table.row("logistic regression")["AUC"]) > 0.6
    assert any("absent: not run. It is not installed." in note for note in table.notes)


def test_volume_is_tokens_or_else_characters() -> None:
    assert peers.volume(session(asked("x" * 40), said("y" * 60))) == 25
    assert peers.volume(session(asked("x" * 40), said("y", input_tokens=900, output_tokens=100))) == 1000


def test_exact_repeats_are_counted_by_characters_after_the_first() -> None:
    assert peers.repeats(session(asked("again"), said("ok"), asked("again"), said("no"))) == pytest.approx(5 / 14)
    assert peers.repeats(session(asked("again"), said("again"))) == 0.0  # another one says it
    assert np.isnan(peers.repeats(session()))


def test_compression_is_higher_where_a_session_repeats() -> None:
    rng = np.random.default_rng(0)
    words = [" ".join(map(str, rng.integers(10**6, size=30))) for _ in range(20)]
    new, old = session(*(said(text) for text in words)), session(*(said(words[0]) for _ in words))
    assert peers.compression(old) > 0.9 > 0.6 > peers.compression(new)


def test_gophers_figures_are_those_of_a_plain_count() -> None:
    rng = np.random.default_rng(1)
    words = rng.choice(["to", "be", "or", "not", "that", "is", "the", "question"], 400).tolist()
    text = "\n".join(" ".join(words[place : place + 10]) for place in range(0, 400, 10))
    found = ratios(text)
    for size, limit in TOP.items():
        grams = Counter(" ".join(words[place : place + size]) for place in range(len(words) - size + 1))
        most = max(grams.values())
        wanted = {len(gram) * count / len(text) / limit for gram, count in grams.items() if count == most}
        assert any(found[f"top {size}-gram"] == pytest.approx(one) for one in wanted)
    for size, limit in REPEATED.items():
        seen: set[tuple[str, ...]] = set()
        covered: set[int] = set()
        for place in range(len(words) - size + 1):
            gram = tuple(words[place : place + size])
            covered |= set(range(place, place + size)) if gram in seen else set()
            seen.add(gram)
        chars = sum(len(words[place]) for place in covered)
        assert found[f"repeated {size}-grams"] == pytest.approx(chars / len(text) / limit)


def test_gopher_passes_prose_and_drops_a_page_of_one_line() -> None:
    prose = "\n\n".join(json.loads(line)["why"] for line in (EXAMPLES / "labels.jsonl").read_text().splitlines()[:12])
    assert gopher(prose) < 1
    page = ratios("\n".join(["the same line"] * 50))
    assert page["lines"] == pytest.approx(49 / 50 / 0.3)
    assert max(page.values()) > 3
    assert gopher("one word") == pytest.approx(0.0)
    assert np.isnan(gopher("  \n "))


def test_a_package_that_is_not_installed_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "find_spec", lambda name: None)
    rules, missing = peers.available()
    assert set(missing) == {"loopguard-runtime", "tokenjam"}
    assert {rule.name for rule in rules} == {"token volume", "exact repeats", "zstd ratio", "Gopher repetition"}
    monkeypatch.setattr(peers, "find_spec", lambda name: object())
    assert peers.available()[1] == {}


@pytest.mark.parametrize("name", ["loopguard", "tokenjam"])
def test_an_installed_package_finds_its_own_loop_and_judges_no_session_without_calls(name: str) -> None:
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    [rule] = [rule for rule in peers.RULES if rule.needs == name]
    stuck = session(*(shell("ls", "nothing") for _ in range(12)))
    working = session(*(called("Read", f"text {place}", file_path=f"{place}.py") for place in range(12)))
    assert rule.judge(stuck) > rule.judge(working)
    assert np.isnan(rule.judge(session(asked("hello"), said("hello"))))


def test_scores_stay_in_the_order_of_the_sessions() -> None:
    rules, _ = peers.available()
    few = rules[:2]
    scores = [peers.judged(few, session(asked("x" * size))) for size in (4, 400)]
    assert [peer.scores.tolist() for peer in peers.as_peers(few, scores)] == [[1.0, 100.0], [0.0, 0.0]]


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Please check why the program stops when it starts, and what can be done with it.", "English"),
        ("Bitte prüfe, warum das Programm nicht startet, und wie wir das für die Kunden lösen.", "German"),
        ("プログラムが起動時に止まる理由を調べてください。お願いします。", "Japanese"),
        ("请检查程序为什么一启动就停止，然后告诉我应该怎么办才能解决问题。", "Chinese"),
        ("Проверь, пожалуйста, почему программа останавливается при запуске.", "Russian and its like"),
        ("ok", "unknown"),
        ("qwrt zxcv bnmp lkjh fghj qwzx vbnm plok", "unknown"),
    ],
)
def test_the_language_is_that_of_what_is_asked(text: str, spoken: str) -> None:
    assert language(session(asked(text), said("The answer is in English, as that of many models is."))) == spoken


def test_sessions_that_share_half_of_their_longer_turns_are_of_one_group() -> None:
    texts = [f"{number} {'a task that is described at length, with all that has to be known of it' * 2}"
             for number in range(40)]  # fmt: skip
    first = session(*(said(text) for text in texts[:6]))
    near = session(*(said(text) for text in (*texts[:4], *texts[10:12])))
    other = session(*(said(text) for text in (texts[0], *texts[20:28])))
    found = duplicates.groups([duplicates.marks(one) for one in (first, near, other)])
    assert found[0] is not None
    assert found[0] == found[1]
    assert found[2] is None


def test_what_many_sessions_say_makes_no_group() -> None:
    system = "You are a helpful agent that answers politely and follows the policy of the airline in all things."
    sessions = [session(said(system), said(f"{number} is another request than all that came before it, in full"))
                for number in range(30)]  # fmt: skip
    assert set(duplicates.groups([duplicates.marks(one) for one in sessions])) == {None}
