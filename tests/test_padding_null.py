"""Null transforms change nothing that matters: not how much there is of anything, not how sessions begin and end."""

from statistics import mean

import pytest
from conversation import asked, said
from conversation import session as conversation
from numpy.random import default_rng

from padding.material import Material
from padding.null import untouched
from traces.schema import Session, Turn

GROWTH = 150


def talk(number: int, exchanges: int) -> Session:
    """A head, asks about one thing with their answers and tokens, and a goodbye that nobody answers."""
    turns: list[list[Turn]] = [[Turn(0, "system", "message", "Serve the people who ask.")]]
    for place in range(exchanges):
        turns.append(asked(f"thing{number} of{number} ask{number}-{place} " * 6))
        counted = {"input_tokens": 900 + GROWTH * place, "output_tokens": 60}
        turns.append(said(f"answer{number}-{place} " * 14, **counted))
    turns.append(asked("Goodbye."))
    return conversation(*turns, name=f"talk{number:03}", source="desk", user_id="u", project="p")


@pytest.fixture(scope="module")
def talks() -> list[Session]:
    return [talk(number, 1 + number % 12) for number in range(48)]


@pytest.fixture(scope="module")
def material(talks: list[Session]) -> Material:
    return Material(talks)


def inputs(session: Session) -> list[int]:
    return [turn.input_tokens for turn in session.turns if turn.input_tokens is not None]


@pytest.mark.parametrize("seed", range(8))
def test_turns_dressed_anew_in_their_place_are_not_counted_twice(
    talks: list[Session], material: Material, seed: int
) -> None:
    made = untouched(talks[11], "redressed", material, default_rng(seed)).session
    assert len(inputs(made)) == len(inputs(talks[11]))
    assert inputs(made)[-1] == pytest.approx(inputs(talks[11])[-1], abs=GROWTH)


@pytest.mark.parametrize("name", ["parted", "joined"])
def test_parts_and_joined_sessions_begin_and_end_as_whole_ones(
    talks: list[Session], material: Material, name: str
) -> None:
    made = [untouched(one, name, material, default_rng(7)).session for one in talks]
    for before, after in zip(talks, made, strict=True):
        assert [turn.text for turn in after.turns if turn.role == "system"] == ["Serve the people who ask."]
        assert after.turns[0].role == "system"
        assert [turn.text for turn in after.turns].count("Goodbye.") == 1
        assert after.turns[-1].text == "Goodbye."
        changed = len(after.turns) - len(before.turns)
        assert changed <= 0 if name == "parted" else changed >= 0
    assert any(len(before.turns) != len(after.turns) for before, after in zip(talks, made, strict=True))


def test_parting_and_joining_together_leave_lengths_as_they_were(talks: list[Session], material: Material) -> None:
    made = [
        untouched(one, name, material, default_rng([seed, place])).session
        for seed, name in enumerate(("parted", "joined"))
        for place, one in enumerate(talks * 4)
    ]
    before, after = [len(one.turns) for one in talks], [len(one.turns) for one in made]
    apart = [mean(size <= most for size in before) - mean(size <= most for size in after) for most in set(before)]
    assert max(map(abs, apart)) < 0.08


def test_a_joined_session_names_both_that_it_was_made_from(talks: list[Session], material: Material) -> None:
    made = untouched(talks[0], "joined", material, default_rng(1))
    assert made.sources[0] == talks[0].session_id
    texts = {turn.text for turn in made.session.turns} - {turn.text for turn in talks[0].turns}
    assert len(made.sources) == 2
    assert texts <= {turn.text for one in talks if one.session_id == made.sources[1] for turn in one.turns}
