"""The features page's figures and pictures: aggregates of a data set, current with the features, the same each time."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conversation import asked, said, session

from features import context, distributions, outline, page, plots, table
from features.distributions import GROUPS, Distributions, Spread, spread
from features.feature import load

KINDS = ("null", "padded", "look-alike")
EACH = 40
ASKS = (
    "explain how the tides follow the moon",
    "draft an invitation to the summer party",
    "why does the oven trip the fuse at night",
    "compare two bicycles for a long way to work",
)
GROUP = np.repeat(["genuine", "padded", "look-alike"], EACH)


def of(feature: str, genuine: list[float], padded: list[float], look_alikes: list[float]) -> Spread:
    values = np.concatenate([np.resize(part, EACH) for part in (genuine, padded, look_alikes)]).astype(float)
    return spread(load()[feature], values, GROUP)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set in which the padded sessions repeat one prompt, as `flows.learning.load` leaves it."""
    place = tmp_path_factory.mktemp("dataset")
    sessions = [
        session(*(asked(ASKS[0 if kind == "padded" else n], at=60.0 * n) for n in range(4)),
                said("done", at=300.0), name=f"{kind} {m}", user_id=f"person {m}")
        for m in range(EACH) for kind in KINDS
    ]  # fmt: skip
    table.write(sessions, place)
    context.write(map(outline.outline, sessions), place)
    told = pd.DataFrame({"session_id": [one.session_id for one in sessions], "kind": [*KINDS] * EACH})
    told.to_parquet(place / "described.parquet")
    return place


def test_the_figures_are_of_the_features_that_there_are() -> None:
    held = distributions.read()
    stale = [one.name for one in distributions.known() if held.of(one) is None]
    assert stale == [], "measure them: `python -m features.page FOLDER` on a data set"
    assert set(held.spreads) <= {one.name for one in distributions.known()}


def test_the_pictures_are_those_of_the_figures() -> None:
    made = plots.sheets(distributions.read())
    assert {path.name: path.read_text(encoding="utf-8") for path in plots.PICTURES.iterdir()} == made, (
        "run `python -m features.page`"
    )
    linked = {name for name in made if f"({plots.PICTURES.name}/{name})" in page.page()}
    assert linked == set(made)


def test_figures_hold_counts_and_shares_and_nothing_of_a_session() -> None:
    held = json.loads(distributions.FILE.read_text(encoding="utf-8"))
    assert set(held) == {"sessions", "spreads"}
    for one in held["spreads"].values():
        assert set(one) == {"version", "low", "high", "log", "there", "shares", "auc", "auc_look_alikes"}
        assert all(isinstance(share, float) for shares in one["shares"].values() for share in shares)
        assert all(sum(shares) == pytest.approx(1, abs=0.02) for shares in one["shares"].values() if shares)


def test_a_data_set_is_measured_by_group_whatever_the_order_of_its_tables(folder: Path) -> None:
    found = distributions.measured(folder)
    assert found.sessions == {"genuine": EACH, "look-alike": EACH, "padded": EACH}
    likeness = found.spreads["prompts_alike_90"]
    assert likeness.shares["padded"][-1] == 1
    assert (likeness.auc, likeness.auc_look_alikes) == (1.0, 1.0)
    assert found.spreads["own_likeness"].there["padded"] == found.spreads["own_likeness"].there["genuine"]


def test_a_table_of_other_sessions_is_refused(folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    table.write([session(asked("hello"), name="somebody else")], tmp_path)
    with pytest.raises(ValueError, match=r"has no row for 120 of the sessions in described.parquet"):
        distributions.measured(tmp_path)


def test_figures_are_the_same_after_they_were_written_and_read(folder: Path, tmp_path: Path) -> None:
    found = distributions.measured(folder)
    path = distributions.write(found, tmp_path / "distributions.json")
    assert distributions.read(path) == found


def test_an_auc_counts_what_speaks_for_padding_and_half_is_chance() -> None:
    assert of("prompts_alike_90", [0, 0.1], [0.5, 1], [0.5, 1]).auc == 1
    assert of("prompts_alike_90", [0, 0.1], [0.5, 1], [0.5, 1]).auc_look_alikes == 0.5
    assert of("prompts_take_up", [0.5, 1], [0, 0.1], [0, 0.1]).auc == 1, "low values speak for padding here"
    assert of("turn_count", [float("nan")], [1, 2], [1, 2]).auc is None


def test_steps_are_shares_of_the_sessions_that_have_a_value() -> None:
    found = of("turn_count", [1, float("nan")], [1, 2, 3, 4], [2])
    assert found.there == {"genuine": 0.5, "padded": 1, "look-alike": 1}
    assert found.shares["genuine"] == ()
    assert sum(found.shares["padded"]) == pytest.approx(1)
    assert found.shares["padded"][0] == found.shares["padded"][-1] == 0.25


@pytest.mark.parametrize(("values", "log"), [([1, 2, 3], False), ([1, 1, 1, 1, 1, 5000], True), ([-1, 1, 9000], False)])
def test_values_far_apart_are_drawn_by_their_logarithm(values: list[float], log: bool) -> None:
    assert of("prompt_count", values, values, values).log is log


def test_a_feature_is_doubtful_only_where_neither_rank_nor_shape_tells() -> None:
    same = [0.1, 0.4, 0.6, 0.9]
    assert of("prompts_alike_90", same, same, same).doubtful
    assert not of("prompts_alike_90", same, [0.9, 1.0], same).doubtful
    assert not of("prompts_alike_90", same, same, [0.0, 0.1]).doubtful
    middle = of("prompts_alike_90", [0.4, 0.6], [0.0, 1.0], [0.4, 0.6])
    assert (middle.auc, middle.auc_look_alikes) == (0.5, 0.5)
    assert not middle.doubtful, "ranks do not tell, but the shape does"


def test_a_doubtful_feature_stays_only_for_a_reason() -> None:
    found, features = distributions.read(), distributions.known()
    doubtful = {one.name for one in features if (known := found.of(one)) and known.doubtful}
    assert doubtful <= set(page.KEPT) <= {one.name for one in features}
    assert all(f"- `{name}`: " in page.page() and page.KEPT[name] in page.page() for name in doubtful)


def test_a_sheet_has_a_plot_for_each_feature_and_a_line_for_each_group(folder: Path) -> None:
    found = distributions.measured(folder)
    picture = plots.sheets(found)["similarity.svg"]
    root = ElementTree.fromstring(picture)
    said = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    named = [one for one in load().values() if one.kind == "similarity"]
    assert [text for text in said if text in load()] == [one.name for one in named]
    assert set(GROUPS) <= set(said)
    lines = len(list(root.iter("{http://www.w3.org/2000/svg}path")))
    assert lines == sum(bool(shares) for one in named for shares in found.spreads[one.name].shares.values())
    assert "prefers-color-scheme:dark" in picture


def test_pictures_of_kinds_that_are_no_more_are_removed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "astrology.svg").write_text("<svg/>")
    drawn = plots.draw(distributions.measured(folder), tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted(drawn)


def test_a_feature_that_was_changed_since_is_not_said_to_be_measured() -> None:
    one = load()["turn_count"]
    found = Distributions({}, {"turn_count": of("turn_count", [1], [2], [3])})
    assert found.of(one) is not None
    older = Spread(**{**{name: getattr(found.spreads["turn_count"], name) for name in Spread.__slots__}, "version": 0})
    assert Distributions({}, {"turn_count": older}).of(one) is None
    assert distributions.kept(Distributions({}, {"turn_count": older, "astrology": older})).spreads == {}
    assert distributions.kept(found) == found
