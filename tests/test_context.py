"""The context of a session is what was known when it began: never the future, and never who anybody is."""

import time
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from conversation import START, asked, said, session, shell
from hypothesis import given, settings
from hypothesis import strategies as st

from features import outline as outlines
from features.context import batches, context, evidence, schema
from features.context_feature import WORDING, context_feature, fingerprint, load
from features.outline import Outline, outline

FIX = "please find out why the nightly build of the payment service has been failing since Tuesday"
FIX_AGAIN = "please find out why the nightly build of the refund service has been failing since Tuesday"
POEM = "write a limerick on seven cats who sail to Madeira with nothing but cheese and a drum"
FRENCH = "pourquoi la mise en page du rapport change quand on ajoute une colonne au tableau des ventes"
TEXTS = (FIX, FIX_AGAIN, POEM, FRENCH, "yes")
MADE = {text: outline(session(asked(text), shell(f"make {text}"), said("done", input_tokens=9))) for text in TEXTS}
NOTHING = float("nan")

ALLOWED = {
    "start": "when it began",
    "end": "when it ended",
    "tokens": "how many tokens it used",
    "prompts": "how many prompts there are",
    "words": "a sketch of the words of its prompts",
    "skeletons": "a sketch of its prompts",
    "actions": "a sketch of its tool calls",
    "asks": "hashes of its prompts",
}
"""Everything that a value may go by. Nothing here says who a person is."""
TOGETHER = {"session_id", "user_id", "source", "parent_id", "kin", "scheme"}
"""What says which sessions belong together, under whatever names."""


def at(day: float = 0, hour: float = 9) -> datetime:
    return START + timedelta(days=day, hours=hour - 9)


def one(
    day: float = 0, hour: float = 9, text: str = FIX, user: str | None = "u", lasts: float = 0.5, **more: Any
) -> Outline:
    """An outline of a session of so many hours; ids follow from the rest."""
    start = at(day, hour)
    facts = {"source": "team", "tokens": 1000, "start": start, "end": start + timedelta(hours=lasts), **more}
    return replace(MADE[text], **{"session_id": f"{user} {day} {hour}", "user_id": user, **facts})


def values(held: list[Outline], last: Outline, window_days: int = 28) -> dict[str, float]:
    """The row of one session among others."""
    rows = context([*held, last], window_days).to_pylist()
    row = next(row for row in rows if row["session_id"] == last.session_id)
    return {name: NOTHING if value is None else value for name, value in row.items() if name != "session_id"}


PEERS = [one(-day, user=f"peer{n}", text=POEM, tokens=100 * (n + 1)) for n in range(5) for day in (2, 3)]

CASES: dict[str, tuple[list[Outline], Outline, dict[str, float]]] = {
    "the same at the same minute of each of ten days": (
        [one(day) for day in range(10)],
        one(10),
        {
            "own_likeness": 1,
            "own_words_likeness": 1,
            "own_actions_likeness": 1,
            "own_copy_days": 1,
            "own_copy_run": 10,
            "own_sessions_alike": 1,
            "own_prompts_again": 1,
            "same_time_days": 1,
            "clockwork_start": 1,
            "same_minute_starts": 1,
            "start_gap_spread": 0,
            "usual_hour": 1,
            "longest_rest": 23.5,
            "own_overlap": 0,
            "sessions_today": 0,
            "tokens_today": NOTHING,
            "tokens_against_usual": 0,
            "peers_likeness": NOTHING,
            "peers_prompts_again": NOTHING,
            "tokens_rank": NOTHING,
            "usual_weekday": NOTHING,
        },
    ),
    "something new at another hour": (
        [one(day, 9 + day % 3 / 2, POEM) for day in range(21)],
        one(21, 20, FRENCH),
        {
            "own_likeness": 0,
            "own_prompts_again": 0,
            "own_copy_days": 0,
            "own_copy_run": 0,
            "same_time_days": 0,
            "clockwork_start": NOTHING,
            "usual_hour": 0,
            "usual_weekday": 1,
        },
    ),
    "every third day the same": (
        [one(day, 9 + day / 9, FIX if day % 3 == 0 else POEM) for day in range(9)],
        one(9, 12, FIX),
        {"own_copy_days": 3 / 9, "own_copy_run": 1, "own_likeness": 1, "same_time_days": 0},
    ),
    "a week end where there never was one": (
        [one(day) for day in range(21) if day % 7 < 5],
        one(26),
        {"usual_weekday": 0, "usual_hour": 1},
    ),
    "every six hours, day and night": (
        [one(hour=9 + 6 * n) for n in range(40)],
        one(10),
        {"longest_rest": 5.5, "same_minute_starts": 1, "start_gap_spread": 0, "usual_hour": 0.25},
    ),
    "three at once": (
        [one(-1), one(hour=8), one(hour=8.5, lasts=9), one(hour=8.6, lasts=9), one(hour=8.7, lasts=9, parent_id="x")],
        one(),
        {"own_overlap": 2},
    ),
    "eight times as many as on other days": (
        [one(day) for day in range(5)] + [one(5, 8 + n / 10, lasts=0.05) for n in range(7)],
        one(5),
        {"sessions_today": 3, "tokens_today": np.log2(7)},
    ),
    "a steady month, and twice the usual in its last days": (
        [one(day, tokens=1000 if day < 26 else 4000) for day in range(29)],
        one(29),
        {"month_end_surge": np.log2(12000 / 3.375 / (25000 / 24.625))},
    ),
    "steady weeks": (
        [one(day) for day in range(28)],
        one(28),
        {"weeks_alike": 0, "tokens_last_week": 0, "week_so_far": NOTHING},
    ),
    "a week of four times the tokens": (
        [one(day, tokens=1000 if day < 14 else 4000) for day in range(20)],
        one(20),
        {"tokens_last_week": np.log2((6 * 4000 + 1000) / 7000), "week_so_far": 2, "month_end_surge": 0},
    ),
    "four colleagues have sent it": (
        [one(-3), *(one(-1, 9 + n, user=f"peer{n}") for n in range(4)), one(-1, user="far", source="other")],
        one(text=FIX),
        {
            "peers_likeness": 1,
            "peers_words_likeness": 1,
            "peers_actions_likeness": 1,
            "peers_with_copy": 4,
            "peers_prompts_again": 1,
            "own_likeness": 1,
        },
    ),
    "colleagues ask other things": (
        [*PEERS, one(-1)],
        one(),
        {"peers_likeness": 0, "peers_with_copy": 0, "peers_prompts_again": 0},
    ),
    "more than four of five colleagues": (
        [*PEERS, one(-2, tokens=450), one(-3, tokens=450), one(-4, 10, tokens=0)],
        one(),
        {
            "tokens_rank": 0.8,
            "tokens_against_peers": np.log2(900 / 600),
            "sessions_rank": 1,
            "prompts_per_session_rank": 0.5,
            "tokens_per_prompt_rank": 0.5,
        },
    ),
    "a prompt too short to say anything": (
        [one(day, text="yes") for day in range(8)],
        one(8, text="yes"),
        {"own_likeness": NOTHING, "own_prompts_again": NOTHING, "own_copy_days": NOTHING, "same_time_days": 1},
    ),
    "the first session of somebody": (
        [*PEERS],
        one(),
        dict.fromkeys(("own_likeness", "own_overlap", "tokens_rank"), NOTHING),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_right_values_are_plain(case: str) -> None:
    held, last, expected = CASES[case]
    found = values(held, last)
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-4, abs=1e-6, nan_ok=True)


def test_every_feature_has_a_case() -> None:
    assert {name for _, _, expected in CASES.values() for name in expected} == set(load())


def test_a_table_has_a_row_a_session_and_a_column_a_feature() -> None:
    made = context(one(day) for day in range(3))
    assert made["session_id"].to_pylist() == [one(day).session_id for day in range(3)]
    assert made.schema.names == ["session_id", *load()]
    assert {field.type for field in made.schema} == {pa.string(), pa.float32()}
    assert not any(np.isnan(column.drop_null().to_numpy()).any() for column in made.columns[1:])
    assert context([]).num_rows == 0


@pytest.mark.parametrize("missing", [{"user_id": None}, {"start": None, "end": None}])
def test_without_a_user_or_a_time_all_is_null(missing: dict[str, Any]) -> None:
    held = [one(day) for day in range(8)] + PEERS
    assert set(map(np.isnan, values(held, replace(one(8), **missing)).values())) == {True}


def test_nobodys_sessions_are_not_one_persons_and_nobodys_colleagues() -> None:
    held = [one(day, user=None, session_id=f"n{day}") for day in range(8)]
    assert values(held, one(9))["own_likeness"] != values(held, one(9))["own_likeness"]
    assert np.isnan(values(held, one(9))["peers_likeness"])


USERS = ["a", "b", "c", "d", "e", "f", None]
HISTORIES = st.lists(
    st.builds(
        one,
        day=st.integers(0, 12).map(lambda third: third / 3),
        hour=st.sampled_from([9, 9.01, 14.5]),
        text=st.sampled_from(TEXTS),
        user=st.sampled_from(USERS),
        lasts=st.sampled_from([0.0, 0.5, 30.0]),
        source=st.sampled_from(["one", None]),
        tokens=st.sampled_from([None, 0, 10, 5000]),
        parent_id=st.sampled_from([None, None, "p"]),
    ),
    max_size=30,
).map(lambda held: [replace(each, session_id=f"s{n}") for n, each in enumerate(held)])


def history(seed: int, size: int = 300) -> list[Outline]:
    """Twenty days of seven people who repeat themselves and each other, many of them with a session running."""
    rng = np.random.default_rng(seed)

    def drawn(number: int) -> Outline:
        user, text = USERS[rng.integers(7)], TEXTS[rng.integers(5)]
        day, hour, lasts = (
            float(rng.integers(60)) / 3,
            float(rng.choice([9, 9.01, 14.5])),
            float(rng.choice([0, 0.5, 30])),
        )
        parent, tokens = "p" if rng.random() < 0.2 else None, int(rng.integers(9000))
        return one(day, hour, text, user, lasts, session_id=f"s{number}", parent_id=parent, tokens=tokens)

    return [drawn(number) for number in range(size)]


def before(held: list[Outline], moment: datetime) -> list[Outline]:
    return [each for each in held if each.start and each.start < moment]


def rows(held: list[Outline], window_days: int = 10, since: datetime | None = None) -> dict[str, dict[str, Any]]:
    return {row["session_id"]: row for row in context(held, window_days, since).to_pylist()}


@pytest.mark.parametrize("seed", range(3))
def test_later_sessions_change_nothing(seed: int) -> None:
    held = history(seed)
    whole = rows(held)
    for day in (0.1, 3.7, 9, 15.2):
        known = before(held, at(day))
        assert rows(known) == {each.session_id: whole[each.session_id] for each in known}


@pytest.mark.parametrize("seed", range(3))
def test_what_a_session_did_after_another_began_does_not_matter_to_it(seed: int) -> None:
    held = history(seed)
    for day, user in ((4, "a"), (8.5, "b"), (12, "c"), (16, "d")):
        last, moment = one(day, user=user), at(day)

        def otherwise(each: Outline, moment: datetime = moment) -> Outline:
            if each.end is None or each.end <= moment:
                return each
            other = {name: getattr(MADE[FIX], name) for name in ("words", "skeletons", "actions", "asks")}
            return replace(each, end=each.end + timedelta(days=3), tokens=7 * 10**6, prompts=90, **other)

        known = before(held, moment)
        assert [*map(otherwise, known)] != known
        assert rows([*known, last])[last.session_id] == rows([*map(otherwise, known), last])[last.session_id]


@pytest.mark.parametrize("seed", range(3))
def test_new_sessions_need_only_the_window_of_the_past(seed: int) -> None:
    held = history(seed)
    whole = rows(held)
    for day in (11, 12.3, 16.6):
        recent = [each for each in held if each.end and each.end >= at(day) - timedelta(days=10)]
        fresh = [each.session_id for each in held if each.start and each.start >= at(day)]
        assert rows(recent, since=at(day)) == {name: whole[name] for name in fresh}


@settings(max_examples=40, deadline=None)
@given(HISTORIES, st.randoms())
def test_neither_order_nor_names_matter(held: list[Outline], random: Any) -> None:
    def renamed(name: str | None) -> str | None:
        return name and f"{name[::-1]} by another name"

    known = list(rows(held).values())
    new = [
        replace(each, user_id=renamed(each.user_id), source=renamed(each.source), parent_id=renamed(each.parent_id))
        for each in held
    ]
    assert list(rows(new).values()) == known
    random.shuffle(new)
    assert list(rows(new).values()) == known


def test_a_stored_past_gives_the_same_rows(tmp_path: Path) -> None:
    held = [one(day / 3, user=f"u{day % 2}", text=TEXTS[day % 4]) for day in range(120)]
    path = outlines.write(held, tmp_path / "outlines.parquet")
    fresh = context(outlines.read(path, at(39), 7), 7, since=at(39))
    assert fresh.num_rows == 3
    assert fresh.to_pylist() == context(held, 7).to_pylist()[-3:]


def test_whole_weeks_earlier_or_later_are_the_same() -> None:
    def held(weeks: int) -> list[Outline]:
        return [one(n / 2 + 7 * weeks, 9 + n % 7, TEXTS[n % 4], f"u{n % 3}") for n in range(60)]

    before, after = context(held(0)), context(held(5))
    for name in set(load()) - {"month_end_surge"}:
        assert before[name].equals(after[name]), name


def test_the_inputs_are_these_and_none_says_who_a_person_is() -> None:
    assert {field for each in load().values() for field in each.inputs} == set(ALLOWED)
    assert set(ALLOWED) | TOGETHER == {field.name for field in fields(Outline)}


OTHERWISE: dict[str, Callable[[Outline, int], Any]] = {
    "start": lambda each, n: each.start - timedelta(minutes=11 * n) if each.start else None,
    "end": lambda each, n: each.end + timedelta(hours=n % 5) if each.end else None,
    "tokens": lambda each, n: 100 + n * n,
    "prompts": lambda each, n: 1 + n % 4,
    "words": lambda each, n: MADE[TEXTS[n * n % 3]].words,
    "skeletons": lambda each, n: MADE[TEXTS[n * n % 3]].skeletons,
    "actions": lambda each, n: MADE[TEXTS[n * n % 3]].actions,
    "asks": lambda each, n: MADE[TEXTS[n * n % 3]].asks,
}


def test_a_feature_depends_only_on_the_inputs_that_it_names() -> None:
    assert set(OTHERWISE) == set(ALLOWED)
    held = [one(n / 4, 9 + n % 3, TEXTS[n % 4], f"u{n % 6}", tokens=500 + n) for n in range(120)]
    before = context(held)
    for field, change in OTHERWISE.items():
        after = context([replace(each, **{field: change(each, n)}) for n, each in enumerate(held)])
        changed = {each.name for each in load().values() if not before[each.name].equals(after[each.name])}
        assert changed, field
        assert {name for name in changed if field not in load()[name].inputs} == set()


def test_remakes_of_one_session_are_not_each_others_past() -> None:
    held = [one(day, kin=("s", f"s{day}")) for day in range(8)]
    found = values(held, one(8, kin=("s", "t")))
    assert np.isnan(found["own_likeness"])
    assert np.isnan(found["own_overlap"])
    assert values(held, one(8, kin=("t",)))["own_likeness"] == 1


def test_remakes_are_no_colleagues_copies_either_and_add_nothing_to_their_totals() -> None:
    held = [*PEERS, *(one(-day, user="peer0", kin=("s",), tokens=10**6) for day in (1, 2)), one(-4, tokens=150)]
    apart, together = values(held, one(kin=("s",))), values(held, one())
    assert (apart["peers_likeness"], together["peers_likeness"]) == (0, 1)
    assert (apart["tokens_rank"], together["tokens_rank"]) == (0, 0)
    assert apart["tokens_against_peers"] > together["tokens_against_peers"]


def test_kin_of_one_scheme_are_each_others_past() -> None:
    held = [one(day, kin=("s",), scheme="x") for day in range(8)]
    assert values(held, one(8, kin=("s",), scheme="x"))["own_copy_days"] == 1
    assert np.isnan(values(held, one(8, kin=("s",), scheme="y"))["own_copy_days"])


def test_a_session_and_its_sub_agents_are_not_each_others_past() -> None:
    parent = one(session_id="p", lasts=0.0)
    agents = [one(hour=9.1 + n, session_id=f"a{n}", parent_id="p") for n in range(3)]
    assert np.isnan(values([parent, *agents[:2]], agents[2])["own_prompts_again"])
    assert values([parent, *agents], one(1))["own_prompts_again"] == 1


def test_sessions_that_begin_at_one_moment_do_not_know_of_each_other() -> None:
    held = [one(session_id=f"t{n}", lasts=0) for n in range(5)]
    assert np.isnan(values(held, one())["own_likeness"])


def test_only_the_window_counts() -> None:
    assert values([one(0)], one(6.9), window_days=7)["own_likeness"] == 1
    assert np.isnan(values([one(0)], one(7.1, 9), window_days=7)["own_likeness"])
    with pytest.raises(ValueError, match="a window of 1 days holds no history; take 2 or more"):
        next(batches([one()], window_days=1))


def test_a_colleague_is_found_behind_a_thousand_copies_of_ones_own() -> None:
    held = [one(-5, user="peer"), *(one(-4 + n / 500, lasts=0.01) for n in range(1000))]
    assert values(held, one())["peers_likeness"] == 1


def test_half_alike_prompts_are_found_among_many_others() -> None:
    others = [replace(one(-n / 50, user="v"), skeletons=np.random.default_rng(n).bytes(256)) for n in range(1, 500)]
    found = values([one(-12, text=FIX_AGAIN), *others], one())["own_likeness"]
    assert 0.4 < found < 1


def test_evidence_is_the_other_sessions_the_strongest_first() -> None:
    held = [one(0, text=POEM), one(1), one(2, text=FIX_AGAIN), one(3, text=POEM), *PEERS]
    assert evidence(held, one(3, text=POEM).session_id, "own_likeness")[0] == one(0).session_id
    last = one(4)
    assert evidence([*held, last], last.session_id, "own_likeness")[:2] == (one(1).session_id, one(2).session_id)
    assert evidence([*held, last], last.session_id, "own_prompts_again") == (one(1).session_id,)
    assert evidence([*held, last], last.session_id, "own_likeness", most=1) == (one(1).session_id,)


def test_a_high_value_has_evidence_and_only_earlier_sessions_are() -> None:
    held = [one(day / 3, 9, TEXTS[day % 2], f"u{day % 2}", lasts=3) for day in range(60)] + PEERS
    last = one(20, 9.5, user="u0")
    found = values(held, last)
    for each in load().values():
        shown = evidence([*held, last, one(21, user="u0")], last.session_id, each.name)
        assert len(set(shown)) == len(shown), each.name
        assert set(shown) <= {earlier.session_id for earlier in held}, each.name
        if each.speaks == "high" and found[each.name] > 0:
            assert shown, each.name


def test_evidence_of_nothing_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match="'nonsense' is no feature of context"):
        evidence([one()], one().session_id, "nonsense")
    with pytest.raises(KeyError, match="there is no outline of session 'nobody'"):
        evidence([one()], "nobody", "own_likeness")
    undated = replace(one(), start=None, end=None)
    assert evidence([undated], undated.session_id, "own_likeness") == ()


def test_a_feature_must_say_what_it_means_and_when_it_is_honest() -> None:
    def silent(past: Any) -> float:
        """Only what it means."""
        return 0.0

    with pytest.raises(ValueError, match="silent: the docstring must say"):
        context_feature("across", WORDING, "high", lambda past: np.zeros(0, np.int64))(silent)
    assert all(each.meaning.endswith(".") and each.honest for each in load().values())


def test_the_fingerprint_follows_the_features_and_the_window() -> None:
    first, *others = load().values()
    newer = replace(first, version=first.version + 1)
    assert (
        len({fingerprint([first], 28), fingerprint([newer], 28), fingerprint([first], 7), fingerprint(others, 28)}) == 4
    )
    assert schema().metadata != schema(window_days=7).metadata


@pytest.mark.parametrize("kind", ["all alike", "all different"])
def test_eight_times_the_sessions_take_about_eight_times_as_long(kind: str) -> None:
    def held(count: int) -> list[Outline]:
        random = np.random.default_rng(0)
        many = [one(n * 20 / count, user=f"u{n % 40}", session_id=str(n)) for n in range(count)]
        if kind == "all alike":
            return many
        return [replace(each, words=random.bytes(256), skeletons=random.bytes(256)) for each in many]

    def seconds(many: pa.Table) -> float:
        start = time.process_time()
        context(many)
        return time.process_time() - start

    few, many = outlines.table(held(500)), outlines.table(held(4000))
    seconds(few)
    assert seconds(many) < 24 * seconds(few)  # a busy machine disturbs it; 64 is what quadratic would be
