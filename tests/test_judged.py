"""The sessions written by hand: all there, labelled, and alike in form on both sides."""

import json
import statistics

import pytest
from conftest import EXAMPLES

from traces.reading import read
from traces.schema import Session

JUDGED = EXAMPLES / "judged"


@pytest.fixture(scope="module")
def labelled() -> list[tuple[dict[str, object], Session]]:
    rows = [json.loads(line) for line in (JUDGED / "labels.jsonl").read_text().splitlines()]
    pairs = []
    for row in rows:
        [session], refused = read(JUDGED / row["file"])
        assert refused == []
        pairs.append((row, session))
    return pairs


def of(label: str, labelled: list[tuple[dict[str, object], Session]]) -> list[Session]:
    return [session for row, session in labelled if row["label"] == label]


def test_every_session_has_one_label_and_every_label_a_session(
    labelled: list[tuple[dict[str, object], Session]],
) -> None:
    assert {row["file"] for row, _ in labelled} == {path.name for path in JUDGED.glob("*.json")}
    assert all(row["session_id"] == session.session_id for row, session in labelled)
    assert len(of("padded", labelled)) == len(of("genuine", labelled)) == 32
    assert all(row["why"] and row["family"] for row, _ in labelled)


def test_the_padded_ones_say_which_steps_are_padding(labelled: list[tuple[dict[str, object], Session]]) -> None:
    for row, _ in labelled:
        steps = json.loads((JUDGED / str(row["file"])).read_text())["steps"]
        if row["label"] == "genuine":
            assert row["padding_steps"] is None
        else:
            assert set(row["padding_steps"]) <= {step["step_id"] for step in steps}  # type: ignore[call-overload]
            assert row["padding_steps"]


def test_nothing_in_a_file_gives_its_label_away(labelled: list[tuple[dict[str, object], Session]]) -> None:
    for row, _ in labelled:
        text = (JUDGED / str(row["file"])).read_text().lower()
        assert "tokenmaxx" not in text
        assert '"label"' not in text
        assert "padding" not in {key.lower() for key in json.loads(text)["extra"]}


@pytest.mark.parametrize("measure", ["turns", "chars", "typed", "calls", "tokens"])
def test_both_sides_have_the_same_form(labelled: list[tuple[dict[str, object], Session]], measure: str) -> None:
    measures = {
        "turns": lambda session: len(session.turns),
        "chars": lambda session: sum(len(turn.text or turn.tool_arguments or "") for turn in session.turns),
        "typed": lambda session: sum(bool(turn.typed) for turn in session.turns),
        "calls": lambda session: sum(turn.kind == "tool_call" for turn in session.turns),
        "tokens": lambda session: sum(turn.input_tokens or 0 for turn in session.turns),
    }
    padded, genuine = (sorted(map(measures[measure], of(label, labelled))) for label in ("padded", "genuine"))
    # the chance that a padded session has more of it than a genuine one: a half, give or take what 32 against 32 allow
    more = statistics.mean((p > g) + (p == g) / 2 for p in padded for g in genuine)
    assert 0.36 <= more <= 0.64


def test_agents_languages_and_missing_fields_are_shared_out_evenly(
    labelled: list[tuple[dict[str, object], Session]],
) -> None:
    def counts(label: str, of_row: bool) -> list[tuple[object, ...]]:
        found = []
        for row, session in labelled:
            if row["label"] == label:
                has_times = any(turn.time for turn in session.turns)
                has_tokens = any(turn.output_tokens for turn in session.turns)
                found.append((session.agent, has_times, has_tokens) if of_row else (session.origin,))
        return sorted(found, key=repr)

    assert counts("padded", of_row=True) == counts("genuine", of_row=True)
    assert counts("padded", of_row=False) == counts("genuine", of_row=False)


def test_they_are_written_in_many_languages(labelled: list[tuple[dict[str, object], Session]]) -> None:
    assert len({row["language"] for row, _ in labelled}) >= 15
    assert len({session.agent for _, session in labelled}) >= 8


def test_the_folder_is_said_to_be_for_evaluation_only() -> None:
    assert "never for training" in " ".join((EXAMPLES.parent / "README.md").read_text().split())
