"""A message's content: a text, or several blocks of which only some have one."""

from collections.abc import Sequence

import msgspec


class Block(msgspec.Struct):
    """One piece of a message: what it is, and its text where it has one."""

    type: str
    text: str | None = None


def joined(content: str | Sequence[Block] | None) -> str | None:
    """The content as one text, a line for each block; one that has no text is named by its type."""
    if content is None or isinstance(content, str):
        return content
    return "\n".join([block.text if block.text is not None else f"[{block.type}]" for block in content])
