"""A run's turns, from its history and its trajectory."""

from collections.abc import Iterator

import msgspec

from traces.draft import Draft
from traces.readers.blocks import joined
from traces.readers.swe_agent.records import Item, Run, Step

_LOOKAHEAD = 20
_EXITS = ("Exit due to ", "Exiting due to ")


def add_turns(draft: Draft, run: Run) -> None:
    """Adds what the history has, and what only the trajectory has where it belongs."""
    waiting: Step | None = None
    name: str | None = None
    acted = False
    for item, step in _merged(run.history or [], run.trajectory or []):
        if item is None:
            acted, name = False, None
            _add_step(draft, step or Step())
        elif item.role == "assistant" and not item.is_demo:
            name = _add_answer(draft, item)
            acted, waiting = name is not None, step
        elif item.role != "system" and acted:
            call_id = item.tool_call_ids[0] if item.tool_call_ids else None
            draft.add("tool", "tool_result", joined(item.content), tool_name=name, call_id=call_id)
            acted = False
        else:
            draft.add("system" if item.role == "system" else "user", "message", joined(item.content))
    if acted and waiting is not None and waiting.observation:
        draft.add("tool", "tool_result", waiting.observation, tool_name=name)


def _merged(history: list[Item], steps: list[Step]) -> Iterator[tuple[Item | None, Step | None]]:
    """The history in order, each answer with its step, and the steps that the history lacks where they belong.

    An answer that no step near by repeats (demonstrations are edited by hand) is paired with the step at its place.
    """
    at = 0
    for item in history:
        if item.role != "assistant" or item.is_demo:
            yield item, None
            continue
        said = (joined(item.content) or "", item.action or "")
        near = range(at, min(at + _LOOKAHEAD, len(steps)))
        found = next((place for place in near if (steps[place].response or "", steps[place].action) == said), at)
        for step in steps[at:found]:
            yield None, step
        yield item, steps[found] if found < len(steps) else None
        at = found + 1
    for step in steps[at:]:
        yield None, step


def _add_answer(draft: Draft, item: Item) -> str | None:
    """One answer of the model as turns; gives the tool's name where there was an action."""
    for block in item.thinking_blocks or ():
        if block.thinking:
            draft.add("assistant", "thinking", block.thinking)
    content, calls = joined(item.content), item.tool_calls or []
    text = content if item.thought is None or not (item.action or calls) else item.thought
    _add_text(draft, text, acted=bool(item.action or calls))
    for call in calls:
        arguments = call.function.arguments
        if isinstance(arguments, dict):
            arguments = msgspec.json.encode(arguments).decode()
        draft.add("assistant", "tool_call", tool_name=call.function.name, tool_arguments=arguments, call_id=call.id)
    if calls:
        return calls[0].function.name
    return _add_action(draft, item.action or "")


def _add_step(draft: Draft, step: Step) -> None:
    if step.reasoning_content:
        draft.add("assistant", "thinking", step.reasoning_content)
    acted = bool(step.action.strip())
    _add_text(draft, step.thought if acted and step.thought is not None else step.response, acted=acted)
    name = _add_action(draft, step.action)
    if step.observation:
        draft.add("tool", "tool_result", step.observation, tool_name=name)


def _add_text(draft: Draft, text: str | None, *, acted: bool) -> None:
    """The answer's text; SWE-agent's own word on why it stopped stands in an answer's place, and is no answer."""
    if text:
        stopped = not acted and text.startswith(_EXITS)
        draft.add("system" if stopped else "assistant", "message", text)


def _add_action(draft: Draft, action: str) -> str | None:
    """An action in the interface's own command language, whose first word is the command."""
    if not action.strip():
        return None
    name = action.split(None, 1)[0]
    draft.add("assistant", "tool_call", tool_name=name, tool_arguments=action)
    return name
