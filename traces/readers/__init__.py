"""One file or folder per trace format, each a few small functions from bytes to sessions; `FORMATS` lists them all.

To add one: write `traces/readers/<name>.py`, or a folder of that name, with a `FORMAT`, list it here, and add an
example to `data/examples/`.
"""

from traces.format import Format
from traces.readers import (
    aider,
    atif,
    call_log,
    claude_code,
    codex,
    companion,
    copilot,
    gemini,
    inspect_eval,
    langfuse,
    mlflow_traces,
    openai_chat,
    openclaw,
    opencode,
    openinference,
    otel,
    sharegpt,
    specstory,
    swe_agent,
    table,
    tau_bench,
)

FORMATS: tuple[Format, ...] = (
    atif.FORMAT,
    otel.FORMAT,
    openinference.FORMAT,
    claude_code.FORMAT,
    codex.FORMAT,
    gemini.FORMAT,
    opencode.FORMAT,
    copilot.FORMAT,
    openclaw.FORMAT,
    langfuse.FORMAT,
    call_log.FORMAT,
    mlflow_traces.FORMAT,
    openai_chat.FORMAT,
    sharegpt.FORMAT,
    specstory.FORMAT,
    aider.FORMAT,
    swe_agent.FORMAT,
    tau_bench.FORMAT,
    inspect_eval.FORMAT,
    table.FORMAT,
    companion.FORMAT,
)
"""Every format that can be read."""

SPREAD = frozenset(format.name for format in FORMATS if format.spread)
"""The formats of which one session may lie in several files."""
