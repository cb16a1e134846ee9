"""GitHub Copilot CLI's session logs (`~/.copilot/session-state/<id>/events.jsonl`), one event a line.

Traps: hooks and `tool.execution_start` repeat what a call says; `transformedContent` is the prompt wrapped in times and
reminders, of which only `content` was typed; input tokens are known for whole sessions only (`session.shutdown`) and
stay null on calls; sub-agents stand in the log of their parent (`agentId`, or `parentToolCallId` before it) and become
sessions of their own, which begin without a prompt because it stands in their parent's call. Only what the log says
was sent by the user is taken as typed by a person: skills, other agents and the autopilot send user messages as well.
"""

from traces.readers.copilot.reader import FORMAT

__all__ = ["FORMAT"]
