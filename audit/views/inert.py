"""Text from a trace made fit to be shown: nothing in it acts, and what would be invisible is made visible.

Escaping HTML is the template's part of it; this adds what escaping leaves: control characters, terminal escapes, text
that runs against its order, characters that nobody sees. Joiners within words and emoji are left alone.
"""

import re

from markupsafe import Markup, escape

_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSEEN = (
    "\u00ad\u115f\u1160\u180e\u200b\u2028\u2029\u2060-\u2065\u206a-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb"
)
_TAGS = "\U000e0000-\U000e0fff"
_ACTIVE = re.compile(f"[{_CONTROLS}{_DIRECTIONS}{_UNSEEN}{_TAGS}\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?")


def inert(text: object) -> Markup:
    """Text as HTML in which every unseen or acting character stands as its number in a box."""
    whole = _LINE_ENDS.sub("\n", "" if text is None else str(text))
    return Markup(_ACTIVE.sub(_boxed, str(escape(whole))))  # noqa: S704 (it is escaped, and what is added is ours)


def plain(text: object, length: int | None = None) -> str:
    """The same for an attribute or a drawing's title: one line, no markup, and perhaps cut."""
    whole = " ".join(named(str("" if text is None else text)).split())
    return cut(whole, length) if length is not None else whole


def named(text: str) -> str:
    """The same with the names of such characters in their place, and no markup."""
    return _ACTIVE.sub(_named, text)


def cut(text: str, length: int) -> str:
    """The beginning of a text, with a sign where there is more."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _boxed(found: re.Match[str]) -> str:
    return f'<span class="unseen">{_named(found)}</span>'


def _named(found: re.Match[str]) -> str:
    number = ord(found.group())
    if number < 0x20:
        return chr(0x2400 + number)
    return "\u2421" if number == 0x7F else f"U+{number:04X}"
