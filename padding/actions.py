"""What a tool call does, whatever its tool is called: read, search, edit, write, run, test, plan, fetch, delegate."""

import re
from functools import lru_cache
from typing import Literal

from padding.work import Step
from traces.schema import Turn

Action = Literal["read", "search", "edit", "write", "run", "test", "plan", "fetch", "delegate", "other", "talk"]

_NAMES: dict[Action, str] = {
    "plan": r"todo|taskcreate|taskupdate|tasklist|update_plan|report_intent|plan",
    "delegate": r"^task$|^agent|subagent|sessions_send|spawn",
    "fetch": r"fetch|websearch|web_search|browser|curl|wget|url",
    "edit": r"edit|replace|patch|insert",
    "write": r"write|create|save",
    "search": r"grep|glob|search|find|^ls$|list",
    "read": r"read|view|open|cat|goto|scroll|^get_|status|history|output",
    "run": r"bash|shell|exec|python|terminal|process|run|command|submit|calculate",
}
_BY_NAME = {action: re.compile(pattern, re.IGNORECASE) for action, pattern in _NAMES.items()}
_RUNNING: tuple[tuple[Action, re.Pattern[str]], ...] = (
    ("test", re.compile(r"pytest|\btest(s|ing)?\b|vitest|jest|\blint\b|tsc\b|mypy|ruff|cargo check|go vet|\bbuild\b")),
    ("read", re.compile(r"(^|[\"';&|] ?)(cat|head|tail|less|sed -n|nl|get-content) ")),
    ("search", re.compile(r"(^|[\"';&|] ?)(grep|rg|find|ls|fd|tree|git (status|log|diff|show|branch)) ?")),
)


@lru_cache(4096)
def _named(tool: str) -> Action:
    return next((action for action, pattern in _BY_NAME.items() if pattern.search(tool)), "other")


def action_of(call: Turn) -> Action:
    """What the call does; a command line is looked into."""
    action = _named(call.tool_name or "")
    if action != "run":
        return action
    return _running((call.tool_arguments or "")[:400])


@lru_cache(16_384)
def _running(line: str) -> Action:
    return next((found for found, pattern in _RUNNING if pattern.search(line)), "run")


def step_action(step: Step) -> Action:
    """What a step does, by its first call; `talk` where it calls nothing."""
    first = next((p.turn for p in step.pieces if p.turn.kind == "tool_call"), None)
    return "talk" if first is None else action_of(first)
