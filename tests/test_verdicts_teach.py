"""200 verdicts, some of them wrong, make the next model better on people whom nobody reviewed."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from reviewed_company import Auditors, Gain, Truth, company, gains, is_of_pilot, judge, queue, seen_by_models
from small_company import BUDGET, SMALL, loaded

from audit.drawing import Plan as Drawn
from audit.ledger import Ledger
from flows import learning, train, verdicts
from flows.home import Home
from models.plan import Plan

KNOWN = "verbatim_loop"
"""The one way of padding that the laboratory knows here. What it knows already verdicts need not teach, and a company
that is small enough for a test has too little padding to show small gains: see `tests/benchmarks/verdicts.py`."""
DRAWN = Drawn(random=0.3, random_flagged=0.5)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Truth]:
    return company(tmp_path_factory.mktemp("house"), people=100, days=8, seed=11)


@pytest.fixture(scope="module")
def reviewed(house: tuple[Home, Truth]) -> pd.DataFrame:
    return seen_by_models(house[0], is_of_pilot)


@pytest.fixture(scope="module")
def others(house: tuple[Home, Truth]) -> pd.DataFrame:
    return seen_by_models(house[0], lambda session: not is_of_pilot(session))


def laboratory() -> learning.Data:
    data = loaded()
    rows = ((data.meta["label"] == "genuine") | (data.meta["family"] == KNOWN)).to_numpy()
    return replace(data, table=data.table[rows].reset_index(drop=True), meta=data.meta[rows].reset_index(drop=True))


def taught(
    house: tuple[Home, Truth], reviewed: pd.DataFrame, others: pd.DataFrame, folder: Path, seed: int
) -> dict[str, Gain]:
    """What 200 verdicts on half of the people gain on the other half."""
    home, truth = house
    data, plan, ledger = laboratory(), Plan(seed=seed), Ledger.open(f"sqlite:///{folder}/{seed}.db")
    _, first = train.learn(data, SMALL, plan)
    waiting = queue(home, ledger, first, reviewed, BUDGET, DRAWN)
    done = judge(ledger, truth, 200, waiting, Auditors(wrong=0.07), DRAWN, seed)
    assert done.verdicts == 200
    assert done.wrong > 5
    found = verdicts.read(home, ledger, None)
    ledger.close()
    assert found is not None
    _, then = train.learn(data, SMALL, plan, found)
    assert "random slice, which are worth" in then.about["verdicts"]["thresholds"]
    return {one.figure: one for one in gains(first, then, others, truth, BUDGET)}


def test_verdicts_make_the_next_model_better_on_people_whom_nobody_reviewed(
    house: tuple[Home, Truth], reviewed: pd.DataFrame, others: pd.DataFrame, tmp_path: Path
) -> None:
    assert not set(reviewed["user"]) & set(others["user"])
    found = [taught(house, reviewed, others, tmp_path, seed) for seed in (0, 1)]
    for figure, least in (("AUC", 0.05), ("recall where 1% of the genuine are flagged", 0.05)):
        gained = [one[figure].then - one[figure].first for one in found]
        assert sum(gained) / len(gained) > least, (figure, gained)
    shares = [one["false positives at its own threshold"].then for one in found]
    assert all(share < 2 * BUDGET for share in shares), shares
