"""Words are cut and told apart as a regular expression and a dictionary would, only faster."""

import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from features import words
from features.hashing import firsts
from features.words import words_of

ASCII = st.text(st.sampled_from("abAB_09 \n/\\.@-:é"), max_size=60)
SPECIFIC = re.compile(r"[0-9_]|[a-z][A-Z]")


def of(*texts: str) -> words.Words:
    return words_of([text.encode() for text in texts])


def numbers(things: list[str]) -> list[int]:
    """Each one's number, in order of first appearance."""
    known: dict[str, int] = {}
    return [known.setdefault(one, len(known)) for one in things]


@settings(deadline=None)
@given(st.lists(ASCII, max_size=5))
def test_words_are_runs_of_letters_digits_and_underscores(texts: list[str]) -> None:
    expected = [re.findall(r"\w+", text) for text in texts]
    found = of(*texts)
    assert found.counts.tolist() == [len(own) for own in expected]
    assert found.code.tolist() == numbers([word.lower() for own in expected for word in own])
    assert found.chars.tolist() == [len(word.encode()) for own in expected for word in own]


@settings(deadline=None)
@given(st.lists(ASCII, max_size=5))
def test_lines_reach_from_their_first_word_to_their_last(texts: list[str]) -> None:
    expected = [re.findall(r"\w(?:[^\n]*\w)?", text) for text in texts]
    found = of(*texts)
    assert np.diff(found.line_starts).tolist() == [len(own) for own in expected]
    assert found.line_chars.tolist() == [len(line.encode()) for own in expected for line in own]
    _, codes = np.unique(found.line, return_inverse=True)
    assert numbers(codes.tolist()) == numbers([line.lower() for own in expected for line in own])


@given(st.text(st.sampled_from("abAB_09 \n"), max_size=60))
def test_names_and_figures_have_a_digit_an_underscore_or_a_hump(text: str) -> None:
    assert of(text).specific.tolist() == [bool(SPECIFIC.search(word)) for word in re.findall(r"\w+", text)]


def test_parts_of_paths_are_names_that_a_template_leaves_open() -> None:
    found = of("see src/main.py or C\\temp and mail a@b.org. Then v2 isDone")
    assert np.flatnonzero(found.open).tolist() == [1, 2, 3, 5, 6, 9, 10, 11, 13]
    assert np.flatnonzero(found.specific).tolist() == [1, 2, 3, 5, 6, 9, 10, 11, 13, 14]


def test_each_sign_of_a_script_without_spaces_is_a_word_and_symbols_are_none() -> None:
    assert of("为什么 坏了 ok", "สวัสดี", "→ 😀 、。！", "naïve été").counts.tolist() == [6, 6, 0, 2]


def test_texts_are_the_same_in_blocks_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["one two\nthree", "", "two src/a.py 为什么", "three 4 " * 50]
    whole = of(*texts)
    monkeypatch.setattr(words, "_BLOCK", 16)
    cut = of(*texts)
    for name in words.Words.__slots__:
        assert np.array_equal(getattr(whole, name), getattr(cut, name)), name


@given(st.lists(st.integers(0, 40)))
@example([0, 1 << 63, 1, 0, (1 << 64) - 1, 1 << 63])
def test_the_place_of_a_first_appearance_is_found_whichever_hashes_collide(hashes: list[int]) -> None:
    assert firsts(np.array(hashes, np.uint64)).tolist() == [hashes.index(one) for one in hashes]


def test_many_hashes_that_collide_are_told_apart() -> None:
    hashes = np.arange(50_000, dtype=np.uint64)[::-1] // np.uint64(2)  # of small numbers few have a slot of their own
    assert firsts(hashes).tolist() == [place - place % 2 for place in range(50_000)]
