"""Features of genuine work on a data set: no session is measured by a reference that has seen it or its host."""

from collections.abc import Iterator
from gzip import compress
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from conversation import asked, said, session
from feature_sessions import Hashing

from features import crossfitted, distributions, table
from features.meanings import fit, told, with_meanings
from features.reference import fitted
from features.vectors import Vectors
from traces.export import atif_lines
from traces.schema import Session

EACH = 40
NAMES = [
    "far_from_genuine",
    "farthest_from_genuine",
    "genuine_kinds",
    *(f"genuine_direction_{place}" for place in range(1, 7)),
]


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return Vectors(Hashing(), tmp_path_factory.mktemp("vectors"))


def work(number: int, name: str) -> Session:
    """Genuine work that is like no other, by whatever name; half of its asks are everybody's."""
    return session(asked(f"task {number}"), said("yes"), asked("go on"), said("done"), name=name)


def made() -> Iterator[tuple[Session, str, list[str]]]:
    """Genuine sessions as they are, as a look-alike and padded: what each is, and what it was made from."""
    for n in range(EACH):
        for kind in distributions.GROUPS:
            lent = [f"genuine {(n + 1) % EACH}"] if kind == "padded" else []
            yield work(n, f"{kind} {n}"), "null" if kind == "genuine" else kind, [f"genuine {n}", *lent]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("dataset")
    sessions, kinds, hosts = zip(*made(), strict=True)
    (place / "sessions.jsonl.gz").write_bytes(compress(b"".join(atif_lines(sessions))))
    ids = [one.session_id for one in sessions]
    pd.DataFrame({"session_id": ids, "kind": kinds, "made_from": hosts}).to_parquet(place / "described.parquet")
    return place


def by_name(found: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = found.to_pandas().set_index("session_id")
    return frame


def test_a_session_is_far_from_a_reference_that_has_not_seen_it_nor_its_host(folder: Path, vectors: Vectors) -> None:
    everyone = fit([one for one, kind, _ in made() if kind == "null"], vectors)
    sessions = [one for one, _, _ in made()]
    leaky = by_name(table.table(sessions, tuple(crossfitted.features().values()), vectors=vectors, reference=everyone))
    honest = by_name(crossfitted.crossfitted(folder, vectors))
    assert (leaky["farthest_from_genuine"] < 0.01).all(), "each has an ask that the reference was fitted on"
    assert (honest["farthest_from_genuine"] > 0.3).all(), "padded ones and look-alikes have it too, of their host"
    assert (honest["far_from_genuine"] < 0.6 * honest["farthest_from_genuine"]).all(), "what everybody asks is near"


def test_all_features_of_genuine_work_are_there_and_named_like_a_tables(folder: Path, vectors: Vectors) -> None:
    found = crossfitted.crossfitted(folder, vectors)
    assert found.column_names == ["session_id", *NAMES] == ["session_id", *crossfitted.features()]
    assert not np.isnan(by_name(found).to_numpy()).any()
    assert found.equals(crossfitted.crossfitted(folder, vectors)), "the same each time"


def test_what_shares_texts_with_a_genuine_session_is_in_its_part() -> None:
    made_from = [["a"], ["b"], ["c", "a"], ["d"], ["b", "d"], ["d", "a"], ["stranger"]]
    genuine = [True, True, True, True, False, False, False]
    part = crossfitted.parts(made_from, genuine)
    assert part[0] == part[2], "one of them is joined from both"
    assert len({part[0], part[1], part[3]}) == 3, "what a made session borrows joins nothing"
    assert part[4] == part[1]
    assert part[5] == part[3]
    assert part[6] not in part[:6]
    assert set(crossfitted.parts([[str(n)] for n in range(50)], [True] * 50, count=4)) == {0, 1, 2, 3}


def test_the_distributions_have_them_by_group_and_never_from_a_table(
    folder: Path, tmp_path: Path, vectors: Vectors
) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    everyone = fit([one for one, kind, _ in made() if kind == "null"], vectors)
    table.write((one for one, _, _ in made()), tmp_path, vectors=vectors, reference=everyone)
    without, found = distributions.measured(tmp_path), distributions.measured(tmp_path, vectors)
    assert set(found.spreads) - set(without.spreads) == set(NAMES)
    assert found.spreads["farthest_from_genuine"].low > 0.3
    assert found.spreads["far_from_genuine"].auc == pytest.approx(0.5, abs=0.2), "here padding asks what its host does"
    assert found.spreads["turn_count"] == without.spreads["turn_count"]


@pytest.mark.parametrize(("names", "there"), [
    (["padded 0", "genuine 0"], "session genuine 0"),
    ([f"{kind} {n}" for n in range(EACH) for kind in distributions.GROUPS] + ["one more"], "no session"),
])  # fmt: skip
def test_a_description_of_other_sessions_is_refused(
    names: list[str], there: str, folder: Path, tmp_path: Path, vectors: Vectors
) -> None:
    (tmp_path / "sessions.jsonl.gz").write_bytes((folder / "sessions.jsonl.gz").read_bytes())
    said = {"session_id": names, "kind": ["null"] * len(names), "made_from": [[name] for name in names]}
    pd.DataFrame(said).to_parquet(tmp_path / "described.parquet")
    with pytest.raises(
        ValueError, match=rf"has {there} where described.parquet has {names[0 if len(names) == 2 else -1]}"
    ):
        crossfitted.crossfitted(tmp_path, vectors)


def test_a_long_session_tells_a_reference_eight_prompts_the_first_and_the_last_among_them(vectors: Vectors) -> None:
    long = session(*(asked(f"ask {n}") for n in range(30)))
    [(_, meaning)] = with_meanings([long], vectors)
    heard = told(meaning)
    assert len(heard) == 8
    assert (heard[[0, -1]] == meaning.vectors[[0, -1]]).all()


@pytest.mark.parametrize("rivals", [(1.0, -0.98), (0.98, -1.0)])
def test_a_direction_is_not_turned_round_by_which_of_two_numbers_is_the_larger(rivals: tuple[float, float]) -> None:
    main = np.array([*rivals, 0.5])
    places = [np.array([main * place + [0, 0, 0.01 * place**2]], np.float32) for place in np.linspace(-1, 1, 9)]
    [strongest, *_] = fitted(places, "an encoder").directions
    assert strongest @ [1, -1, 0.5] > 1
