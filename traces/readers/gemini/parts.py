"""Parts of a message or a result as text."""

import msgspec
from msgspec import Raw

from traces.json_text import decode
from traces.readers.gemini.records import Answer, Part, Parts


class Outcome(msgspec.Struct):
    """A result as the model gets it, where it is no other object."""

    output: Raw = Raw(b"")
    error: Raw = Raw(b"")


_OUTCOME = msgspec.json.Decoder(Outcome)
_TEXT = msgspec.json.Decoder(str)


def listed(parts: Parts) -> list[Part]:
    """The parts, whether there is one, or several, or a text alone."""
    several = parts if isinstance(parts, list) else [] if parts is None else [parts]
    return [Part(text=part) if isinstance(part, str) else part for part in several]


def text_of(parts: Parts) -> str:
    """What was said, without what was only thought."""
    return "".join(_shown(part) for part in listed(parts) if not part.thought)


def thinking_of(parts: Parts) -> str:
    """What was only thought."""
    return "\n".join(part.text for part in listed(parts) if part.thought and part.text)


def result_of(parts: Parts) -> str:
    """A tool's result as the model gets it."""
    return "\n".join(
        _answered(part.function_response) if part.function_response is not None else _shown(part)
        for part in listed(parts)
    )


def _shown(part: Part) -> str:
    if part.text is not None:
        return part.text
    data = part.inline_data or part.file_data
    return "" if data is None else "[image]" if (data.mime_type or "").startswith("image/") else "[file]"


def _answered(answer: Answer) -> str:
    raw = bytes(answer.response)
    outcome = decode(raw, _OUTCOME) if raw.startswith(b"{") else Outcome()
    inner = bytes(outcome.output) or bytes(outcome.error)
    return decode(inner, _TEXT) if inner.startswith(b'"') else raw.decode()
