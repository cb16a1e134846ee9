"""Where files are spoken of: which names of files replies and prompts mention, in one pass over their texts."""

from collections.abc import Iterable, Sequence

_READ_INTO = 20_000
_INSIDE = b"-._" + bytes(sign for sign in range(256) if sign > 127 or chr(sign).isalnum())
_APART = bytes(sign if sign in _INSIDE else 32 for sign in range(256))
"""Whatever cannot be part of a file's name becomes a space."""


def mentions_of(files: Iterable[str], texts: Sequence[str], turns: Iterable[int]) -> dict[str, int]:
    """The last of these turns, given in order, that names each file; none for the others.

    It looks into the first 20,000 characters of each text, and does not find names with spaces in them.
    """
    names = {name.encode(errors="replace"): name for name in files}
    found: dict[str, int] = {}
    for turn in turns if names else ():
        pieces = f"{texts[turn][:_READ_INTO]} ".encode(errors="replace").translate(_APART).replace(b". ", b" ")
        found |= dict.fromkeys([names[name] for name in names.keys() & set(pieces.split())], turn)
    return found
