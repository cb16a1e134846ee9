"""Every strategy keeps its word: which turns are padding, how much of the session they are, and the host's form."""

import io
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from typing import BinaryIO

import msgspec
import pytest
from numpy.random import default_rng

from padding.assembly import Made
from padding.budget import head
from padding.effort import Effort
from padding.form import Form
from padding.material import Material
from padding.null import NULLS, untouched
from padding.strategy import TOLERANCE, Strategy, Unsuitable, load, pad
from padding.work import carrier_of, take_apart
from traces.export import atif_lines
from traces.format import About, Unreadable
from traces.readers.atif import FORMAT
from traces.reading import Reading, read
from traces.schema import Session

EXAMPLES = Path(__file__).parent.parent / "data" / "examples"
DEV = Path(__file__).parent.parent.parent / "shared" / "traces" / "dev"
FOLDERS = ("aider", "atif", "claude_code", "codex", "copilot", "gemini", "judged", "openclaw", "swe_agent", "tau_bench")
SOURCES = (
    "agentviz-copilot", "binance-assistant", "context-evaluator", "docent-eval", "neurodata-conv", "process-xbrl",
    "sniffly-fixture", "sweagent-demos", "tau-bench-airline",
)  # fmt: skip
SHARES = (0.2, 0.5, 0.8, 1.0)
LEAST = 3


class Bytes:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def open(self) -> BinaryIO:
        return io.BytesIO(self.raw)


def genuine() -> list[Session]:
    """Real sessions where they are at hand, else the examples; a few of each source."""
    if DEV.is_dir():
        return [session for name in SOURCES for session in read(DEV / f"{name}.jsonl.gz")[0][:12]]
    found = []
    for path in sorted(path for name in FOLDERS for path in (EXAMPLES / name).rglob("*") if path.is_file()):
        try:
            found += read(path, About(file=str(path), source=path.relative_to(EXAMPLES).parts[0]))[0]
        except Unreadable:  # tables of labels lie beside the sessions
            continue
    return found


@cache
def corpus() -> tuple[list[Session], Material]:
    sessions = list({session.session_id: session for session in genuine() if len(session.turns) > 1}.values())
    return sessions, Material(sessions)


@cache
def made_by(name: str, seed: int = 0) -> tuple[tuple[Session, Effort, Made], ...]:
    """What the strategy makes of sessions of several sources, at several shares."""
    sessions, material = corpus()
    rng = default_rng([seed, *name.encode()])
    found: list[tuple[Session, Effort, Made]] = []
    for place in rng.permutation(len(sessions)).tolist():
        effort = Effort.draw(rng)
        effort = Effort(effort.clock, effort.wording, effort.text, effort.length, SHARES[len(found) % len(SHARES)])
        try:
            found.append((sessions[place], effort, pad(sessions[place], load()[name], material, effort, rng)))
        except Unsuitable:
            continue
        if len(found) == 14:
            break
    assert len(found) >= LEAST, f"{name} suits too few sessions"
    return tuple(found)


@pytest.fixture(params=sorted(load()))
def strategy(request: pytest.FixtureRequest) -> Strategy:
    return load()[request.param]


def every(strategy: Strategy) -> Iterator[tuple[Session, Effort, Made]]:
    return iter(made_by(strategy.name))


def chars(session: Session) -> list[int]:
    return [len(turn.text or "") + len(turn.tool_arguments or "") for turn in session.turns]


def read_back(session: Session) -> list[object]:
    content = Bytes(b"".join(atif_lines([session])))
    return list(Reading(content, FORMAT, About(file=session.file)).sessions())


def as_it_is_read(session: Session) -> Session:
    """ATIF keeps times as text, and nothing else that a copy in memory might share."""
    return msgspec.convert(msgspec.to_builtins(session), Session)


def test_it_says_where_it_comes_from_and_what_it_resembles(strategy: Strategy) -> None:
    assert len(strategy.doc.strip()) > 30
    assert strategy.family
    if strategy.twin is not None:
        twin = load().get(strategy.twin)
        assert twin is not None, f"{strategy.name} names a twin that does not exist: {strategy.twin}"
        assert twin.honest != strategy.honest


def test_the_turns_that_it_calls_padding_are_the_ones_it_added(strategy: Strategy) -> None:
    for host, _, made in every(strategy):
        if strategy.honest:
            assert made.padding == ()
            continue
        marked = set(made.padding)
        assert made.padding == tuple(sorted(marked))
        assert marked <= set(range(len(made.session.turns)))
        assert marked, "padding without a padded turn"
        own = Counter((turn.role, turn.kind, turn.text, turn.tool_arguments) for turn in host.turns)
        rest = Counter(
            (turn.role, turn.kind, turn.text, turn.tool_arguments)
            for turn in made.session.turns
            if turn.index not in marked
        )
        assert rest <= own, "a turn that is not called padding is not the host's either"


def test_the_padded_share_is_what_was_asked_for(strategy: Strategy) -> None:
    if not strategy.mixes:
        pytest.skip("it does not mix")
    for host, effort, made in every(strategy):
        before = len(head(take_apart(host)))
        sizes = chars(made.session)
        share = sum(sizes[index] for index in made.padding) / sum(sizes[before:])
        assert abs(share - effort.share) <= TOLERANCE
        assert made.share_after(before) == pytest.approx(share)


def test_the_original_is_untouched(strategy: Strategy) -> None:
    sessions, material = corpus()
    hosts = [host for host, _, _ in every(strategy)]
    before = [msgspec.msgpack.encode(host) for host in hosts]
    works = [material.work(host) for host in hosts]
    for host in hosts[:4]:
        try:
            pad(host, strategy, material, Effort(share=0.5), default_rng(9))
        except Unsuitable:
            continue
    assert [msgspec.msgpack.encode(host) for host in hosts] == before
    assert [take_apart(host) for host in hosts] == works
    assert sessions == corpus()[0]


def test_what_it_makes_is_valid_and_survives_atif(strategy: Strategy) -> None:
    for _, _, made in every(strategy):
        assert as_it_is_read(made.session) == made.session
        assert read_back(made.session) == [made.session]


def test_header_and_agent_stay_the_hosts_and_the_id_does_not(strategy: Strategy) -> None:
    for host, _, made in every(strategy):
        for name in ("format", "agent", "agent_version", "model", "source", "user_id", "origin", "parent_id"):
            assert getattr(made.session, name) == getattr(host, name)
        assert made.session.session_id != host.session_id
        assert made.sources[0] == host.session_id
        signs = "".join(c for c in host.session_id if not c.isalnum())
        assert "".join(c for c in made.session.session_id if not c.isalnum()) in (signs, f"{signs}-")


def test_it_calls_only_tools_that_the_agent_has(strategy: Strategy) -> None:
    _, material = corpus()
    for host, _, made in every(strategy):
        called = {turn.tool_name for turn in made.session.turns if turn.kind == "tool_call"}
        assert called <= material.tools(material.work(host)) | {None}


def test_indices_are_in_order_and_results_follow_their_calls(strategy: Strategy) -> None:
    for host, _, made in every(strategy):
        assert [turn.index for turn in made.session.turns] == list(range(len(made.session.turns)))
        orphans = [unanswered(session) / len(session.turns) for session in (host, made.session)]
        assert orphans[1] <= max(0.05, 1.5 * orphans[0])


def unanswered(session: Session) -> int:
    """Results without a call before them."""
    known, orphans = set(), 0
    for turn in session.turns:
        if turn.kind == "tool_call":
            known.add(turn.call_id)
        orphans += turn.kind == "tool_result" and turn.call_id not in known
    return orphans


def test_times_go_forward_as_they_do_in_its_source(strategy: Strategy) -> None:
    _, material = corpus()
    for host, _, made in every(strategy):
        form = material.form(material.work(host))
        opened = [p.turn.time for e in take_apart(made.session).exchanges for p in e.opening[:1] if p.turn.time]
        kept = [t.time for t in host.turns if t.role == "user" and t.time]
        if kept == sorted(kept):
            assert opened == sorted(opened)
        backwards = sum(p.gap is not None and p.gap < 0 for p in take_apart(made.session).pieces)
        assert backwards <= 0.5 * len(made.session.turns)
        if not form.resolution:
            assert all(turn.time is None for turn in made.session.turns)


def test_the_clock_ticks_as_the_hosts_does(strategy: Strategy) -> None:
    for host, _, made in every(strategy):
        assert (made.session.started is None) == (host.started is None)
        own, new = Form.observed([take_apart(host)]), Form.observed([take_apart(made.session)])
        assert new.resolution == 0.0 or new.resolution >= own.resolution or own.resolution == 1e-6
        timed = {(turn.role, turn.kind) for turn in host.turns if turn.time}
        never = {(turn.role, turn.kind) for turn in host.turns} - timed
        assert not any((turn.role, turn.kind) in never for turn in made.session.turns if turn.time)


def test_what_the_host_leaves_out_stays_out(strategy: Strategy) -> None:
    for host, _, made in every(strategy):
        for name in ("input_tokens", "cached_tokens", "output_tokens", "time"):
            if all(getattr(turn, name) is None for turn in host.turns):
                assert all(getattr(turn, name) is None for turn in made.session.turns), name
        if not any(turn.kind == "thinking" for turn in host.turns):
            assert not any(turn.kind == "thinking" for turn in made.session.turns)
        injected = {False}  # what a source injects may be missing in one of its sessions
        own = {turn.typed for turn in host.turns if turn.role == "user"} | injected
        assert {turn.typed for turn in made.session.turns if turn.role == "user"} <= own


def test_tokens_are_counted_as_the_host_counts_them(strategy: Strategy) -> None:
    for host, _, made in every(strategy):
        counted = [turn for turn in made.session.turns if turn.input_tokens is not None]
        assert all((turn.cached_tokens or 0) <= (turn.input_tokens or 0) for turn in counted)
        assert all((turn.output_tokens or 0) >= 0 for turn in made.session.turns)
        if carrier_of(host.turns) is None:
            continue
        kinds = {turn.kind for turn in host.turns if turn.output_tokens is not None}
        assert {turn.kind for turn in made.session.turns if turn.output_tokens is not None} <= kinds | {
            "message",
            "tool_call",
        }
        drops = [rate_of_drops(session) for session in (host, made.session)]
        assert drops[1] <= drops[0] + 0.15


def rate_of_drops(session: Session) -> float:
    """How often a call's input is smaller than the one before, compactions (to less than a half) not counted."""
    inputs = [turn.input_tokens for turn in session.turns if turn.input_tokens is not None]
    return sum(before / 2 < after < before for before, after in pairwise(inputs)) / max(1, len(inputs))


def test_texts_are_cut_where_the_source_cuts(strategy: Strategy) -> None:
    _, material = corpus()
    for host, _, made in every(strategy):
        cuts = material.form(material.work(host)).cuts
        if not cuts:
            assert all(turn.original_chars is None for turn in made.session.turns)
        for index in made.padding:
            turn = made.session.turns[index]
            assert turn.original_chars is None or turn.original_chars >= len(turn.text or "")
            if turn.role == "tool" and cuts.get("tool"):
                assert len(turn.text or "") <= cuts["tool"] + 20


def test_it_is_as_long_as_genuine_sessions_are(strategy: Strategy) -> None:
    _, material = corpus()
    for host, _, made in every(strategy):
        sizes = material.sizes(material.work(host))
        assert 2 <= len(made.session.turns) <= max(sizes[-1][0] * 1.25 + 12, len(host.turns))


def test_the_same_seed_makes_the_same_session_and_another_makes_another(strategy: Strategy) -> None:
    _, material = corpus()
    for seed, (host, effort, _) in product(range(20), made_by(strategy.name)):
        try:
            one, again = (pad(host, strategy, material, effort, default_rng(seed)) for _ in range(2))
            other = pad(host, strategy, material, effort, default_rng(seed + 100))
        except Unsuitable:
            continue
        assert one == again
        assert other.session.turns != one.session.turns or other.session.session_id != one.session.session_id
        return
    pytest.fail("twenty seeds for each host, and none of them suits")


@pytest.mark.parametrize("name", sorted(NULLS))
def test_a_null_transform_says_that_nothing_is_padding_and_survives_atif(name: str) -> None:
    sessions, material = corpus()
    rng = default_rng(3)
    for session in sessions[::7]:
        made = untouched(session, name, material, rng)
        assert made.padding == ()
        assert made.honest
        assert made.family == "null"
        assert read_back(made.session) == [made.session]
        assert made.session.format == session.format
        said = {turn.text for turn in session.turns}
        if name in ("moved", "reserialised", "redressed", "parted"):
            assert {turn.text for turn in made.session.turns} <= said


@pytest.mark.parametrize("name", ["moved", "reserialised"])
def test_moving_by_whole_weeks_keeps_every_gap_and_every_hour(name: str) -> None:
    sessions, material = corpus()
    for session in sessions[::5]:
        made = untouched(session, name, material, default_rng(4)).session
        assert [p.gap for p in take_apart(made).pieces] == [p.gap for p in take_apart(session).pieces]
        for before, after in zip(session.turns, made.turns, strict=True):
            if before.time and after.time:
                assert (after.time - before.time).total_seconds() % (7 * 86400) == 0
