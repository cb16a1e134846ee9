"""Recall by how hard a padded session is to find: on made-up sessions of which the weak ones are known."""

import numpy as np
import pytest
from made_sessions import TINY, made_sessions

from models.figures import Figure
from models.hardness import bands, hardness
from models.protocols import Sessions, Trial, family_folds, silent, without_families
from models.report import Cell
from models.sampling import Owners, Sampler
from models.splits import is_padded


@pytest.fixture(scope="module")
def sessions() -> Sessions:
    """Half of the padded ones are nothing but padding; the others are as genuine ones in all that is measured."""
    made = made_sessions()
    padded = np.flatnonzero(is_padded(made.meta))
    weak = padded[::2]
    made.meta["padded_share"] = made.meta["padded_share"].astype(float)
    made.meta.loc[padded, ["padded_share", "effort"]] = [1.0, "even,verbatim,made,length=0.10,share=1.00,names kept"]
    made.meta.loc[weak, ["padded_share", "effort"]] = [0.2, "human,reworded,made,length=0.90,share=0.20,names dropped"]
    told = [column.name for column in made.columns if column.name != "turn_count"]
    made.table.loc[weak, told] = np.random.default_rng(3).normal(size=(len(weak), len(told))).astype(np.float32)
    return made


@pytest.fixture(scope="module")
def trials(sessions: Sessions) -> list[Trial]:
    return without_families(sessions, family_folds(sessions, TINY), TINY, silent(""))


def value(cell: Cell) -> float:
    assert isinstance(cell, Figure)
    assert cell.value is not None
    return cell.value


def test_sessions_with_little_padding_are_told_apart_from_those_that_are_nothing_else(
    sessions: Sessions, trials: list[Trial]
) -> None:
    owners = Owners.of(sessions.meta)
    table = hardness(trials, sessions, Sampler.of(owners.numbers, TINY.draws, 0))
    weak, strong = table.row("padded share 0.1 to 0.3"), table.row("padded share 0.8 to 1")
    assert value(weak["recall at 1%"]) < 0.2 < value(strong["recall at 1%"])
    assert value(weak["AUC"]) < 0.75 < value(strong["AUC"])
    for effort, band in (("timing: human", weak), ("names: dropped", weak), ("wording: verbatim", strong)):
        assert value(table.row(effort)["recall at 1%"]) == value(band["recall at 1%"])
    assert weak["sessions"] == int((sessions.meta["padded_share"] == 0.2).sum())
    figure = weak["recall at 1%"]
    assert isinstance(figure, Figure)
    assert figure.low is not None
    assert figure.high is not None


def test_a_session_is_in_one_band_and_only_what_is_known_is_told(sessions: Sessions) -> None:
    shares = [mine for name, mine in bands(sessions) if name.startswith("padded share")]
    assert (np.sum(shares, axis=0) == is_padded(sessions.meta)).all()
    bare = Sessions(sessions.table, sessions.meta.drop(columns=["padded_share", "effort"]), sessions.columns)
    assert list(bands(bare)) == []
    first = Sessions(sessions.table, sessions.meta.assign(effort="even,made"), sessions.columns)
    assert {name for name, _ in bands(first) if ":" in name} == {"timing: even", "wording: made"}
