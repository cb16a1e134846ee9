"""Cuts what arrives as the user into what was typed and what the program put there."""

from collections.abc import Iterator

from traces.readers.gemini.parts import listed, text_of
from traces.readers.gemini.records import Line

_REFERENCES = "\n--- Content from referenced files ---"
_INJECTED = (
    "System: Please continue.",
    "System: Potential loop detected",
    "System: You successfully executed a tool",
    "[System: You previously",
    "<session_context>",
    "<hook_context>",
    "<state_snapshot>",
    "This is the Gemini CLI. We are setting up the context",
)


def pieces(line: Line) -> Iterator[tuple[str, bool]]:
    """A user's message in pieces, each with whether it was typed."""
    text, typed = text_of(line.content), text_of(line.display_content)
    if not text and any(part.function_response is not None for part in listed(line.content)):
        return
    if line.display_content is not None and not text.startswith(typed):
        yield text, False
        yield typed, True
    elif text.startswith(_INJECTED):
        yield text, False
    else:
        end = len(typed) if line.display_content is not None else text.find(_REFERENCES)
        end = len(text) if end < 0 else end
        yield text[:end], True
        if text[end:].strip():
            yield text[end:], False
