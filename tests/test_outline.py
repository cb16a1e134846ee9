"""An outline says enough of a session for others to be compared with it, in about a kilobyte and without its words."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conversation import START, asked, said, session, shell
from msgspec.structs import replace as changed

from features import outline as outlines
from features.outline import HASHES, Outline, outline
from features.seen import look
from traces.reading import read as read_file

ASK = "please find out why the nightly build of the payment service has been failing since Tuesday"


def alike(one: bytes | None, other: bytes | None) -> float:
    assert one is not None
    assert other is not None
    return float((np.frombuffer(one, "<u4") == np.frombuffer(other, "<u4")).mean())


def of(*texts: str) -> Outline:
    return outline(session(*(asked(text) for text in texts)))


def test_an_outline_has_the_facts_of_its_session() -> None:
    one = session(
        asked(ASK, at=0),
        *(said("it is the clock", at=60, input_tokens=900, output_tokens=100) for _ in range(2)),
        shell("make build", at=90),
        name="s1",
        user_id="u1",
        source="team",
        parent_id="p1",
    )
    made = outline(one)
    assert (made.session_id, made.user_id, made.source, made.parent_id) == ("s1", "u1", "team", "p1")
    assert (made.start, made.end) == (START, START + timedelta(seconds=90))
    assert (made.tokens, made.prompts, made.kin, made.scheme) == (2000, 1, (), None)
    assert made == outline(one, look(one))


def test_what_is_unknown_stays_null() -> None:
    made = outline(session(asked("yes"), said("done")))
    assert (made.start, made.end, made.tokens) == (None, None, None)
    assert (made.words, made.skeletons, made.actions, made.asks) == (None, None, None, b"")


def test_a_session_never_ends_before_it_begins() -> None:
    late = START + timedelta(hours=5)
    assert outline(session(asked(ASK, at=0), started=late)).end == late


def test_figures_and_paths_are_left_open_in_skeletons_and_asks_but_not_in_words() -> None:
    one, other = of("fix row 17 in src/rows.py before the demo"), of("fix row 99 in lib/cells.py before the demo")
    assert one.skeletons == other.skeletons
    assert one.asks == other.asks
    assert alike(one.words, other.words) < 1


def test_other_order_is_alike_by_words_and_another_ask_is_not_alike_at_all() -> None:
    turned = " ".join(reversed(ASK.split()))
    assert of(ASK).words == of(turned).words
    assert alike(of(ASK).skeletons, of(turned).skeletons) < 0.3
    assert alike(of(ASK).words, of("write a poem on seven cats sailing to Madeira with cheese").words) < 0.2


def test_likeness_estimates_the_share_of_words_in_common() -> None:
    words = [f"{first}{second}" for first in "bcdfghjklm" for second in ("ambo", "erti", "osca", "unda")]
    for shared in (0, 10, 20, 30, 40):
        one, other = " ".join(words[:40]), " ".join([*words[:shared], *(f"x{word}" for word in words[shared:])])
        assert alike(of(one).words, of(other).words) == pytest.approx(shared / (80 - shared), abs=0.2)


def test_only_calls_arguments_are_actions() -> None:
    call = "python train.py --data of the month --then compare with last month"
    one, other = session(shell(call, "0.91")), session(asked(ASK), shell(call, "failed"))
    assert outline(one).actions == outline(other).actions is not None
    assert of(ASK).actions is None


def test_injected_context_is_no_prompt() -> None:
    injected = session(asked(ASK), asked("here are the rules of this repository as they were", typed=False))
    assert replace(outline(injected), session_id="s") == of(ASK)


def test_an_outline_takes_about_a_kilobyte_and_keeps_no_text(examples: Path) -> None:
    long = session(*(asked(f"{ASK} and then look at number {n} word{n}x of it") for n in range(200)))
    for one in map(outline, [long, *read_file(examples / "claude_code" / "an_ordinary_session.jsonl")[0]]):
        kept = b"".join(value for value in (one.words, one.skeletons, one.actions, one.asks) if value)
        assert len(kept) <= 3 * 4 * HASHES + 32 * 8 < 1500
        assert b"payment" not in kept


def test_written_outlines_are_read_again(tmp_path: Path) -> None:
    held = [changed(session(asked(ASK, at=86_400 * n)), session_id=str(n)) for n in range(5)]
    made = [outline(held[0], kin=("a", "b"), scheme="x"), *map(outline, held[1:])]
    path = outlines.write(made, tmp_path / "new" / "outlines.parquet")
    found = [
        Outline(**{**row, "kin": tuple(row["kin"]), "start": row["start"].astimezone(UTC)})
        for row in outlines.read(path).to_pylist()
    ]
    assert found == made
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_only_the_window_is_read(tmp_path: Path) -> None:
    made = (outline(session(asked(ASK, at=86_400 * n), name=str(n))) for n in range(50))
    path = outlines.write(made, tmp_path / "outlines.parquet")
    found = outlines.read(path, START + timedelta(days=40), window_days=7)
    assert found["session_id"].to_pylist() == [str(n) for n in range(33, 50)]


def test_outlines_of_another_version_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.parquet"
    pq.write_table(pa.table({"session_id": ["s"]}), path)
    with pytest.raises(
        outlines.AnotherOutline, match=r"old\.parquet holds outlines of version nothing.*make them again"
    ):
        outlines.read(path)


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    def broken() -> Iterator[Outline]:
        yield of(ASK)
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        outlines.write(broken(), tmp_path / "outlines.parquet")
    assert list(tmp_path.iterdir()) == []


def test_batches_hold_only_so_many() -> None:
    met: list[int] = []
    pieces = outlines.batches((met.append(n) or of(ASK) for n in range(9)), size=4)  # type: ignore[func-returns-value]
    assert next(pieces).num_rows == 4
    assert len(met) == 4
