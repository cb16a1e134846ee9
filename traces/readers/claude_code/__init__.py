"""Claude Code's session files (`~/.claude/projects/<folder>/*.jsonl`), one event a line.

Traps: one model call spans several lines with the same `message.id` and usage, which is counted once; `output_tokens`
is a placeholder before version 2.1.59 and stays null there; `isMeta` lines, commands and their output, reminders and
summaries arrive as the user and are not typed; sub-agents stand in the file of their parent (`isSidechain`) or in
files of their own (`agentId`). Lines that a resumed session copies keep their old session id or their time, by which
the store tells them. Not read: `progress` lines, which repeat what a sub-agent's own file says, and `toolUseResult`,
which repeats the result.
"""

from traces.readers.claude_code.reader import FORMAT, ClaudeCode

__all__ = ["FORMAT", "ClaudeCode"]
