"""Asks without names and figures: what is dropped, what stays, and whose prompts are touched."""

import pytest
from conversation import asked, said, session

from padding.parts import padding_exchange
from padding.vague import LONGEST, asked_vaguely, vague
from padding.work import Work, take_apart


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Fix src/app.py at line 42, where userId is None", ("src/app.py", "42", "userId")),
        ("run `make check` and look at API errors", ("make check", "API")),
        ("warum schlägt test_alter in main.go fehl und nicht vorher", ("test_alter", "main.go")),
    ],
)
def test_names_and_figures_give_way_to_words_that_anybody_could_use(text: str, own: tuple[str, ...]) -> None:
    made = vague(text)
    assert not any(name in made for name in own)
    assert made == vague(text)


def test_an_ask_without_names_stays_as_it_is() -> None:
    assert vague("please explain that once more") == "please explain that once more"


def test_pasted_text_stays_as_it_is() -> None:
    pasted = "line 42 of src/app.py\n" * LONGEST
    assert vague(pasted) == pasted


def test_only_prompts_that_pad_are_made_vague() -> None:
    real, padding = take_apart(
        session(asked("fix app_1.py"), said("app_1.py"), asked("fix app_2.py"), said("app_2.py"))
    ).exchanges
    made = asked_vaguely(Work(session(), (real, padding_exchange(padding))))
    texts = [piece.turn.text or "" for piece in made.pieces]
    assert texts[:2] == ["fix app_1.py", "app_1.py"]
    assert "app_2" not in texts[2]
    assert texts[3] == "app_2.py"
