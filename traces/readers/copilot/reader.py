"""Reads a log event by event."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b

import msgspec

from traces.draft import Draft
from traces.format import About, Format, Head, Record
from traces.json_text import decode
from traces.readers.copilot.records import Answer, Compaction, Event, Output, Prompt, Result, Start, Started, Used, said
from traces.records import lines
from traces.schema import Session
from traces.times import time_of

_ROOMS = ("session", "user", "assistant", "tool", "subagent", "system", "hook")
_EVENT = msgspec.json.Decoder(Event)


class Copilot:
    """Reads one event a record; keeps a draft for the session and each of its sub-agents."""

    def __init__(self, about: About) -> None:
        self._about = about
        self._start: Start | None = None
        self._started: datetime | None = None
        self._id = ""
        self._drafts: dict[str, Draft] = {}
        self._tools: dict[str, str] = {}
        self._counted: dict[str, str] = {}

    def add(self, record: Record) -> Iterable[Session]:
        """Takes one event; hands a session over in parts when it has grown too long to hold."""
        event = decode(record.raw, _EVENT)
        read = said(event)
        if read is None:
            return ()
        time = time_of(event.timestamp, self._about.zone)
        if isinstance(read, Start):
            self._begin(read)
            return ()
        self._id = self._id or blake2b(record.raw, digest_size=16).hexdigest()
        if isinstance(read, Started):
            if read.tool_name is not None:
                self._tools[read.tool_call_id] = read.tool_name
            return ()
        parent = read.parent_tool_call_id if isinstance(read, Answer | Result) else None
        draft = self._draft(event.agent_id or parent)
        if isinstance(read, Prompt):
            self._prompt(draft, read, time, event.type == "user.message")
        elif isinstance(read, Answer):
            self._answer(draft, read, time)
        elif isinstance(read, Result):
            self._result(draft, read, time)
        else:
            self._compacted(draft, read, time)
        return (draft.take(),) if draft.full else ()

    def finish(self) -> Iterable[Session]:
        """The session and those of its sub-agents; none for one without a turn."""
        return [draft.take() for draft in self._drafts.values() if draft.turns]

    def _begin(self, start: Start) -> None:
        started = time_of(start.start_time, self._about.zone)
        if self._start is None:
            self._start, self._started = start, started
            self._id = self._id or start.session_id

    def _draft(self, agent: str | None) -> Draft:
        draft = self._drafts.get(agent or "")
        if draft is None:
            start = self._start or Start(session_id=self._id)
            key = self._id if agent is None else f"{self._id}/{agent}"
            draft = self._drafts[agent or ""] = Draft(key, FORMAT.name, self._about.file)
            parent = start.detached_from_spawning_parent_session_id if agent is None else self._id
            draft.header(
                user_id=self._about.user,
                source=self._about.source,
                agent=start.producer,
                agent_version=start.copilot_version,
                project=start.context.cwd if start.context else None,
                origin=None if parent is None else "subagent",
                parent_id=parent,
                started=self._started if agent is None else None,
            )
        return draft

    def _prompt(self, draft: Draft, prompt: Prompt, time: datetime | None, from_user: bool) -> None:
        if not from_user:
            if prompt.content:
                draft.add("system", "message", prompt.content, time=time)
            return
        typed = prompt.source in (None, "user") and not prompt.is_autopilot_continuation
        typed = typed and draft.known("origin") != "subagent"
        if typed and prompt.source is not None:
            draft.header(origin="human")
        draft.add("user", "message", prompt.content, time=time, typed=typed)

    def _answer(self, draft: Draft, answer: Answer, time: datetime | None) -> None:
        draft.header(model=answer.model)
        first = draft.next_index
        if answer.reasoning_text:
            draft.add("assistant", "thinking", answer.reasoning_text, time=time)
        if answer.content.strip():
            draft.add("assistant", "message", answer.content, time=time)
        for request in answer.tool_requests or ():
            self._tools[request.tool_call_id] = request.name
            draft.add(
                "assistant",
                "tool_call",
                time=time,
                tool_name=request.name,
                tool_arguments=bytes(request.arguments).decode() or None,
                call_id=request.tool_call_id,
            )
        key = draft.known("session_id")
        if draft.next_index > first and not (answer.api_call_id and answer.api_call_id == self._counted.get(key)):
            draft.amend(first, output_tokens=answer.output_tokens)
            self._counted[key] = answer.api_call_id or ""

    def _result(self, draft: Draft, result: Result, time: datetime | None) -> None:
        draft.header(model=result.model)
        output = result.result or Output(content=result.error.message if result.error else "")
        binaries = [f"[{binary.type}]" for binary in output.binary_results_for_llm or ()]
        draft.add(
            "tool",
            "tool_result",
            "\n".join([output.content, *binaries]),
            time=time,
            tool_name=self._tools.pop(result.tool_call_id, None),
            call_id=result.tool_call_id,
            is_error=not result.success,
        )

    def _compacted(self, draft: Draft, compaction: Compaction, time: datetime | None) -> None:
        used = compaction.compaction_tokens_used or Used()
        if compaction.summary_content:
            draft.add(
                "system",
                "message",
                compaction.summary_content,
                time=time,
                input_tokens=used.input_tokens,
                cached_tokens=used.cache_read_tokens,
                output_tokens=used.output_tokens,
            )


def _matches(head: Head) -> bool:
    for found in head.objects:
        kind = found.get("type")
        if (
            isinstance(kind, str)
            and isinstance(found.get("data"), dict)
            and "parentId" in found
            and "timestamp" in found
        ):
            return kind.partition(".")[0] in _ROOMS and "." in kind
    return False


FORMAT = Format(
    name="copilot",
    title="GitHub Copilot CLI session logs (~/.copilot/session-state/*/events.jsonl)",
    matches=_matches,
    records=lines,
    reader=Copilot,
)
