"""Every scheme keeps its word: whose sessions, when, which turns are padding, and each host's form."""

import io
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import BinaryIO

import msgspec
import pytest
from numpy.random import default_rng

from padding.assembly import Made
from padding.effort import Effort
from padding.material import Material
from padding.scheme import Scheme, carry_out, load_schemes
from padding.starts import tick_of
from padding.strategy import Unsuitable
from padding.work import take_apart
from traces.export import atif_lines
from traces.format import About, Unreadable
from traces.readers.atif import FORMAT
from traces.reading import Reading, read
from traces.schema import Session

EXAMPLES = Path(__file__).parent.parent / "data" / "examples"
DEV = Path(__file__).parent.parent.parent / "shared" / "traces" / "dev"
FOLDERS = ("aider", "atif", "claude_code", "codex", "copilot", "gemini", "judged", "openclaw", "swe_agent", "tau_bench")
SOURCES = (
    "binance-assistant", "context-evaluator", "docent-eval", "monochromatic-aider", "neurodata-conv", "process-xbrl",
    "sniffly-fixture", "sweagent-demos", "tau-bench-airline",
)  # fmt: skip
MOST_HOSTS = 5

Group = tuple[tuple[Session, ...], Effort, tuple[Made, ...]]


class Bytes:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def open(self) -> BinaryIO:
        return io.BytesIO(self.raw)


def genuine() -> list[Session]:
    """Real sessions where they are at hand, else the examples."""
    if DEV.is_dir():
        return [session for name in SOURCES for session in read(DEV / f"{name}.jsonl.gz")[0][:14]]
    found = []
    for path in sorted(path for name in FOLDERS for path in (EXAMPLES / name).rglob("*") if path.is_file()):
        try:
            found += read(path, About(file=str(path), source=path.relative_to(EXAMPLES).parts[0]))[0]
        except Unreadable:  # tables of labels lie beside the sessions
            continue
    return found


@cache
def corpus() -> tuple[dict[str | None, list[Session]], Material]:
    sessions = list({session.session_id: session for session in genuine() if len(session.turns) > 1}.values())
    by_source: dict[str | None, list[Session]] = defaultdict(list)
    for session in sessions:
        by_source[session.source].append(session)
    return dict(by_source), Material(sessions)


@cache
def made_by(name: str) -> tuple[Group, ...]:
    """What the scheme makes of a few sessions of each source that it fits."""
    by_source, material = corpus()
    rng = default_rng([5, *name.encode()])
    found: list[Group] = []
    for sessions in by_source.values():
        hosts = tuple(sessions[place] for place in rng.permutation(len(sessions)).tolist()[:MOST_HOSTS])
        effort = Effort.draw(rng)
        try:
            found.append((hosts, effort, tuple(carry_out(hosts, load_schemes()[name], material, effort, rng))))
        except Unsuitable:
            continue
    assert found, f"{name} fits no source"
    return tuple(found)


@pytest.fixture(params=sorted(load_schemes()))
def scheme(request: pytest.FixtureRequest) -> Scheme:
    return load_schemes()[request.param]


def every(scheme: Scheme) -> Iterator[tuple[Session, Made]]:
    """Each made session with the genuine one whose form it has."""
    for hosts, _, made in made_by(scheme.name):
        known = {host.session_id: host for host in hosts}
        for one in made:
            yield known[one.sources[0]], one


def contents(session: Session, but: set[int]) -> Counter[tuple[str, str, str | None, str | None]]:
    return Counter((t.role, t.kind, t.text, t.tool_arguments) for t in session.turns if t.index not in but)


def test_it_says_where_it_comes_from_and_its_twin_is_of_the_other_kind(scheme: Scheme) -> None:
    assert len(scheme.doc.strip()) > 30
    assert scheme.family
    assert scheme.twin is not None
    assert load_schemes()[scheme.twin].honest != scheme.honest


def test_it_makes_several_sessions_each_under_an_id_of_its_own(scheme: Scheme) -> None:
    for hosts, _, made in made_by(scheme.name):
        names = [one.session.session_id for one in made]
        assert len(names) > 1
        assert len(set(names)) == len(names)
        assert not set(names) & {host.session_id for host in hosts}
    for host, one in every(scheme):
        signs = "".join(c for c in host.session_id if not c.isalnum())
        assert "".join(c for c in one.session.session_id if not c.isalnum()) in (signs, f"{signs}-")


def test_its_users_are_new_ones_in_the_look_of_the_hosts(scheme: Scheme) -> None:
    for hosts, _, made in made_by(scheme.name):
        known = {host.user_id for host in hosts}
        users = {one.session.user_id for one in made}
        assert users & known <= {None}
    for host, one in every(scheme):
        assert (one.session.user_id is None) == (host.user_id is None)
        assert len(one.session.user_id or "") == len(host.user_id or "")


def test_only_a_session_with_padding_is_padded_and_an_honest_scheme_makes_none(scheme: Scheme) -> None:
    for _, _, made in made_by(scheme.name):
        assert all(one.honest != bool(one.padding) for one in made)
        assert any(one.padding for one in made) != scheme.honest
        assert {(one.strategy, one.family) for one in made} == {(scheme.name, scheme.family)}


def test_the_turns_that_it_calls_padding_are_the_ones_that_were_added(scheme: Scheme) -> None:
    if scheme.honest:
        pytest.skip("what an honest team adds is genuine")
    for host, one in every(scheme):
        assert one.padding == tuple(sorted(set(one.padding)))
        assert contents(one.session, set(one.padding)) <= contents(host, set())


def test_the_originals_are_untouched(scheme: Scheme) -> None:
    _, material = corpus()
    hosts, effort, _ = made_by(scheme.name)[0]
    before = [msgspec.msgpack.encode(host) for host in hosts]
    works = [material.work(host) for host in hosts]
    carry_out(hosts, scheme, material, effort, default_rng(11))
    assert [msgspec.msgpack.encode(host) for host in hosts] == before
    assert [take_apart(host) for host in hosts] == works


def test_what_it_makes_is_valid_and_survives_atif(scheme: Scheme) -> None:
    for _, _, made in made_by(scheme.name):
        for one in made[:4]:
            assert msgspec.convert(msgspec.to_builtins(one.session), Session) == one.session
            content = Bytes(b"".join(atif_lines([one.session])))
            assert list(Reading(content, FORMAT, About(file=one.session.file)).sessions()) == [one.session]


def test_everything_but_the_user_the_id_and_the_time_is_the_hosts(scheme: Scheme) -> None:
    _, material = corpus()
    for host, one in every(scheme):
        for name in ("format", "agent", "agent_version", "model", "source", "project", "origin", "category"):
            assert getattr(one.session, name) == getattr(host, name)
        assert [turn.index for turn in one.session.turns] == list(range(len(one.session.turns)))
        called = {turn.tool_name for turn in one.session.turns if turn.kind == "tool_call"}
        assert called <= material.tools(material.work(host)) | {None}
        own = {turn.typed for turn in host.turns if turn.role == "user"}
        assert {turn.typed for turn in one.session.turns if turn.role == "user"} <= own


def test_what_the_host_leaves_out_stays_out(scheme: Scheme) -> None:
    for host, one in every(scheme):
        for name in ("input_tokens", "cached_tokens", "output_tokens", "time"):
            if all(getattr(turn, name) is None for turn in host.turns):
                assert all(getattr(turn, name) is None for turn in one.session.turns), name
        if not any(turn.kind == "thinking" for turn in host.turns):
            assert not any(turn.kind == "thinking" for turn in one.session.turns)


def test_starts_are_in_the_ticks_of_the_host_and_as_far_from_the_first_turn(scheme: Scheme) -> None:
    for host, one in every(scheme):
        assert (one.session.started is None) == (host.started is None)
        if one.session.started is None or host.started is None:
            continue
        assert tick_of(one.session.started) >= tick_of(host.started)
        first, own = (next((turn.time for turn in s.turns if turn.time), None) for s in (one.session, host))
        if first and own:
            assert abs((first - one.session.started) - (own - host.started)) < timedelta(seconds=1)
    for _, _, made in made_by(scheme.name):
        known = [one.session.started for one in made if one.session.started]
        assert known == sorted(known)


def test_sessions_are_as_long_as_genuine_ones(scheme: Scheme) -> None:
    _, material = corpus()
    for host, one in every(scheme):
        most = material.sizes(material.work(host))[-1][0]
        assert 1 < len(one.session.turns) <= max(most * 1.25 + 12, len(host.turns))


def test_the_same_seed_makes_the_same_sessions_and_another_makes_others(scheme: Scheme) -> None:
    _, material = corpus()
    hosts, effort, _ = made_by(scheme.name)[0]
    one, again, other = (carry_out(hosts, scheme, material, effort, default_rng(seed)) for seed in (7, 7, 8))
    assert one == again
    assert one != other
