"""One row a session, the same in any company; nothing of its header matters."""

from collections.abc import Callable
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from conversation import START, asked, session
from feature_sessions import OTHER_HEADER, SESSIONS, Hashing, ordinary
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from features import page, table
from features.feature import Feature, feature, fingerprint, load
from features.meanings import with_meanings
from features.seen import Seen, look
from features.vectors import Vectors
from traces.reading import read as read_file
from traces.schema import Session, Turn

ALLOWED = {
    "role": "who acted: a user, the assistant, a tool",
    "kind": "a message, a thought, a call, a result",
    "typed": "whether a person typed it",
    "text": "what was said",
    "tool_arguments": "what a tool was called with",
    "tool_name": "which tool",
    "call_id": "which result belongs to which call",
    "is_error": "whether the result is an error",
    "time": "when",
    "input_tokens": "what the model read",
    "cached_tokens": "what of it came from a cache",
    "output_tokens": "what the model wrote",
}
"""Everything that a feature may go by. Nothing here says who a person is."""


@pytest.fixture(scope="module")
def examples() -> list[Session]:
    folder = Path(__file__).parent.parent / "data" / "examples"
    files = sorted(path for name in ("claude_code", "codex", "atif", "tau_bench") for path in (folder / name).iterdir())
    return [one for path in files if path.is_file() for one in read_file(path)[0]]


EVERY = load(language=True)
"""All features that can be had without a reference."""


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return Vectors(Hashing(), tmp_path_factory.mktemp("vectors"))


def understood(one: Session, vectors: Vectors) -> Seen:
    [(_, meaning)] = with_meanings([one], vectors)
    return look(one, meaning)


def test_a_table_has_a_row_a_session_and_a_column_a_feature(examples: list[Session]) -> None:
    made = table.table(examples)
    assert made["session_id"].to_pylist() == [one.session_id for one in examples]
    assert made.schema.names == ["session_id", *load()]
    assert {field.type for field in made.schema} == {pa.string(), pa.float32()}


def test_what_is_undefined_is_null_and_never_nan(examples: list[Session]) -> None:
    made = table.table([session(asked("hello"), name="a"), *examples])
    assert made["calls_repeated"][0].as_py() is None
    assert not any(np.isnan(column.drop_null().to_numpy()).any() for column in made.columns[1:])


@settings(max_examples=25, deadline=None)
@given(st.lists(SESSIONS, min_size=1, max_size=4), st.integers(1, 3), st.randoms())
def test_a_row_is_the_same_in_any_order_batch_and_company(
    vectors: Vectors, held: list[Session], size: int, random: Any
) -> None:
    named = [replace(one, session_id=str(n)) for n, one in enumerate(held)]
    alone = {one.session_id: table.table([one], vectors=vectors).to_pylist()[0] for one in named}
    mixed = named * 2
    random.shuffle(mixed)
    rows = pa.Table.from_batches(table.batches(mixed, size=size, vectors=vectors)).to_pylist()
    assert rows == [alone[one.session_id] for one in mixed]


@settings(max_examples=25, deadline=None)
@given(SESSIONS)
def test_without_times_only_the_timing_features_change(vectors: Vectors, one: Session) -> None:
    timeless = replace(one, turns=tuple(replace(turn, time=None) for turn in one.turns))
    before, after = table.row(one, vectors=vectors), table.row(timeless, vectors=vectors)
    for place, known in enumerate(EVERY.values()):
        if known.kind == "timing":
            assert np.isnan(after[place]), known.name
        else:
            assert np.array_equal(before[place], after[place], equal_nan=True), known.name


@settings(max_examples=25, deadline=None)
@given(SESSIONS)
def test_evidence_is_turns_of_the_session_each_once(vectors: Vectors, one: Session) -> None:
    seen = understood(one, vectors)
    for known in EVERY.values():
        shown = known.shown_by(seen).tolist()
        assert len(set(shown)) == len(shown), known.name
        assert set(shown) <= set(range(len(one.turns))), known.name


def test_a_high_value_has_evidence(examples: list[Session], vectors: Vectors) -> None:
    for one in examples:
        seen = understood(one, vectors)
        for known in EVERY.values():
            if known.speaks == "high" and known.measure(seen) > 0:
                assert len(known.shown_by(seen)), (known.name, one.file)


def test_the_inputs_of_all_features_are_these_and_none_says_who_a_person_is() -> None:
    assert {field for one in load(True, True).values() for field in one.inputs} == set(ALLOWED)
    assert set(ALLOWED) <= set(Turn.__struct_fields__)


def test_nothing_of_a_sessions_header_is_an_input(examples: list[Session], vectors: Vectors) -> None:
    assert set(OTHER_HEADER) | {"turns"} == set(Session.__struct_fields__)
    for one in [ordinary(), *examples]:
        before, after = (table.row(each, vectors=vectors) for each in (one, replace(one, **OTHER_HEADER)))
        assert np.array_equal(before, after, equal_nan=True)


OTHER_TURN: dict[str, Callable[[Turn], Any]] = {
    "index": lambda turn: turn.index + 7,
    "original_chars": lambda turn: 99_999,
    "time": lambda turn: turn.time and turn.time + turn.index * timedelta(seconds=turn.index),
    "tool_name": lambda turn: turn.tool_name and f"mcp__{turn.index % 5}",
    "call_id": lambda turn: None,
    "is_error": lambda turn: turn.index % 3 == 0 if turn.role == "tool" else None,
    "input_tokens": lambda turn: turn.index**2,
    "cached_tokens": lambda turn: turn.index,
    "output_tokens": lambda turn: 17 * turn.index % 5,
}


@pytest.mark.parametrize("field", OTHER_TURN)
def test_a_feature_depends_only_on_the_inputs_that_it_names(
    field: str, examples: list[Session], vectors: Vectors
) -> None:
    for one in [ordinary(), *examples]:
        other = replace(one, turns=tuple(replace(turn, **{field: OTHER_TURN[field](turn)}) for turn in one.turns))
        before, after = table.row(one, vectors=vectors), table.row(other, vectors=vectors)
        same = (before == after) | (np.isnan(before) & np.isnan(after))
        changed = [known for known, kept in zip(EVERY.values(), same, strict=True) if not kept]
        assert [known.name for known in changed if field not in known.inputs] == []


def test_the_hour_and_the_day_do_not_matter() -> None:
    one = ordinary()
    shift = timedelta(days=3, hours=11, minutes=7, seconds=13)
    later = replace(one, turns=tuple(replace(turn, time=turn.time and turn.time + shift) for turn in one.turns))
    assert np.allclose(table.row(one), table.row(later), rtol=1e-4, equal_nan=True)
    assert START + shift != START


def test_a_written_table_is_named_by_its_features_and_read_again(tmp_path: Path) -> None:
    path = table.write([ordinary(n) for n in range(3)], tmp_path)
    assert path.name == f"features-{fingerprint(load().values())}.parquet"
    assert table.read(path).equals(table.table([ordinary(n) for n in range(3)]))
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_table_of_other_features_is_refused_by_name(tmp_path: Path) -> None:
    some = [one for one in load().values() if one.name != "turn_count"]
    path = table.write([ordinary()], tmp_path, some)
    with pytest.raises(table.AnotherFeatureSet, match=f"{path.name}.* different are turn_count; make it again"):
        table.read(path)
    assert len(table.read(path, some)) == 1


def test_the_encoder_is_part_of_the_feature_set(tmp_path: Path, vectors: Vectors) -> None:
    path = table.write([ordinary()], tmp_path, vectors=vectors)
    assert table.read(path, vectors=vectors).schema.names == ["session_id", *EVERY]
    with pytest.raises(table.AnotherFeatureSet, match="different are late_uptake"):
        table.read(path)
    other = Hashing()
    other.fingerprint = "another model"
    with pytest.raises(table.AnotherFeatureSet, match="the encoder or the reference; make it again"):
        table.read(path, vectors=Vectors(other, tmp_path))


def test_vectors_change_nothing_for_features_that_need_none(vectors: Vectors) -> None:
    alone = tuple(load().values())
    assert table.schema(vectors=vectors).names[: len(alone) + 1] == table.schema().names
    assert table.fingerprint_of(table.schema(alone, vectors)) == table.fingerprint_of(table.schema())
    together = table.row(ordinary(), vectors=vectors)[: len(alone)]
    assert np.array_equal(table.row(ordinary()), together, equal_nan=True)


def test_texts_of_many_sessions_go_to_the_encoder_together(vectors: Vectors, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_for: list[int] = []
    of = Vectors.of
    monkeypatch.setattr(Vectors, "of", lambda self, texts: asked_for.append(len(texts)) or of(self, texts))  # type: ignore[func-returns-value]
    made = table.table([ordinary(n) for n in range(130)], vectors=vectors)
    assert len(made) == 130
    assert asked_for[-3:] == [64 * 28, 64 * 28, 2 * 28]
    asked_for.clear()
    table.table([session(asked("x" * 9_000_000), name=str(n)) for n in range(5)], vectors=vectors)
    assert asked_for == [2, 2, 1]


def test_a_table_without_a_fingerprint_is_refused() -> None:
    with pytest.raises(table.AnotherFeatureSet, match="made by feature set None"):
        table.check(pa.schema([("turn_count", pa.float32())]))


def test_another_version_is_another_fingerprint() -> None:
    one = next(iter(load().values()))
    newer = Feature(one.name, one.kind, one.speaks, one.inputs, one.measure, one.shown_by, one.version + 1)
    assert fingerprint([one]) != fingerprint([newer]) != fingerprint([one], ["an encoder"])


def test_a_feature_must_say_what_it_means_and_when_it_is_honest() -> None:
    def silent(seen: Any) -> float:
        """Only what it means."""
        return 0.0

    with pytest.raises(ValueError, match="silent: the docstring must say"):
        feature("volume", ("text",), "high", lambda seen: np.zeros(0, np.int64))(silent)
    with pytest.raises(KeyError, match="'nonsense' is no feature"):
        table.evidence(ordinary(), "nonsense")


def test_the_page_is_current() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page(), "run `python -m features.page`"


def test_batches_hold_one_session_at_a_time() -> None:
    met: list[int] = []
    stream = (met.append(n) or ordinary(n, 1) for n in islice(cycle(range(9)), 9))  # type: ignore[func-returns-value]
    pieces = table.batches(stream, size=3)
    assert next(pieces).num_rows == 3
    assert len(met) == 3
