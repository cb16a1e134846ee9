"""Reads each run, or each attempt of one, by itself."""

from collections.abc import Iterable
from hashlib import blake2b

import msgspec

from traces.draft import Draft
from traces.format import About, Format, Head, Record, Unreadable
from traces.json_text import decode
from traces.readers.blocks import joined
from traces.readers.swe_agent.records import Agent, Info, Named, Replay, Run
from traces.readers.swe_agent.turns import add_turns
from traces.records import values
from traces.schema import Session

_DECODER = msgspec.json.Decoder(Run)
_REPLAY = msgspec.json.Decoder(Replay)
_STATE = msgspec.json.Decoder(dict[str, object])


class SweAgent:
    """Reads one run a record; each attempt of a run that was tried several times is a session."""

    def __init__(self, about: About) -> None:
        self._about = about

    def add(self, record: Record) -> Iterable[Session]:
        """The sessions of one document."""
        run = decode(record.raw, _DECODER)
        runs = run.attempts or [run]
        if any(one.history is None and one.trajectory is None for one in runs):
            raise Unreadable("missing-field", "there is neither a history nor a trajectory")
        return [session for one in runs if (session := self._session(one)).turns]

    def finish(self) -> Iterable[Session]:
        """Nothing: each run is complete by itself."""
        return ()

    def _session(self, run: Run) -> Session:
        replay = run.replay_config
        if isinstance(replay, str):
            replay = decode(replay.encode(), _REPLAY) if replay else None
        replay = replay or Replay()
        problem, agent, info = replay.problem_statement or Named(), replay.agent or Agent(), run.info or Info()
        draft = Draft(_identity(run), FORMAT.name, self._about.file)
        draft.header(
            user_id=self._about.user,
            source=self._about.source,
            agent=FORMAT.name,
            agent_version=info.swe_agent_version,
            model=agent.model.name if agent.model else None,
            project=problem.id or _folder(run),
            origin="automation",
        )
        add_turns(draft, run)
        return draft.take()


def _identity(run: Run) -> str:
    """From the run's beginning, which the measured time of its first step makes unique; from all of it without one."""
    items, steps = run.history or [], run.trajectory or []
    texts = [joined(item.content) or "" for item in items]
    if steps and steps[0].execution_time:
        first = next((place for place, item in enumerate(items) if item.role == "assistant" and not item.is_demo), 0)
        texts = [*texts[:first], steps[0].response or "", repr(steps[0].execution_time)]
    else:
        texts += [f"{step.response}\0{step.action}\0{step.observation}" for step in steps]
    return blake2b("\0\0".join(texts).encode(), digest_size=16).hexdigest()


def _folder(run: Run) -> str | None:
    state = run.trajectory[0].state if run.trajectory else None
    if isinstance(state, str):
        try:
            state = _STATE.decode(state)
        except msgspec.DecodeError:
            return None  # a shell printed it, so it may be anything
    folder = state.get("working_dir") if state else None
    return folder if isinstance(folder, str) else None


def _matches(head: Head) -> bool:
    if not head.objects:
        return False
    first = head.objects[0]
    attempts = first.get("attempts")
    if isinstance(attempts, list) and attempts and isinstance(attempts[0], dict):
        first = attempts[0]
    steps = first.get("trajectory")
    if not isinstance(steps, list):
        return False
    if not steps:
        return "history" in first
    return isinstance(steps[0], dict) and "action" in steps[0]


FORMAT = Format(
    name="swe-agent",
    title="SWE-agent trajectories (.traj)",
    matches=_matches,
    records=values,
    reader=SweAgent,
)
