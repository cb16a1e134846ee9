"""OpenClaw's and pi's session files (`agents/*/sessions/*.jsonl`, `~/.pi/agent/sessions/**/*.jsonl`), one entry a line.

Entries form a tree by `parentId`; the session is the active branch, the path from the last entry to the root, as both
programs read it. Abandoned branches, and entries that OpenClaw appended aside and never went on from, are left out.
`.reset`, `.bak` and `.checkpoint` files are copies of one session and keep its id. Traps: prompts of schedules and of
other agents, and the runtime's own notes, arrive as the user; what was typed in a chat is wrapped in metadata; an
answer mirrored to a channel is written again with the same usage; zero usage stands for unknown; a fork begins with
its parent's entries, which keep their times. What a tool's or a summary's model calls used stands on their result.
"""

from traces.readers.openclaw.reader import FORMAT

__all__ = ["FORMAT"]
