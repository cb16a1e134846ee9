"""SpecStory's exports (`.specstory/history/*.md`): one session of Claude Code, Cursor, Codex or Gemini a file.

Traps: pasted text, tool output and thinking quote turn headers, tags and fences of their own, and fences in pasted text
are often left open, so a header counts where the writer would have put one: after an empty line, and after a rule
(`---`) where the speaker changes. Headers have times since Markdown v2.1; older files say only when they began, in
local time. The header of a tool block dates the call where times are written with a `T`, else the result (parallel
calls are then out of order). Arguments are not JSON, and different edits look alike, since what was edited is not
shown. Cursor's exporter may write one call twice. Sub-agents (`sidechain`) are one session, together, since nothing
tells them apart. Commands, their output and expansion, notices and summaries arrive as the user and are not typed. Not
known: tokens and call ids. Tool output of old files that itself ends a tool block, unfenced, cuts the block short.
"""

from traces.readers.specstory.reader import FORMAT

__all__ = ["FORMAT"]
