"""Codex rollouts (`~/.codex/sessions/**/rollout-*.jsonl`), one record a line; the oldest (0.25, say) are bare items.

Traps: context arrives as the user and is told by its markers, or by its kind where the rollout says it; `event_msg`
repeats what `response_item` says and gives only the tokens, which are counted once for each call (they come after the
call's items, around version 0.40 before them, and again with every change of the limits); a rollout forked from
another begins with a copy of it, written in one go: it ends at the first pause, is not typed, and has neither times
nor tokens of its own. Turns that were rolled back did happen and stay. Not read: the base instructions, encrypted
reasoning, messages between agents that stand outside the conversation, and the single JSON documents of the first,
TypeScript version.
"""

from traces.readers.codex.reader import FORMAT

__all__ = ["FORMAT"]
