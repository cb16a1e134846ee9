"""What the review page works out: the timeline, the map of prompts, differences, windows, words, addresses."""

from pathlib import Path

import pytest
from conversation import asked, called, said, session, shell
from desk import MONDAY, score
from hypothesis import given
from hypothesis import strategies as st
from review_site import keep, long, looping, working

from audit import queue
from audit.cases import Case
from audit.estimates import Estimate
from audit.intake import enqueue
from audit.ledger import Ledger
from audit.pages.visit import NotFound, id_of, key_of
from audit.records import Reason
from audit.views import honest, words
from audit.views.archive import Archive
from audit.views.differences import compare
from audit.views.inert import inert, plain
from audit.views.prompt_map import SIZE, prompt_map
from audit.views.timeline import WIDTH, timeline
from audit.views.transcript import piece, window
from traces.store import Store

# --- the timeline ----------------------------------------------------------------------------------------------------


def test_each_lane_has_its_turns_and_the_evidence_has_its_own() -> None:
    drawn = timeline(looping(), [0, 4])
    assert {lane: sum(mark.turns for mark in marks) for lane, marks in drawn.lanes.items()} == {
        "person": 12, "assistant": 24, "tools": 24, "evidence": 2,
    }  # fmt: skip
    assert drawn.by_time
    assert drawn.summary.startswith("60 turns, 12 prompts and 12 tool calls among them, over 1 h 51 min.")


def test_a_long_pause_is_drawn_short_and_says_how_long_it_was() -> None:
    drawn = timeline(session(asked("a", 0), said("b", 60), asked("c", 60 + 5 * 3600), said("d", 120 + 5 * 3600)))
    (pause,) = drawn.pauses
    assert pause.length == "5 h"
    assert pause.width < WIDTH / 10
    assert "with 1 long pause drawn short" in drawn.summary


def test_turns_without_times_are_drawn_in_their_order() -> None:
    drawn = timeline(session(asked("a"), said("b"), asked("c"), said("d")))
    assert not drawn.by_time
    assert [mark.first for mark in drawn.lanes["person"]] == [0, 2]
    assert drawn.lanes["person"][0].x < drawn.lanes["person"][1].x
    assert "no times" in drawn.summary


def test_clocks_that_go_backwards_stay_on_the_drawing() -> None:
    drawn = timeline(session(asked("a", 500), said("b", 0), asked("c", 900), said("d", 100)))
    assert all(0 <= mark.x <= WIDTH for marks in drawn.lanes.values() for mark in marks)


def test_ten_thousand_turns_make_a_few_hundred_marks() -> None:
    drawn = timeline(long(10_000))
    assert all(len(marks) <= WIDTH / 3 + 1 for marks in drawn.lanes.values())
    assert sum(mark.turns for marks in drawn.lanes.values() for mark in marks) == 10_000


def test_a_session_without_turns_has_an_empty_drawing() -> None:
    drawn = timeline(session())
    assert (drawn.lanes, drawn.pauses, drawn.ticks) == ({}, (), ())
    assert prompt_map(session()).dots == ()
    assert window(session()).runs == ()


def test_errors_have_a_lane_of_their_own() -> None:
    drawn = timeline(session(asked("a", 0), called("Bash", "failed", 5, error=True), said("b", 9)))
    assert [mark.first for mark in drawn.lanes["errors"]] == [2]


# --- prompts ---------------------------------------------------------------------------------------------------------


def test_prompts_that_are_nearly_the_same_are_one_dot_and_others_lie_apart() -> None:
    same = [
        asked(f"Please summarise the whole report once more, as number {n}, and keep every detail.") for n in range(6)
    ]
    other = [asked("Why does the login test fail on Mondays?"), asked("¿Dónde está la biblioteca municipal hoy?")]
    drawn = prompt_map(session(*same, *other))
    assert [len(dot.turns) for dot in drawn.groups] == [6]
    assert [dot.turns for dot in drawn.dots] == [(0, 1, 2, 3, 4, 5), (6,), (7,)]
    assert all(0 <= dot.x <= SIZE and 0 <= dot.y <= SIZE for dot in drawn.dots)
    places = {(dot.x, dot.y) for dot in drawn.dots}
    assert len(places) == 3


def test_pairs_that_differ_come_before_pairs_that_do_not() -> None:
    texts = [
        "Summarise the report of today, please.",
        "Summarise the report of today, please.",
        "Summarise the report of March, please.",
    ]
    found = prompt_map(session(*(asked(text) for text in texts), asked("Something else entirely"))).pairs
    assert (found[0].first, found[0].second) in {(0, 2), (1, 2)}
    assert not found[0].pair.same


def test_of_very_many_prompts_some_are_compared_and_it_says_so() -> None:
    drawn = prompt_map(long(4_000))
    assert (drawn.prompts, drawn.compared) == (1_000, 160)
    assert drawn.dots[0].turns[0] == 0


def test_prompts_of_emoji_and_empty_prompts_do_no_harm() -> None:
    assert len(prompt_map(session(asked("👍"), asked("👍"), asked(" "), asked("")), [0]).dots) >= 2


def test_differences_keep_every_word_of_both_texts() -> None:
    found = compare("keep this and that", "keep these and that")
    assert "".join(piece.text for piece in found.left) == "keep this and that"
    assert "".join(piece.text for piece in found.right) == "keep these and that"
    assert [piece.text for piece in found.left if not piece.shared] == ["this"]
    assert compare("same", "same").same
    assert compare("word " * 2_000, "word " * 2_000).cut


@given(st.text(max_size=80), st.text(max_size=80))
def test_whatever_is_compared_stays_what_it_was(left: str, right: str) -> None:
    found = compare(left, right)
    assert "".join(piece.text for piece in found.left) == left
    assert "".join(piece.text for piece in found.right) == right
    assert found.same == (left == right)


# --- the transcript --------------------------------------------------------------------------------------------------


def test_tool_calls_are_folded_and_evidence_never_is() -> None:
    whole = session(asked("go"), *(shell("ls") for _ in range(4)), said("done"))
    (first, steps, last) = window(whole).runs
    assert (first.steps, last.steps) == (None, None)
    assert steps.steps == "8 steps: Bash × 4"
    shown = [turn for run in window(whole, 0, [Reason("x", "y", (3,))]).runs for turn in run.turns]
    assert [turn.index for turn in shown if turn.reasons] == [3]
    assert not shown[3].folded
    assert [turn.index for turn in shown] == list(range(10))


def test_a_window_tells_what_is_before_and_after_it() -> None:
    shown = window(long(250), 120)
    assert (shown.start, shown.end, shown.before, shown.after) == (100, 200, 0, 200)
    assert window(long(250), 0).before is None
    assert (window(long(250), 999).start, window(long(250), 999).after) == (200, None)


def test_long_texts_are_cut_and_tell_how_much_is_left() -> None:
    (run,) = window(session(said("x" * 5_000))).runs
    assert (len(run.turns[0].text), run.turns[0].more) == (1_200, 3_800)
    assert piece(session(said("x" * 5_000)), 0) == ("x" * 5_000, None)
    with pytest.raises(IndexError, match="has no turn 1"):
        piece(session(said("x")), 1)


def test_what_the_source_had_cut_is_told() -> None:
    (run,) = window(session(said("x", original_chars=901))).runs
    assert run.turns[0].lost == 900


# --- words and addresses ---------------------------------------------------------------------------------------------


@given(st.text(min_size=1, max_size=60))
def test_every_id_is_one_step_of_an_address_and_comes_back(id: str) -> None:
    key = key_of(id)
    assert id_of(key) == id
    assert "/" not in key
    assert key.isascii()
    assert key not in (".", "..")


def test_an_address_that_nobody_made_leads_nowhere() -> None:
    with pytest.raises(NotFound):
        id_of("~!!!")


@given(st.text())
def test_no_text_keeps_a_character_that_acts_or_hides(text: str) -> None:
    for shown in (str(inert(text)), plain(text)):
        assert not set(shown) & set("\x00\x1b\x7f\x9b\u202e\u2066\u200b\ufeff\U000e0041\r")
    assert "<" not in plain("").join(str(inert(text)).split('<span class="unseen">')).replace("</span>", "")


def test_emoji_and_scripts_of_the_world_are_left_alone() -> None:
    for text in ("👩‍👩‍👧 ❤️", "می‌خواهم", "עברית", "日本語\nさん\t。", "naïve é"):
        assert str(inert(text)) == text


def case(folder: Path, probability: float | None = 0.9, **more: object) -> Case:
    ledger = Ledger.open(f"sqlite:///{folder / 'ledger.db'}")
    enqueue(ledger, [score("s1", probability, **more)])
    found = queue.case(ledger, "s1")
    ledger.close()
    return found


def test_a_judgement_is_a_sentence_with_its_doubts(tmp_path: Path) -> None:
    flagged = case(tmp_path, novelty=0.99)
    assert words.judgement(flagged) == (
        "The model takes this session as probably padded (90 %); if it is padded, "
        "then about 90 % of its 1,000 tokens are padding."
    )
    known = words.doubts(flagged, Estimate(0.7, 0.5, 0.85, 20))
    assert "auditors found 70 % padded; with 20 reviewed by chance, that can be 50 % to 85 %" in known[1]
    assert "trust the figure less" in known[2]
    assert "not known yet" in words.doubts(flagged, Estimate(None, None, None, 0, "none"))[1]


def test_what_could_not_be_scored_is_not_judged(tmp_path: Path) -> None:
    assert "could not score" in words.judgement(case(tmp_path, None))


@pytest.mark.parametrize(
    ("share", "told"),
    [(None, "unknown"), (0.0, "0 %"), (0.0001, "0.1 %"), (0.5, "50 %"), (0.9999, "99.9 %"), (1, "100 %")],
)
def test_shares_are_told_without_pretending(share: float | None, told: str) -> None:
    assert words.percent(share) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(-5, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (7200, "2 h"), (90_000, "1 d 1 h"), (3e6, "34 d")],
)
def test_spans_are_told_in_their_largest_units(seconds: float, told: str) -> None:
    assert words.span(seconds) == told


def test_honest_uses_come_with_a_question_that_tells_them_from_padding() -> None:
    assert "something to wait for" in honest.question("polling or retries")
    assert honest.name_of("ordinary work") is None
    assert "good reason" in honest.question("something_new")
    assert honest.name_of("something_new") == "something new"


# --- the archive -----------------------------------------------------------------------------------------------------


def test_a_transcript_is_found_on_its_day_and_on_any_other(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    keep(store, tmp_path, [looping(), working()])
    archive = Archive(store)
    for started in (None, MONDAY, looping().turns[0].time):
        found = archive.find("s1", started)
        assert found is not None
        assert [turn.text for turn in found.session.turns] == [turn.text for turn in looping().turns]
    assert archive.find("s9") is None
    assert archive.find("s1") is archive.find("s1")
