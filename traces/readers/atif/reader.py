"""Turns ATIF trajectories into sessions."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import UNSET

from traces.draft import Draft
from traces.format import About, Format, Head, Record, Unreadable
from traces.json_text import decode
from traces.readers.atif.records import (
    DECODER,
    Call,
    Content,
    Extra,
    Header,
    Metrics,
    Result,
    Step,
    Trajectory,
)
from traces.records import values
from traces.schema import Origin, Role, Session
from traces.times import time_of

_NOTHING = Extra()
_NO_METRICS = Metrics()
_ORIGINS: dict[str, Origin] = {"interactive": "human", "automation": "automation", "benchmark": "automation"}


class Atif:
    """Reads one trajectory a record."""

    def __init__(self, about: About) -> None:
        self._about = about

    def add(self, record: Record) -> Iterable[Session]:
        """The session of one trajectory, and those of the sub-agents inside it."""
        trajectory = decode(record.raw, DECODER)
        if not trajectory.schema_version.startswith("ATIF-v1."):
            raise Unreadable("unknown-version", f"{trajectory.schema_version!r} is not ATIF-v1.x")
        session_id = trajectory.session_id or trajectory.trajectory_id
        if session_id is None:
            raise Unreadable("no-session-id", "neither session_id nor trajectory_id is given")
        return self._sessions(trajectory, session_id, None)

    def finish(self) -> Iterable[Session]:
        """Nothing: each trajectory is complete by itself."""
        return ()

    def _sessions(self, trajectory: Trajectory, session_id: str, parent: str | None) -> list[Session]:
        sessions = [self._session(trajectory, session_id, parent)]
        for number, inner in enumerate(trajectory.subagent_trajectories or (), 1):
            inner_id = inner.trajectory_id or inner.session_id or ""
            if inner_id in ("", session_id):
                inner_id = f"{session_id}/{number}"
            sessions += self._sessions(inner, inner_id, session_id)
        return sessions

    def _session(self, trajectory: Trajectory, session_id: str, parent: str | None) -> Session:
        extra = trajectory.extra or Header()
        draft = Draft(session_id, extra.format or FORMAT.name, extra.file or self._about.file)
        model = trajectory.agent.model_name or next((s.model_name for s in trajectory.steps if s.model_name), None)
        parent = parent or extra.parent_session
        origin: Origin = extra.origin or _ORIGINS.get(extra.category or "", "unknown")
        if parent or extra.is_subagent:
            origin = "subagent"
        draft.header(
            user_id=extra.user_id or self._about.user,
            agent=_named(trajectory.agent.name),
            agent_version=_named(trajectory.agent.version),
            model=model,
            project=extra.cwd,
            source=self._about.source or extra.source,
            category=extra.category,
            origin=origin,
            parent_id=parent,
            started=None if extra.started is UNSET else time_of(extra.started, self._about.zone),
        )
        typed = None if origin == "unknown" else origin == "human" or extra.category == "automation"
        names: dict[str | None, str | None] = {}
        for step in trajectory.steps:
            self._step(draft, step, typed, names)
        return draft.take()

    def _step(self, draft: Draft, step: Step, typed: bool | None, names: dict[str | None, str | None]) -> None:
        time = time_of(step.timestamp, self._about.zone)
        extra = step.extra or _NOTHING
        metrics = _NO_METRICS if step.metrics is None or step.is_copied_context else step.metrics
        first = draft.next_index
        text = _text(step.message)
        told = extra.message is not UNSET
        if not text and extra.message is not UNSET:
            text = extra.message
        if step.source == "agent":
            self._agent_step(draft, step, text, time, names)
        elif step.source == "user":
            if extra.injected or step.is_copied_context:
                typed = False
            elif extra.typed is not UNSET:
                typed = extra.typed
            if text or told or not step.tool_calls:
                draft.add("user", "message", text, time=time, typed=typed, original_chars=extra.original_chars)
            self._calls(draft, "user", step, time, names)
        elif step.source == "system":
            if text or told or step.observation is None:
                draft.add("system", "message", text, time=time, original_chars=extra.original_chars)
        else:
            raise Unreadable("wrong-type", f"a step's source is {step.source!r}, not system, user or agent")
        for result in step.observation.results if step.observation else ():
            self._result(draft, result, names)
        if metrics is not _NO_METRICS:
            if draft.next_index == first:
                draft.add("assistant", "message", None, time=time)
            draft.amend(
                first,
                input_tokens=metrics.prompt_tokens,
                cached_tokens=metrics.cached_tokens,
                output_tokens=metrics.completion_tokens,
            )

    def _agent_step(
        self, draft: Draft, step: Step, text: str | None, time: datetime | None, names: dict[str | None, str | None]
    ) -> None:
        extra = step.extra or _NOTHING
        if step.reasoning_content:
            chars = None if text else extra.original_chars
            draft.add("assistant", "thinking", step.reasoning_content, time=time, original_chars=chars)
        if text or extra.message is not UNSET:
            draft.add("assistant", "message", text, time=time, original_chars=extra.original_chars)
        self._calls(draft, "assistant", step, time, names)

    def _calls(
        self, draft: Draft, role: Role, step: Step, time: datetime | None, names: dict[str | None, str | None]
    ) -> None:
        for call in step.tool_calls or ():
            names[call.tool_call_id or None] = call.function_name or None
            draft.add(
                role,
                "tool_call",
                time=time,
                tool_name=call.function_name or None,
                tool_arguments=_arguments(call),
                call_id=call.tool_call_id or None,
                original_chars=call.extra.original_chars if call.extra else None,
            )

    def _result(self, draft: Draft, result: Result, names: dict[str | None, str | None]) -> None:
        extra = result.extra or _NOTHING
        draft.add(
            "tool",
            "tool_result",
            _text(result.content),
            time=time_of(extra.timestamp, self._about.zone),
            tool_name=names.get(result.source_call_id or None) if extra.tool_name is UNSET else extra.tool_name,
            call_id=result.source_call_id or None,
            is_error=extra.is_error,
            original_chars=extra.original_chars,
        )


def _text(content: Content) -> str | None:
    if isinstance(content, list):
        return "\n".join(part.text or f"[{part.type}]" for part in content)
    return content


def _named(name: str | None) -> str | None:
    """ATIF demands a name and a version; writers that know none say `unknown`."""
    return None if name == "unknown" else name


def _arguments(call: Call) -> str | None:
    if call.extra is not None and call.extra.arguments is not UNSET:
        return call.extra.arguments
    return bytes(call.arguments).decode()


def _matches(head: Head) -> bool:
    return any(str(found.get("schema_version", "")).startswith("ATIF-v") for found in head.objects[:1])


FORMAT = Format(
    name="atif",
    title="Agent Trajectory Interchange Format (ATIF v1.0 to v1.7), .json or one trajectory a line",
    matches=_matches,
    records=values,
    reader=Atif,
)
