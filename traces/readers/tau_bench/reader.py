"""Reads each conversation by itself, wherever its file has it."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import blake2b

import msgspec

from traces.draft import Draft
from traces.format import About, Content, Format, Head, Record, Unreadable
from traces.json_text import decode
from traces.readers.blocks import joined
from traces.readers.places import placed
from traces.readers.tau_bench.records import Call, Info, Message, Results, Run
from traces.records import values
from traces.schema import Session
from traces.times import time_of

_API_OUTPUT = "API output: "
_RUN = msgspec.json.Decoder(Run)
_RESULTS = msgspec.json.Decoder(Results)
_NO_SIMULATIONS = Info()


class TauBench:
    """Reads one conversation a record."""

    def __init__(self, about: About) -> None:
        self._about = about

    def add(self, record: Record) -> Iterable[Session]:
        """The session of one conversation."""
        if isinstance(record.context, Unreadable):
            raise record.context
        if record.context is _NO_SIMULATIONS:
            return ()
        run = decode(record.raw, _RUN)
        if run.traj is not None:
            draft = self._opened(f"{run.task_id}-{run.trial}-{_hash(run.traj)}", "tau-bench", str(run.task_id))
        elif run.messages is not None and run.id is not None:
            draft = self._described(run.id, run, record.context if isinstance(record.context, Info) else Info())
        else:
            raise Unreadable("missing-field", "there is no conversation in it (`traj`, or `id` and `messages`)")
        self._converse(draft, run.traj if run.traj is not None else run.messages or [])
        return (draft.take(),) if draft.turns else ()

    def finish(self) -> Iterable[Session]:
        """Nothing: each conversation is complete by itself."""
        return ()

    def _opened(self, session_id: str, agent: str, project: str) -> Draft:
        about = self._about
        draft = Draft(session_id, FORMAT.name, about.file)
        draft.header(user_id=about.user, source=about.source, agent=agent, project=project, origin="automation")
        return draft

    def _described(self, session_id: str, run: Run, info: Info) -> Draft:
        """A session of tau2-bench, which says more of each."""
        domain = info.environment_info.domain_name if info.environment_info else None
        draft = self._opened(session_id, "tau2-bench", f"{domain}/{run.task_id}" if domain else str(run.task_id))
        draft.header(
            agent_version=info.git_commit,
            model=info.agent_info.llm if info.agent_info else None,
            started=time_of(run.start_time, self._about.zone),
        )
        return draft

    def _converse(self, draft: Draft, messages: list[Message]) -> None:
        names: dict[str | None, str] = {}
        for message in messages:
            for one in message.tool_messages or (message,):
                time = time_of(one.timestamp, self._about.zone)
                (_add_result if one.role == "tool" else _add_message)(draft, one, names, time)


def _add_result(draft: Draft, message: Message, names: dict[str | None, str], time: datetime | None) -> None:
    call_id = message.tool_call_id or message.id
    name = message.name or names.get(call_id)
    text = joined(message.content)
    draft.add("tool", "tool_result", text, time=time, tool_name=name, call_id=call_id, is_error=message.error)


def _add_message(draft: Draft, message: Message, names: dict[str | None, str], time: datetime | None) -> None:
    """One message as turns; the simulated user may call tools of its own, as the user."""
    role, text, first = message.role, joined(message.content), draft.next_index
    if role == "user" and text and text.startswith(_API_OUTPUT):
        draft.add("tool", "tool_result", text, time=time)
        return
    if role == "assistant" and (thinking := message.thinking):
        draft.add("assistant", "thinking", thinking, time=time)
    if text:
        draft.add(role, "message", text, time=time)
    alone = [Call(function=message.function_call)] if message.function_call else []
    for call in message.tool_calls or alone:
        name, arguments = call.called
        names[call.id] = name
        draft.add(role, "tool_call", time=time, tool_name=name, tool_arguments=arguments, call_id=call.id)
    if role == "assistant" and message.usage is not None and draft.next_index > first:
        usage = message.usage
        draft.amend(first, input_tokens=usage.prompt_tokens, output_tokens=usage.completion_tokens)


def _hash(messages: list[Message]) -> str:
    """Of all that was said and called: two models may well begin in the same words."""
    said = blake2b(digest_size=16)
    for message in messages:
        called = [call.called for call in message.tool_calls or ()]
        said.update(repr((message.role, joined(message.content), called)).encode())
    return said.hexdigest()


def _records(content: Content) -> Iterator[Record]:
    """A record for each conversation: an array's elements, or a document's simulations."""
    for record in values(content):
        if record.whole and b'"tasks"' in record.raw:
            yield from _simulations(record)
        else:
            yield record


def _simulations(record: Record) -> Iterator[Record]:
    """The simulations of a document, each with what it says of them all; other records as they are."""
    try:
        results = decode(record.raw, _RESULTS)
    except Unreadable as error:
        yield Record(record.raw, record.line, context=error)
        return
    if not bytes(results.tasks):
        yield record
    elif not results.simulations:
        yield Record(record.raw, record.line, context=_NO_SIMULATIONS)
    else:
        for raw, line in placed(record.raw, results.simulations, record.line):
            yield Record(raw, line, context=results.info)


def _matches(head: Head) -> bool:
    if not head.objects:
        return False
    first = head.objects[0]
    info = first.get("info")
    if isinstance(info, dict) and "agent_info" in info and ("user_info" in info or "environment_info" in info):
        return True
    if {"task_id", "traj"} <= first.keys() or {"task_id", "reward", "info"} <= first.keys():
        return True
    return {"id", "task_id", "start_time", "end_time", "termination_reason"} <= first.keys()


FORMAT = Format(
    name="tau-bench",
    title="tau-bench and tau2-bench results (.json)",
    matches=_matches,
    records=_records,
    reader=TauBench,
)
