"""Cuts what arrives as the user into what was typed and what wraps it, and says who sent it."""

import re
from typing import NamedTuple

from traces.readers.blocks import joined
from traces.readers.openclaw.records import Message, Provenance
from traces.schema import Origin

_WRAPPER = re.compile(
    r"(?:[^\n]{1,80}\(untrusted[^\n]{0,40}\):\n```(?:json)?\n.*?\n```\s*"
    r"|\[media attached[^\n]*\]\n(?:To send an image back[^\n]*\n)?|System: \[[^\]\n]*\] [^\n]*(?:\n+|\Z)"
    r"|\[[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?[^\]\n]{0,20}\] )+",
    re.DOTALL,
)
_SENDER = re.compile(r'"sender_id":\s*"([^"\n]+)"')
_SCHEDULED = ("[cron:", "Read HEARTBEAT.md")
_SUBAGENT = "[Subagent Context]"
_RUNTIME = (
    "[Inter-session message]",
    "<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>",
    "A new session was started via /new or /reset",
    "Pre-compaction memory flush",
)
_PERSON = Provenance("external_user")


class Prompt(NamedTuple):
    """A user's message in pieces, each with whether it was typed, and what it tells of the session."""

    pieces: list[tuple[str, bool]]
    sender: str | None
    origin: Origin | None


def prompt(message: Message, copied: bool) -> Prompt:
    """A user's message, cut into what wraps it and what was sent."""
    text = joined(message.content) or ""
    wrapper = _WRAPPER.match(text)
    end = wrapper.end() if wrapper else 0
    sender = _SENDER.search(text, 0, end)
    rest = text[end:]
    origin: Origin | None = None
    typed = False
    if rest.startswith(_SCHEDULED):
        origin = "automation"
    elif rest.startswith(_SUBAGENT):
        origin = "subagent"
    elif not copied and message.provenance in (None, _PERSON) and not rest.startswith(_RUNTIME):
        typed = bool(rest) or not end
        origin = "human" if typed else None
    pieces = [(text[:end], False)] if end else []
    pieces += [(rest, typed)] if rest or not end else []
    return Prompt(pieces, sender[1] if sender else None, origin)
